"""One heap for every state that must be left by a certain time."""

from collections.abc import Mapping
from heapq import heapify, heappop, heappush

from tandem.acd.agent import Agent


class Deadlines:
    """The agents' deadlines, earliest first. An entry that is not its agent's deadline any more is passed over."""

    def __init__(self, agents: Mapping[str, Agent]) -> None:
        self._agents = agents
        self._heap = [(agent.deadline, agent.name) for agent in agents.values() if agent.deadline is not None]
        heapify(self._heap)

    def add(self, agent: Agent) -> None:
        """Watch the agent's deadline, if it has one."""
        if agent.deadline is not None:
            heappush(self._heap, (agent.deadline, agent.name))

    def earliest(self) -> float | None:
        """When the next deadline falls, epoch seconds; None when there is none."""
        while self._heap and self._is_stale(*self._heap[0]):
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now: float) -> Agent | None:
        """Take off and return the next agent whose deadline has come."""
        earliest = self.earliest()
        if earliest is None or earliest > now:
            return None
        return self._agents[heappop(self._heap)[1]]

    def _is_stale(self, deadline: float, name: str) -> bool:
        agent = self._agents.get(name)
        return agent is None or agent.deadline != deadline
