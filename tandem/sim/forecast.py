"""How many contacts will still come today: past days' quarter-hours, and what today has shown so far.

A day is busier or calmer than others as a whole: its quarter-hours are Poisson around the usual ones times one factor
of the day, which is gamma distributed with mean 1 (Whitt 1999; Jongbloed and Koole 2001, Poisson mixtures). What came
today, divided by what was usual until now, is an estimate of that factor; the posterior mean shrinks it towards 1, the
more so the less has come and the more alike the past days were. So the update is that of the ratio with the penalty
that the model implies, in the line of Shen and Huang 2008 (dynamic updating by penalized least squares) and
Gans, Shen, Zhou, Korolev, McCord and Ristock 2015, whose multiplicative day effect it has.
"""

from collections.abc import Iterator, Sequence
from math import exp, lgamma, log
from statistics import fmean, variance
from typing import NamedTuple

from tandem.sim.arrivals import QUARTER_SECONDS
from tandem.sim.erlang import Queue, erlang_a, least_agents

LOW, HIGH = 0.1, 0.9
"""The range that a forecast tells: four quarter-hours of five lie in it."""

FEW_DAYS = 3
UNCERTAIN = 0.04
"""The variance of the day's factor that is taken while there are fewer days than that: a fifth up or down."""


class Quarter(NamedTuple):
    """What is to be expected in quarter-hour `number` of the day (from 0), and the range of four cases in five."""

    number: int
    expected: float
    low: int
    high: int


class Forecast(NamedTuple):
    """The rest of a day. `factor` is how busy the day is beside the usual one; `ratio` what today alone would say (None
    while nothing was usual), `weight` (0 to 1) how much that counted."""

    factor: float
    ratio: float | None
    weight: float
    quarters: tuple[Quarter, ...]


def forecast(past: Sequence[Sequence[int]], today: Sequence[int]) -> Forecast:
    """`past`: the counts of each quarter-hour of past days, all of one length; `today`: those that are over.

    ValueError when there is no past day, or one is shorter than another or than today.
    """
    lengths = {len(day) for day in past}
    if len(lengths) != 1 or len(today) > min(lengths):
        raise ValueError("the past days must be at least one, and as long as each other and as today at least")
    usual = [fmean(day[quarter] for day in past) for quarter in range(min(lengths))]
    spread = spread_of([sum(day) for day in past])
    expected, came = sum(usual[: len(today)]), sum(today)
    # The gamma's shape and rate: 1 / spread each before today, and after what came of what was expected.
    weight = expected * spread / (1 + expected * spread)
    ratio = came / expected if expected else None
    factor = 1 + weight * (ratio - 1) if ratio is not None else 1.0
    shape = 1 / spread + came if spread else None
    rest = range(len(today), len(usual))
    return Forecast(factor, ratio, weight, tuple(_quarter(number, usual[number] * factor, shape) for number in rest))


def spread_of(totals: Sequence[int]) -> float:
    """The variance of the day's factor: of the days' totals, what is more than that of Poisson, by the mean squared."""
    if len(totals) < FEW_DAYS:
        return UNCERTAIN
    mean = fmean(totals)
    return max(variance(totals) - mean, 0.0) / mean**2 if mean else 0.0


def staff_needed(
    expected: float, handling: float, patience: float, target: float, within: float, quarter: float = QUARTER_SECONDS
) -> int:
    """The least agents that answer the share `target` of so many contacts in a quarter-hour `within` seconds, by
    Erlang A; `handling` (with wrap-up) and `patience` are means, seconds."""
    if expected <= 0:
        return 0
    return least_agents(erlang_a, Queue(expected / quarter, handling, patience), target, within).agents


def _quarter(number: int, mean: float, shape: float | None) -> Quarter:
    if not mean:
        return Quarter(number, 0.0, 0, 0)
    low, high = _quantiles(mean, shape)
    return Quarter(number, mean, low, high)


def _quantiles(mean: float, shape: float | None) -> tuple[int, int]:
    """LOW and HIGH of a Poisson count, or of one whose mean is gamma with this shape: negative binomial."""
    total, low = 0.0, -1
    for count, probability in enumerate(_probabilities(mean, shape)):
        total += probability
        if low < 0 and total >= LOW:
            low = count
        if total >= HIGH:
            return low, count
    raise AssertionError("the probabilities do not end")


def _probabilities(mean: float, shape: float | None) -> Iterator[float]:
    """Of 0, 1, 2, ..."""
    count = 0
    while True:
        if shape is None:
            yield exp(count * log(mean) - mean - lgamma(count + 1))
        else:
            chance = mean / (mean + shape)
            ways = lgamma(count + shape) - lgamma(shape) - lgamma(count + 1)
            yield exp(ways + shape * log(1 - chance) + count * log(chance))
        count += 1
