"""A line: contacts who wait for the same agents, in their order."""

from collections.abc import Mapping

from tandem.acd.contact import Rank
from tandem.acd.settings import QueueSettings


class Line:
    """Those who wait in `queue`. `able`: the agents (as bits) who can take them; `grades`: the same, the best first.

    `preference`: by grade, how much those agents prefer this line (all alike unless they take their own work first).
    """

    __slots__ = ("able", "grades", "number", "pace", "preferred", "queue", "ranks")

    def __init__(self, number: int, queue: QueueSettings, grades: Mapping[int, int], own_first: bool) -> None:
        self.number = number
        self.queue = queue
        self.ranks: list[Rank] = []
        self.pace = queue.ageing
        self.able = 0
        for agents in grades.values():
            self.able |= agents
        best_first = sorted(grades.items(), reverse=True)
        self.grades = [agents for _, agents in best_first] if queue.selection == "most_proficient" else []
        self.preferred = best_first if own_first else []

    def preference(self, agent: int) -> int:
        """How much the agent prefers this line, the higher, the more."""
        return next((grade for grade, agents in self.preferred if agents >> agent & 1), 0)
