"""How long things last, at random."""

from collections.abc import Callable, Sequence
from math import inf, log, sqrt
from random import Random
from statistics import fmean, pstdev
from typing import Annotated, Literal

import msgspec

Draw = Callable[[], float]


class Law(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The distribution of a time; `mean` and `deviation` (the standard deviation, of `lognormal` only) are seconds.

    `fixed` is always the mean. `none` is a time that never ends: the patience of those who never give up.
    """

    law: Literal["exponential", "lognormal", "fixed", "none"]
    mean: Annotated[float, msgspec.Meta(ge=0, le=1e9)] = 0.0
    deviation: Annotated[float, msgspec.Meta(ge=0, le=1e9)] = 0.0

    def __post_init__(self) -> None:
        if self.law != "none" and not self.mean:
            raise ValueError(f"a time that is {self.law} needs its mean, in seconds")
        if (self.law == "lognormal") != bool(self.deviation):
            raise ValueError("deviation belongs to lognormal, which needs it")

    def drawn_with(self, dice: Random) -> Draw:
        """Each call of what is returned is one more time of this law, seconds."""
        if self.law == "exponential":
            return lambda: dice.expovariate(1 / self.mean)
        if self.law == "lognormal":
            # If log X is normal with m and s: E X = exp(m + s^2 / 2), Var X = (exp(s^2) - 1) (E X)^2.
            variance = log(1 + (self.deviation / self.mean) ** 2)
            return lambda: dice.lognormvariate(log(self.mean) - variance / 2, sqrt(variance))
        constant = inf if self.law == "none" else self.mean
        return lambda: constant


ENDLESS = Law("none")


def patience_of(gave_up: int, waited: float) -> Law:
    """The exponential patience of people so many of whom gave up while all together waited so long (seconds): maximum
    likelihood where the others' patience is censored by their being served."""
    return Law("exponential", waited / gave_up) if gave_up and waited else ENDLESS


def lognormal_of(times: Sequence[float]) -> Law:
    """The lognormal law with the mean and deviation of these (one at least, seconds); fixed where all are the same.

    Source: talks are lognormal, Brown et al. 2005.
    """
    mean, deviation = fmean(times), pstdev(times)
    return Law("lognormal", mean, deviation) if deviation else Law("fixed", mean)
