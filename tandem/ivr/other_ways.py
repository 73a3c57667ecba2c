"""Other ways than to wait: those that a queue's plan offers, told by the flow, or as the centre tells them."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import msgspec

from tandem.ivr.commands import Utterance
from tandem.ivr.events import Place
from tandem.ivr.everywhere import Key
from tandem.ivr.pages import OFFERS
from tandem.ivr.references import NodeName, TextName
from tandem.ivr.turn import Next, Turn, Waiting, Way
from tandem.ivr.values import OtherWay

if TYPE_CHECKING:
    from tandem.ivr.session import Session

KEYS = "123456789"
Moment = Annotated[float, msgspec.Meta(ge=0, le=86400)]
Times = Annotated[int, msgspec.Meta(ge=1, le=100)]


class Offer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another way than to wait: `key` leads to `next`, from `waited` seconds on, while the estimated wait is
    `estimated_wait` seconds or more. `text` tells of it, after the announcements, each time or `times` times; the key
    works at any moment. With `way` (`callback`, `chat`, `link`, `voicemail`) it is made when the queue's plan offers
    that, and told at once.
    """

    key: Key
    text: TextName
    next: NodeName
    waited: Moment = 0.0
    estimated_wait: Moment = 0.0
    way: OtherWay | None = None
    times: Times | None = None

    def holds(self, place: Place, ways: Mapping[OtherWay, Way]) -> bool:
        """Whether it is made to a contact that stands at `place` and is offered `ways` by a plan."""
        due = place.waited >= self.waited and place.estimated_wait >= self.estimated_wait
        return due and (self.way is None or self.way in ways)

    def is_due(self, waiting: Waiting) -> bool:
        """Whether it is to be told once more."""
        return self.times is None or waiting.told.get(self.key, 0) < self.times

    def label(self, turn: Turn) -> str:
        """What a page or a chat writes beside its key."""
        return turn.message(self.text)

    def speak(self, turn: Turn) -> list[Utterance]:
        """What tells of it."""
        return turn.speak(self.text)

    def take(self, _turn: Turn) -> Next:
        """Where its key leads."""
        return self.next


class CentreOffer(Offer, frozen=True):
    """One that no flow has prepared: `text` and `next` are those of the flow built in."""

    def label(self, turn: Turn) -> str:
        return turn.message(f"{self.text}_label", turn.flow_named(OFFERS))

    def speak(self, turn: Turn) -> list[Utterance]:
        return turn.speak(self.text, turn.flow_named(OFFERS), {"key": int(self.key)})

    def take(self, _turn: Turn) -> Next:
        _turn.call(OFFERS, _turn.given({}), {}, _turn.session.node)
        return self.next


def made(prepared: tuple[Offer, ...], turn: Turn, waiting: Waiting, place: Place | None) -> Iterator[Offer]:
    """The offers that a contact at `place` has now: those of its queue node, then the centre's own."""
    if place is not None:
        yield from (offer for offer in prepared if offer.holds(place, waiting.ways))
    taken = {offer.key for offer in prepared} | {turn.flow.keys.repeat, turn.flow.keys.slow}
    ways = (item for item in waiting.ways.items() if not has_prepared(prepared, item[0]))
    for key, (name, way) in zip((key for key in KEYS if key not in taken), ways, strict=False):
        yield CentreOffer(key, name, name, way=name, times=way.times)


def has_prepared(prepared: tuple[Offer, ...], way: OtherWay) -> bool:
    """Whether a queue node has an offer of its own for a way that a plan offers."""
    return any(offer.way == way for offer in prepared)


def is_possible(session: "Session", way: OtherWay) -> bool:
    """Whether the centre can do this for the contact: not without its number, and what needs a voice by voice only."""
    reachable = bool(session.variables.get("caller.number"))
    return {
        "callback": reachable,
        "voicemail": session.face == "voice",
        "link": session.face == "voice" and reachable,
        "chat": session.face == "voice" and reachable,
    }[way]
