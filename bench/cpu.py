"""CPU seconds that a process has used, whole and by thread, from /proc (see proc(5))."""

import os
from pathlib import Path

import msgspec

_TICK = 1 / os.sysconf("SC_CLK_TCK")


class CpuUsed(msgspec.Struct, frozen=True):
    """CPU seconds (user and system) since the process began, or between two moments; `threads` by thread name."""

    total: float
    threads: dict[str, float]

    def since(self, earlier: "CpuUsed") -> "CpuUsed":
        """What was used between `earlier` and this. Threads that ended in between count in `total` only."""
        threads = {name: seconds - earlier.threads.get(name, 0.0) for name, seconds in self.threads.items()}
        return CpuUsed(self.total - earlier.total, threads)


def cpu_used(pid: int) -> CpuUsed:
    """Read it now, to the clock tick (10 ms); ProcessLookupError when there is no such process."""
    process = Path(f"/proc/{pid}")
    if not process.exists():
        raise ProcessLookupError(pid)
    threads: dict[str, float] = {}
    for task in (process / "task").iterdir():
        try:
            name, seconds = _read(task / "stat")
        except FileNotFoundError:  # a thread that has just ended
            continue
        threads[name] = threads.get(name, 0.0) + seconds
    return CpuUsed(_read(process / "stat")[1], threads)


def _read(path: Path) -> tuple[str, float]:
    """Name and CPU seconds; the name stands in brackets and may hold blanks and brackets itself."""
    head, _, rest = path.read_text().rpartition(")")
    fields = rest.split()
    return head.partition("(")[2], (int(fields[11]) + int(fields[12])) * _TICK
