"""Inbound calls, and outbound work that is started only while enough agents stay free (Bhulai and Koole 2003)."""

from collections.abc import Mapping
from random import Random
from typing import Any

import msgspec

from tandem.acd.settings import QueueSettings
from tandem.sim.arrivals import poisson
from tandem.sim.model import Figures, centre, exponential, measure, staff, steady
from tandem.sim.tally import mean
from tandem.sim.world import World

INBOUND, OUTBOUND = "inbound", "outbound"


class Blend(msgspec.Struct):
    """Inbound rate, service rate of both, agents; outbound work starts only while fewer than `c` are busy."""

    lam: float
    mu: float
    s: int
    c: int


def blend(params: Mapping[str, Any], dice: Random, contacts: int) -> Figures:
    """Outbound contacts finished in a unit of time, what inbound callers wait, how busy the agents are."""
    model = msgspec.convert(params, Blend)
    queues = [QueueSettings(INBOUND, priority=1), QueueSettings(OUTBOUND, keep_free=model.s - model.c)]
    world = World(centre(queues, staff(model.s)), exponential(dice, model.mu))
    world.expect(poisson(dice, model.lam, INBOUND))
    world.work_off(OUTBOUND)
    span = steady(contacts, model.lam, model.lam / model.mu / model.s, model.mu)
    tally = measure(world, span)
    waits = tally.answered[INBOUND]
    return {
        "EW": mean(waits),
        "PW": sum(wait > 0 for wait in waits) / len(waits),
        "outbound": len(tally.answered[OUTBOUND]) / span.length,
        "occ": 1 - sum(tally.idle.values()) / model.s / span.length,
    }
