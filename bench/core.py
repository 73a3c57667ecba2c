"""Events a CPU second: the pure core alone, and the engine with its journal on this machine's disk."""

import asyncio
import time
from pathlib import Path
from statistics import median

from bench.day import Moment, day
from bench.figure import Figure
from tandem.control.commands import Command
from tandem.control.plane import Plane
from tandem.service.engine import Engine
from tandem.store.journal import Entry
from tandem.store.sqlite_journal import SqliteJournal

CALLS = 4000
AGENTS = (100, 2000)
RUNS = 3


def run(folder: Path) -> list[Figure]:
    """Events a second through `Plane.handle`, and through the engine, which writes its journal to `folder`."""
    days = {agents: day(CALLS, agents) for agents in AGENTS}
    figures = [Figure("core", "events in a call's life", len(days[AGENTS[0]]) / CALLS)]
    for agents, events in days.items():
        rate = median(_handled(events) for _ in range(RUNS))
        figures.append(Figure("core", f"events handled, {agents:,} agents", rate, "per CPU s"))
    runs = [asyncio.run(_journalled(folder / f"{number}.sqlite3", days[AGENTS[0]])) for number in range(RUNS)]
    seconds, cpu = (median(column) for column in zip(*runs, strict=True))
    count = len(days[AGENTS[0]])
    return [
        *figures,
        Figure("core", "events handled and journalled", count / seconds, "per s"),
        Figure("core", "the same, by CPU time", count / cpu, "per CPU s"),
    ]


def _handled(events: list[Moment]) -> float:
    plane = Plane()
    began = time.process_time()
    for at, event in events:
        plane.handle(event, at)
    rate = len(events) / (time.process_time() - began)
    assert not plane.state.calls, "every call should have ended"
    return rate


async def _journalled(path: Path, events: list[Moment]) -> tuple[float, float]:
    """Seconds, and CPU seconds, until the commands of every event have left."""
    journal = await SqliteJournal.open(path)
    done = asyncio.get_running_loop().create_future()

    def carry_out(entry: Entry, _commands: list[Command]) -> None:
        if entry.seq == len(events):
            done.set_result(None)

    engine = Engine(journal, carry_out, time.time)
    for _, event in events:
        engine.emit(event)
    began, cpu_began = time.perf_counter(), time.process_time()
    loop = asyncio.create_task(engine.run())
    await done
    spent = time.perf_counter() - began, time.process_time() - cpu_began
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    await journal.close()
    assert not engine.plane.state.calls, "every call should have ended"
    return spent
