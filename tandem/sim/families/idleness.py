"""Two pools of agents of different speed: whom to choose when several are idle (Atar 2008)."""

from collections.abc import Mapping
from itertools import chain
from random import Random
from typing import Any

import msgspec

from tandem.acd.settings import QueueSettings, Selection
from tandem.sim.arrivals import poisson
from tandem.sim.model import Figures, centre, measure, staff, steady
from tandem.sim.tally import Tally, mean
from tandem.sim.world import World

QUEUE, SKILL = "calls", "speed"
RULES: dict[str, Selection] = {"LISF": "longest_idle", "FSF": "most_proficient"}


class Pools(msgspec.Struct):
    """Agents and service rate by pool; arrival rate."""

    N: list[int]
    mu: list[float]
    lam: float


def idleness(params: Mapping[str, Any], dice: Random, contacts: int) -> Figures:
    """The longest idle first (LISF) against the fastest first (FSF)."""
    model = msgspec.convert(params, Pools)
    found: dict[str, float] = {}
    for name, selection in RULES.items():
        tally = _run(model, selection, dice, contacts)
        slow = sum(idle for agent, idle in tally.idle.items() if agent.startswith("0"))
        found[f"{name}_ASA"] = mean(tally.answered[QUEUE])
        found[f"{name}_idle_share0"] = slow / sum(tally.idle.values())
    return found


def _run(model: Pools, selection: Selection, dice: Random, contacts: int) -> Tally:
    fastest_last = sorted(set(model.mu))
    skills = [{SKILL: fastest_last.index(rate) + 1} for rate in model.mu]
    pools = [staff(number, skills[pool], str(pool)) for pool, number in enumerate(model.N)]
    queue = QueueSettings(QUEUE, {SKILL: 1}, selection=selection)
    rates = {agent.name: model.mu[pool] for pool, agents in enumerate(pools) for agent in agents}
    world = World(centre([queue], chain(*pools)), lambda _caller, agent: dice.expovariate(rates[agent]))
    world.expect(poisson(dice, model.lam, QUEUE))
    return measure(world, steady(contacts, model.lam, model.lam / sum(rates.values()), min(model.mu)))
