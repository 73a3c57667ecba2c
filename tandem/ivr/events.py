"""What a session is told."""

import msgspec

from tandem.ivr.everywhere import Meaning
from tandem.ivr.values import OtherWay, Value


class Event(msgspec.Struct, frozen=True, tag=True):
    """Base of all events."""


class Place(msgspec.Struct, frozen=True):
    """Where a waiting contact stands: `position` from 1, `estimated_wait` and `waited` in seconds.

    Of ten contacts six are answered between `earliest` and `latest` (seconds from now: the 20th to 80th percentile).
    """

    position: int
    estimated_wait: float
    waited: float
    earliest: float = 0.0
    latest: float = 0.0


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


class Offered(Event, frozen=True):
    """The plan of `queue` offers the contact, which waits, another way; it stands at `place`.

    Where the flow has prepared no such offer, it is told `times` times at most.
    """

    way: OtherWay
    queue: str
    times: int
    place: Place | None = None


class Entered(Event, frozen=True):
    """A whole answer came in writing (page, chat, guide): to a collect, or the key or label of a menu's choice."""

    text: str


class Went(Event, frozen=True):
    """A reader took a way that questions have everywhere, whatever their keys are: `repeat`, `back` or `agent`."""

    way: Meaning


class FormFilled(Event, frozen=True):
    """Some fields of the form at hand have these values now; it is not submitted."""

    values: dict[str, str]


class FormSubmitted(Event, frozen=True):
    """The form at hand was submitted."""

    values: dict[str, str]


class PageEnded(Event, frozen=True):
    """The page of link number `link` is over: `done`, or `stuck` (the caller asks for an agent).

    `results` are the variables that its flow declares as results.
    """

    link: int
    outcome: str
    results: dict[str, Value]


class LookedUp(Event, frozen=True):
    """Lookup number `number` was answered: the values that it wanted."""

    number: int
    values: dict[str, Value]


class LookupFailed(Event, frozen=True):
    """Lookup number `number` came to nothing; `reason` is `not_found`, or for people."""

    number: int
    reason: str


class TransferEnded(Event, frozen=True):
    """`answered` (and over now), `busy`, `no_answer`, `not_allowed` or `failed`."""

    outcome: str


class VoicemailTaken(Event, frozen=True):
    """The recording is `seconds` long; 0 when nothing was said."""

    seconds: float


class VoicemailFailed(Event, frozen=True):
    """The caller could not be recorded; `reason` is for people."""

    reason: str


class CallbackBooked(Event, frozen=True):
    """The contact will be called back; one of this number in this queue that was booked before is `known`."""

    known: bool = False


class CallbackRefused(Event, frozen=True):
    """`not_allowed` (the number), `too_many`, `no_such_queue` or `failed`."""

    reason: str
