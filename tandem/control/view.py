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
        "board": msgspec.to_builtins(plane.context.router.board(now)),
        "counters": dict(state.counters),
    }


def _wait(plane: Plane, call: Call) -> dict[str, Any]:
    """Where a call stands and since when (epoch seconds); None for one that does not wait."""
    queue, place, since = plane.context.router.standing(call.id) or (None, None, None)
    return {"queue": queue, "place": place, "enqueued_at": since}
