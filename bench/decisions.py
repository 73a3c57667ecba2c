"""Decisions of the router a CPU second, how long one `handle` takes, and what twice the agents and queues cost.

A decision is an offer. The centre is overloaded: every agent talks, and whenever a talk ends another begins and
another contact comes, so that as many wait as before. Or it is quiet: half of the agents are ready. A contact's life is
three events here (queued, connected, finished), as in the simulator. No two agents have the same skills. It has been
at work for five talks an agent before the clock starts.
"""

import random
import time
from itertools import count
from pathlib import Path
from statistics import median, quantiles

import msgspec

from bench import compiled
from bench.figure import Figure
from tandem.acd import events
from tandem.acd.commands import Command, Offer
from tandem.acd.router import Router
from tandem.acd.settings import AgentSettings, QueueSettings, Settings

SKILLS = 64
AGENTS, QUEUES, WAITING = 2_000, 200, 5_000
DECISIONS = 10_000
RUNS = 3


def run(folder: Path) -> list[Figure]:
    """Decisions a second and percentiles of `handle` at full size; the cost as agents and queues double. Then the same
    with the core compiled, where there is a compiler."""
    return measured("") + compiled.figures("decisions", folder)


def measured(how: str) -> list[Figure]:
    """The figures of the core as it is loaded now; `how` is added to their names."""
    figures = []
    for name, waiting in (("5,000 waiting", WAITING), ("half of the agents ready", 0)):
        times = [_times(AGENTS, QUEUES, waiting) for _ in range(RUNS)]
        parts = quantiles(times[0], n=100, method="inclusive")
        figures += [
            Figure("decisions", f"{name}: decisions{how}", DECISIONS / median(map(sum, times)), "per CPU s"),
            Figure("decisions", f"{name}: one handle, median{how}", parts[49] * 1e3, "CPU ms"),
            Figure("decisions", f"{name}: one handle, p99{how}", parts[98] * 1e3, "CPU ms"),
        ]
    return figures + [_cost(factor, how) for factor in (0.25, 0.5, 1.0, 2.0)]


def _cost(factor: float, how: str) -> Figure:
    """CPU time of a decision in a centre of another size."""
    agents, queues, waiting = (int(full * factor) for full in (AGENTS, QUEUES, WAITING))
    cost = median(sum(_times(agents, queues, waiting)) for _ in range(RUNS)) / DECISIONS
    name = f"{agents:,} agents, {queues} queues, {waiting:,} waiting: a decision{how}"
    return Figure("decisions", name, cost * 1e3, "CPU ms")


def _times(agents: int, queues: int, waiting: int) -> list[float]:
    """CPU seconds of every `handle` until enough decisions were made."""
    centre = Centre(agents, queues, waiting)
    centre.serve(5 * agents)
    centre.times.clear()
    centre.serve(DECISIONS)
    return centre.times


def settings(agents: int, queues: int) -> Settings:
    """Agents with 3 to 8 of the skills each, queues that need one or two; the same numbers give the same settings."""
    dice = random.Random(agents)
    names = [f"skill {number}" for number in range(SKILLS)]
    people = {}
    for number in range(agents):
        skills = {skill: dice.randint(1, 5) for skill in dice.sample(names, dice.randint(3, 8))}
        people[f"{number}"] = AgentSettings(f"{number}", skills, f"PJSIP/{number}")
    asked = {}
    for number in range(queues):
        model = dice.choice(list(people.values())).skills
        needs = {skill: min(level, 3) for skill, level in dice.sample(sorted(model.items()), dice.choice([1, 1, 1, 2]))}
        asked[f"queue {number}"] = QueueSettings(f"queue {number}", needs, wrap_up_seconds=0.0)
    return Settings(asked, people)


class Centre:
    """A router with everybody at work: all of them busy and `waiting` contacts, or half of them ready.

    `times` are the CPU seconds of every `handle`.
    """

    def __init__(self, agents: int, queues: int, waiting: int) -> None:
        self.times: list[float] = []
        self._dice = random.Random(queues)
        self._router = Router()
        self._now = 1_750_000_000.0
        self._talks: list[str] = []
        self._names = map(str, count())
        chosen = settings(agents, queues)
        self._queues = list(chosen.queues)
        self._tell(events.SettingsChanged(chosen))
        for name in chosen.agents:
            self._tell(events.DeviceFound(name))
            self._tell(events.AgentSignedIn(name))
        while len(self._router.snapshot().contacts) - len(self._talks) < waiting or len(self._talks) < agents // 2:
            self._arrive()

    def serve(self, decisions: int) -> None:
        """Let talks end and contacts come until so many offers were made."""
        made = 0
        while made < decisions:
            talk = self._dice.randrange(len(self._talks))
            self._talks[talk], self._talks[-1] = self._talks[-1], self._talks[talk]
            made += self._tell(events.ContactFinished(self._talks.pop()))
            made += self._arrive()

    def _arrive(self) -> int:
        return self._tell(events.ContactQueued(next(self._names), self._dice.choice(self._queues)))

    def _tell(self, event: events.Event) -> int:
        """Tell the router, and pick up every phone that rings; how many were rung."""
        self._now += 0.01
        rung = 0
        for command in self._handle(event):
            if isinstance(command, Offer):
                rung += 1 + self._tell(events.ContactConnected(command.offer))
                self._talks.append(command.contact)
        return rung

    def _handle(self, event: events.Event) -> list[Command]:
        began = time.process_time()
        commands = self._router.handle(event, self._now)
        self.times.append(time.process_time() - began)
        return commands


if __name__ == "__main__":
    print(msgspec.json.encode(measured(", compiled")).decode())
