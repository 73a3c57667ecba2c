"""A line: contacts of a queue who wait for the same agents, in their order."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from math import inf

from tandem.acd.contact import Contact, Rank, Urgency, rank_of, urgency_of
from tandem.acd.plan import Plan, need_in
from tandem.acd.settings import QueueSettings
from tandem.expression import Term

OVERDUE = 1_000_000
"""The class of those who have waited for as long as their queue allows: before all others, the oldest first."""


def moments_of(queue: QueueSettings) -> list[float]:
    """After how many seconds of waiting (by age) something changes for a contact of the queue, the earliest first."""
    moments = {step.after for step in queue.plan if step.after > 0}
    return sorted(moments | ({queue.longest_wait} if queue.longest_wait else set()))


def steps_in_force(queue: QueueSettings, waited: float, holding: Collection[int]) -> Plan:
    """The steps in force after so many seconds, when the conditions of the steps with these numbers hold."""
    steps = enumerate(queue.plan)
    return tuple(s for number, s in steps if s.after <= waited and (s.when is None or number in holding))


def waited_by(queue: QueueSettings, stage: int) -> float:
    """How long a contact of the queue whose first `stage` moments have come has waited at least."""
    return moments_of(queue)[stage - 1] if stage else 0.0


class Line:
    """Those in `queue` for whom the first `stage` of its moments have come.

    `able`: the agents (as bits) who can take them; `grades`: the same, the best first, where the queue chooses by
    proficiency. `channel` is the number of the queue's. `lift` is the priority that steps in force add. Lines of one
    `pace` keep their order among each other.
    """

    __slots__ = (
        "_graded",
        "able",
        "channel",
        "grades",
        "is_overdue",
        "lift",
        "number",
        "pace",
        "queue",
        "ranks",
        "stage",
        "waited",
    )

    def __init__(self, number: int, queue: QueueSettings, channel: int, stage: int, by_target: bool) -> None:
        self.number = number
        self.channel = channel
        self.queue = queue
        self.stage = stage
        self.waited = waited_by(queue, stage)
        self.is_overdue = 0 < queue.longest_wait <= self.waited
        self.pace = 1.0 if self.is_overdue else queue.ageing
        if by_target and not self.is_overdue:
            self.pace /= max(queue.service_level_seconds, 1.0)
        self.ranks: list[Rank] = []
        self.lift = 0
        self.able = 0
        self.grades: list[int] = []

    def steps(self, holding: Collection[int]) -> Plan:
        """The steps in force, when the conditions of these (by number) hold."""
        return steps_in_force(self.queue, self.waited, holding)

    def need(self, holding: Collection[int]) -> Term:
        """What is asked of an agent now."""
        return need_in(self.queue.needs, self.steps(holding))

    def open_to(self, graded: Mapping[int, int]) -> None:
        """From now on these agents can take the contacts; by how good they are at it."""
        self._graded = graded
        self.able = 0
        for agents in graded.values():
            self.able |= agents
        by_grade = self.queue.selection == "most_proficient"
        self.grades = [graded[grade] for grade in sorted(graded, reverse=True)] if by_grade else []

    def grade_of(self, agent: int) -> int:
        """How good an agent who can take the contacts is at it."""
        return next(grade for grade, agents in self._graded.items() if agents >> agent & 1)

    def rank(self, contact: Contact) -> Rank:
        """The contact's place in this line, before the lift."""
        if self.is_overdue:
            return -OVERDUE, contact.enqueued_at, contact.id
        return rank_of(contact, self.queue)

    def lifted(self, rank: Rank) -> Rank:
        """The place among all lines of the same pace."""
        return (rank[0] - self.lift, rank[1], rank[2]) if self.lift else rank

    def top(self) -> Rank:
        """The place of the first in line among all lines of the same pace."""
        first = self.ranks[0]
        return self.lifted(first) if self.lift else first

    def ahead_of(self, place: Urgency, now: float) -> int:
        """How many of this line come before somebody of another line with this place in the total order."""
        group, _, urgency, name = place
        since = now + urgency / self.pace if self.pace else -inf  # who never ages comes after all who do
        return bisect_left(self.ranks, (group + self.lift, since, name))

    def urgency(self, rank: Rank, now: float, preference: int = 0) -> Urgency:
        """The place in the total order over all queues at `now`; its last part is the id."""
        return urgency_of(self.lifted(rank), self.pace, now, preference)


def put_in_stage(contact: Contact, moments: Sequence[float], now: float) -> None:
    """Note how many of its queue's moments have come for the contact, and when it has to be looked at again."""
    until = contact.sticky_until if contact.sticky and not contact.sticky_only else None
    contact.stage, contact.deadline = 0, until
    for seconds in moments:
        moment = contact.enqueued_at + seconds
        if moment > now and seconds > contact.ahead:
            contact.deadline = moment if contact.deadline is None else min(moment, contact.deadline)
            return
        contact.stage += 1
