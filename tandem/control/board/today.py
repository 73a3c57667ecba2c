"""What is counted of a day, from midnight to midnight in the centre's time zone; part of the state."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tandem.control import commands

MOST_ALARMS = 50
"""The newest that are kept, of whatever day."""


class Counts(msgspec.Struct):
    """What became of those who came to a queue today. `wait_answered`: the waits of the answered together, seconds.

    Without those who still wait: offered = all others + waiting, as in every interval.
    """

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

    def add(self, row: commands.RecordInterval, before: commands.RecordInterval | None) -> None:
        """An interval has these figures now, and had those before."""
        for name in self.__struct_fields__:
            more = getattr(row, name) - (getattr(before, name) if before else 0)
            setattr(self, name, getattr(self, name) + more)


class Alarm(msgspec.Struct, frozen=True):
    """Something that was not as it should be, `at` a moment (epoch seconds)."""

    at: float
    kind: str
    subject: str
    detail: str


class Today(msgspec.Struct):
    """The day `began` and lasts `until` (epoch seconds).

    `changing`: by queue and start, the intervals that may still change. `outcomes`: by channel, how contacts ended;
    `links`: how often one was `requested`, `delivered`, `opened`, ..., and how its page ended (`done`, ...).
    `counted_before`: the plane's counters when the day began.
    """

    began: float = 0.0
    until: float = 0.0
    queues: dict[str, Counts] = {}
    changing: dict[str, dict[float, commands.RecordInterval]] = {}
    outcomes: dict[str, dict[str, int]] = {}
    links: dict[str, int] = {}
    counted_before: dict[str, int] = {}
    alarms: list[Alarm] = []

    def note(self, done: Iterable[commands.Command], now: float) -> None:
        """Count what has happened."""
        for command in done:
            if isinstance(command, commands.RaiseAlarm):
                newest = Alarm(now, command.kind, command.subject, command.detail)
                self.alarms = [*self.alarms[1 - MOST_ALARMS :], newest]
            elif (count := _COUNTED.get(type(command))) is not None:
                count(self, command)

    def begin(self, zone: str, counters: dict[str, int], now: float) -> None:
        """A day begins, unless it has already."""
        if self.began <= now < self.until:
            return
        self.began, self.until = _midnights(zone, now)
        self.queues, self.outcomes, self.links, self.counted_before = {}, {}, {}, counters.copy()

    def change_zone(self, zone: str, now: float) -> None:
        """Midnight is at another time now; what was counted stays."""
        began, self.until = _midnights(zone, now)
        self.began = min(began, self.began)

    def page_ended(self, outcome: str) -> None:
        """A link's page is through."""
        self.links[outcome] = self.links.get(outcome, 0) + 1

    def _interval(self, row: commands.RecordInterval) -> None:
        changing = self.changing.setdefault(row.queue, {})
        if row.start >= self.began:
            self.queues.setdefault(row.queue, Counts()).add(row, changing.get(row.start))
        changing[row.start] = row
        if len(changing) > 1:  # an interval that is over, and in which nobody waits, is what it is
            newest = max(changing)
            kept = {start: one for start, one in changing.items() if one.waiting or start == newest}
            self.changing[row.queue] = kept

    def _contact(self, row: commands.RecordContact) -> None:
        if row.ended_at is not None:
            by_outcome = self.outcomes.setdefault(row.channel, {})
            by_outcome[row.outcome] = by_outcome.get(row.outcome, 0) + 1

    def _link(self, row: commands.RecordLink) -> None:
        self.links[row.status] = self.links.get(row.status, 0) + 1


def _midnights(zone: str, now: float) -> tuple[float, float]:
    """The one before, or at, `now` and the next."""
    midnight = datetime.fromtimestamp(now, ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.timestamp(), (midnight + timedelta(days=1)).timestamp()


_COUNTED: dict[type[commands.Command], Callable[[Today, Any], None]] = {
    commands.RecordInterval: Today._interval,
    commands.RecordContact: Today._contact,
    commands.RecordLink: Today._link,
}
