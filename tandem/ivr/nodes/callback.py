"""Have the caller called back."""

from datetime import datetime, timedelta
from math import isfinite
from zoneinfo import ZoneInfo

from tandem.ivr.commands import RequestCallback, Sticky
from tandem.ivr.events import CallbackBooked, CallbackRefused, Event
from tandem.ivr.filling import FillError, fill
from tandem.ivr.node import BaseNode, Seconds
from tandem.ivr.references import NodeName
from tandem.ivr.turn import Next, Turn
from tandem.ivr.values import Value, number_of
from tandem.said import said

REGULAR = ("not_allowed", "too_many")
"""Refusals that are no fault of the flow."""


class Callback(BaseNode, frozen=True):
    """Book a callback by an agent of `queue` to `number`, and go on at `next`, or at `refused`.

    Whoever waits in a queue keeps their age and leaves the line. `at` is when to call at the earliest: a date and a
    time (`2026-02-16 10:00`), a date, a time (the next such one) in the flow's `zone`, or seconds since 1970; without
    it, when its turn comes. `sticky` is the agent to wait for first, as in `queue`; who waits there has that one's.
    `priority` and `boost` (seconds of age for free) are added to the caller's own.

    Example:
        call_me_back:
          type: callback
          queue: service
          number: '{caller.number}'
          next: goodbye
          refused: agent
    """

    queue: str
    next: NodeName
    refused: NodeName
    number: str = "{caller.number}"
    at: str | None = None
    priority: int = 0
    boost: Seconds = 0.0
    sticky: Sticky | None = None

    def enter(self, turn: Turn) -> Next:
        try:
            number, at = fill(self.number, turn.variables), self._at(turn)
        except (FillError, ValueError) as error:
            turn.fault(f"callback: {error}")
            return self.refused
        if not number:
            return self.refused
        known = turn.session.variables
        priority = self.priority + int(number_of(known.get("caller.priority")) or 0)
        boost = self.boost + (number_of(known.get("caller.boost")) or 0.0)
        queue = self.queue or turn.offered_by("callback")
        waiting = turn.session.waiting
        sticky = turn.sticky(self.sticky) or (waiting.sticky if waiting else None)
        turn.send(RequestCallback(queue, number, priority, boost, at, sticky))
        return None

    def on_event(self, turn: Turn, event: Event) -> Next:
        if isinstance(event, CallbackBooked):
            turn.session.waiting = None  # the booking took the place in the queue with it
            return self.next
        if isinstance(event, CallbackRefused):
            if event.reason not in REGULAR:
                turn.fault(f"callback in queue {self.queue or 'that offered it'}: {event.reason}")
            return self.refused
        return None

    def waits(self) -> bool:
        return False

    def fills(self) -> dict[str, Value]:
        return {"number": self.number, "at": self.at or "", "sticky.agent": self.sticky.agent if self.sticky else ""}

    def _at(self, turn: Turn) -> float | None:
        """When to call at the earliest; ValueError when it is no time. What is past is as soon as may be."""
        if self.at is None:
            return None
        at = moment(fill(self.at, turn.variables).strip(), turn.now, turn.zone)
        return at if at is not None and at > turn.now else None


def moment(text: str, now: float, zone: str) -> float | None:
    """The time that a text means, in epoch seconds, None for an empty one; ValueError when it means none."""
    if not text:
        return None
    if (seconds := number_of(text)) is not None and isfinite(seconds):
        return seconds
    local = datetime.fromtimestamp(now, ZoneInfo(zone))
    try:
        if "-" in text:
            return datetime.fromisoformat(text).replace(tzinfo=local.tzinfo).timestamp()
        hour, minute = (int(part) for part in text.split(":"))
        at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    except (ValueError, OverflowError):
        raise ValueError(said("{text} is no time", text=text)) from None
    return (at if at > local else at + timedelta(days=1)).timestamp()
