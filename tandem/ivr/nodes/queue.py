"""Hand the contact to a queue and keep it company there."""

from typing import Annotated

import msgspec
from msgspec import field

from tandem.ivr.commands import Enqueue
from tandem.ivr.events import Event, Listened, Place, QueueEnded, Resumed
from tandem.ivr.everywhere import Key
from tandem.ivr.node import BaseNode, Seconds
from tandem.ivr.references import NodeName, TextName
from tandem.ivr.turn import Next, Turn, Waiting
from tandem.ivr.values import Kind, number_of

Rhythm = Annotated[float, msgspec.Meta(ge=5, le=600)]

SETTLE = 1.0
"""Seconds of the first music: a queue that takes nobody says so within them."""


class WhileWaiting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`music` (a class), and `announcements` in order, first after `announce_after` seconds, then with
    `announce_every` seconds of music between them. They may use `position` and `estimated_wait` (seconds).

    A key of `choices` leads to its node, as in a menu, while the contact keeps its place: to be called back, say."""

    music: str = "default"
    announcements: tuple[TextName, ...] = ()
    announce_after: Seconds = 20.0
    announce_every: Rhythm = 45.0
    choices: dict[Key, NodeName] = field(default_factory=dict)

    @property
    def keys(self) -> str:
        """The keys that mean something."""
        return "".join(self.choices)


class Queue(BaseNode, frozen=True):
    """Wait for an agent of `queue`; goes on at `next` when the caller comes back from the talk.

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
            choices: {1: call_me_back}
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
        priority = self.priority + int(number_of(variables.get("caller.priority")) or 0)
        command = Enqueue(self.queue, priority, self.boost + (number_of(variables.get("caller.boost")) or 0.0))
        waiting = turn.enqueue(command, self.next, turn.now + company.announce_after, company.music)
        wait = min(SETTLE, max(0.0, waiting.due - turn.now))
        return turn.listen(keys=company.keys, music=company.music, wait=wait)

    def on_event(self, turn: Turn, event: Event) -> Next:
        if isinstance(event, QueueEnded):
            turn.session.waiting, turn.here.outcome = None, event.outcome
        if isinstance(event, Listened) and turn.session.waiting and event.key in self.while_waiting.choices:
            return self._choose(turn, event)
        if isinstance(event, Listened | Resumed):
            return self._wait(turn, turn.session.waiting, event.place) if turn.session.waiting else self._give_up(turn)
        return None

    def needs_key(self, field: str) -> bool:
        return field == "while_waiting"

    def sets(self, field: str) -> dict[str, Kind]:
        return {"position": "number", "estimated_wait": "number"} if field == "while_waiting" else {}

    def _choose(self, turn: Turn, event: Listened) -> Next:
        if event.place:
            turn.set_place(event.place)
        return self.while_waiting.choices[str(event.key)]

    def _wait(self, turn: Turn, waiting: Waiting, place: Place | None) -> Next:
        """Music until the next announcement, which is made when it is due and there is a place to tell."""
        company = self.while_waiting
        if turn.now < waiting.due:
            return turn.listen(keys=company.keys, music=company.music, wait=waiting.due - turn.now)
        waiting.due = turn.now + company.announce_every
        if place is None:
            return turn.listen(keys=company.keys, music=company.music, wait=company.announce_every)
        turn.set_place(place)
        return turn.listen(*company.announcements, keys=company.keys, music=company.music, wait=company.announce_every)

    def _give_up(self, turn: Turn) -> Next:
        turn.fault(f"queue {self.queue}: {turn.here.outcome}")
        return self.unavailable or turn.apologise()
