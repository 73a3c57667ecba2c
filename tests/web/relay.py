"""A TURN server of a test's own: Debian's coturn on 127.0.0.1, which a test may kill and start again."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

PROGRAM = "turnserver"
SECRET = "what the relay and the centre know"
PORTS = range(48000, 48100)
"""Of what is relayed."""


class Relay:
    """The server. `url` is how a browser asks for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self._port: int = probe.getsockname()[1]
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"turn:127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        options = {
            "listening-ip": "127.0.0.1", "listening-port": self._port, "relay-ip": "127.0.0.1",
            "min-port": PORTS.start, "max-port": PORTS.stop, "realm": "tandem.test", "static-auth-secret": SECRET,
            "pidfile": self._folder / "relay.pid", "userdb": self._folder / "relay.db", "log-file": "stdout",
        }  # fmt: skip
        flags = (
            "use-auth-secret",
            "allow-loopback-peers",
            "no-cli",
            "no-tls",
            "no-dtls",
            "no-tcp-relay",
        )
        with (self._folder / "relay.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(PROGRAM, "-n"),
                *(f"--{name}={value}" for name, value in options.items()),
                *(f"--{name}" for name in flags),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(10):
            while not await self._listens():
                assert self._process.returncode is None, self.log()
                await asyncio.sleep(0.05)

    async def _listens(self) -> bool:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            writer.close()
            return True
        return False

    async def kill(self) -> None:
        """`kill -9`: all that it relays is gone."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def log(self) -> str:
        """What it said."""
        return (self._folder / "relay.log").read_text()


@asynccontextmanager
async def relay(folder: Path) -> AsyncIterator[Relay]:
    """A relay that runs; the test is skipped where there is no program for it."""
    if shutil.which(PROGRAM) is None:
        pytest.skip("there is no coturn on this machine: python3 bootstrap.py tests installs it")
    running = Relay(folder)
    await running.start()
    try:
        yield running
    finally:
        await running.kill()
