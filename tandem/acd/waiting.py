"""How long a contact will still wait, by queueing theory: those ahead leave one by one, served or tired of waiting."""

from math import log
from typing import NamedTuple

import msgspec

_FIRST_WEIGHT = 10
_LAST_WEIGHT = 2000
_ONE_BY_ONE = 8
_SHORTEST = 1e-9


class Place(msgspec.Struct, frozen=True):
    """Where a contact stands in its queue.

    `position` counts from 1, `estimated_wait` is in seconds, `enqueued_at` (epoch seconds) its age. `earliest` and
    `latest` are the 20th and the 80th percentile of the wait still to come, seconds.
    """

    queue: str
    position: int
    estimated_wait: float
    enqueued_at: float
    earliest: float = 0.0
    latest: float = 0.0


class Patience(msgspec.Struct):
    """What was seen of a queue's callers: how many gave up, and for how long all of them together waited (seconds)."""

    gave_up: float = 0.0
    waited: float = 0.0

    def saw(self, waited: float, gave_up: bool) -> None:
        """Take in the end of a wait; what is long ago counts less and less."""
        fades = 1 - 1 / _LAST_WEIGHT
        self.gave_up = self.gave_up * fades + gave_up
        self.waited = self.waited * fades + waited

    def rate(self) -> float:
        """How many of those who wait give up in a second: the best estimate for a patience that is exponential."""
        return self.gave_up / self.waited if self.waited else 0.0


class Expected(NamedTuple):
    """Mean (seconds) and variance of a wait."""

    mean: float
    variance: float


def estimated_wait(position: int, handling_seconds: float, agents: int) -> float:
    """Seconds until the contact at `position` (from 1) is answered, if `agents` serve this queue alone.

    Agents together finish one contact every handling_seconds / agents. Other queues of the same agents, priorities
    and people who give up are left out. With no agents, as if there were one.
    """
    return position * handling_seconds / max(agents, 1)


def expected_wait(ahead: float, handling_seconds: float, agents: int, give_up_rate: float) -> Expected:
    """The wait of one who has `ahead` others before them (a part of one, where agents have other work too).

    While k are ahead, the next leaves at the rate agents / handling + k x give_up_rate. Each such step is exponential
    (Whitt 1999: predicting queueing delays). With no agents, as if there were one.
    """
    served = max(agents, 1) / max(handling_seconds, _SHORTEST)
    if not give_up_rate:
        return Expected((ahead + 1) / served, (ahead + 1) / served**2)
    number = int(ahead) + 1
    rates = [served + k * give_up_rate for k in range(min(number, _ONE_BY_ONE))]
    mean, variance = sum(1 / rate for rate in rates), sum(1 / rate**2 for rate in rates)
    if number > len(rates):  # of the others, by the integral in place of the sum
        low, high = (served + (k - 0.5) * give_up_rate for k in (_ONE_BY_ONE, number))
        mean += log(high / low) / give_up_rate
        variance += (1 / low - 1 / high) / give_up_rate
    part, last = ahead + 1 - number, served + number * give_up_rate
    return Expected(mean + part / last, variance + part / last**2)


def blended(average: float, observed: float, before: int) -> float:
    """The average of handling seconds after one more observation, when there were so many `before`.

    It starts at what was expected, which counts as ten; in the end the newest counts one part in two thousand.
    """
    return average + (observed - average) / min(_FIRST_WEIGHT + before, _LAST_WEIGHT)
