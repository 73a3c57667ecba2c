"""A controller that outlived its supervisor is ended, whatever it does meanwhile."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tandem.service import supervisor
from tandem.service.cli import _run
from tandem.service.config import Config
from tandem.service.supervisor import ControllerProcess, StartFailedError, Supervisor, _end_orphan
from tandem.store.sqlite_journal import holder
from tandem.store.sqlite_journal_reader import JOURNAL

HOLDS = """
import fcntl, os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN if sys.argv[3] == "deaf" else signal.SIG_DFL)
handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
fcntl.flock(handle, fcntl.LOCK_EX)
os.write(handle, (sys.argv[2].format(pid=os.getpid())).encode())
print("held", flush=True)
time.sleep(60)
"""


class Holder:
    """Starts a process that holds the journal of `home`, and writes so into its lock; it ends at SIGTERM or not."""

    def __init__(self, home: Path) -> None:
        self.journal = home / JOURNAL
        self.process: subprocess.Popen[str] | None = None

    def begin(self, says: str, how: str = "polite") -> int:
        lock = self.journal.with_name(f"{JOURNAL}.lock")
        command = [sys.executable, "-c", HOLDS, str(lock), says, how]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "held\n"
        return self.process.pid


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Holder]:
    made = Holder(tmp_path)
    yield made
    if made.process:
        made.process.kill()
        made.process.communicate()


async def test_an_orphan_is_ended(other: Holder, tmp_path: Path) -> None:
    other.begin("{pid} 1")
    await _end_orphan(Config(home=tmp_path))
    assert holder(other.journal) is None


async def test_one_that_does_not_listen_is_gone_when_this_is_over(
    other: Holder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.4)
    other.begin("{pid} 1", "deaf")
    await _end_orphan(Config(home=tmp_path))
    assert holder(other.journal) is None


async def test_another_supervisors_is_left(other: Holder, tmp_path: Path) -> None:
    pid = other.begin(f"{{pid}} {os.getpid()}")
    await _end_orphan(Config(home=tmp_path))
    assert holder(other.journal) == (pid, os.getpid())


@pytest.mark.parametrize("says", ["", "{pid}"])
async def test_a_lock_that_does_not_say_who_started_it_is_left(says: str, other: Holder, tmp_path: Path) -> None:
    """It was taken at this moment, or by an older Tandem: the new controller says whose the journal is."""
    other.begin(says)
    await _end_orphan(Config(home=tmp_path))
    assert other.process is not None
    assert other.process.poll() is None


async def test_one_that_ends_by_itself_meanwhile_is_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await ended.wait()
    held = iter([(ended.pid, 1)])
    monkeypatch.setattr(supervisor, "holder", lambda _: next(held, None))
    await _end_orphan(Config(home=tmp_path))


async def test_a_supervisor_that_is_one_too_many_ends_no_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Asterisk that runs is not its own, and goes on when its controller can't be started."""
    stopped = []

    class Running:
        async def stop(self) -> None:
            stopped.append(self)

    async def instance(*_: object, **__: object) -> None: ...

    async def fails(_: Config) -> ControllerProcess:
        raise StartFailedError("another controller runs on the journal")

    monkeypatch.setattr(supervisor, "instance_of", instance)
    monkeypatch.setattr(supervisor, "find_running", lambda _: Running())
    monkeypatch.setattr(ControllerProcess, "start", fails)
    second = Supervisor(Config(home=tmp_path))
    with pytest.raises(StartFailedError):
        await second.start()
    await second.stop()
    assert stopped == []


async def test_a_wish_to_restart_that_comes_too_early_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled = []

    async def begins(_: Supervisor) -> None:
        handled.append(signal.getsignal(signal.SIGHUP))

    async def nothing(*_: object) -> None: ...

    monkeypatch.setattr("tandem.service.cli.welcome_admin", nothing)
    for name, does in {"start": begins, "watch": nothing, "stop": nothing}.items():
        monkeypatch.setattr(Supervisor, name, does)
    await _run(Config(home=tmp_path))
    assert handled != [signal.SIG_DFL]
