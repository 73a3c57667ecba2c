"""A line: contacts who wait for the same agents, in their order."""

from collections.abc import Mapping

from tandem.acd.contact import Rank
from tandem.acd.settings import QueueSettings


class Line:
    """Those who wait in `queue`. `able`: the agents (as bits) who can take them; `grades`: the same, the best first,
    where the queue chooses by proficiency.
    """

    __slots__ = ("_graded", "able", "grades", "number", "pace", "queue", "ranks")

    def __init__(self, number: int, queue: QueueSettings) -> None:
        self.number = number
        self.queue = queue
        self.pace = queue.ageing
        self.ranks: list[Rank] = []
        self.able = 0
        self.grades: list[int] = []

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
