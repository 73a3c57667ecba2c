"""Watches the conditions of every queue's plan: again when an event may have changed a measure of the queue."""

from collections.abc import Mapping

from tandem.acd.attention import Attention
from tandem.acd.bits import members
from tandem.acd.intervals import Ledger
from tandem.acd.lines import Lines
from tandem.acd.matching import Matching
from tandem.acd.needs import need_of
from tandem.acd.plan import Measure
from tandem.acd.roster import Roster
from tandem.acd.settings import QueueSettings
from tandem.acd.state import State
from tandem.acd.waiting import estimated_wait


class Conditions:
    """Which steps' conditions hold is in the state (`holding`); here is only what has to be looked at."""

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
        queues = [queue for queue in state.queues().values() if _is_watched(queue)]
        self._watched: Mapping[str, QueueSettings] = {queue.name: queue for queue in queues}
        self.are_any = bool(queues)
        self._names = list(self._watched)
        self._able = {name: _able(matching, queue) for name, queue in self._watched.items()}
        self._channels = {name: attention.numbers[queue.channel] for name, queue in self._watched.items()}
        self._for_agent: dict[int, int] = {}
        self._due: set[str] = set()

    def look_at_all(self) -> None:
        """Everything may have changed."""
        self._due.update(self._names)

    def due(self) -> str | None:
        """A queue whose measures may have changed since it was last looked at."""
        self._due |= self._lines.touched & self._watched.keys()
        for agent in self._roster.touched:
            self._due.update(self._names[number] for number in members(self._queues_of(agent)))
        self._lines.touched.clear()
        self._roster.touched.clear()
        return min(self._due, default=None) if self._due else None

    def review(self, name: str, now: float) -> list[int]:
        """Look at a queue's conditions; the steps for which they have begun or ceased to hold."""
        self._due.discard(name)
        held = self._state.holding.get(name, [])
        steps = enumerate(self._watched[name].plan)
        holding = [
            number
            for number, step in steps
            if step.when and step.when.holds(self._measure(name, step.when.measure, now), number in held)
        ]
        self._state.holding[name] = holding
        return sorted(set(held) ^ set(holding))

    def must_stop(self, name: str) -> bool:
        """True while too few agents are ready for a queue that keeps some free: between its thresholds, as before."""
        queue = self._watched[name]
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
        if agent not in self._for_agent:
            able = (self._able[name] >> agent & 1 for name in self._names)
            self._for_agent[agent] = sum(bit << number for number, bit in enumerate(able))
        return self._for_agent[agent]


def _is_watched(queue: QueueSettings) -> bool:
    return queue.resume_free > queue.keep_free or any(step.when for step in queue.plan)


def _able(matching: Matching, queue: QueueSettings) -> int:
    return sum(matching.grades(need_of(queue.needs)).values())
