"""Go by the opening hours."""

from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import field

from tandem.ivr.node import BaseNode
from tandem.ivr.opening import Opening, check, is_zone
from tandem.ivr.references import NodeName
from tandem.ivr.turn import Next, Turn
from tandem.ivr.values import Kind
from tandem.said import said


class Hours(BaseNode, frozen=True):
    """Go on at `open` or at `closed`, by the hours of `weekly` in the time zone `zone`.

    `days` are different: a date (`2026-02-17`), or a day of every year (`10-01`); a date goes first. Days that stand
    nowhere are closed. At `closed`, texts and conditions may use `closed_since` and `opens_at` (times such as 09:00)
    and `opens_in_days` (0 is today).

    The zone's rules are the system's tz database, which is data like any other: the same `now` gives the same way.

    Example:
        hours:
          type: hours
          zone: Asia/Shanghai
          weekly:
            monday-friday: 09:00-12:00, 13:00-21:00
            saturday-sunday: 10:00-18:00
          days:
            10-01: closed
            2026-02-16: 09:00-12:00
          open: main_menu
          closed: after_hours
    """

    zone: str
    weekly: dict[str, str]
    open: NodeName
    closed: NodeName
    days: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not is_zone(self.zone):
            raise ValueError(said("there is no time zone {zone!r}; write one such as Asia/Shanghai", zone=self.zone))
        check(self.weekly, self.days)

    def enter(self, turn: Turn) -> Next:
        moment = datetime.fromtimestamp(turn.now, ZoneInfo(self.zone)).replace(tzinfo=None)
        opening = Opening(self.weekly, self.days)
        if opening.open_at(moment):
            return self.open
        opens, closed = opening.opens_after(moment), opening.closed_before(moment)
        turn.set("opens_at", f"{opens:%H:%M}" if opens else "")
        turn.set("opens_in_days", (opens.date() - moment.date()).days if opens else 0)
        turn.set("closed_since", f"{closed:%H:%M}" if closed else "")
        return self.closed

    def waits(self) -> bool:
        return False

    def sets(self, field: str) -> dict[str, Kind]:
        known: dict[str, Kind] = {"closed_since": "text", "opens_at": "text", "opens_in_days": "number"}
        return known if field == "closed" else {}
