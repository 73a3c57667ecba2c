"""A Redis of a test's own: Debian's program on a socket in a folder of its own, with a password, as a cell wants it."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tandem.store.lease import Lease, sleepless
from tandem.store.redis_journal import RedisJournal
from tandem.store.redis_server import Place, RedisServer

PASSWORD = "only-for-tests"
CONFIG = """
port 0
unixsocket {folder}/redis.sock
unixsocketperm 700
dir {folder}
requirepass {password}
appendonly yes
appendfsync {appendfsync}
save ""
{more}
"""


class RedisProcess:
    """One, that can be killed, stopped and started again."""

    def __init__(self, folder: Path, appendfsync: str = "everysec", more: str = "") -> None:
        self.url = f"unix://{folder}/redis.sock"
        self._folder = folder
        self._config = CONFIG.format(folder=folder, password=PASSWORD, appendfsync=appendfsync, more=more)
        self._process: subprocess.Popen[str]

    def start(self) -> None:
        """Start it, and return when it answers."""
        given, taken = subprocess.PIPE, subprocess.PIPE
        self._process = subprocess.Popen(["redis-server", "-"], stdin=given, stdout=taken, text=True)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(self._config)
        self._process.stdin.close()
        said = []
        for line in self._process.stdout:
            said.append(line)
            if "ready to accept connections" in line.lower():
                return
        raise AssertionError("Redis does not start: " + "".join(said))

    def kill(self) -> None:
        """`kill -9`."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()

    def stop(self) -> None:
        """Let it do nothing, as if the way to it were cut."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """After `stop`."""
        self._process.send_signal(signal.SIGCONT)

    def forget(self) -> None:
        """While it does not run: lose all that it kept."""
        shutil.rmtree(self._folder / "appendonlydir")

    def place(self, cell: str = "") -> Place:
        """A cell in it, a new one unless it is named."""
        return Place(self.url, PASSWORD, cell or uuid4().hex[:12])


@contextmanager
def redis_process(appendfsync: str = "everysec", more: str = "") -> Iterator[RedisProcess]:
    """A Redis that runs while the block does."""
    if not shutil.which("redis-server"):
        pytest.skip("there is no redis-server here: python3 bootstrap.py tests")
    folder = Path(tempfile.mkdtemp(prefix="tandem-redis-"))  # a socket's path must be short
    process = RedisProcess(folder, appendfsync, more)
    try:
        process.start()
        try:
            yield process
        finally:
            process.kill()
    finally:
        shutil.rmtree(folder)


def lease_at(place: Place, holder: str = "here", seconds: float = 30.0) -> Lease:
    """A controller's part in the lease."""
    return Lease(place, f"{holder} {uuid4().hex}", seconds, sleepless)


async def journal_at(place: Place, holder: str = "here", seconds: float = 30.0, patience: float = 5.0) -> RedisJournal:
    """The journal of a controller that stands by."""
    return await RedisJournal.open(place, lease_at(place, holder, seconds), patience)


async def take_charge(place: Place, holder: str = "here", patience: float = 5.0) -> RedisJournal:
    """The journal of a controller that is in charge now, whoever was before."""
    server = RedisServer(place, 5.0)
    journal = await journal_at(place, holder, patience=patience)
    while await journal.lease.take():
        await server.ask("DEL", place.key("lease"))
    await server.close()
    return journal
