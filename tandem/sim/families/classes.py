"""Classes of customers before one group of agents; they differ in the place they get while they wait."""

from collections.abc import Mapping
from random import Random
from typing import Any

import msgspec

from tandem.acd.settings import QueueSettings
from tandem.sim.arrivals import poisson, together
from tandem.sim.model import Figures, centre, exponential, measure, staff, steady
from tandem.sim.tally import mean
from tandem.sim.world import World


class Classes(msgspec.Struct):
    """Arrival rates by class, one service rate, agents."""

    lam: list[float]
    mu: float
    c: int


class Ageing(Classes):
    """`b`: by class, what a unit of waiting counts."""

    b: list[float]


class HeadStart(Classes):
    """`head`: by class, the waiting given for free."""

    head: list[float]


def priority(params: Mapping[str, Any], dice: Random, contacts: int) -> Figures:
    """Class 0 first, then class 1, ... (Cobham 1954): priorities of queues."""
    model = msgspec.convert(params, Classes)
    queues = [QueueSettings(str(number), priority=-number) for number in range(len(model.lam))]
    return {"W": _waits(model, queues, dice, contacts)}


def ageing(params: Mapping[str, Any], dice: Random, contacts: int) -> Figures:
    """Who has the largest b x wait goes first (Kleinrock 1964): the ageing of queues."""
    model = msgspec.convert(params, Ageing)
    queues = [QueueSettings(str(number), ageing=b) for number, b in enumerate(model.b)]
    return {"W": _waits(model, queues, dice, contacts)}


def head_start(params: Mapping[str, Any], dice: Random, contacts: int) -> Figures:
    """Who has the largest wait + head start goes first: the boost of contacts."""
    model = msgspec.convert(params, HeadStart)
    queues = [QueueSettings(str(number)) for number in range(len(model.head))]
    return {"W_sim": _waits(model, queues, dice, contacts, model.head)}


def _waits(
    model: Classes, queues: list[QueueSettings], dice: Random, contacts: int, boosts: list[float] | None = None
) -> list[float]:
    """The mean wait by class."""
    world = World(centre(queues, staff(model.c)), exponential(dice, model.mu))
    boosts = boosts or [0.0] * len(queues)
    lots = zip(model.lam, queues, boosts, strict=True)
    world.expect(together(*(poisson(dice, rate, queue.name, boost) for rate, queue, boost in lots)))
    rate = sum(model.lam)
    tally = measure(world, steady(contacts, rate, rate / model.mu / model.c, model.mu))
    return [mean(tally.answered[queue.name]) for queue in queues]
