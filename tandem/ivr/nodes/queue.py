"""Hand the contact to a queue and keep it company there."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from tandem.ivr import everywhere
from tandem.ivr.commands import Enqueue, RecordOffer, Sticky
from tandem.ivr.events import Entered, Event, Listened, Offered, Place, QueueEnded, Resumed
from tandem.ivr.node import BaseNode, Seconds, written
from tandem.ivr.other_ways import Offer, has_prepared, is_possible, made
from tandem.ivr.references import NodeName, TextName
from tandem.ivr.turn import PLACE, Next, Turn, Waiting, Way
from tandem.ivr.values import Kind, Value, number_of
from tandem.said import said

Rhythm = Annotated[float, msgspec.Meta(ge=5, le=600)]

SETTLE = 1.0
"""Seconds of the first music: a queue that takes nobody says so within them."""


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
            raise ValueError(said("two of the offers have the same key"))


class Queue(BaseNode, frozen=True):
    """Wait for an agent of `queue`; goes on at `next` when the caller comes back from the talk.

    Who takes an offer keeps their place, whatever nodes it leads to, until the flow ends or enters another queue; a
    queue node of the same queue leads back to the music. The flow's repeat key tells the announcements at once.
    `priority` and `boost` (seconds of age for free) are added to the caller's own. `unavailable` is where a contact
    goes that nobody will ever serve here; without it, to the flow's apology.

    What the queue's plan offers instead of waiting is told at once: by an offer with that `way`, or, where there is
    none, in words of the centre's, which also see to the rest.

    With `sticky` the contact waits for one agent first: with whom the customer talked last in this queue (`last`), or
    one by name.

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
    sticky: Sticky | None = None
    while_waiting: WhileWaiting = WhileWaiting()

    def enter(self, turn: Turn) -> Next:
        variables, company = turn.session.variables, self.while_waiting
        turn.keep_key(None)  # nobody takes an offer that they have not heard
        priority = self.priority + int(number_of(variables.get("caller.priority")) or 0)
        boost = self.boost + (number_of(variables.get("caller.boost")) or 0.0)
        command = Enqueue(self.queue, priority, boost, turn.sticky(self.sticky))
        waiting = turn.enqueue(command, self.next, turn.now + company.announce_after, company.music)
        waiting.unheard = False
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
        if isinstance(event, Resumed) and waiting.unheard:
            return turn.repeat()
        waiting.unheard = False
        if isinstance(event, Listened) and event.key:
            return self._pressed(turn, waiting, event.key, event.place)
        return self._wait(turn, waiting, event.place)

    def needs_key(self, field: str) -> bool:
        return field == "while_waiting"

    def fills(self) -> dict[str, Value]:
        return {"sticky.agent": self.sticky.agent} if self.sticky else {}

    def sets(self, field: str) -> dict[str, Kind]:
        return dict.fromkeys(PLACE, "number") if field == "while_waiting" else {}

    def offered(self, turn: Turn, event: Offered) -> Next:
        """The queue's plan offers the contact another way: tell of it now, or when it hears the music again."""
        session, waiting = turn.session, turn.session.waiting
        assert waiting is not None
        if not has_prepared(self.while_waiting.offers, event.way) and not is_possible(session, event.way):
            turn.send(RecordOffer(event.way, "not_possible"))
            return None
        turn.send(RecordOffer(event.way, "made"))
        waiting.ways[event.way] = Way(event.queue, event.times, turn.now)
        waiting.stand(event.place, turn.now)
        if session.closing or (session.running, session.node) != (waiting.running, waiting.node):
            waiting.due = turn.now
            return None
        waiting.due, waiting.unheard = turn.now + self.while_waiting.announce_every, True
        new = [o for o in self._made(turn, waiting, event.place) if o.way and waiting.ways[o.way].at == turn.now]
        for offer in new:  # one made a moment ago is told anew, with this one: nobody has heard it yet
            waiting.told.pop(offer.key, None)
        return self._play(turn, offers=new, wait=self.while_waiting.announce_every)

    def _made(self, turn: Turn, waiting: Waiting, place: Place | None) -> list[Offer]:
        return list(made(self.while_waiting.offers, turn, waiting, place))

    def _pressed(self, turn: Turn, waiting: Waiting, key: str, place: Place | None) -> Next:
        for offer in self._made(turn, waiting, place):
            if offer.key == key:
                if place:
                    turn.set_place(place)
                if offer.way:
                    turn.send(RecordOffer(offer.way, "taken"))
                return offer.take(turn)
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
        due = [offer for offer in self._made(turn, waiting, place) if offer.is_due(waiting)]
        return self._play(turn, *company.announcements, offers=due, wait=company.announce_every)

    def _play(self, turn: Turn, *texts: str, offers: Sequence[Offer] = (), wait: float) -> Next:
        """Keys of offers not yet made are listened for too, or a Listen under way would not know when they are."""
        company, waiting = self.while_waiting, turn.session.waiting
        assert waiting is not None
        own = self._made(turn, waiting, None) if waiting.ways else ()
        again = everywhere.keys(turn, everywhere.AGAIN) if company.announcements or company.offers or own else ""
        keys = "".join(dict.fromkeys([*(offer.key for offer in (*company.offers, *own)), *again]))
        say = [utterance for text in texts for utterance in turn.speak(text)]
        for offer in offers:
            say += offer.speak(turn)
            waiting.told[offer.key] = waiting.told.get(offer.key, 0) + 1
        return turn.listen_to(say, keys, wait, company.music)

    def _give_up(self, turn: Turn) -> Next:
        turn.fault(f"queue {self.queue}: {turn.here.outcome}")
        return self.unavailable or turn.apologise()
