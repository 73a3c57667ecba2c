"""What the plane shows of itself: plain data for the state endpoint, the metrics and people."""

from typing import Any

import msgspec

from tandem.control.call import Call
from tandem.control.plane import Plane


def view(plane: Plane, now: float) -> dict[str, Any]:
    """Calls, agents, queues and counters at `now` (epoch seconds), ready for JSON."""
    state = plane.state
    return {
        "at": now,
        "switch_up": state.switch_up,
        "calls": [
            {
                "call": call.id,
                "caller": call.caller,
                "state": call.state,
                "flow": call.flow,
                "version": call.version,
                "node": call.session.node,
                "language": call.session.language,
                "tier": call.tier,
                "since": call.entered_at,
                "away": call.away,
                "agent": state.legs[call.leg].agent if call.leg else None,
                **_wait(plane, call),
            }
            for call in state.calls.values()
        ],
        "legs": [
            {"leg": leg.id, "call": leg.call, "agent": leg.agent, "state": leg.state} for leg in state.legs.values()
        ],
        "work": [
            {
                "contact": work.id,
                "kind": work.kind,
                "call": work.call,
                "queue": work.queue,
                "since": work.since,
                "agent": state.legs[work.leg].agent if work.leg else None,
            }
            for work in state.work.values()
        ],
        "callbacks": [
            {
                "callback": callback.id,
                "number": callback.number,
                "queue": callback.queue,
                "state": callback.state,
                "enqueued_at": callback.enqueued_at,
                "not_before": callback.not_before,
                "expires_at": callback.expires_at,
                "contact": callback.contact,
                "dials": callback.dials,
            }
            for callback in state.callbacks.values()
        ],
        "board": msgspec.to_builtins(plane.context.router.board(now)),
        "counters": dict(state.counters),
    }


def _wait(plane: Plane, call: Call) -> dict[str, Any]:
    """Where a call stands and since when (epoch seconds); None for one that does not wait."""
    place = plane.context.router.place(call.id)
    return {
        "queue": place.queue if place else None,
        "place": place.position if place else None,
        "enqueued_at": place.enqueued_at if place else None,
    }
