"""The many-server limits, as square-root staffing grows: load = 1 - beta / sqrt(n).

The distance to a limit falls with 1 / sqrt(n). So it is measured at n = 25 and at n = 100, and twice the second less
the first is free of that term (Richardson's extrapolation); what is left is about one percent.
"""

from collections.abc import Mapping
from math import sqrt
from random import Random
from typing import Any

import msgspec

from tandem.sim.families.erlang import figures, patient, run
from tandem.sim.model import Figures, steady

SMALL, LARGE = 25, 100


class Limit(msgspec.Struct):
    """`beta`: the safety staffing in square roots of n."""

    beta: float


def halfin_whitt(params: Mapping[str, Any], dice: Random, contacts: int) -> Figures:
    """M/M/n: the probability of waiting in the limit, and at n = 100 (Halfin and Whitt 1981)."""
    beta = msgspec.convert(params, Limit).beta

    def waiting(agents: int) -> float:
        load = 1 - beta / sqrt(agents)
        span = steady(contacts, agents * load, load, 1.0)
        return figures(agents, 0.0, span, *run(agents * load, 1.0, agents, span, dice))["PW"]

    small, large = waiting(SMALL), waiting(LARGE)
    return {"PW": 2 * large - small, "exact_n100": large}


def garnett(params: Mapping[str, Any], dice: Random, contacts: int) -> Figures:
    """M/M/n+M with patience as long as service in the mean (Garnett, Mandelbaum and Reiman 2002)."""
    beta = msgspec.convert(params, Limit).beta

    def seen(agents: int) -> tuple[float, float]:
        rate = agents - beta * sqrt(agents)
        span = patient(contacts, rate, 1.0, 1.0)
        found = figures(agents, 0.0, span, *run(rate, 1.0, agents, span, dice, theta=1.0))
        return found["PW"], sqrt(agents) * found["Pab"]

    small, large = seen(SMALL), seen(LARGE)
    return {"PW": 2 * large[0] - small[0], "sqrtn_Pab": 2 * large[1] - small[1]}
