"""Contacts simulated a CPU second by the production router, beside SimPy and a bare heap loop, in the same run.

The queue is M/M/100 at a load of 0.95; all three serve the same callers and draw as many talks. The bare loop is what
physics asks for at least: an event list, a line, a number of free agents. SimPy is what such models are usually
written with: a process for each caller, a resource with as many places as there are agents.
"""

import gc
import time
from collections import deque
from collections.abc import Generator
from heapq import heappop, heappush
from pathlib import Path
from random import Random
from statistics import median

import msgspec
import simpy

from bench import compiled
from bench.figure import Figure
from tandem.acd.commands import RecordWait
from tandem.acd.settings import QueueSettings
from tandem.sim.arrivals import poisson
from tandem.sim.model import centre, exponential, staff
from tandem.sim.reading import read_scenario
from tandem.sim.trial import trial
from tandem.sim.world import World

AGENTS, HANDLING, LOAD = 100, 180.0, 0.95
RATE = AGENTS * LOAD / HANDLING
SECONDS = 60_000.0
RUNS = 3
PEAK_DAY = Path("tandem/sim/scenarios/peak_day.yaml")
SCALE = 0.05


def run(folder: Path) -> list[Figure]:
    """Contacts a CPU second: the router, SimPy, the bare loop, their ratios, and the peak day in small; then with the
    core compiled, where there is a compiler."""
    return measured("") + compiled.figures("simulator", folder)


def measured(how: str) -> list[Figure]:
    """The figures of the core as it is loaded now; `how` is added to their names."""
    gc.set_threshold(100_000)
    runs = [(_routed(), _simpy(), _bare()) for _ in range(RUNS)]
    for (_, own), *others in runs:
        assert all(abs(own - wait) < 1e-6 for _, wait in others), "all have to give the same waits"
    routed, simpys, bare = (median(rate for rate, _ in column) for column in zip(*runs, strict=True))
    contacts, offered = _peak_day()
    return [
        Figure("simulator", f"contacts, by the production router{how}", routed, "per CPU s"),
        Figure("simulator", f"contacts, by SimPy{how}", simpys, "per CPU s"),
        Figure("simulator", f"contacts, by a bare heap{how}", bare, "per CPU s"),
        Figure("simulator", f"the router to SimPy{how}", routed / simpys, "x"),
        Figure("simulator", f"the bare heap to the router{how}", bare / routed, "x"),
        Figure("simulator", f"peak day, {SCALE:.0%} of it: contacts{how}", contacts, "per CPU s"),
        Figure("simulator", f"peak day, {SCALE:.0%} of it: contacts past self-service{how}", offered, "per CPU s"),
    ]


def _routed() -> tuple[float, float]:
    """Contacts a CPU second, and their mean wait."""
    waits: list[float] = []

    def ended(wait: RecordWait, now: float) -> None:
        waits.append(now - wait.enqueued_at)

    queue = QueueSettings("q")
    world = World(centre([queue], staff(AGENTS)), exponential(Random(1), 1 / HANDLING))
    world.watch(RecordWait, ended)
    world.expect(poisson(Random(2), RATE, "q"))
    began = time.process_time()
    world.run(SECONDS)
    return len(waits) / (time.process_time() - began), sum(waits) / len(waits)


def _simpy() -> tuple[float, float]:
    """The same callers and talks as processes of SimPy."""
    dice, waits = Random(1), list[float]()
    centre = simpy.Environment()
    agents = simpy.Resource(centre, AGENTS)

    def call() -> Generator[simpy.Event, object, None]:
        came = centre.now
        with agents.request() as agent:
            yield agent
            waits.append(centre.now - came)
            yield centre.timeout(dice.expovariate(1 / HANDLING))

    def come() -> Generator[simpy.Event, object, None]:
        for caller in poisson(Random(2), RATE, "q"):
            yield centre.timeout(caller.at - centre.now)
            centre.process(call())

    began = time.process_time()
    centre.process(come())
    centre.run(SECONDS)
    return len(waits) / (time.process_time() - began), sum(waits) / len(waits)


def _bare() -> tuple[float, float]:
    """The same callers and talks with nothing but a heap and a line."""
    dice, callers = Random(1), poisson(Random(2), RATE, "q")
    began = time.process_time()
    waits: list[float] = []
    line: deque[float] = deque()
    free, number = AGENTS, 0
    coming = next(callers).at
    due: list[tuple[float, int]] = []
    while min(coming, due[0][0] if due else coming) <= SECONDS:
        if due and due[0][0] <= coming:
            now, _ = heappop(due)
            free += 1
        else:
            now = coming
            line.append(now)
            coming = next(callers).at
        if line and free:
            waits.append(now - line.popleft())
            free, number = free - 1, number + 1
            heappush(due, (now + dice.expovariate(1 / HANDLING), number))
    return len(waits) / (time.process_time() - began), sum(waits) / len(waits)


def _peak_day() -> tuple[float, float]:
    """Contacts a CPU second, all and those that reach the router."""
    scenario = read_scenario(PEAK_DAY.read_text(encoding="utf-8"), str(PEAK_DAY)).scaled(SCALE)
    began = time.process_time()
    found = trial(scenario, 1).queues()["all"]
    spent = time.process_time() - began
    return found["contacts"] / spent, found["offered"] / spent


if __name__ == "__main__":
    print(msgspec.json.encode(measured(", compiled")).decode())
