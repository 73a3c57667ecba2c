"""When callers come, and what they bring with them."""

from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from math import inf
from random import Random
from typing import TypeVar

import msgspec

QUARTER_SECONDS = 900.0
T = TypeVar("T")


class Caller(msgspec.Struct, frozen=True, order=True, gc=False):
    """Someone who asks for an agent at `at`; gives up when the wait lasts longer than `patience`.

    `priority`, `boost` and `tier` are those of acd.events.ContactQueued. `talk` is how long it takes an ordinary agent
    to serve them, where that is known beforehand. `leaves` is the outcome of a wait that outlasts the patience;
    `called_back`: who then takes a callback. `since` keeps an earlier age. `dial_seconds` is set for work whose line is
    released: the customer's phone may ring so long.
    """

    at: float
    queue: str
    patience: float = inf
    priority: int = 0
    boost: float = 0.0
    tier: str = ""
    talk: float | None = None
    leaves: str = "abandoned"
    since: float | None = None
    dial_seconds: float | None = None


Callers = Iterator[Caller]


def poisson(dice: Random, rate: float, queue: str, boost: float = 0.0, give_up_rate: float = 0.0) -> Callers:
    """Callers who come independently, `rate` in a unit of time, for ever; patience is exponential (0: endless)."""
    at = 0.0
    while True:
        at += dice.expovariate(rate)
        patience = dice.expovariate(give_up_rate) if give_up_rate else inf
        yield Caller(at, queue, patience, boost=boost)


def by_quarter_hour(dice: Random, counts: Sequence[float], start: float, caller: Callable[[float], T]) -> Iterator[T]:
    """Poisson arrivals whose expected number changes every quarter-hour from `start` (seconds), as in `counts`."""
    for number, count in enumerate(counts):
        at = start + number * QUARTER_SECONDS
        end = at + QUARTER_SECONDS
        while count and (at := at + dice.expovariate(count / QUARTER_SECONDS)) < end:
            yield caller(at)


def together(*sources: Callers) -> Callers:
    """All callers of several sources, in the order in which they come."""
    return merge(*sources)
