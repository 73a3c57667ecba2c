"""A day by its clock on the wall, in quarter-hours: where the clocks are changed an hour is missing, or there twice."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tandem.sim.arrivals import QUARTER_SECONDS
from tandem.sim.scenario import Clock, clock_of

QUARTERS = 96


class Day:
    """The day in which `now` (epoch seconds) lies. `seconds` of it are over, `quarter` is the present one, from 0."""

    def __init__(self, now: float, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self.date = self._local(now).date()
        self.seconds = self._since_midnight(now)
        self.quarter = int(self.seconds // QUARTER_SECONDS)

    def of(self, at: float) -> tuple[date, int]:
        """The day and the number of the quarter-hour of a moment."""
        local = self._local(at)
        return local.date(), local.hour * 4 + local.minute // 15

    def at(self, quarter: int) -> float:
        """When a quarter-hour begins, epoch seconds; number 96 is tomorrow's first."""
        days, number = divmod(quarter, QUARTERS)
        moment = time(number // 4, number % 4 * 15)
        return datetime.combine(self.date + timedelta(days), moment, self._zone).timestamp()

    def clock(self, at: float) -> Clock:
        """A moment of this day or a later one, as scenarios write it."""
        return clock_of(self._since_midnight(at))

    def _local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self._zone)

    def _since_midnight(self, at: float) -> float:
        local = self._local(at)
        days = (local.date() - self.date).days
        return days * 86400.0 + local.hour * 3600.0 + local.minute * 60.0 + local.second
