"""What the families of oracle cases have in common: how a centre is put together, run and measured."""

from collections.abc import Callable, Iterable, Mapping
from math import sqrt
from random import Random
from typing import Any, NamedTuple

from msgspec.structs import replace

from tandem.acd.settings import AgentSettings, QueueSettings, Settings
from tandem.sim.tally import Tally
from tandem.sim.world import Handling, World

Figures = Mapping[str, float | list[float]]
Family = Callable[[Mapping[str, Any], Random, int], Figures]
"""(parameters of a case, dice of one replication, contacts to serve in it at least) -> what was measured, by name.

Raises msgspec.ValidationError when a parameter is missing or of the wrong type.
"""

GROWTH = " growth"
"""Ends the name of a figure that is above zero when the one before does not settle: it grows with the run."""

WARM_UP, LENGTH = 2.0, 10.0
"""In relaxation times: what is thrown away at the start of a replication, and the least that is measured after it."""


class Span(NamedTuple):
    """What is measured of a run, in the model's unit of time from its start."""

    since: float
    until: float

    @property
    def length(self) -> float:
        """How long it lasts."""
        return self.until - self.since


def steady(contacts: int, rate: float, load: float, slowest: float) -> Span:
    """Long enough for `contacts` at `rate`, and for a system of that `load` (below 1) to forget how it started.

    Its relaxation time is that of the queue, 1 / (c mu (1 - sqrt(load))^2) with c mu = rate / load, and three times the
    mean of whatever lasts longest in it, 1 / `slowest`, for the agents to become busy.
    """
    relaxation = 3 / slowest + load / rate / (1 - sqrt(load)) ** 2
    since = WARM_UP * relaxation
    return Span(since, since + max(contacts / rate, LENGTH * relaxation))


def centre(queues: Iterable[QueueSettings], agents: Iterable[AgentSettings], own_first: bool = False) -> Settings:
    """Settings in which no talk is followed by a wrap-up, because the models know none."""
    known = {queue.name: replace(queue, wrap_up_seconds=0.0) for queue in queues}
    return Settings(known, {agent.name: agent for agent in agents}, own_first=own_first)


def staff(number: int, skills: Mapping[str, int] | None = None, team: str = "agent") -> list[AgentSettings]:
    """So many agents with equal skills; their names begin with `team`."""
    names = [f"{team} {index}" for index in range(number)]
    return [AgentSettings(name, dict(skills or {}), f"PJSIP/{name}") for name in names]


def exponential(dice: Random, rate: float) -> Handling:
    """Handling times that are exponential with this rate, whoever serves whom."""
    return lambda _caller, _agent: dice.expovariate(rate)


def measure(world: World, span: Span) -> Tally:
    """Run the world to the end of the span; what was seen within it."""
    world.run(span.since)
    tally, world.turned_away = Tally(span.since), 0
    tally.watch(world)
    world.run(span.until)
    tally.close(world.router.snapshot(), span.until)
    return tally
