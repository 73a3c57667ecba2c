"""What one run showed, read from the router's own records."""

from collections import defaultdict
from collections.abc import Container, Iterable

from tandem.acd.agent import READY
from tandem.acd.commands import RecordAgentState, RecordWait
from tandem.acd.state import State
from tandem.sim.world import World


class Tally:
    """Counts what it sees. Waits by queue, in the order in which they ended; idleness from `since` on."""

    def __init__(self, since: float) -> None:
        self.since = since
        self.answered: defaultdict[str, list[float]] = defaultdict(list)
        self.abandoned: defaultdict[str, list[float]] = defaultdict(list)
        self.idle: defaultdict[str, float] = defaultdict(float)

    def watch(self, world: World) -> None:
        """Look on from now on."""
        world.watch(RecordWait, self._waited)
        world.watch(RecordAgentState, self._left_state)

    def close(self, state: State, now: float) -> None:
        """The run ends at `now`: count the idleness that still goes on."""
        for agent in state.agents.values():
            if agent.state == READY:
                self.idle[agent.name] += now - max(agent.since, self.since)

    def waits(self, queues: Container[str] | None = None) -> list[float]:
        """The waits of everyone, answered or not, in these queues (None: all)."""
        return _joined(self.answered, queues) + _joined(self.abandoned, queues)

    def _waited(self, wait: RecordWait, now: float) -> None:
        waits = self.answered if wait.outcome == "answered" else self.abandoned
        waits[wait.queue].append(now - wait.enqueued_at)

    def _left_state(self, record: RecordAgentState, now: float) -> None:
        if record.state == READY:
            self.idle[record.agent] += now - max(record.since, self.since)


def mean(values: Iterable[float]) -> float:
    """The mean; 0 when there are none."""
    total, number = 0.0, 0
    for value in values:
        total += value
        number += 1
    return total / number if number else 0.0


def _joined(waits: dict[str, list[float]], queues: Container[str] | None) -> list[float]:
    return [wait for queue, found in waits.items() if queues is None or queue in queues for wait in found]
