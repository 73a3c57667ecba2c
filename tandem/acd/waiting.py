"""How long a contact will still wait: a first, simple estimate, which issue C replaces."""

import msgspec

_WEIGHT_OF_NEWEST = 0.1


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


def estimated_wait(position: int, handling_seconds: float, agents: int) -> float:
    """Seconds until the contact at `position` (from 1) is answered, if `agents` serve this queue alone.

    Agents together finish one contact every handling_seconds / agents. Other queues of the same agents, priorities
    and people who give up are left out. With no agents, as if there were one.
    """
    return position * handling_seconds / max(agents, 1)


def blended(average: float, observed: float) -> float:
    """The exponentially weighted average of handling seconds after one more observation; starts at the expected."""
    return average + _WEIGHT_OF_NEWEST * (observed - average)
