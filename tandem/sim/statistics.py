"""From the means of independent replications to an interval."""

from collections.abc import Sequence
from functools import cache
from math import atan, cos, fsum, pi, sin, sqrt
from statistics import fmean, stdev
from typing import NamedTuple

CONFIDENCE = 0.99
_WIDEST = 1e4


class Estimate(NamedTuple):
    """A mean, and half the width of its interval."""

    mean: float
    half_width: float

    def covers(self, value: float) -> bool:
        """True when `value` lies in the interval."""
        return abs(self.mean - value) <= self.half_width


def estimate(values: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """The interval for the mean of independent, roughly normal values (two or more), by Student's t.

    Source: Student, The probable error of a mean, Biometrika 6 (1908).
    """
    half_width = student(confidence, len(values) - 1) * stdev(values) / sqrt(len(values))
    return Estimate(fmean(values), half_width)


@cache
def student(confidence: float, freedom: int) -> float:
    """The two-sided quantile of Student's t (up to 10,000), found by halving from the exact probability."""
    low, high = 0.0, _WIDEST
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < confidence else (low, middle)
    return high


def _within(t: float, freedom: int) -> float:
    """The probability that |T| is at most `t` (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4)."""
    angle = atan(t / sqrt(freedom))
    odd = freedom % 2
    terms, term = [], cos(angle) if odd else 1.0
    for number in range(1, freedom - 1 if odd else freedom, 2):
        terms.append(term)
        term *= cos(angle) ** 2 * (number + odd) / (number + odd + 1)
    return (angle + sin(angle) * fsum(terms)) * 2 / pi if odd else sin(angle) * fsum(terms)
