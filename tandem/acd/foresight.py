"""How long a contact will wait: what the floor knows now, read by what earlier waits have taught."""

from collections.abc import Callable

from tandem.acd.contact import Contact, Foreseen
from tandem.acd.experience import Clues, Experience
from tandem.acd.line import Line
from tandem.acd.lines import Lines
from tandem.acd.state import State
from tandem.acd.waiting import Patience, Place, expected_wait

SAMPLES = 10
"""At most so many waits of a queue and tier are learnt from in the time that one handling takes. More would be nearly
the same wait again, and in a crowd of thousands an estimate for each newcomer would cost more than it teaches."""

LOOKS = 2
"""An estimate looks at every line in which somebody waits. Each newcomer allows for so many looks, so that what all
estimates together cost does not grow with the number of queues."""

FIRST_TALKS = 100
"""A queue's waits teach nothing before so many talks have shown how long a handling takes: the weights would make up
for what the formula does not know yet, and go on doing so when it does."""


class Foresight:
    """Reads indexes; what must survive is in the state (`experience`, `patience`) and in the contacts (`foreseen`).

    `capacity_for(line)`: how many contacts those at work who can serve the line can have at once.
    """

    def __init__(self, state: State, lines: Lines, capacity_for: Callable[[Line], int]) -> None:
        self._state = state
        self._lines = lines
        self._capacity_for = capacity_for

    def place(self, contact: Contact, now: float) -> Place:
        """Where an unanswered contact stands, and how long it will still wait."""
        wait = self._experience(contact).foresee(self._clues(contact, now))
        position = self._lines.ahead_of(contact) + 1
        return Place(contact.queue, position, wait.mean, contact.enqueued_at, wait.earliest, wait.latest)

    def begin(self, contact: Contact, now: float) -> None:
        """The contact has come to its queue and has to wait: make an estimate, if it is one to learn from."""
        self._state.looks += LOOKS
        if self._state.looks < self._lines.busy_count:
            return
        experience = self._known(contact)
        if experience.asked_at is not None:
            since = now - experience.asked_at
            if 0 <= since * SAMPLES < self._state.handling_of(contact.queue):
                return
        if contact.sticky or not contact.on_line or not self._capacity_for(self._lines.line_of(contact)):
            return
        clues = self._clues(contact, now)
        contact.foreseen = Foreseen(clues, experience.foresee(clues))
        experience.asked_at = now
        self._state.looks = 0

    def answered(self, contact: Contact, now: float) -> None:
        """The wait has ended with an agent: learn from it."""
        told, contact.foreseen = contact.foreseen, None  # who comes back later did not wait all the time
        if contact.dial_seconds is not None:
            return
        experience, waited = self._known(contact), now - contact.arrived_at
        experience.last_wait = waited
        if told and self._state.handled.get(contact.queue, 0) >= FIRST_TALKS:
            experience.learn(told.clues.corrected(self._state.handling_of(contact.queue)), told.estimate.mean, waited)

    def _clues(self, contact: Contact, now: float) -> Clues:
        state, lines, queue = self._state, self._lines, contact.queue
        handling = state.handling_of(queue)
        capacity = self._capacity_for(lines.line_of(contact))
        ahead = lines.work_ahead_of(contact, now, self._work_of)
        mean, variance = expected_wait(ahead, handling, capacity, state.patience.get(queue, Patience()).rate())
        last = self._experience(contact).last_wait + contact.arrived_at - now
        head = contact.arrived_at - lines.first_came(queue, contact.arrived_at)
        return Clues(handling, mean, variance, max(last, 0.0), max(head, 0.0))

    def _work_of(self, queue: str) -> float:
        """What a contact of the queue takes of an agent: seconds, times units of attention."""
        return self._state.handling_of(queue) * self._state.settings.channel(self._state.queue(queue).channel).cost

    def _experience(self, contact: Contact) -> Experience:
        tiers = self._state.experience.get(contact.queue, {})
        return tiers.get(self._tier(contact)) or Experience()

    def _known(self, contact: Contact) -> Experience:
        tier, tiers = self._tier(contact), self._state.experience.get(contact.queue)
        if tiers is None:
            tiers = self._state.experience[contact.queue] = {}
        experience = tiers.get(tier)
        if experience is None:
            experience = tiers[tier] = Experience()
        return experience

    def _tier(self, contact: Contact) -> str:
        """Only tiers that the queue knows are told apart."""
        return contact.tier if contact.tier and contact.tier in self._state.queue(contact.queue).head_starts else ""
