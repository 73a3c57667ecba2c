"""Load by sipp (the Debian package sip-tester): many callers, and agents' phones, on 127.0.0.1.

Each sipp runs in a folder of its own, where its statistics and logs stay. Playing keys needs root (a raw socket).
"""

import asyncio
import contextlib
import csv
import re
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

import msgspec

from bench.load.dtmf import write_keys

_SCENARIOS = Path(__file__).parent
_STOP_SECONDS = 5.0
REGISTRATIONS = 50
"""A second."""
_FINISHED = (0, 1)
"""sipp's exit codes for: all calls as they should be, some not."""


class _Scenario(Template):
    """`%{name}` is ours; `[name]` is sipp's, which takes no words of its own for the time-out of a `recv`."""

    delimiter = "%"


class Counts(msgspec.Struct, frozen=True):
    """What sipp counted: calls begun, answered, ended as the scenario says, failed, and open still.

    For agents `begun` and `done` hold the switch's OPTIONS too: `answered` is the number of calls.
    """

    begun: int = 0
    answered: int = 0
    done: int = 0
    failed: int = 0
    open: int = 0


class Sipp:
    """One sipp process."""

    def __init__(self, folder: Path, process: asyncio.subprocess.Process) -> None:
        self._folder = folder
        self._process = process

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def finish(self, within: float) -> Counts:
        """Wait until all its calls are over.

        TimeoutError (and it is stopped) when that takes longer; ChildProcessError when sipp itself fails.
        """
        try:
            async with asyncio.timeout(within):
                await self._process.wait()
        except TimeoutError:
            await self.stop()
            raise
        if self._process.returncode not in _FINISHED:
            raise ChildProcessError(f"sipp ended with {self._process.returncode}\n{self.errors()}")
        return self.counts()

    async def stop(self) -> Counts:
        """End it: begin no more calls, wait a little for the open ones, then end those too."""
        for sign in (signal.SIGUSR1, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(sign)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_STOP_SECONDS):
                    await self._process.wait()
                    break
        return self.counts()

    def counts(self) -> Counts:
        """The last line of its statistics; all 0 before there is one (sipp writes one each second)."""
        return read_counts(self._folder / "statistics.csv")

    def errors(self) -> str:
        """What it complained about. The end of a wait that the scenario foresees is no complaint."""
        path = self._folder / "errors.log"
        if not path.exists():
            return ""
        entries = re.split(r"(?=\d{4}-\d\d-\d\d\t)", path.read_text(errors="replace"))
        return "\n".join(entry for entry in entries[1:] if "receive timeout on message" not in entry)


def read_counts(path: Path) -> Counts:
    """Read a statistics file of sipp's (`-trace_stat`)."""
    if not path.exists():
        return Counts()
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    if not rows:
        return Counts()
    last = rows[-1]
    return Counts(
        begun=int(last["TotalCallCreated"]),
        answered=int(last.get("answered(C)") or 0),
        done=int(last["SuccessfulCall(C)"]),
        failed=int(last["FailedCall(C)"]),
        open=int(last["CurrentCall"]),
    )


async def call(
    folder: Path,
    sip_port: int,
    number: str,
    *,
    keys: str,
    calls: int,
    per_second: float,
    listen: float,
    patience: float,
) -> Sipp:
    """Start `calls` callers of `number`, `per_second`, at the switch on `sip_port`.

    Each listens `listen` seconds, presses `keys`, and hangs up `patience` seconds later if nobody has before.
    """
    _write_keys(folder, keys)
    milliseconds = {"listen_ms": round(listen * 1000), "patience_ms": round(patience * 1000)}
    rate = ["-s", number, "-m", str(calls), *_rate(per_second), "-l", str(calls)]
    return await _start(folder, "caller.xml", sip_port, milliseconds, [*rate, "-mp", "41000"])


async def agents(
    folder: Path, sip_port: int, own_port: int, accounts: Mapping[str, str], *, answer: float, talk: float
) -> Sipp:
    """Register `accounts` (user: password) and start their phones on `own_port`.

    They answer after `answer` seconds and hang up `talk` seconds later. Registration comes from the very port the
    phones listen on, since the switch trusts the sender's address more than Contact. ConnectionError when refused.
    """
    await _register(folder, sip_port, own_port, accounts)
    milliseconds = {"answer_ms": round(answer * 1000), "talk_ms": round(talk * 1000)}
    return await _start(folder, "agent.xml", sip_port, milliseconds, ["-p", str(own_port), "-mp", "43000"])


async def _register(folder: Path, sip_port: int, own_port: int, accounts: Mapping[str, str]) -> None:
    """Once more where not all were: the switch asks each new phone whether it is there, and sipp may miss an answer."""
    path = _write_accounts(folder / "register", accounts)
    options = ["-p", str(own_port), "-inf", path.name, "-m", str(len(accounts)), *_rate(REGISTRATIONS)]
    for _ in range(2):
        registering = await _start(folder / "register", "register.xml", sip_port, {}, options)
        counts = await registering.finish(within=30 + len(accounts) / REGISTRATIONS)
        if counts.done == len(accounts):
            return
    raise ConnectionError(f"{counts.done} of {len(accounts)} phones were registered\n{registering.errors()}")


def _write_accounts(folder: Path, accounts: Mapping[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "accounts.csv"
    rows = [f"{user};[authentication username={user} password={password}]" for user, password in accounts.items()]
    path.write_text("\n".join(["SEQUENTIAL", *rows, ""]))
    path.chmod(0o600)
    return path


def _write_keys(folder: Path, keys: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_keys(folder / "keys.pcap", keys)


def _rate(per_second: float) -> list[str]:
    """sipp takes whole calls only: 2.5 a second is 25 every 10 s, spread evenly by it."""
    return ["-r", str(round(per_second * 10)), "-rp", "10000"]


async def _start(folder: Path, scenario: str, sip_port: int, values: Mapping[str, int], options: Sequence[str]) -> Sipp:
    _write_scenario(folder, scenario, values)
    files = ["-trace_stat", "-stf", "statistics.csv", "-fd", "1", "-trace_err", "-error_file", "errors.log"]
    process = await asyncio.create_subprocess_exec(
        *("sipp", f"127.0.0.1:{sip_port}", "-i", "127.0.0.1", "-sf", scenario),
        *(*options, *files, "-nostdin", "-timeout_error"),
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return Sipp(folder, process)


def _write_scenario(folder: Path, name: str, values: Mapping[str, int]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(_Scenario((_SCENARIOS / name).read_text()).substitute(values))
    (folder / "statistics.csv").unlink(missing_ok=True)
