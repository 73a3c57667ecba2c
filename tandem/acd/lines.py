"""Moves contacts from state to state, and keeps the waiting ones of every queue in order."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, count

from tandem.acd.bits import members
from tandem.acd.contact import ENDED, TABLE, UNANSWERED, WAITING, Contact, Rank, Urgency
from tandem.acd.deadlines import Deadlines
from tandem.acd.intervals import quarter_of
from tandem.acd.line import Line, moments_of, put_in_stage
from tandem.acd.machine import step
from tandem.acd.matching import Matching
from tandem.acd.settings import QueueSettings, Settings


class Lines:
    """The only place where a contact's state changes. Holds indexes; what must survive is in the contacts.

    `keeping`: the lines (as bits) that wait until enough agents are ready. `touched`: queues whose length changed.
    `unanswered`: how many contacts are, by queue and the beginning of the quarter-hour in which they came to it.
    """

    def __init__(
        self,
        contacts: dict[str, Contact],
        queues: Mapping[str, QueueSettings],
        matching: Matching,
        channels: Mapping[str, int],
        settings: Settings,
        holding: Mapping[str, Iterable[int]],
    ) -> None:
        self._contacts = contacts
        self._matching = matching
        self._own_first = settings.own_first
        self._lines: list[Line] = []
        self._by_queue: dict[str, list[Line]] = {}
        self._moments: dict[str, list[float]] = {}
        for queue in queues.values():
            self._add(queue, channels[queue.channel], settings.order == "service_objective")
        self._busy = 0
        self._serves: dict[int, int] = {}
        self._of_channels: dict[int, int] = {}
        self._paces: dict[float, int] = {}
        for line in self._lines:
            self._paces[line.pace] = self._paces.get(line.pace, 0) | 1 << line.number
        self._heads: dict[float, list[tuple[Rank, int]]] = {pace: [] for pace in self._paces}
        self._sticky: defaultdict[str, list[Contact]] = defaultdict(list)
        self.deadlines = Deadlines(contacts)
        self.touched: set[str] = set()
        self._lengths = dict.fromkeys(queues, 0)
        self.unanswered: dict[tuple[str, float], int] = {}
        self.keeping = sum(1 << line.number for line in self._lines if line.queue.keep_free or line.queue.resume_free)
        for name in queues:
            self.hold(name, holding.get(name, ()))
        for contact in contacts.values():
            if contact.state in UNANSWERED:
                self._count(contact, 1)
            if contact.state == WAITING:
                self._index(contact)
        self.touched.clear()

    def enter(self, contact: Contact, now: float) -> None:
        """Take in a new contact."""
        self._contacts[contact.id] = contact
        self._place(contact, now)
        self._count(contact, 1)
        self._index(contact)

    @contextmanager
    def changing(self, contact: Contact, now: float | None = None) -> Iterator[None]:
        """Within it, what decides about a waiting contact's place may be changed; with `now` also its moments."""
        self._unindex(contact)
        yield
        if now is not None:
            self._place(contact, now)
        self._index(contact)

    def advance(self, contact: Contact, now: float, waited: float | None = None) -> None:
        """A deadline of the contact has come: it may be served by others from now on, and go before others. So it may
        where a supervisor says that its plan is to go on as if it had `waited` so many seconds."""
        waits = contact.state == WAITING
        if waits:
            self._unindex(contact)
        if contact.sticky_until <= now and not contact.sticky_only:
            contact.sticky = ""
        if waited is not None:
            contact.ahead = max(contact.ahead, waited)
        self._place(contact, now)
        if waits:
            self._index(contact)

    def transfer(self, contact: Contact, queue: str, now: float) -> None:
        """A waiting contact goes on in another queue, with its age."""
        self._unindex(contact)
        self._count(contact, -1)
        contact.been += (contact.queue,)
        contact.ahead = 0.0
        contact.queue, contact.arrived_at = queue, now
        self._place(contact, now)
        self._count(contact, 1)
        self._index(contact)

    def take_back(self, contact: Contact, now: float) -> None:
        """A contact in conversation waits again, with its age."""
        contact.state, contact.arrived_at = step(TABLE, contact.state, "returned"), now
        contact.disposed = False
        self._place(contact, now)
        self._count(contact, 1)
        self._index(contact)

    def hold(self, queue: str, holding: Iterable[int]) -> None:
        """From now on the conditions of these steps of the queue's plan hold, and no others."""
        numbers = frozenset(holding)
        for line in self._by_queue[queue]:
            before = line.able
            if line.ranks:
                self._drop_head(line)
            line.lift = sum(step.priority for step in line.steps(numbers)) if not line.is_overdue else 0
            line.open_to(self._matching.grades(line.need(numbers)))
            if line.ranks:
                insort(self._heads[line.pace], (line.top(), line.number))
            for agent in members(before ^ line.able):
                if agent in self._serves:
                    self._serves[agent] ^= 1 << line.number

    def move(self, contact: Contact, trigger: str) -> None:
        """Take `contact` to the state that `trigger` leads to; an ended one is forgotten.

        Raises InvariantBroken when the table has no such step.
        """
        before = contact.state
        state = step(TABLE, before, trigger)
        if before == WAITING:
            self._unindex(contact)
        if before in UNANSWERED and state not in UNANSWERED:
            self._count(contact, -1)
            contact.deadline = None
        contact.state = state
        if state == ENDED:
            del self._contacts[contact.id]
        elif state == WAITING:
            self._index(contact)

    def line_of(self, contact: Contact) -> Line:
        """Where the contact waits, or would wait again."""
        return self._by_queue[contact.queue][contact.stage]

    def lines_of(self, queue: str) -> list[Line]:
        """Where the contacts of `queue` wait, those who came last first."""
        return self._by_queue[queue]

    def waiting_in(self, queue: str) -> list[Contact]:
        """Those who wait in `queue`, the sticky ones too."""
        ids = [rank[-1] for line in self._by_queue[queue] for rank in line.ranks]
        return [self._contacts[name] for name in ids] + [c for c in self.sticky() if c.queue == queue]

    def length(self, queue: str) -> int:
        """How many contacts of `queue` are unanswered."""
        return self._lengths[queue]

    def ahead_of(self, contact: Contact) -> int:
        """How many wait in the contact's queue with a better place."""
        own = self._lifted(contact)
        lines = self._by_queue[contact.queue]
        ahead = sum(bisect_left(line.ranks, (own[0] + line.lift, own[1], own[2])) for line in lines if line.ranks)
        return ahead + sum(self._lifted(other) < own for other in self.sticky() if other.queue == contact.queue)

    def work_ahead_of(self, contact: Contact, now: float, work_of: Callable[[str], float]) -> float:
        """How much, of all queues, those who can serve the contact have to serve before it, in contacts of its queue.

        `work_of(queue)` is what one of its contacts takes of an agent. Of those in a line that only some of these
        agents can take, or that others can take too, a part is counted.
        """
        own, able = self.line_of(contact), self.line_of(contact).able
        place, total = own.urgency(own.rank(contact), now), float(self.ahead_of(contact))
        usual = work_of(own.queue.name)
        for line in self.busy():
            if line.queue is not own.queue and (common := (line.able & able).bit_count()):
                more = work_of(line.queue.name) / usual if usual else 1.0
                total += line.ahead_of(place, now) * more * common / line.able.bit_count()
        return total

    def first_came(self, queue: str, otherwise: float) -> float:
        """When the first of those who wait in `queue` for anyone came to it; `otherwise` where nobody waits."""
        heads = (self._contacts[line.ranks[0][-1]].arrived_at for line in self._by_queue[queue] if line.ranks)
        return min(heads, default=otherwise)

    def sticky_to(self, agent: str) -> tuple[Contact, ...]:
        """Those who wait for this agent before anyone else."""
        waiting = self._sticky.get(agent)
        return tuple(waiting) if waiting else ()

    def sticky(self) -> Iterable[Contact]:
        """Everybody who waits for one agent."""
        return chain.from_iterable(self._sticky.values())

    def release(self, contact: Contact) -> None:
        """From now on anyone may serve a contact who waited for one agent."""
        waits = contact.state == WAITING
        if waits:
            self._unindex(contact)
        contact.sticky = ""
        if waits:
            self._index(contact)

    def busy_for(self, agent: int, channels: int) -> int:
        """The lines (as bits) of these channels (as bits) in which somebody waits whom the agent can take."""
        if not self._busy:
            return 0
        serves = self._serves.get(agent)
        if serves is None:
            serves = sum(1 << line.number for line in self._lines if line.able >> agent & 1)
            self._serves[agent] = serves
        of_channels = self._of_channels.get(channels)
        if of_channels is None:
            of_channels = sum(1 << line.number for line in self._lines if channels >> line.channel & 1)
            self._of_channels[channels] = of_channels
        return serves & self._busy & of_channels

    @property
    def busy_count(self) -> int:
        """In how many lines somebody waits."""
        return self._busy.bit_count()

    def busy(self) -> Iterable[Line]:
        """The lines in which somebody waits."""
        return self.of(self._busy)

    def of(self, mask: int) -> Iterable[Line]:
        """The lines with these numbers."""
        return (self._lines[number] for number in members(mask))

    def first(self, among: int, agent: int, now: float) -> Contact:
        """The contact that is served first in the busy lines `among` (bits), by this agent."""
        if self._own_first:
            heads = [(line.urgency(line.ranks[0], now, line.grade_of(agent)), line.ranks[0]) for line in self.of(among)]
            return self._contacts[min(heads)[1][-1]]
        firsts = [self._first_of_pace(pace, lines & among) for pace, lines in self._paces.items() if lines & among]
        best = firsts[0] if len(firsts) == 1 else min(firsts, key=lambda line: line.urgency(line.ranks[0], now))
        return self._contacts[best.ranks[0][-1]]

    def urgency(self, contact: Contact, now: float) -> Urgency:
        """The place of a waiting contact in the total order."""
        line = self.line_of(contact)
        return line.urgency(line.rank(contact), now)

    def _first_of_pace(self, pace: float, among: int) -> Line:
        """The first of the busy lines `among`, which age alike and so keep their order.

        A few are looked at one by one, and of many one is met soon on the way from the top.
        """
        number = among.bit_count()
        if 4 * number * number <= self._busy.bit_count():
            return min(self.of(among), key=Line.top)
        return self._lines[next(number for _, number in self._heads[pace] if among >> number & 1)]

    def _index(self, contact: Contact) -> None:
        if contact.sticky:
            self._sticky[contact.sticky].append(contact)
            return
        line = self.line_of(contact)
        rank = line.rank(contact)
        ranks = line.ranks
        if not ranks:
            self._busy |= 1 << line.number
        elif ranks[0] < rank:
            insort(ranks, rank)
            return
        else:
            self._drop_head(line)
        ranks.insert(0, rank)
        insort(self._heads[line.pace], (line.top(), line.number))

    def _unindex(self, contact: Contact) -> None:
        if contact.sticky:
            self._sticky[contact.sticky].remove(contact)
            if not self._sticky[contact.sticky]:
                del self._sticky[contact.sticky]
            return
        line = self.line_of(contact)
        ranks = line.ranks
        place = bisect_left(ranks, line.rank(contact))
        if place:
            del ranks[place]
            return
        self._drop_head(line)
        del ranks[0]
        if ranks:
            insort(self._heads[line.pace], (line.top(), line.number))
        else:
            self._busy ^= 1 << line.number

    def _add(self, queue: QueueSettings, channel: int, by_target: bool) -> None:
        numbers = count(len(self._lines))
        self._moments[queue.name] = moments_of(queue)
        stages = range(len(self._moments[queue.name]) + 1)
        self._by_queue[queue.name] = [Line(next(numbers), queue, channel, stage, by_target) for stage in stages]
        self._lines += self._by_queue[queue.name]

    def _place(self, contact: Contact, now: float) -> None:
        moments = self._moments[contact.queue]
        if moments or contact.sticky or contact.stage or contact.deadline is not None:  # else nothing ever changes
            put_in_stage(contact, moments, now)
        if contact.deadline is not None:
            self.deadlines.add(contact.id, contact.deadline)

    def _lifted(self, contact: Contact) -> Rank:
        line = self.line_of(contact)
        return line.lifted(line.rank(contact))

    def _drop_head(self, line: Line) -> None:
        heads = self._heads[line.pace]
        del heads[bisect_left(heads, (line.top(), line.number))]

    def _count(self, contact: Contact, change: int) -> None:
        if contact.dial_seconds is not None:  # its line is released
            return
        queue = contact.queue
        self.touched.add(queue)
        self._lengths[queue] += change
        key = queue, quarter_of(contact.arrived_at)
        self.unanswered[key] = left = self.unanswered.get(key, 0) + change
        if not left:
            del self.unanswered[key]
