"""What a session is told."""

import msgspec


class Event(msgspec.Struct, frozen=True, tag=True):
    """Base of all events."""


class Place(msgspec.Struct, frozen=True):
    """Where a waiting contact stands: `position` from 1, `estimated_wait` and `waited` in seconds."""

    position: int
    estimated_wait: float
    waited: float


class Started(Event, frozen=True):
    """The contact arrived at the flow's start."""


class Resumed(Event, frozen=True):
    """The switch gave the contact back (the controller restarted, or a bridge was undone): say again what is due."""

    place: Place | None = None


class Listened(Event, frozen=True):
    """A Listen ended: with a key, or None when nothing was pressed. `place` is set while queued."""

    key: str | None
    place: Place | None = None


class LinkDelivered(Event, frozen=True):
    """The notifier sent link number `link`."""

    link: int


class LinkFailed(Event, frozen=True):
    """The notifier could not send link number `link`."""

    link: int
    reason: str


class QueueEnded(Event, frozen=True):
    """The contact is out of the queue: `served`, or `unavailable` (no such queue, or nobody can ever serve it)."""

    outcome: str
