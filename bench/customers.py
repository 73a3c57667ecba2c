"""Customers: how fast a CSV comes in and how much memory that takes, and how long it takes to find who is calling."""

import asyncio
import csv
import io
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from bench.figure import Figure, delays
from tandem.store.customers.history import find
from tandem.store.customers.importing import import_csv
from tandem.store.database import open_database, upgrade

ROWS = (10_000, 100_000)
FINDS = 500


def run(folder: Path) -> list[Figure]:
    """Imports of both sizes, each in a process of its own, whose memory is looked at; then finds in the larger."""
    figures = [figure for rows in ROWS for figure in _imported(folder / f"{rows}.sqlite3", rows)]
    seconds = asyncio.run(_finds(folder / f"{ROWS[-1]}.sqlite3"))
    return [*figures, *delays("customers", f"found by number among {ROWS[-1]:,}", seconds)]


def _imported(path: Path, rows: int) -> list[Figure]:
    command = [sys.executable, "-m", "bench.customers", str(path), str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rate, again, memory = map(float, done.stdout.split())
    return [
        Figure("customers", f"import of {rows:,} new ones", rate, "rows per s"),
        Figure("customers", f"import of the same {rows:,} again", again, "rows per s"),
        Figure("customers", f"memory at the most, {rows:,} rows", memory, "MiB"),
    ]


async def _import(path: Path, rows: int) -> tuple[float, float, float]:
    """Rows a second of the first and of a second import, and the most memory (MiB) that this process ever had."""
    database = open_database(path)
    await upgrade(database)
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        report = await import_csv(database, _file(rows), "CN", 1000.0)
        seconds.append(time.perf_counter() - began)
        assert (report.lines, report.refused) == (rows, 0), report
    await database.dispose()
    return rows / seconds[0], rows / seconds[1], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _file(rows: int) -> AsyncIterator[bytes]:
    """A CSV of so many people, made while it is read."""
    yield b"name,tier,language,tags,phone,email,external\n"
    for first in range(0, rows, 500):
        out = io.StringIO()
        csv.writer(out).writerows(
            [f"顾客 {n}", ("", "member", "vip")[n % 3], "zh-CN", "tv;hifi", _number(n), f"c{n}@shop.example", f"C-{n}"]
            for n in range(first, min(first + 500, rows))
        )
        yield out.getvalue().encode()


def _number(n: int) -> str:
    return f"138{n:08}"


async def _finds(path: Path) -> list[float]:
    """Seconds that each took."""
    database = open_database(path)
    seconds = []
    for n in range(FINDS):
        began = time.perf_counter()
        known = await find(database, f"phone:+86{_number(n * 97)}")
        seconds.append(time.perf_counter() - began)
        assert known is not None
    await database.dispose()
    return seconds


if __name__ == "__main__":
    print(*asyncio.run(_import(Path(sys.argv[1]), int(sys.argv[2]))))
