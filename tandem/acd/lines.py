"""Moves contacts from state to state, and keeps the waiting ones of every queue in order."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Mapping

from tandem.acd.contact import ENDED, TABLE, UNANSWERED, WAITING, Contact, Rank, Urgency, rank_of, urgency_of
from tandem.acd.intervals import quarter_of
from tandem.acd.machine import step
from tandem.acd.settings import QueueSettings


class Lines:
    """The only place where a contact's state changes. Holds indexes; what must survive is in the contacts."""

    def __init__(self, contacts: dict[str, Contact], queues: Mapping[str, QueueSettings]) -> None:
        self._contacts = contacts
        self._queues = queues
        self._lines: dict[str, list[Rank]] = {}
        self._unanswered: Counter[tuple[str, float]] = Counter()
        for contact in contacts.values():
            if contact.state in UNANSWERED:
                self._count(contact, 1)
            self._index(contact)

    def enter(self, contact: Contact) -> None:
        """Take in a new contact."""
        self._contacts[contact.id] = contact
        self._count(contact, 1)
        self._index(contact)

    def move(self, contact: Contact, trigger: str) -> None:
        """Take `contact` to the state that `trigger` leads to; an ended one is forgotten.

        Raises InvariantBroken when the table has no such step.
        """
        state = step(TABLE, contact.state, trigger)
        self._unindex(contact)
        if contact.state in UNANSWERED and state not in UNANSWERED:
            self._count(contact, -1)
        contact.state = state
        if state == ENDED:
            del self._contacts[contact.id]
        else:
            self._index(contact)

    def ahead_of(self, contact: Contact) -> int:
        """How many wait in the contact's queue with a better place."""
        return bisect_left(self._lines.get(contact.queue, []), self._rank(contact))

    def first(self, queues: Mapping[str, int], now: float) -> Contact | None:
        """The waiting contact of these queues that is served first by an agent who prefers each so much."""
        heads = [head for queue, much in queues.items() if (head := self.head(queue, now, much))]
        return self._contacts[min(heads)[-1]] if heads else None

    def queues(self) -> list[str]:
        """The queues in which somebody waits."""
        return list(self._lines)

    def head(self, queue: str, now: float, preference: int = 0) -> Urgency | None:
        """The place of a queue's first in the total order (its last part is the id), None when nobody waits."""
        line = self._lines.get(queue)
        return urgency_of(line[0], self._queues[queue], now, preference) if line else None

    def unanswered(self, queue: str, quarter: float) -> int:
        """How many contacts that came to `queue` in the quarter-hour beginning at `quarter` are still unanswered."""
        return self._unanswered[queue, quarter]

    def _rank(self, contact: Contact) -> Rank:
        return rank_of(contact, self._queues[contact.queue])

    def _index(self, contact: Contact) -> None:
        if contact.state == WAITING:
            insort(self._lines.setdefault(contact.queue, []), self._rank(contact))

    def _unindex(self, contact: Contact) -> None:
        if contact.state == WAITING:
            line = self._lines[contact.queue]
            del line[bisect_left(line, self._rank(contact))]
            if not line:
                del self._lines[contact.queue]

    def _count(self, contact: Contact, change: int) -> None:
        if not contact.on_line:
            return
        key = contact.queue, quarter_of(contact.arrived_at)
        self._unanswered[key] += change
        if not self._unanswered[key]:
            del self._unanswered[key]
