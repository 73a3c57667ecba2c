"""Hand the contact to a queue and keep it company there."""

from typing import Annotated

import msgspec

from tandem.ivr import everywhere
from tandem.ivr.commands import Enqueue
from tandem.ivr.events import Entered, Event, Listened, Place, QueueEnded, Resumed
from tandem.ivr.everywhere import Key
from tandem.ivr.node import BaseNode, Seconds, written
from tandem.ivr.references import NodeName, TextName
from tandem.ivr.turn import PLACE, Next, Turn, Waiting
from tandem.ivr.values import Kind, number_of

Rhythm = Annotated[float, msgspec.Meta(ge=5, le=600)]
Moment = Annotated[float, msgspec.Meta(ge=0, le=86400)]

SETTLE = 1.0
"""Seconds of the first music: a queue that takes nobody says so within them."""


class Offer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another way than to wait: `key` leads to `next`, from `waited` seconds on, while the estimated wait is
    `estimated_wait` seconds or more. `text` tells of it, after the announcements; the key works at any moment."""

    key: Key
    text: TextName
    next: NodeName
    waited: Moment = 0.0
    estimated_wait: Moment = 0.0

    def holds(self, place: Place) -> bool:
        """Whether it is made to a contact that stands at `place`."""
        return place.waited >= self.waited and place.estimated_wait >= self.estimated_wait


class WhileWaiting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`music` (a class), and `announcements` and `offers` in order, first after `announce_after` seconds, then with
    `announce_every` seconds of music between them.

    They may use `position`, and `estimated_wait` (seconds), also as a range: `{estimated_wait|range}`.
    """

    music: str = "default"
    announcements: tuple[TextName, ...] = ()
    announce_after: Seconds = 20.0
    announce_every: Rhythm = 45.0
    offers: tuple[Offer, ...] = ()

    def __post_init__(self) -> None:
        if len({offer.key for offer in self.offers}) < len(self.offers):
            raise ValueError("two of the offers have the same key")


class Queue(BaseNode, frozen=True):
    """Wait for an agent of `queue`; goes on at `next` when the caller comes back from the talk.

    Who takes an offer keeps their place, whatever nodes it leads to, until the flow ends or enters another queue; a
    queue node of the same queue leads back to the music. The flow's repeat key tells the announcements at once.
    `priority` and `boost` (seconds of age for free) are added to the caller's own. `unavailable` is where a contact
    goes that nobody will ever serve here; without it, to the flow's apology.

    Example:
        tech:
          type: queue
          queue: tech
          while_waiting:
            music: default
            announcements: [queue_place, queue_wait]
            announce_after: 20
            announce_every: 45
            offers:
              - {key: '1', text: offer_link, next: order_link, waited: 30, estimated_wait: 120}
          next: survey
          unavailable: nobody_there
    """

    queue: str
    next: NodeName
    unavailable: NodeName | None = None
    priority: int = 0
    boost: Seconds = 0.0
    while_waiting: WhileWaiting = WhileWaiting()

    def enter(self, turn: Turn) -> Next:
        variables, company = turn.session.variables, self.while_waiting
        turn.keep_key(None)  # nobody takes an offer that they have not heard
        priority = self.priority + int(number_of(variables.get("caller.priority")) or 0)
        command = Enqueue(self.queue, priority, self.boost + (number_of(variables.get("caller.boost")) or 0.0))
        waiting = turn.enqueue(command, self.next, turn.now + company.announce_after, company.music)
        return self._play(turn, wait=min(SETTLE, max(0.0, waiting.due - turn.now)))

    def on_event(self, turn: Turn, event: Event) -> Next:
        if isinstance(event, QueueEnded):
            turn.session.waiting, turn.here.outcome = None, event.outcome
        waiting = turn.session.waiting
        if not isinstance(event, Listened | Resumed | Entered):
            return None
        if waiting is None:
            return self._give_up(turn)
        if isinstance(event, Entered):
            return self._pressed(turn, waiting, written(event.text), waiting.place_now(turn.now))
        waiting.stand(event.place, turn.now)
        if isinstance(event, Listened) and event.key:
            return self._pressed(turn, waiting, event.key, event.place)
        return self._wait(turn, waiting, event.place)

    def needs_key(self, field: str) -> bool:
        return field == "while_waiting"

    def sets(self, field: str) -> dict[str, Kind]:
        return dict.fromkeys(PLACE, "number") if field == "while_waiting" else {}

    def _pressed(self, turn: Turn, waiting: Waiting, key: str, place: Place | None) -> Next:
        for offer in self.while_waiting.offers:
            if place and offer.key == key and offer.holds(place):
                turn.set_place(place)
                return offer.next
        if everywhere.again(turn, everywhere.meaning(turn, key)):
            waiting.due = turn.now
        return self._wait(turn, waiting, place)

    def _wait(self, turn: Turn, waiting: Waiting, place: Place | None) -> Next:
        """Music until the next announcement, which is made when it is due and there is a place to tell."""
        company = self.while_waiting
        if turn.now < waiting.due:
            return self._play(turn, wait=waiting.due - turn.now)
        waiting.due = turn.now + company.announce_every
        if place is None:
            return self._play(turn, wait=company.announce_every)
        turn.set_place(place)
        offers = (offer.text for offer in company.offers if offer.holds(place))
        return self._play(turn, *company.announcements, *offers, wait=company.announce_every)

    def _play(self, turn: Turn, *texts: str, wait: float) -> Next:
        """Keys of offers not yet made are listened for too, or a Listen under way would not know when they are."""
        company = self.while_waiting
        again = everywhere.keys(turn, everywhere.AGAIN) if company.announcements or company.offers else ""
        keys = "".join(dict.fromkeys([*(offer.key for offer in company.offers), *again]))
        return turn.listen(*texts, keys=keys, wait=wait, music=company.music)

    def _give_up(self, turn: Turn) -> Next:
        turn.fault(f"queue {self.queue}: {turn.here.outcome}")
        return self.unavailable or turn.apologise()
