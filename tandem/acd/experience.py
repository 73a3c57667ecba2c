"""What the waits of a queue have taught: how far to trust each clue about the next one, and how wide its range is.

A queueing formula knows who is ahead and who is at work, but not what else those agents will be given first, nor how
long they are away between two contacts. The waits that others have had tell that, late and with noise (Ibrahim and
Whitt 2009: the last to enter service, the head of the line). So the estimate is a weighted sum of the clues, and the
weights are learnt from waits that have ended: by least squares, each wait counting by the variance that the formula
expects of it, no weight below zero. What is long ago counts less and less. The formula alone is believed at first, and
wherever the weights have not been clearly better than it: where agents serve one queue alone, it is exact.

Those who give up are no teachers: how long they would have waited is not known. So the estimate is of the wait of
those who are answered.
"""

from math import log, sqrt
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

_PRIOR = (0.0, 1.0, 0.0, 0.0)
_PRIOR_COUNTS = 100.0
_FADES = 1 - 1 / 20_000
# A twentieth less of the root mean squared error: less may be luck, where the formula is exact.
_BETTER = 0.9
# Of a handling time. With it the clue is of the size of the waits, and its weight of that of the others.
_OFFSET = 0.1

_Z80 = 0.8416
"""The 80th percentile of the standard normal distribution; the 20th is its opposite."""

_CLASSES = 4
_TIMES = 4
_FIRST_STEP, _LAST_STEP = 0.2, 0.01


class Estimate(NamedTuple):
    """Mean, 20th and 80th percentile of a wait, seconds."""

    mean: float
    earliest: float
    latest: float


class Clues(msgspec.Struct, frozen=True):
    """What points to how long a wait will be, seconds.

    `handling`: how long one contact occupies an agent. `mean` and `variance`: what the formula expects. `last`: how
    long the one waited who was answered last, and `head`: how long the first in line has waited, each less what the
    contact itself has waited already.
    """

    handling: float
    mean: float
    variance: float
    last: float
    head: float

    def each(self) -> tuple[float, float, float, float]:
        """The clues that are weighed: a fixed time, the formula, the last wait, the first in line."""
        return self.handling * _OFFSET, self.mean, self.last, self.head

    def corrected(self, handling: float) -> "Clues":
        """What they would have been, had it been known then how long a handling takes."""
        factor = handling / self.handling if self.handling else 1.0
        return replace(self, handling=handling, mean=self.mean * factor, variance=self.variance * factor * factor)


class Width(msgspec.Struct):
    """How far from the middle the percentiles of waits of about one shape lie, in standard deviations."""

    low: float = -_Z80
    high: float = _Z80
    seen: int = 0

    def saw(self, deviation: float) -> None:
        """One more: a percentile moves up when the wait lies above it, and down when below, so that in the end one of
        five lies below the low one and above the high one (Robbins and Monro 1951)."""
        step = max(_FIRST_STEP / (1 + self.seen / 20), _LAST_STEP)
        self.low += step * (0.2 - (deviation < self.low))
        self.high += step * (0.8 - (deviation < self.high))
        self.seen += 1


def _square() -> list[list[float]]:
    return [[0.0] * len(_PRIOR) for _ in _PRIOR]


class Experience(msgspec.Struct):
    """Of one queue and customer tier. `last_wait`: seconds that the one waited who was answered last.

    `products` and `sums` are the normal equations of the weights; `widths` are by shape, each for four times the one
    before. `error` and `error_of_formula`: the sums of the squares, by which the weights have to show that they are
    better. `asked_at`: when the last estimate was made that will be learnt from, epoch seconds.
    """

    last_wait: float = 0.0
    asked_at: float | None = None
    weights: list[float] = msgspec.field(default_factory=lambda: list(_PRIOR))
    products: list[list[float]] = msgspec.field(default_factory=_square)
    sums: list[float] = msgspec.field(default_factory=lambda: [0.0] * len(_PRIOR))
    error: float = 0.0
    error_of_formula: float = 0.0
    widths: list[Width] = msgspec.field(default_factory=lambda: [Width() for _ in range(_CLASSES)])

    def foresee(self, clues: Clues) -> Estimate:
        """The estimate from these clues. The longer any of them, the longer the estimate; never below 0."""
        mean = self._learnt(clues) if self.error < _BETTER * self.error_of_formula else clues.mean
        shape = _shape(clues, mean)
        width = self._width(shape)
        roots = (max(_middle(shape) + z * _deviation(shape), 0.0) for z in (width.low, width.high))
        earliest, latest = (mean * root**3 for root in roots)
        return Estimate(mean, min(earliest, mean), max(latest, mean))

    def learn(self, clues: Clues, told: float, waited: float) -> None:
        """Somebody for whom there were these clues, and an estimate of `told` seconds, was answered after `waited`."""
        if told > 0:
            shape, root = _shape(clues, told), (waited / told) ** (1 / 3)
            self._width(shape).saw((root - _middle(shape)) / _deviation(shape))
        self.error = self.error * _FADES + (self._learnt(clues) - waited) ** 2
        self.error_of_formula = self.error_of_formula * _FADES + (clues.mean - waited) ** 2
        own = 1 / sqrt(clues.variance)
        each = [clue * own for clue in clues.each()]
        for row, (clue, products) in enumerate(zip(each, self.products, strict=True)):
            self.sums[row] = self.sums[row] * _FADES + clue * waited * own
            for column, other in enumerate(each):
                products[column] = products[column] * _FADES + clue * other
        self._solve()

    def _learnt(self, clues: Clues) -> float:
        return sum(weight * clue for weight, clue in zip(self.weights, clues.each(), strict=True))

    def _solve(self) -> None:
        """One step towards the weights of the least squares, from where they are (Gauss and Seidel)."""
        weights = self.weights
        for row in range(len(weights)):
            products = self.products[row]
            rest = self.sums[row] + _PRIOR_COUNTS * _PRIOR[row]
            rest -= sum(product * weight for product, weight in zip(products, weights, strict=True))
            rest += products[row] * weights[row]
            weights[row] = max(rest / (products[row] + _PRIOR_COUNTS), 0.0)

    def _width(self, shape: float) -> Width:
        return self.widths[min(int(log(shape, _TIMES)), _CLASSES - 1)]


def _shape(clues: Clues, mean: float) -> float:
    """Of how many equal steps a wait of this mean is the sum, when each is as long as the formula's; at least 1."""
    return max(mean * clues.mean / clues.variance, 1.0)


def _middle(shape: float) -> float:
    """Of the cube root of wait / mean, which is nearly normal where the wait is a sum of exponential steps, and so has
    nearly a gamma distribution (Wilson and Hilferty 1931)."""
    return 1 - 1 / (9 * shape)


def _deviation(shape: float) -> float:
    return 1 / (3 * sqrt(shape))
