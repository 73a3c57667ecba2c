"""Opening hours: a week, days that are different, and when it opens and closes next and last."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tandem.said import said

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOSED = "closed"
FARTHEST = 370
"""Days that are looked at for the next opening and the last closing: a year, and some holidays."""

Span = tuple[int, int]
"""Minutes after midnight: the first open one, and the first closed one."""

_SPAN = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_DAY = re.compile(r"(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2}")


@lru_cache(maxsize=1000)
def spans(text: str) -> tuple[Span, ...]:
    """`09:00-12:00, 13:30-18:00` or `closed`, as spans in order; ValueError says what is wrong."""
    found = [] if text == CLOSED else [_span(part.strip()) for part in text.split(",")]
    if any(later[0] < sooner[1] for sooner, later in pairwise(found)):
        raise ValueError(said("the hours {text} overlap, or are out of order", text=text))
    return tuple(found)


def _span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(said("{text!r} are no hours; write 09:00-18:00, several with commas, or closed", text=text))
    begin, end = (60 * int(match[n]) + int(match[n + 1]) for n in (1, 3))
    if not begin < end <= 24 * 60:
        raise ValueError(said("{text} ends before it begins; what goes past midnight stands with both days", text=text))
    return begin, end


@lru_cache(maxsize=1000)
def weekdays(text: str) -> tuple[str, ...]:
    """`monday` or `monday-friday` as the days' names; ValueError says what is wrong."""
    first, _, last = text.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        raise ValueError(said("{text!r} is no day; write monday, or monday-friday", text=text))
    begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    if begin > end:
        raise ValueError(said("{text} ends before it begins; a week begins on monday", text=text))
    return WEEKDAYS[begin : end + 1]


def check(weekly: Mapping[str, str], days: Mapping[str, str]) -> None:
    """ValueError when the hours can't be read, say a day twice, or never open."""
    named = [day for text in weekly for day in weekdays(text)]
    if len(named) != len(set(named)):
        raise ValueError(said("a day stands twice in the week"))
    for day in days:
        if not _DAY.fullmatch(day):
            raise ValueError(said("{day!r} is no date; write 2026-10-01, or 10-01 for every year", day=day))
        date.fromisoformat(day if len(day) > 5 else f"2000-{day}")  # 2000 had a 29th of February
    if not any([spans(text) for text in weekly.values()] + [spans(text) for text in days.values()]):
        raise ValueError(said("it never opens"))


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


class Opening:
    """Hours by weekday, and for days that are different: by date, or by month and day in every year."""

    def __init__(self, weekly: Mapping[str, str], days: Mapping[str, str]) -> None:
        self._week = {day: spans(text) for names, text in weekly.items() for day in weekdays(names)}
        self._days = {day: spans(text) for day, text in days.items()}

    def on(self, day: date) -> tuple[Span, ...]:
        """The hours of one day. A date goes before a day of every year, and that before the week."""
        for name in (day.isoformat(), f"{day:%m-%d}"):
            if name in self._days:
                return self._days[name]
        return self._week.get(WEEKDAYS[day.weekday()], ())

    def open_at(self, moment: datetime) -> bool:
        """Whether it is open at a local time."""
        minute = 60 * moment.hour + moment.minute
        return any(begin <= minute < end for begin, end in self.on(moment.date()))

    def opens_after(self, moment: datetime) -> datetime | None:
        """The next local time, to the minute, at which it opens."""
        return min((at for at in self._moments(moment, 1, 0) if at > moment), default=None)

    def closes_after(self, moment: datetime) -> datetime | None:
        """The next local time, to the minute, at which a span of hours ends; another may begin then."""
        return min((at for at in self._moments(moment, 1, 1) if at > moment), default=None)

    def closed_before(self, moment: datetime) -> datetime | None:
        """The last local time, to the minute, at which it closed."""
        return max((at for at in self._moments(moment, -1, 1) if at <= moment), default=None)

    def _moments(self, moment: datetime, step: int, edge: int) -> Iterator[datetime]:
        """The beginnings (`edge` 0) or ends (1) of the nearest days that have some, today's and the next such day's."""
        midnight, met = moment.replace(hour=0, minute=0, second=0, microsecond=0), 0
        for n in range(FARTHEST):
            day = midnight + timedelta(days=n * step)
            yield from (day + timedelta(minutes=span[edge]) for span in self.on(day.date()))
            met += n > 0 and bool(self.on(day.date()))
            if met:
                return
