"""Wallace and Whitt's call centre (2005): six types of calls, 90 agents with one or more skills, 120 lines."""

from collections.abc import Mapping
from random import Random
from typing import Any

import msgspec

from tandem.acd.settings import AgentSettings, QueueSettings
from tandem.sim.arrivals import poisson, together
from tandem.sim.families.erlang import busiest
from tandem.sim.model import Figures, centre, exponential, measure, steady
from tandem.sim.tally import mean
from tandem.sim.world import World

TYPES, TEAM, LINES = 6, 15, 120
AGENTS = TYPES * TEAM
MEAN_MINUTES = 10.0
TARGET_MINUTES = 0.5


class Skills(msgspec.Struct):
    """How many skills each agent has (1 to 6); the load in agents."""

    skills: int
    load: float


def skills_own_first(params: Mapping[str, Any], dice: Random, contacts: int) -> Figures:
    """An agent who becomes free takes the type they are best at, the oldest first within it."""
    return _figures(msgspec.convert(params, Skills), True, dice, contacts)


def skills_longest_wait(params: Mapping[str, Any], dice: Random, contacts: int) -> Figures:
    """An agent who becomes free takes the longest waiting of all types they can take."""
    return _figures(msgspec.convert(params, Skills), False, dice, contacts)


def _figures(model: Skills, own_first: bool, dice: Random, contacts: int) -> Figures:
    types = [str(number) for number in range(TYPES)]
    queues = [QueueSettings(name, {name: 1}, selection="most_proficient") for name in types]
    agents = [agent_of(team, number, model.skills) for team in range(TYPES) for number in range(TEAM)]
    world = World(centre(queues, agents, own_first), exponential(dice, 1 / MEAN_MINUTES), LINES)
    rate = model.load / MEAN_MINUTES
    world.expect(together(*(poisson(dice, rate / TYPES, name) for name in types)))
    tally = measure(world, steady(contacts, rate, min(model.load / AGENTS, busiest(LINES - AGENTS)), 1 / MEAN_MINUTES))
    waits = tally.waits()
    arrivals = len(waits) + world.turned_away
    return {
        "block": world.turned_away / arrivals,
        "ASA": mean(waits),
        "SL_half_min": sum(wait <= TARGET_MINUTES for wait in waits) / arrivals,
    }


def agent_of(team: int, number: int, skills: int) -> AgentSettings:
    """Their own type is their best skill (level 1 of the model); the model has six levels, one more than we rate."""
    others = [(team + 1 + (number + level * (number // 5 + 1)) % 5) % TYPES for level in range(skills - 1)]
    rated = {str(kind): TYPES - level for level, kind in enumerate([team, *others])}
    name = f"{team}-{number:02}"
    return AgentSettings(name, rated, f"PJSIP/{name}")
