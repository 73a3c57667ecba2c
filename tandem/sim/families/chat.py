"""Agents who serve several chats at once: without a slow-down they are as many servers as chats fit."""

from collections.abc import Mapping
from math import inf
from random import Random
from typing import Any

import msgspec
from msgspec.structs import replace

from tandem.acd.settings import ATTENTION, ChannelSettings, QueueSettings
from tandem.sim.arrivals import Caller, poisson
from tandem.sim.families.erlang import QUEUE, figures
from tandem.sim.model import Figures, centre, measure, staff, steady
from tandem.sim.world import World


class Chat(msgspec.Struct):
    """Arrival rate, service rate, chats that fit together (c), and the threshold of the service level.

    An agent has `slots`; where the agents do not come out even with these, each has one.
    """

    lam: float
    mu: float
    c: int
    t: float = inf
    slots: int = 3


def chat(params: Mapping[str, Any], dice: Random, contacts: int) -> Figures:
    """Agents x slots, each chat as fast beside others as alone: M/M/(agents x slots)."""
    model = msgspec.convert(params, Chat)
    slots = model.slots if model.c % model.slots == 0 else 1
    span = steady(contacts, model.lam, model.lam / model.mu / model.c, model.mu)
    settings = centre([QueueSettings(QUEUE, channel="chat")], staff(model.c // slots))
    busy = 0.0

    def handling(_caller: Caller, _agent: str) -> float:
        nonlocal busy
        seconds = dice.expovariate(model.mu)
        busy += max(min(world.now + seconds, span.until) - max(world.now, span.since), 0.0)
        return seconds

    world = World(replace(settings, channels={"chat": ChannelSettings(ATTENTION // slots)}), handling)
    world.expect(poisson(dice, model.lam, QUEUE))
    return figures(model.c, model.t, span, measure(world, span), 0, busy)
