"""Why what somebody wants can't be done as things stand, told before it is an event: the same that the plane looks at
when the event comes."""

from collections.abc import Callable, Mapping
from typing import Any

from tandem.control import by_hand, events, orders
from tandem.control.context import Context
from tandem.control.desktop import dispositions
from tandem.control.voice import colleagues, dialled, monitoring, permits

_REASONS: Mapping[type[events.Event], Callable[[Context, Any, float], str]] = {
    **dict.fromkeys(by_hand.HANDLERS, lambda context, event, _now: by_hand.why_not(context, event)),
    events.ContactDisposed: lambda context, event, _now: dispositions.why_not(context, event),
    events.OrdersWanted: lambda context, event, _now: orders.why_not(context, event),
    events.AgentWentReady: lambda context, event, _now: dispositions.why_not_ready(context, event),
    events.NumberDialled: dialled.why_not,
    events.AgentCalled: lambda context, event, _now: colleagues.why_not(context, event),
    events.MonitoringAsked: lambda context, event, _now: monitoring.why_not(context, event),
    **dict.fromkeys(permits.PERMITS, lambda context, event, _now: permits.why_not(context, event)),
    events.MonitoringStopped: lambda context, event, _now: monitoring.why_not_stop(context, event),
}


def why_not(context: Context, event: events.Event, now: float) -> str:
    """Why it can't be done at `now` (epoch seconds), as a code of docs/cti.md; empty: it can."""
    reason = _REASONS.get(type(event))
    return reason(context, event, now) if reason else ""
