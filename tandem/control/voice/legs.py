"""An agent's leg: answered, on hold, in talk, and over."""

from collections.abc import Callable
from typing import Any

from tandem.acd import events as acd_events
from tandem.control import commands, events, records
from tandem.control.context import Context
from tandem.control.routing import route
from tandem.control.voice import lending
from tandem.control.voice.call import Call, Leg
from tandem.control.work import KINDS

CONFIRM = "confirm"
"""Kind of the timer after which whoever picked up has not pressed the key."""
GONE = "leg"
"""Kind of the timer after which an agent who answered, and is gone, was not left alone by the caller."""
LEG_OVER: list[Callable[[Context, Leg, float], None]] = []
"""Who follows a leg's end; each module puts itself there."""


def leg_answered(context: Context, event: events.LegAnswered, now: float) -> None:
    leg = context.state.legs.get(event.leg)
    if leg is not None and leg.can("answer"):
        leg.move("answer")
        leg.answered_at = now
        context.timers.clear(f"{CONFIRM} {leg.id}")
        if leg.offer:
            route(context, acd_events.OfferAnswered(leg.offer), now)
        work = context.state.work.get(leg.call)
        if work is not None and work.leg == leg.id:
            KINDS[work.kind].answered(context, work, leg, now)


def held(context: Context, event: events.Held, now: float) -> None:
    """The agent's phone holds; the desk may too, by itself."""
    if (leg := leg_of(context, event.leg)) is not None:
        leg.held_by_phone = True
        hold(context, leg, now)


def retrieved(context: Context, event: events.Retrieved, now: float) -> None:
    """The phone holds no more; who is on hold by the desk stays so."""
    leg = leg_of(context, event.leg)
    if leg is None:
        return
    leg.held_by_phone = False
    call = context.state.calls.get(leg.call)
    if call is None or call.state == "connected":
        retrieve(context, leg, now)


def hold(context: Context, leg: Leg, now: float) -> None:
    """From now on the contact is on hold, if it was not."""
    if leg.can("hold"):
        leg.move("hold")
        leg.held_at = now
        _note(context, leg, now, "held")
        route(context, acd_events.ContactHeld(leg.call), now)


def retrieve(context: Context, leg: Leg, now: float) -> None:
    """The contact is on hold no more, unless the agent's phone still holds it."""
    if leg.can("retrieve") and not leg.held_by_phone:
        leg.move("retrieve")
        count_hold(leg, now)
        _note(context, leg, now, "retrieved")
        route(context, acd_events.ContactRetrieved(leg.call), now)


def _note(context: Context, leg: Leg, now: float, what: str) -> None:
    if holder := context.holder(leg.call):
        context.note(holder, now, what, leg.agent)


def finish_talk(context: Context, call: Call, now: float, outcome: str = "served") -> None:
    """The conversation with `call`'s agent is over; `outcome` is `served` or `lost`."""
    leave_talk(context, call, now, outcome)
    route(context, acd_events.ContactFinished(call.id, outcome), now)


def leave_talk(context: Context, call: Call, now: float, outcome: str = "served") -> None:
    """The agent's part in the conversation is over, whoever has the contact from now on."""
    leg = context.state.legs[str(call.leg)]
    count_hold(leg, now)
    call.served = True
    call.talk_seconds += now - (leg.bridged_at or now)
    call.hold_seconds += leg.hold_seconds
    context.note(call, now, "talk ended", leg.agent)
    drop(context, leg, now, outcome)


def send_off(context: Context, leg: Leg) -> None:
    """The agent's channel is needed no more: end it, or take a kept line back to its place."""
    context.tell(commands.KeepLine(leg.line) if leg.line else commands.HangUpLeg(leg.id))


def drop(context: Context, leg: Leg, now: float, outcome: str) -> None:
    """Forget a leg that has ended, and record what came of it."""
    leg.move("end")
    del context.state.legs[leg.id]
    context.timers.clear(f"{CONFIRM} {leg.id}")
    lending.forget(context, leg)
    if leg.line and leg.muted:
        context.tell(commands.MuteLeg(leg.line, muted=False))
    context.timers.clear(f"{GONE} {leg.id}")
    holder = context.holder(leg.call)
    if holder is not None and holder.leg == leg.id:
        holder.leg = None
    context.tell(records.leg(leg, now, "withdrawn" if leg.withdrawn else outcome))
    for follow in LEG_OVER:
        follow(context, leg, now)


def count_hold(leg: Leg, now: float) -> None:
    if leg.held_at is not None:
        leg.hold_seconds += now - leg.held_at
        leg.held_at = None


def leg_of(context: Context, channel: str) -> Leg | None:
    """The leg that has this channel: its own, or the line that it was lent."""
    line = lending.line_of(context, channel)
    return context.state.legs.get(line.lent if line else channel)


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.Held: held,
    events.Retrieved: retrieved,
}
