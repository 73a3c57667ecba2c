"""From the means of independent replications to an interval."""

from collections.abc import Sequence
from math import fsum, sqrt
from statistics import NormalDist, fmean, stdev
from typing import NamedTuple

CONFIDENCE = 0.99


class Estimate(NamedTuple):
    """A mean, and half the width of its interval at `CONFIDENCE`."""

    mean: float
    half_width: float

    def covers(self, value: float) -> bool:
        """True when `value` lies in the interval."""
        return abs(self.mean - value) <= self.half_width


def estimate(values: Sequence[float]) -> Estimate:
    """The interval for the mean of independent, roughly normal values (two or more), by Student's t."""
    half_width = student(CONFIDENCE, len(values) - 1) * stdev(values) / sqrt(len(values))
    return Estimate(fmean(values), half_width)


def student(confidence: float, freedom: int) -> float:
    """The two-sided quantile of Student's t, within 0.001 from 8 degrees of freedom on (Abramowitz, Stegun 26.7.5)."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return fsum(term / float(freedom) ** power for power, term in enumerate(terms))
