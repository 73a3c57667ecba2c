"""Moves agents from state to state, and keeps the ready ones in the order in which they are chosen."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Collection

from tandem.acd.agent import CONNECTED, PAUSED, READY, SIGNED_OUT, TABLE, WRAP_UP, Agent, is_staffed, rest_of
from tandem.acd.commands import Command, RecordAgentState
from tandem.acd.deadlines import Deadlines
from tandem.acd.machine import InvariantBroken, step
from tandem.acd.matching import Matching, Profile

_ENDS_IDLENESS = frozenset({CONNECTED, WRAP_UP, PAUSED, SIGNED_OUT})


class Roster:
    """The only place where an agent's state changes. Holds indexes; what must survive is in the agents themselves."""

    def __init__(self, agents: dict[str, Agent], matching: Matching, emit: Callable[[Command], None]) -> None:
        self._agents = agents
        self._matching = matching
        self._emit = emit
        self.deadlines = Deadlines(agents)
        self._ready: dict[Profile, list[tuple[float, str]]] = {}
        self._staffed: Counter[Profile] = Counter()
        for agent in agents.values():
            self._index(agent)

    def best(self, queue: str, tried: Collection[str]) -> Agent | None:
        """The ready agent whom `queue` prefers, of equals the longest idle; one of `tried` only if nobody else is."""
        lines = self._lines_for(queue)
        firsts = ((much, next((entry for entry in line if entry[1] not in tried), None)) for much, line in lines)
        fresh = [(-much, first) for much, first in firsts if first]
        best = min(fresh or ((-much, line[0]) for much, line in lines), default=None)
        return self._agents[best[1][1]] if best else None

    def ready_for(self, queue: str) -> int:
        """How many agents who can serve `queue` are ready."""
        return sum(len(line) for _, line in self._lines_for(queue))

    def staffed_for(self, queue: str) -> int:
        """How many agents who can serve `queue` are signed in, not paused, and have their phone."""
        return sum(self._staffed[profile] for profile in self._matching.profiles_for(queue))

    def move(self, agent: Agent, trigger: str, now: float, reason: str = "", deadline: float | None = None) -> None:
        """Take `agent` to the state that `trigger` leads to, until `deadline` at the longest.

        Raises InvariantBroken when the table has no such step.
        """
        state = step(TABLE, agent.state, trigger)
        self._unindex(agent)
        self._emit(RecordAgentState(agent.name, agent.state, agent.reason, agent.since, state, reason))
        agent.state, agent.reason, agent.since, agent.deadline = state, reason, now, deadline
        _turn_clocks(agent, now)
        self._index(agent)
        self.deadlines.add(agent)

    def rest(self, agent: Agent, now: float) -> bool:
        """Take an agent whom no contact holds (any more) to where they belong; True when that is a move.

        An agent who is signed out and no longer in the settings is forgotten.
        """
        trigger, reason, deadline = rest_of(agent, now)
        moves = (step(TABLE, agent.state, trigger), reason) != (agent.state, agent.reason)
        if moves:
            self.move(agent, trigger, now, reason, deadline)
        if agent.state == SIGNED_OUT and self._matching.profile(agent.name) is None:
            del self._agents[agent.name]
        return moves

    def _lines_for(self, queue: str) -> list[tuple[int, list[tuple[float, str]]]]:
        """The ready agents by profile, with how much the queue prefers each profile."""
        profiles = self._matching.profiles_for(queue)
        if len(profiles) < len(self._ready):
            return [(much, self._ready[profile]) for profile, much in profiles.items() if profile in self._ready]
        return [(profiles[profile], line) for profile, line in self._ready.items() if profile in profiles]

    def _index(self, agent: Agent) -> None:
        profile = self._matching.profile(agent.name)
        if profile is None:
            return
        self._staffed[profile] += is_staffed(agent)
        if agent.state == READY:
            insort(self._ready.setdefault(profile, []), _idle_rank(agent))

    def _unindex(self, agent: Agent) -> None:
        profile = self._matching.profile(agent.name)
        if profile is None:
            return
        self._staffed[profile] -= is_staffed(agent)
        if agent.state == READY:
            line = self._ready[profile]
            del line[bisect_left(line, _idle_rank(agent))]
            if not line:
                del self._ready[profile]


def _idle_rank(agent: Agent) -> tuple[float, str]:
    if agent.idle_since is None:
        raise InvariantBroken(f"{agent.name} is ready without an idle clock")
    return agent.idle_since, agent.name


def _turn_clocks(agent: Agent, now: float) -> None:
    if agent.state in _ENDS_IDLENESS:
        agent.idle_since = None
    if agent.state == READY and agent.idle_since is None:
        agent.idle_since = now
    if agent.state == PAUSED and agent.paused_since is None:
        agent.paused_since = now
    if agent.state == SIGNED_OUT:
        agent.wrap_up_until = agent.back_off_until = 0.0
        agent.misses = 0
