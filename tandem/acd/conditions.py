"""Watches the conditions of every queue's plan: again when an event may have changed a measure of the queue."""

from tandem.acd.attention import Attention
from tandem.acd.intervals import Ledger
from tandem.acd.lines import Lines
from tandem.acd.matching import Matching
from tandem.acd.needs import need_of
from tandem.acd.plan import OF_AGENTS, Measure
from tandem.acd.roster import Roster
from tandem.acd.settings import QueueSettings
from tandem.acd.state import State
from tandem.acd.waiting import estimated_wait


class Conditions:
    """Which steps' conditions hold is in the state (`holding`); here is only what has to be looked at: watched queues
    have numbers, and sets of them are bits."""

    def __init__(
        self,
        state: State,
        lines: Lines,
        roster: Roster,
        matching: Matching,
        attention: Attention,
        ledger: Ledger,
    ) -> None:
        self._state = state
        self._lines = lines
        self._roster = roster
        self._ledger = ledger
        self._queues = [queue for queue in state.queues().values() if _is_watched(queue)]
        self.are_any = bool(self._queues)
        self._able = {queue.name: _able(matching, queue) for queue in self._queues}
        self._channels = {queue.name: attention.numbers[queue.channel] for queue in self._queues}
        self._bit = {queue.name: 1 << number for number, queue in enumerate(self._queues)}
        self._of_agents = [queue.name for queue in self._queues if _is_of_agents(queue)]
        self._for_agent: dict[int, int] = {}
        self._due = 0

    def look_at_all(self) -> None:
        """Everything may have changed."""
        self._due = (1 << len(self._queues)) - 1

    def due(self) -> QueueSettings | None:
        """A queue whose measures may have changed since it was last looked at; it counts as looked at now."""
        lengths, agents = self._lines.touched, self._roster.touched
        if lengths:
            for queue in lengths:
                self._due |= self._bit.get(queue, 0)
            lengths.clear()
        if agents:
            for agent in agents:
                self._due |= self._queues_of(agent)
            agents.clear()
        if not self._due:
            return None
        lowest = self._due & -self._due
        self._due ^= lowest
        return self._queues[lowest.bit_length() - 1]

    def review(self, queue: QueueSettings, now: float) -> list[int]:
        """Look at a queue's conditions; the steps for which they have begun or ceased to hold."""
        name = queue.name
        held = self._state.holding.setdefault(name, [])
        holding = []
        for number, step in enumerate(queue.plan):
            when = step.when
            if when and when.holds(self._measure(name, when.measure, now), number in held):
                holding.append(number)
        if holding == held:
            return []
        self._state.holding[name] = holding
        return sorted(set(held) ^ set(holding))

    def must_stop(self, name: str) -> bool:
        """True while too few agents are ready for a queue that keeps some free: between its thresholds, as before."""
        queue = self._state.queue(name)
        ready = self._ready(name)
        return ready <= (queue.resume_free if name in self._state.stopped else queue.keep_free)

    def _measure(self, name: str, measure: Measure, now: float) -> float:
        if measure == "length":
            return self._lines.length(name)
        if measure == "service_level":
            return self._ledger.level(name, now)
        if measure == "agents_ready":
            return self._ready(name)
        capacity = self._roster.capacity(self._able[name], self._channels[name])
        return estimated_wait(self._lines.length(name) + 1, self._state.handling_of(name), capacity)

    def _ready(self, name: str) -> int:
        return (self._able[name] & self._roster.open_to(self._channels[name])).bit_count()

    def _queues_of(self, agent: int) -> int:
        """The watched queues (as bits) whose measures the agent counts in."""
        found = self._for_agent.get(agent)
        if found is None:
            able = [self._bit[name] for name in self._of_agents if self._able[name] >> agent & 1]
            self._for_agent[agent] = found = sum(able)
        return found


def _is_watched(queue: QueueSettings) -> bool:
    return queue.stops or any(step.when for step in queue.plan)


def _is_of_agents(queue: QueueSettings) -> bool:
    """Whether what is watched can change by what agents do."""
    return queue.stops or any(step.when and step.when.measure in OF_AGENTS for step in queue.plan)


def _able(matching: Matching, queue: QueueSettings) -> int:
    return sum(matching.grades(need_of(queue.needs)).values())
