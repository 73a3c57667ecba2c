"""Exact figures of one queue with agents who are all alike: Erlang A (who waits too long gives up) and Erlang C."""

from collections.abc import Callable
from math import exp, inf, log
from typing import NamedTuple

_PANELS = 2000
_NEGLIGIBLE = 1e-15
_LARGE = 1e100


class Queue(NamedTuple):
    """What comes and what it asks for: contacts a second, and means in seconds. `patience` inf: nobody gives up."""

    rate: float
    handling: float
    patience: float = inf

    @property
    def load(self) -> float:
        """How many agents it would keep busy, if nobody gave up (Erlang)."""
        return self.rate * self.handling


class Level(NamedTuple):
    """What so many agents give: shares 0 to 1, times in seconds.

    `level`: answered within the target / offered. `wait`: the mean of the answered.
    """

    agents: int
    level: float
    wait: float
    abandonment: float
    occupancy: float


Model = Callable[[Queue, int, float], Level]


def erlang_c(queue: Queue, agents: int, within: float) -> Level:
    """M/M/c, patience left out of account; the waits are endless (level 0) when agents are not more than the load.

    Source: Erlang 1917; the probability of waiting from Erlang B's recursion.
    """
    if agents <= queue.load:
        return Level(agents, 0.0, inf, 0.0, 1.0)
    blocked, occupancy = erlang_b(queue.load, agents), queue.load / agents
    waits = blocked / (1 - occupancy * (1 - blocked))
    spare = agents / queue.handling - queue.rate
    return Level(agents, 1 - waits * exp(-spare * within), waits / spare, 0.0, occupancy)


def erlang_a(queue: Queue, agents: int, within: float) -> Level:
    """M/M/c+M, Palm's model; Erlang C when nobody gives up.

    Sources: Palm 1957; the density of the wait that is offered, lambda p(c-1) exp(lambda (1 - e^(-theta x)) / theta -
    c mu x), Baccelli and Hebuterne 1981. Its integral up to the target is by Simpson's rule.
    """
    if queue.patience == inf:
        return erlang_c(queue, agents, within)
    rate, theta, capacity = queue.rate, 1 / queue.patience, agents / queue.handling
    below, log_last, lost, waited = _ahead(queue, agents)

    def served(x: float) -> float:
        """The density, at x, of waits whose caller is still there at their end."""
        return exp(log_last + rate * (1 - exp(-theta * x)) / theta - (capacity + theta) * x)

    level = below + rate * _integral(served, within)
    return Level(agents, level, waited / (1 - lost), lost, queue.load * (1 - lost) / agents)


class _Ahead(NamedTuple):
    """The probabilities that not all agents are busy (`below`), and (its logarithm) that all but one are; of all who
    come, the share that gives up, and the mean wait of those who are served, times their share."""

    below: float
    log_last: float
    lost: float
    waited: float


def _ahead(queue: Queue, agents: int) -> _Ahead:
    """By adding up over how many are ahead of one who comes; with k ahead, the next leaves at the rate c mu + k theta.

    So one with k ahead is served with probability r(0) / r(k + 1), after 1 / r(1) + ... + 1 / r(k + 1) in the mean.
    Everything is relative to the probability that all but one agents are busy, and scaled down when it grows large.
    """
    theta, capacity = 1 / queue.patience, agents / queue.handling
    below, shift = 1 / erlang_b(queue.load, agents - 1), 0.0
    there = lost = waited = until = 0.0
    term, left = 1.0, capacity
    while left < queue.rate or term > _NEGLIGIBLE * there:
        term *= queue.rate / left
        left += theta
        until += 1 / left
        there, lost, waited = there + term, lost + term * (1 - capacity / left), waited + term * until * capacity / left
        if there > _LARGE:
            below, term, there, lost, waited = (part / _LARGE for part in (below, term, there, lost, waited))
            shift += log(_LARGE)
    total = below + there
    return _Ahead(below / total, -log(total) - shift, lost / total, waited / total)


def erlang_b(load: float, agents: int) -> float:
    """The probability that all of so many agents are busy, when who finds them so goes away: the recursion."""
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def least_agents(model: Model, queue: Queue, target: float, within: float) -> Level:
    """The least agents of whom the model says that they answer this share (below 1) of the offered in time."""
    few, many = 0, 1
    while model(queue, many, within).level < target:
        few, many = many, many * 2
    while many - few > 1:
        middle = (few + many) // 2
        enough = model(queue, middle, within).level >= target
        few, many = (few, middle) if enough else (middle, many)
    return model(queue, many, within)


def _integral(function: Callable[[float], float], until: float) -> float:
    """From 0, by Simpson's rule."""
    step = until / _PANELS
    inner = sum((4 if number % 2 else 2) * function(number * step) for number in range(1, _PANELS))
    return (function(0.0) + inner + function(until)) * step / 3
