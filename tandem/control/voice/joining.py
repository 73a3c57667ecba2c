"""Caller and agent are joined, and part."""

from collections.abc import Callable
from typing import Any

from tandem.acd import events as acd_events
from tandem.control import commands, events, last_agents, ways
from tandem.control.callback.bookings import reached
from tandem.control.context import Context
from tandem.control.routing import route
from tandem.control.voice import lending
from tandem.control.voice.call import Call, Leg
from tandem.control.voice.errands import ERRANDS
from tandem.control.voice.legs import count_hold, finish_talk, leg_answered, leg_of
from tandem.control.voice.offers import leg_failed
from tandem.control.voice.recordings import begin as begin_recording
from tandem.control.work import KINDS

CUT_SHORT: list[Callable[[Context, Call, Leg, events.LegEnded, float], bool]] = []
"""Who takes a talk for cut off, and not for over, and goes on with it; each module puts itself there."""


def bridged(context: Context, event: events.Bridged, now: float) -> None:
    """Also stands for the answer, where that was missed. A leg whose offer was withdrawn stays out of it."""
    leg, call = leg_of(context, event.leg), context.state.calls.get(event.call)
    if leg is None and lending.line_of(context, event.leg):
        context.tell(commands.KeepLine(event.leg))  # lent to who is gone, and joined too late
    if leg is None or call is None:
        return
    if errand := ERRANDS.get(call.state):
        errand.joined(context, call, leg, now)
        return
    if call.leg != leg.id or call.state != "queued":
        return
    leg.alone = False
    leg_answered(context, events.LegAnswered(leg.id), now)
    leg.move("bridge")
    leg.bridged_at = now
    call.move("connect")
    call.waited = _waited(context, call, now)
    last_agents.remember(context, call, leg.agent, now)
    ways.wait_over(context, call, now)
    context.note(call, now, "connected", leg.agent)
    begin_recording(context, call, leg)
    route(context, acd_events.ContactConnected(leg.offer), now)
    reached(context, call, leg, now)


def _waited(context: Context, call: Call, now: float) -> float:
    """How long a caller who is put through has waited, by their age."""
    standing = context.router.standing(call.id)
    return max(0.0, now - standing[2]) if standing else 0.0


def leg_ended(context: Context, event: events.LegEnded, now: float, lost: bool = False) -> None:
    """The agent hung up: the caller comes back to the flow. Before the conversation it is a failed offer.

    `lost`: the switch began anew without it.
    """
    leg = context.state.legs.get(event.leg)
    if leg is None:
        return
    if leg.bridged_at is None:
        reason = "no_answer" if leg.state == "confirming" else "failed"
        leg_failed(context, events.LegFailed(leg.id, reason), now)
    elif work := context.state.work.get(leg.call):
        count_hold(leg, now)
        KINDS[work.kind].ended(context, work, leg, now, lost)
    else:
        call = context.state.calls[leg.call]
        if not lost and any(goes_on(context, call, leg, event, now) for goes_on in CUT_SHORT):
            return
        if errand := ERRANDS.get(call.state):
            errand.agent_left(context, call, leg, now)
            return
        finish_talk(context, call, now)
        call.move("agent_left")


def learn_from_entry(context: Context, call: Call, last_leg: str, now: float) -> None:
    """A queued call entered again: it may have talked, unseen, with the agent whom it was offered to."""
    leg = context.state.legs.get(call.leg or "")
    if leg is None or call.state != "queued":
        return
    if leg.id == last_leg:
        context.repaired("conversation missed")
        bridged(context, events.Bridged(call.id, leg.id), now)
    elif leg.gone:
        leg_failed(context, events.LegFailed(leg.id, "failed"), now)


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.Bridged: bridged,
}
