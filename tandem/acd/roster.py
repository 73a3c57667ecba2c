"""Moves agents from state to state, and keeps the ready ones in the order in which they are chosen."""

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterator

from tandem.acd.agent import (
    BUSY,
    CONNECTED,
    PAUSED,
    READY,
    SIGNED_OUT,
    TABLE,
    WRAP_UP,
    Agent,
    is_staffed,
    occupancy,
    rest_of,
)
from tandem.acd.bits import bits, members
from tandem.acd.commands import Command, RecordAgentState
from tandem.acd.deadlines import Deadlines
from tandem.acd.line import Line
from tandem.acd.machine import InvariantBroken, step
from tandem.acd.matching import Matching

_ENDS_IDLENESS = frozenset({CONNECTED, WRAP_UP, PAUSED, SIGNED_OUT})


class Roster:
    """The only place where an agent's state changes. Holds indexes; what must survive is in the agents themselves.

    `ready` and `staffed` are agents as bits, `touched` the numbers of those who changed state; who is not in the
    settings is in none.
    """

    def __init__(self, agents: dict[str, Agent], matching: Matching, emit: Callable[[Command], None]) -> None:
        self._agents = agents
        self._numbers = matching.numbers
        self._names = list(matching.numbers)
        self._emit = emit
        self.deadlines = Deadlines(agents)
        self.ready = 0
        self.staffed = 0
        self.touched: set[int] = set()
        self._by_idleness: list[tuple[float, str, int]] = []
        for agent in agents.values():
            number = self._numbers.get(agent.name)
            if number is not None and is_staffed(agent):
                self.staffed |= 1 << number
            if number is not None and agent.state == READY:
                self._join_line(agent, number)

    def best(self, line: Line, tried: Collection[str], now: float) -> Agent | None:
        """The ready agent whom the line prefers, of equals the longest idle; one of `tried` only if nobody else is."""
        able = line.able & self.ready
        if able and tried:
            able = able & ~bits(self._numbers[name] for name in tried if name in self._numbers) or able
        if not able:
            return None
        for grade in line.grades:
            if able & grade:
                able &= grade
                break
        if line.queue.selection == "least_occupied":
            return min(self._those(able), key=lambda agent: (occupancy(agent, now), *_idle_rank(agent)))
        return self._longest_idle(able)

    def ready_for(self, line: Line) -> int:
        """How many agents who can serve the line are ready."""
        return (line.able & self.ready).bit_count()

    def staffed_for(self, line: Line) -> int:
        """How many agents who can serve the line are signed in, not paused, and have their phone."""
        return (line.able & self.staffed).bit_count()

    def move(self, agent: Agent, trigger: str, now: float, reason: str = "", deadline: float | None = None) -> None:
        """Take `agent` to the state that `trigger` leads to, until `deadline` at the longest.

        Raises InvariantBroken when the table has no such step.
        """
        state = step(TABLE, agent.state, trigger)
        number = self._numbers.get(agent.name)
        staffed = is_staffed(agent)
        if number is not None and agent.state == READY:
            self._leave_line(agent, number)
        self._emit(RecordAgentState(agent.name, agent.state, agent.reason, agent.since, state, reason))
        if agent.state == READY:
            agent.free_seconds += now - agent.since
        elif agent.state in BUSY:
            agent.busy_seconds += now - agent.since
        agent.state, agent.reason, agent.since, agent.deadline = state, reason, now, deadline
        _turn_clocks(agent, now)
        if deadline is not None:
            self.deadlines.add(agent.name, deadline)
        if number is not None:
            self.touched.add(number)
            if is_staffed(agent) != staffed:
                self.staffed ^= 1 << number
            if state == READY:
                self._join_line(agent, number)

    def put_off(self, agent: Agent, deadline: float) -> None:
        """Let the state last until `deadline`."""
        agent.deadline = deadline
        self.deadlines.add(agent.name, deadline)

    def rest(self, agent: Agent, now: float) -> bool:
        """Take an agent whom no contact holds (any more) to where they belong; True when that is a move.

        An agent who is signed out and no longer in the settings is forgotten.
        """
        trigger, reason, deadline = rest_of(agent, now)
        moves = (step(TABLE, agent.state, trigger), reason) != (agent.state, agent.reason)
        if moves:
            self.move(agent, trigger, now, reason, deadline)
        if agent.state == SIGNED_OUT and agent.name not in self._numbers:
            del self._agents[agent.name]
        return moves

    def _longest_idle(self, able: int) -> Agent:
        """Of these ready agents. A few are looked at one by one; of many one is met soon on the way from the top."""
        number = able.bit_count()
        if number * number <= len(self._by_idleness):
            return min(self._those(able), key=_idle_rank)
        return self._agents[next(name for _, name, number in self._by_idleness if able >> number & 1)]

    def _those(self, numbers: int) -> Iterator[Agent]:
        return (self._agents[self._names[number]] for number in members(numbers))

    def _join_line(self, agent: Agent, number: int) -> None:
        self.ready ^= 1 << number
        insort(self._by_idleness, (*_idle_rank(agent), number))

    def _leave_line(self, agent: Agent, number: int) -> None:
        self.ready ^= 1 << number
        del self._by_idleness[bisect_left(self._by_idleness, _idle_rank(agent))]


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
        agent.busy_seconds = agent.free_seconds = 0.0
