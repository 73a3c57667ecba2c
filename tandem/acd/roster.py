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
    preference,
    rest_of,
)
from tandem.acd.attention import Attention
from tandem.acd.bits import bits, members
from tandem.acd.commands import Command, RecordAgentState
from tandem.acd.deadlines import Deadlines
from tandem.acd.line import Line
from tandem.acd.machine import step
from tandem.acd.matching import Matching

_NOWHERE = (0, 0.0, "")
_AT_WORK = BUSY | {READY}
# Bits: at work, and with a phone.
_AWAY, _AT_WORK_ONLY, _WITH_PHONE = 0, 1, 3
_ENDS_IDLENESS = frozenset({CONNECTED, WRAP_UP, PAUSED, SIGNED_OUT})


class Roster:
    """The only place where an agent's state changes. Holds indexes; what must survive is in the agents themselves.

    Sets of agents are bits; who is not in the settings is in none. `touched`: the numbers of those who came to work or
    left it, or have room for other channels than before.
    """

    def __init__(
        self, agents: dict[str, Agent], matching: Matching, attention: Attention, emit: Callable[[Command], None]
    ) -> None:
        self._agents = agents
        self._numbers = matching.numbers
        self._names = list(matching.numbers)
        self._attention = attention
        self._emit = emit
        self.deadlines = Deadlines(agents)
        self.touched: set[int] = set()
        self._open = [0] * len(attention.numbers)
        self._slots = attention.slots(matching.numbers)
        self._at_work = 0
        self._with_phone = 0
        self._staffed = [_AWAY] * len(self._names)
        self._fitting = [0] * len(self._names)
        self._places = [_NOWHERE] * len(self._names)
        self._in_order: list[tuple[int, float, str, int]] = []
        for agent in agents.values():
            self.note(agent)
        self.touched.clear()

    def best(self, line: Line, tried: Collection[str], now: float) -> Agent | None:
        """The agent with room whom the line prefers, of equals the least engaged, then the longest idle.

        One of `tried` only if there is nobody else.
        """
        able = line.able & self._open[line.channel]
        if able and tried:
            able = able & ~bits(self._numbers[name] for name in tried if name in self._numbers) or able
        if not able:
            return None
        for grade in line.grades:
            if able & grade:
                able &= grade
                break
        if line.queue.selection == "least_occupied":
            return min(self._those(able), key=lambda agent: (occupancy(agent, now), *preference(agent)))
        return self._first_of(able)

    def ready_for(self, line: Line) -> int:
        """How many agents who can serve the line have room for one of its contacts."""
        return (line.able & self._open[line.channel]).bit_count()

    def at_work_for(self, line: Line) -> int:
        """How many agents who can serve the line are at work: signed in, not paused, and with their phone if needed."""
        there = self._with_phone if self._attention.kinds[line.channel].needs_phone else self._at_work
        return (line.able & there).bit_count()

    def open_to(self, channel: int) -> int:
        """The agents (as bits) who have room for a contact of this channel."""
        return self._open[channel]

    def fitting(self, number: int) -> int:
        """The channels (as bits) of which the agent has room for a contact."""
        return self._fitting[number]

    def capacity(self, able: int, channel: int) -> int:
        """How many contacts of this channel those of the agents `able` (bits) who are at work can have at once.

        At work: signed in, not paused, and with their phone where it is needed.
        """
        able &= self._with_phone if self._attention.kinds[channel].needs_phone else self._at_work
        return sum(slots * (able & agents).bit_count() for slots, agents in self._slots[channel].items())

    def capacity_for(self, line: Line) -> int:
        """The same, of those who can take the contacts of a line."""
        return self.capacity(line.able, line.channel)

    def move(self, agent: Agent, trigger: str, now: float, deadline: float) -> None:
        """Take `agent` to the state that `trigger` leads to, until `deadline` at the longest.

        Raises InvariantBroken when the table has no such step.
        """
        self._enter(agent, step(TABLE, agent.state, trigger), now, "", deadline)

    def rest(self, agent: Agent, now: float) -> None:
        """Take an agent to whom nothing is offered (any more) to where they belong.

        An agent who is signed out and no longer in the settings is forgotten.
        """
        trigger, reason, deadline = rest_of(agent, now)
        state = step(TABLE, agent.state, trigger)
        if state != agent.state or reason != agent.reason:
            self._enter(agent, state, now, reason, deadline)
        else:
            if deadline is not None and deadline != agent.deadline:
                self.deadlines.add(agent.name, deadline)
            agent.deadline = deadline
            self.note(agent)
        if state == SIGNED_OUT and agent.name not in self._numbers:
            del self._agents[agent.name]

    def note(self, agent: Agent) -> None:
        """Put the agent where they belong in the indexes: something about them has changed."""
        number = self._numbers.get(agent.name)
        if number is None:
            return
        at_work = agent.state in _AT_WORK or is_staffed(agent, needs_phone=False)
        staffed = _AWAY if not at_work else _WITH_PHONE if agent.device_present else _AT_WORK_ONLY
        if staffed != self._staffed[number]:
            self._note_staffed(number, staffed)
        fitting = self._attention.fitting(agent)
        if fitting or self._fitting[number]:
            self._put_in_order(agent, number, fitting)

    def _note_staffed(self, number: int, staffed: int) -> None:
        changed = staffed ^ self._staffed[number]
        self._staffed[number] = staffed
        self._at_work ^= (changed & 1) << number
        self._with_phone ^= (changed >> 1) << number
        self.touched.add(number)

    def _put_in_order(self, agent: Agent, number: int, fitting: int) -> None:
        """Note which channels fit beside what an agent has, and the agent's place among those who have any room."""
        before, order = self._fitting[number], self._in_order
        if before:
            del order[bisect_left(order, self._places[number])]
        if fitting:
            self._places[number] = place = preference(agent)
            insort(order, (*place, number))
        if fitting == before:
            return
        self._fitting[number] = fitting
        self.touched.add(number)
        changed = fitting ^ before
        while changed:
            lowest = changed & -changed
            self._open[lowest.bit_length() - 1] ^= 1 << number
            changed ^= lowest

    def _enter(self, agent: Agent, state: str, now: float, reason: str, deadline: float | None) -> None:
        before, since = agent.state, agent.since
        self._emit(RecordAgentState(agent.name, before, agent.reason, since, state, reason))
        if before == READY:
            agent.free_seconds += now - since
        elif before in BUSY:
            agent.busy_seconds += now - since
        agent.state, agent.reason, agent.since, agent.deadline = state, reason, now, deadline
        _turn_clocks(agent, now)
        if deadline is not None:
            self.deadlines.add(agent.name, deadline)
        self.note(agent)

    def _first_of(self, able: int) -> Agent:
        """Of these agents with room. A few are looked at singly; of many one is met soon on the way from the top."""
        number = able.bit_count()
        if number * number <= len(self._in_order):
            return self._agents[min(map(self._places.__getitem__, members(able)))[-1]]
        return self._agents[next(name for *_, name, number in self._in_order if able >> number & 1)]

    def _those(self, numbers: int) -> Iterator[Agent]:
        return (self._agents[self._names[number]] for number in members(numbers))


def _turn_clocks(agent: Agent, now: float) -> None:
    state = agent.state
    if state in _ENDS_IDLENESS:
        agent.idle_since = None
    elif state == READY and agent.idle_since is None:
        agent.idle_since = now
    if state == PAUSED and agent.paused_since is None:
        agent.paused_since = now
    elif state == SIGNED_OUT:
        agent.wrap_up_until = agent.back_off_until = 0.0
        agent.misses = 0
        agent.busy_seconds = agent.free_seconds = 0.0
