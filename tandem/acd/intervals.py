"""The figures of every queue by the quarter-hour in which contacts arrived."""

from collections.abc import Callable, Mapping

import msgspec

from tandem.acd.commands import Command, RecordInterval
from tandem.acd.machine import InvariantBroken
from tandem.acd.settings import QueueSettings

QUARTER_SECONDS = 900.0
_KEPT_SECONDS = 7200.0

Unanswered = Mapping[tuple[str, float], int]

OUTCOMES = ("answered", "abandoned", "overflowed_out", "called_back", "self_served", "lost")
"""How a wait ends; each has a count of its name in the interval."""

NOT_NOW = "not_now"
"""What ends a callback's stay in the router; it was counted as `called_back` when its line was released."""

ENDINGS = frozenset(OUTCOMES) | {NOT_NOW}


def quarter_of(moment: float) -> float:
    """The beginning of the quarter-hour that `moment` lies in; both epoch seconds."""
    return moment // QUARTER_SECONDS * QUARTER_SECONDS


class Interval(msgspec.Struct):
    """What came to one queue in the quarter-hour from `start`, and what became of it. See RecordInterval."""

    start: float
    target: float
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    overflowed_out: int = 0
    called_back: int = 0
    self_served: int = 0
    lost: int = 0
    answered_in_target: int = 0
    abandoned_in_target: int = 0
    wait_answered: float = 0.0

    def count(self, outcome: str, waited: float) -> None:
        """A wait of so many seconds, by age, ended so."""
        if outcome == "answered":
            self.answered += 1
            self.answered_in_target += waited <= self.target
            self.wait_answered += waited
        elif outcome == "abandoned":
            self.abandoned += 1
            self.abandoned_in_target += waited <= self.target
        else:
            setattr(self, outcome, getattr(self, outcome) + 1)

    @property
    def ended(self) -> int:
        """How many wait no longer."""
        served = self.answered + self.called_back + self.self_served
        return served + self.abandoned + self.overflowed_out + self.lost


class Ledger:
    """Counts arrivals and outcomes, and gives out each changed interval once.

    `unanswered` counts, independently, the contacts still waiting, by queue and quarter-hour (where there are none, it
    says nothing); the parts have to balance.
    """

    def __init__(self, intervals: dict[str, list[Interval]]) -> None:
        self._intervals = intervals
        self.changed: dict[tuple[str, float], Interval] = {}

    def arrived(self, queue: QueueSettings, now: float, unanswered: Unanswered) -> None:
        """Count an arrival; intervals that are two hours over and have nobody waiting are dropped."""
        start = quarter_of(now)
        interval = self._find(queue.name, start)
        if interval is None:
            interval = Interval(start, queue.service_level_seconds)
            past = self._intervals.get(queue.name, [])
            kept = [i for i in past if i.start > start - _KEPT_SECONDS or (queue.name, i.start) in unanswered]
            self._intervals[queue.name] = [*kept, interval]
        interval.offered += 1
        self.changed[queue.name, start] = interval

    def ended(self, queue: str, arrived_at: float, outcome: str, waited: float) -> None:
        """Count what became of a contact that came at `arrived_at` and waited `waited` seconds by its age."""
        start = quarter_of(arrived_at)
        interval = self._find(queue, start)
        if interval is None:
            raise InvariantBroken(f"{queue}: no interval for a contact that came at {arrived_at}")
        interval.count(outcome, waited)
        self.changed[queue, start] = interval

    def level(self, queue: str, now: float) -> float:
        """The share answered in target of those answered, or abandoned after it, who came in this quarter-hour or the
        one before; 1 when there were none."""
        since = quarter_of(now) - QUARTER_SECONDS
        counted = in_target = 0
        for interval in reversed(self._intervals.get(queue, ())):
            if interval.start < since:
                break
            counted += interval.answered + interval.abandoned - interval.abandoned_in_target
            in_target += interval.answered_in_target
        return in_target / counted if counted else 1.0

    def report(self, emit: Callable[[Command], None], unanswered: Unanswered) -> None:
        """Give out the intervals that changed since the last call. InvariantBroken when one does not balance."""
        for key, interval in self.changed.items():
            emit(_record(key[0], interval, unanswered.get(key, 0)))
        self.changed.clear()

    def _find(self, queue: str, start: float) -> Interval | None:
        intervals = self._intervals.get(queue, ())
        if intervals and intervals[-1].start == start:  # nearly always
            return intervals[-1]
        return next((interval for interval in intervals if interval.start == start), None)


def _record(queue: str, interval: Interval, waiting: int) -> RecordInterval:
    if interval.offered != interval.ended + waiting:
        raise InvariantBroken(f"{queue}: the interval from {interval.start} does not balance: {interval}, {waiting}")
    return RecordInterval(
        queue,
        interval.start,
        interval.target,
        interval.offered,
        interval.answered,
        interval.abandoned,
        interval.overflowed_out,
        interval.called_back,
        interval.self_served,
        interval.lost,
        waiting,
        interval.answered_in_target,
        interval.abandoned_in_target,
        interval.wait_answered,
    )
