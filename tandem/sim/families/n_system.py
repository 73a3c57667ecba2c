"""Harrison's N-system (1998): server 0 takes class 0 only, server 1 takes both, class 0 at half the speed."""

from collections.abc import Mapping
from random import Random
from typing import Any

import msgspec

from tandem.acd.settings import AgentSettings, QueueSettings
from tandem.sim.arrivals import poisson, together
from tandem.sim.model import GROWTH, Figures, Span, centre, measure
from tandem.sim.tally import mean
from tandem.sim.world import World

SERVERS = [AgentSettings("0", {"class 0": 2}, "PJSIP/0"), AgentSettings("1", {"class 0": 1, "class 1": 1}, "PJSIP/1")]
RATES = {("0", "0"): 1.0, ("0", "1"): 0.5, ("1", "1"): 1.0}
"""By class and server."""


class NSystem(msgspec.Struct):
    """Arrivals are 1.3 rho and 0.4 rho."""

    rho: float


def n_system(params: Mapping[str, Any], dice: Random, contacts: int) -> Figures:
    """The mean wait of class 1, when class 0 always goes first at server 1, and when the longest waiting does."""
    rho = msgspec.convert(params, NSystem).rho
    found: dict[str, float] = {}
    for name, priority in (("class1_wait_static_priority", 1), ("class1_wait_longest_waiting", 0)):
        found[name], found[name + GROWTH] = _run(rho, priority, dice, contacts)
    return found


def _run(rho: float, priority: int, dice: Random, contacts: int) -> tuple[float, float]:
    """Class 1: the mean wait, and by how many more wait in the end than in the beginning, in a unit of time."""
    queues = [
        QueueSettings("0", {"class 0": 1}, priority=priority, selection="most_proficient"),
        QueueSettings("1", {"class 1": 1}),
    ]
    world = World(centre(queues, SERVERS), lambda caller, agent: dice.expovariate(RATES[caller.queue, agent]))
    world.expect(together(poisson(dice, 1.3 * rho, "0"), poisson(dice, 0.4 * rho, "1")))
    length = contacts / (1.7 * rho)
    span = Span(length / 2, length * 1.5)
    world.run(span.since)
    before = _unanswered(world)
    tally = measure(world, span)
    return mean(tally.answered["1"]), (_unanswered(world) - before) / span.length


def _unanswered(world: World) -> int:
    return sum(contact.queue == "1" for contact in world.router.snapshot().contacts.values())
