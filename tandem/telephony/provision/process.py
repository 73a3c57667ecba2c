"""Starts Asterisk, waits until it can be worked with, and stops it."""

import asyncio
import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from tandem.telephony.provision.render import Instance, render

log = structlog.get_logger()

START_SECONDS = 30.0
STOP_SECONDS = 10.0
_POLL_SECONDS = 0.05


class AsteriskFailedError(Exception):
    """Asterisk did not start; the message says why, and ends with the last lines of its log."""


@dataclass(frozen=True)
class AsteriskProcess:
    """A running Asterisk, known by its process id: it need not be a child of ours."""

    instance: Instance
    pid: int
    child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def running(self) -> bool:
        """Whether the process is still there."""
        if self.child:
            return self.child.poll() is None
        return _is_ours(self.instance, self.pid)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    async def stop(self) -> None:
        """Ask it to end, and insist after STOP_SECONDS; returns when it is gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self.ended()
        except TimeoutError:
            self.kill()
            await self.ended()

    async def ended(self) -> None:
        """Return when the process is gone."""
        while self.running():  # noqa: ASYNC110 - it need not be a child, so nothing tells us
            await asyncio.sleep(_POLL_SECONDS)


def find_running(instance: Instance) -> AsteriskProcess | None:
    """The Asterisk of this instance that already runs: one that outlived a crash of ours keeps its calls."""
    with suppress(FileNotFoundError, ValueError):
        pid = int((instance.folder / "run/asterisk.pid").read_text())
        return AsteriskProcess(instance, pid) if _is_ours(instance, pid) else None
    return None


async def start(instance: Instance) -> AsteriskProcess:
    """Write the configuration, start Asterisk and wait until it is fully booted; AsteriskFailedError if it is not.

    A leftover of the same instance is stopped first: to keep it, take `find_running` instead.
    """
    if leftover := find_running(instance):
        log.warning("stopping a leftover asterisk", instance=instance.name, pid=leftover.pid)
        await leftover.stop()
    try:
        render(instance)
    except ValueError as error:
        raise AsteriskFailedError(str(error)) from error
    with suppress(FileNotFoundError):
        instance.log.replace(instance.log.with_name("full.previous"))
    process = _launch(instance)
    try:
        async with asyncio.timeout(START_SECONDS):
            await _booted(process)
    except TimeoutError as error:
        raise _failed(process, f"it was not ready within {START_SECONDS:.0f} s") from error
    except AsteriskFailedError as error:
        raise _failed(process, str(error)) from error
    except BaseException:
        process.kill()
        raise
    log.info("asterisk started", instance=instance.name, pid=process.pid)
    return process


def _launch(instance: Instance) -> AsteriskProcess:
    """In a session of its own, so that a Ctrl-C meant for us doesn't reach it; never tied to the life of our loop."""
    child = subprocess.Popen(  # noqa: S603
        instance.install.command("-f", *_user(), "-C", instance.conf),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return AsteriskProcess(instance, child.pid, child)


def _user() -> list[str]:
    return ["-U", "asterisk", "-G", "asterisk"] if os.geteuid() == 0 else []


async def _booted(process: AsteriskProcess) -> None:
    """AMI takes connections early, but says FullyBooted only when all is there."""
    while True:
        if not process.running():
            raise AsteriskFailedError("it ended at once")
        with suppress(OSError, asyncio.IncompleteReadError):
            await _wait_fully_booted(process.instance)
            return
        await asyncio.sleep(_POLL_SECONDS)


async def _wait_fully_booted(instance: Instance) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", instance.ami_port)
    try:
        writer.write(f"Action: Login\r\nUsername: tandem\r\nSecret: {instance.ami_secret}\r\n\r\n".encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        if b"Response: Error" in answer:
            raise AsteriskFailedError(
                f"AMI port {instance.ami_port} refuses our login: is another Asterisk listening there?"
            )
        while b"Event: FullyBooted" not in answer:
            answer = await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()


def _is_ours(instance: Instance, pid: int) -> bool:
    """Process ids are used again: the command line tells whether it is this instance's Asterisk."""
    with suppress(OSError):
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return instance.conf.encode() in arguments
    return False


def _failed(process: AsteriskProcess, reason: str) -> AsteriskFailedError:
    process.kill()
    return AsteriskFailedError(f"asterisk did not start: {reason}\n{_last_lines(process.instance.log)}")


def _last_lines(file: Path, count: int = 12) -> str:
    with suppress(OSError):
        return "\n".join(file.read_text(errors="replace").splitlines()[-count:])
    return "(there is no log)"
