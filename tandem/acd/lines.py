"""Moves contacts from state to state, and keeps the waiting ones of every queue in order."""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain

from tandem.acd.bits import members
from tandem.acd.contact import ENDED, TABLE, UNANSWERED, WAITING, Contact, Rank, Urgency, rank_of, urgency_of
from tandem.acd.deadlines import Deadlines
from tandem.acd.intervals import quarter_of
from tandem.acd.line import Line
from tandem.acd.machine import step
from tandem.acd.matching import Matching
from tandem.acd.needs import need_of
from tandem.acd.settings import QueueSettings


class Lines:
    """The only place where a contact's state changes. Holds indexes; what must survive is in the contacts.

    `keeping`: the lines (as bits) that wait until enough agents are ready.
    """

    def __init__(
        self, contacts: dict[str, Contact], queues: Mapping[str, QueueSettings], matching: Matching, own_first: bool
    ) -> None:
        self._contacts = contacts
        self._own_first = own_first
        self._lines = [Line(number, queue) for number, queue in enumerate(queues.values())]
        for line in self._lines:
            line.open_to(matching.grades(need_of(line.queue.needs)))
        self._by_queue = {line.queue.name: line for line in self._lines}
        self._busy = 0
        self._serves: dict[int, int] = {}
        self._paces: dict[float, int] = {}
        for line in self._lines:
            self._paces[line.pace] = self._paces.get(line.pace, 0) | 1 << line.number
        self._heads: dict[float, list[tuple[Rank, int]]] = {pace: [] for pace in self._paces}
        self._sticky: defaultdict[str, list[Contact]] = defaultdict(list)
        self.deadlines = Deadlines(contacts)
        self._unanswered: Counter[tuple[str, float]] = Counter()
        self.keeping = sum(1 << line.number for line in self._lines if line.queue.keep_free)
        for contact in contacts.values():
            if contact.state in UNANSWERED:
                self._count(contact, 1)
            self._index(contact)

    def enter(self, contact: Contact) -> None:
        """Take in a new contact."""
        self._contacts[contact.id] = contact
        if contact.deadline is not None:
            self.deadlines.add(contact.id, contact.deadline)
        self._count(contact, 1)
        self._index(contact)

    def move(self, contact: Contact, trigger: str) -> None:
        """Take `contact` to the state that `trigger` leads to; an ended one is forgotten.

        Raises InvariantBroken when the table has no such step.
        """
        state = step(TABLE, contact.state, trigger)
        if contact.state == WAITING:
            self._unindex(contact)
        if contact.state in UNANSWERED and state not in UNANSWERED:
            self._count(contact, -1)
        contact.state = state
        if state == ENDED:
            del self._contacts[contact.id]
        else:
            self._index(contact)

    def line_of(self, queue: str) -> Line:
        """Where the contacts of `queue` wait."""
        return self._by_queue[queue]

    def ahead_of(self, contact: Contact) -> int:
        """How many wait in the contact's queue with a better place."""
        line = self.line_of(contact.queue)
        rank = rank_of(contact, line.queue)
        sticky = (other for other in self.sticky() if other.queue == contact.queue)
        return bisect_left(line.ranks, rank) + sum(rank_of(other, line.queue) < rank for other in sticky)

    def sticky_to(self, agent: str) -> tuple[Contact, ...]:
        """Those who wait for this agent before anyone else."""
        return tuple(self._sticky.get(agent, ()))

    def sticky(self) -> Iterable[Contact]:
        """Everybody who waits for one agent."""
        return chain.from_iterable(self._sticky.values())

    def release(self, contact: Contact) -> None:
        """From now on anyone may serve a contact who waited for one agent."""
        waits = contact.state == WAITING
        if waits:
            self._unindex(contact)
        contact.sticky, contact.deadline = "", None
        if waits:
            self._index(contact)

    def busy_for(self, agent: int) -> int:
        """The lines (as bits) in which somebody waits whom the agent can take."""
        serves = self._serves.get(agent)
        if serves is None:
            serves = sum(1 << line.number for line in self._lines if line.able >> agent & 1)
            self._serves[agent] = serves
        return serves & self._busy

    def busy(self) -> Iterable[Line]:
        """The lines in which somebody waits."""
        return self.of(self._busy)

    def of(self, mask: int) -> Iterable[Line]:
        """The lines with these numbers."""
        return (self._lines[number] for number in members(mask))

    def first(self, among: int, agent: int, now: float) -> Contact:
        """The contact that is served first in the busy lines `among` (bits), by this agent."""
        if self._own_first:
            heads = [(self.head(line, now, line.grade_of(agent)), line.ranks[0]) for line in self.of(among)]
            return self._contacts[min(heads)[1][-1]]
        firsts = [self._first_of_pace(pace, lines & among) for pace, lines in self._paces.items() if lines & among]
        best = firsts[0] if len(firsts) == 1 else min(firsts, key=lambda line: self.head(line, now))
        return self._contacts[best.ranks[0][-1]]

    def urgency(self, contact: Contact, now: float) -> Urgency:
        """The place of a waiting contact in the total order."""
        queue = self.line_of(contact.queue).queue
        return urgency_of(rank_of(contact, queue), queue, now)

    def head(self, line: Line, now: float, preference: int = 0) -> Urgency:
        """The place of a busy line's first in the total order; its last part is the id."""
        return urgency_of(line.ranks[0], line.queue, now, preference)

    def unanswered(self, queue: str, quarter: float) -> int:
        """How many contacts that came to `queue` in the quarter-hour beginning at `quarter` are still unanswered."""
        return self._unanswered[queue, quarter]

    def _first_of_pace(self, pace: float, among: int) -> Line:
        """The first of the busy lines `among`, which age alike and so keep their order.

        A few are looked at one by one, and of many one is met soon on the way from the top.
        """
        number = among.bit_count()
        if 4 * number * number <= self._busy.bit_count():
            return min(self.of(among), key=_first_rank)
        return self._lines[next(number for _, number in self._heads[pace] if among >> number & 1)]

    def _index(self, contact: Contact) -> None:
        if contact.state != WAITING:
            return
        if contact.sticky:
            self._sticky[contact.sticky].append(contact)
            return
        line = self.line_of(contact.queue)
        rank = rank_of(contact, line.queue)
        ranks = line.ranks
        if not ranks:
            self._busy |= 1 << line.number
        elif ranks[0] < rank:
            insort(ranks, rank)
            return
        else:
            self._drop_head(line)
        ranks.insert(0, rank)
        insort(self._heads[line.pace], (rank, line.number))

    def _unindex(self, contact: Contact) -> None:
        if contact.sticky:
            self._sticky[contact.sticky].remove(contact)
            if not self._sticky[contact.sticky]:
                del self._sticky[contact.sticky]
            return
        line = self.line_of(contact.queue)
        ranks = line.ranks
        place = bisect_left(ranks, rank_of(contact, line.queue))
        if place:
            del ranks[place]
            return
        self._drop_head(line)
        del ranks[0]
        if ranks:
            insort(self._heads[line.pace], (ranks[0], line.number))
        else:
            self._busy ^= 1 << line.number

    def _drop_head(self, line: Line) -> None:
        heads = self._heads[line.pace]
        del heads[bisect_left(heads, (line.ranks[0], line.number))]

    def _count(self, contact: Contact, change: int) -> None:
        key = contact.queue, quarter_of(contact.arrived_at)
        self._unanswered[key] += change
        if not self._unanswered[key]:
            del self._unanswered[key]


def _first_rank(line: Line) -> Rank:
    return line.ranks[0]
