"""What one run showed, read from the router's own records."""

from collections import defaultdict
from collections.abc import Container, Iterable

from tandem.acd.agent import READY
from tandem.acd.commands import Command, RecordAgentState, RecordWait
from tandem.acd.state import State


class Tally:
    """Counts what ends from `since` on. Waits by queue, in the order in which they ended; times as the world's."""

    def __init__(self, since: float) -> None:
        self.since = since
        self.answered: defaultdict[str, list[float]] = defaultdict(list)
        self.abandoned: defaultdict[str, list[float]] = defaultdict(list)
        self.idle: defaultdict[str, float] = defaultdict(float)

    def saw(self, command: Command, now: float) -> None:
        """Take in a command that the router gave at `now`."""
        if now < self.since:
            return
        if isinstance(command, RecordWait):
            waits = self.answered if command.outcome == "answered" else self.abandoned
            waits[command.queue].append(now - command.enqueued_at)
        elif isinstance(command, RecordAgentState) and command.state == READY:
            self.idle[command.agent] += now - max(command.since, self.since)

    def close(self, state: State, now: float) -> None:
        """The run ends at `now`: count the idleness that still goes on."""
        for agent in state.agents.values():
            if agent.state == READY:
                self.idle[agent.name] += now - max(agent.since, self.since)

    def waits(self, queues: Container[str] | None = None) -> list[float]:
        """The waits of everyone, answered or not, in these queues (None: all)."""
        return _joined(self.answered, queues) + _joined(self.abandoned, queues)


def mean(values: Iterable[float]) -> float:
    """The mean; 0 when there are none."""
    total, number = 0.0, 0
    for value in values:
        total += value
        number += 1
    return total / number if number else 0.0


def _joined(waits: dict[str, list[float]], queues: Container[str] | None) -> list[float]:
    return [wait for queue, found in waits.items() if queues is None or queue in queues for wait in found]
