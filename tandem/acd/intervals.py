"""The figures of every queue by the quarter-hour in which contacts arrived."""

from collections.abc import Callable

import msgspec

from tandem.acd.commands import RecordInterval
from tandem.acd.machine import InvariantBroken
from tandem.acd.settings import QueueSettings

QUARTER_SECONDS = 900.0
_KEPT_SECONDS = 7200.0

OUTCOMES = ("answered", "abandoned", "overflowed_out", "called_back", "self_served", "lost")
NOT_NOW = "not_now"
"""What ends a callback's stay in the router; it was counted as `called_back` when its line was released."""


def quarter_of(moment: float) -> float:
    """The beginning of the quarter-hour that `moment` lies in; both epoch seconds."""
    return moment // QUARTER_SECONDS * QUARTER_SECONDS


class Interval(msgspec.Struct):
    """What came to one queue in the quarter-hour from `start`, and what became of it. See RecordInterval."""

    start: float
    target: float
    offered: int = 0
    outcomes: dict[str, int] = {}
    answered_in_target: int = 0
    abandoned_in_target: int = 0
    wait_answered: float = 0.0


class Ledger:
    """Counts arrivals and outcomes, and gives out each changed interval once.

    `unanswered(queue, start)` counts, independently, the contacts still waiting; the parts have to balance.
    """

    def __init__(self, intervals: dict[str, list[Interval]]) -> None:
        self._intervals = intervals
        self._changed: dict[tuple[str, float], Interval] = {}

    def arrived(self, queue: QueueSettings, now: float, unanswered: Callable[[str, float], int]) -> None:
        """Count an arrival; intervals that are two hours over and have nobody waiting are dropped."""
        start = quarter_of(now)
        interval = self._find(queue.name, start)
        if interval is None:
            interval = Interval(start, queue.service_level_seconds)
            past = self._intervals.get(queue.name, [])
            kept = [i for i in past if i.start > start - _KEPT_SECONDS or unanswered(queue.name, i.start)]
            self._intervals[queue.name] = [*kept, interval]
        interval.offered += 1
        self._changed[queue.name, start] = interval

    def ended(self, queue: str, arrived_at: float, outcome: str, waited: float) -> None:
        """Count what became of a contact that came at `arrived_at` and waited `waited` seconds by its age."""
        interval = self._find(queue, quarter_of(arrived_at))
        if interval is None:
            raise InvariantBroken(f"{queue}: no interval for a contact that came at {arrived_at}")
        interval.outcomes[outcome] = interval.outcomes.get(outcome, 0) + 1
        in_target = waited <= interval.target
        if outcome == "answered":
            interval.answered_in_target += in_target
            interval.wait_answered += waited
        elif outcome == "abandoned":
            interval.abandoned_in_target += in_target
        self._changed[queue, interval.start] = interval

    def level(self, queue: str, now: float) -> float:
        """The share answered in target of those answered, or abandoned after it, who came in this quarter-hour or the
        one before; 1 when there were none."""
        since = quarter_of(now) - QUARTER_SECONDS
        recent = [interval for interval in self._intervals.get(queue, ()) if interval.start >= since]
        counted = sum(_count(i, "answered") + _count(i, "abandoned") - i.abandoned_in_target for i in recent)
        return sum(interval.answered_in_target for interval in recent) / counted if counted else 1.0

    def changes(self, unanswered: Callable[[str, float], int]) -> list[RecordInterval]:
        """The intervals that changed since the last call. Raises InvariantBroken when one does not balance."""
        if not self._changed:
            return []
        records = [_record(queue, i, unanswered(queue, i.start)) for (queue, _), i in self._changed.items()]
        self._changed.clear()
        return records

    def _find(self, queue: str, start: float) -> Interval | None:
        for interval in reversed(self._intervals.get(queue, ())):
            if interval.start == start:
                return interval
        return None


def _count(interval: Interval, outcome: str) -> int:
    return interval.outcomes.get(outcome, 0)


def _record(queue: str, interval: Interval, waiting: int) -> RecordInterval:
    outcomes = {outcome: interval.outcomes.get(outcome, 0) for outcome in OUTCOMES}
    if interval.offered != sum(outcomes.values()) + waiting:
        raise InvariantBroken(f"{queue}: the interval from {interval.start} does not balance: {interval}, {waiting}")
    return RecordInterval(
        queue=queue,
        start=interval.start,
        target=interval.target,
        offered=interval.offered,
        waiting=waiting,
        answered_in_target=interval.answered_in_target,
        abandoned_in_target=interval.abandoned_in_target,
        wait_answered=interval.wait_answered,
        **outcomes,
    )
