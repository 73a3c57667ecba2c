"""The attempts of callbacks: an agent is reserved, the customer is called, and both are joined.

The attempt at hand is work in the router until the customer answers. From then on it is a call like any other, of the
same id, which waits on the line for the agent who is reserved for it.
"""

from collections.abc import Callable
from typing import Any

from msgspec import structs

from tandem.acd import events as acd
from tandem.acd.intervals import NOT_NOW
from tandem.control import commands, events, records
from tandem.control.callback import asking
from tandem.control.callback.bookings import at_hand, attempt_over, close, settings_of
from tandem.control.callback.callback import CALLBACK_PREFIX, Callback
from tandem.control.callback.callbacks import try_again
from tandem.control.context import Context
from tandem.control.destinations import destination
from tandem.control.routing import route
from tandem.control.voice import lending
from tandem.control.voice.call import Call, Leg
from tandem.control.voice.listening import listen
from tandem.control.voice.offers import ask, ring
from tandem.control.work import KINDS, Kind, Work
from tandem.ivr import commands as ivr
from tandem.ivr.session import Session

COMPANY = ivr.Listen((), wait=30.0, music="default")
"""What a customer hears who answered before the agent did."""

# --- the agent ---------------------------------------------------------------------------------------------------


def _ring(context: Context, work: Work, leg: Leg, ring_seconds: float) -> commands.Command:
    """Agent first: ring the phone, which will wait for the customer. Customer first: call the customer."""
    callback = _callback(context, work)
    callback.ring_seconds = ring_seconds
    if settings_of(context, callback.queue).dialling == "agent_first":
        leg.alone = True
        return commands.RingAgent(leg.id, leg.device, work.id, "", callback.number, callback.caller_name, ring_seconds)
    leg.later = True
    if callback.state == "dialling":  # for an agent who is gone
        return commands.HangUpStray(work.id)
    return _dial(context, callback, leg.asked_at)


def _picked_up(context: Context, work: Work, _leg: Leg, now: float) -> None:
    callback = _callback(context, work)
    if callback.state == "waiting":
        context.tell(_dial(context, callback, now))


def _let_go(context: Context, work: Work, _leg: Leg) -> None:
    """Nobody is called without an agent reserved for them: the phone stops ringing when the agent is gone."""
    callback = at_hand(context, work.id)
    if callback is not None and callback.state == "dialling" and not callback.given_up:
        callback.given_up = True
        context.tell(commands.HangUpStray(work.id))


def _never(_context: Context, work: Work, _leg: Leg, _now: float, _lost: bool) -> None:
    raise AssertionError(f"{work.id} had a conversation without a call")


def _callback(context: Context, work: Work) -> Callback:
    callback = at_hand(context, work.id)
    assert callback is not None, work.id
    return callback


KINDS["callback"] = Kind(_ring, _picked_up, _never, _let_go)

# --- the customer ------------------------------------------------------------------------------------------------


def _dial(context: Context, callback: Callback, now: float) -> commands.DialCustomer:
    callback.move("dial")
    callback.dialled_at = now
    callback.dials += 1
    settings, plan = settings_of(context, callback.queue), context.state.settings.dial_plan
    context.note(callback, now, "calling", f"{callback.number}, {callback.contact}")
    return commands.DialCustomer(
        call=callback.contact,
        destination=destination(plan, callback.number) or "",  # not allowed any more: the switch can't dial it
        caller_id=plan.caller_id or callback.dialled,
        dialled=callback.dialled,
        ring_seconds=settings.ring_seconds,
        detect_machine=settings.detect_machines,
    )


def failed(context: Context, event: events.DialFailed, now: float) -> None:
    """The customer was not reached; the agent is free at once."""
    callback = at_hand(context, event.call)
    if callback is not None and callback.state == "dialling":
        outcome = "agent_gone" if callback.given_up else event.reason
        try_again(context, callback, outcome, _agent(context, callback), now)


def hung_up(context: Context, event: events.CallEnded, now: float) -> None:
    """A customer who answered is gone before they entered as a call."""
    failed(context, events.DialFailed(event.call, "hung_up"), now)


def call_ended(context: Context, call: Call, outcome: str, now: float) -> None:
    """A call is over; where it was an attempt that came to no conversation, its callback goes on."""
    callback = context.state.callbacks.get(call.callback)
    if callback is not None and callback.contact == call.id:
        try_again(context, callback, "lost" if outcome == "lost" else "hung_up", "", now)


def entered(context: Context, event: events.CallEntered, now: float) -> bool:
    """Whether this new call is one of ours: a customer who answered, or a machine."""
    if not event.call.startswith(CALLBACK_PREFIX):
        return False
    callback = at_hand(context, event.call)
    if callback is None or callback.state != "dialling" or callback.given_up:
        context.tell(commands.HangUpStray(event.call))
    elif event.machine:
        context.tell(commands.HangUpStray(event.call))
        failed(context, events.DialFailed(event.call, "machine"), now)
    else:
        _answered(context, callback, event, now)
    return True


def _answered(context: Context, callback: Callback, event: events.CallEntered, now: float) -> None:
    callback.move("answer")
    call = _call(callback, context.state.work.pop(callback.contact), event.channel, now)
    context.state.calls[call.id] = call
    context.note(call, now, "customer answered", callback.number)
    context.tell(records.contact(context, call))
    call.asked = settings_of(context, callback.queue).ask
    listen(context, call, _greeting(context, callback), now)
    leg = context.state.legs.get(call.leg or "")
    if leg is not None and leg.later:
        leg.later, leg.asked_at, leg.ring_until = False, now, now + callback.ring_seconds
        ask(context, leg, ring(call, leg, callback.ring_seconds), now)
    _join(context, call, now)


def _call(callback: Callback, work: Work, channel: str, now: float) -> Call:
    over = Session(callback.flow, callback.version, callback.language, {}, "", callback.flow, ended=True)
    return Call(
        id=work.id,
        channel=channel,
        caller=callback.number,
        caller_name=callback.caller_name,
        dialled=callback.dialled,
        tier=callback.tier,
        entered_at=now,
        flow=callback.flow,
        version=callback.version,
        session=callback.session or over,
        state="queued",
        leg=work.leg,
        steps=work.steps,
        callback=callback.id,
    )


def _greeting(context: Context, callback: Callback) -> ivr.Listen:
    settings, say = settings_of(context, callback.queue), []
    if settings.greeting:
        language = callback.language if callback.language in settings.greeting else next(iter(settings.greeting))
        say = [ivr.Utterance(language, settings.greeting[language])]
    if settings.ask:
        return asking.question(say, callback.language)
    return structs.replace(COMPANY, say=tuple(say))


def entered_again(context: Context, call: Call, now: float) -> None:
    """The switch gave back a customer who is on the line and still without an agent."""
    _put_through(context, call, now)


def listened(context: Context, call: Call, key: str | None, now: float) -> None:
    """A customer without an agent yet has heard us out, or pressed a key."""
    callback = context.state.callbacks[call.callback]
    if not settings_of(context, callback.queue).ask:
        key = None
    if key == asking.LATER:
        agent = _leave_alone(context, call, "later", now)
        call.booked = True
        try_again(context, callback, "snoozed", agent, now)
    elif key == asking.NO_MORE:
        agent = _leave_alone(context, call, "cancelled", now)
        attempt_over(context, callback, "cancelled", agent, now)
        close(context, callback, "cancelled", now)
    else:
        _put_through(context, call, now)
        return
    call.callback = ""


def _put_through(context: Context, call: Call, now: float) -> None:
    """Let a customer hear that somebody is coming, and bring them together with who has picked up."""
    call.asked = False
    callback = context.state.callbacks[call.callback]
    keys = asking.KEYS if settings_of(context, callback.queue).ask else ""
    listen(context, call, structs.replace(COMPANY, keys=keys), now)
    _join(context, call, now)


def _leave_alone(context: Context, call: Call, farewell: asking.Text, now: float) -> str:
    """A customer does not want to be put through: the agent who is reserved, by name, is free at once."""
    leg = context.state.legs.get(call.leg or "")
    call.move("leave")
    context.note(call, now, "customer wants", farewell)
    route(context, acd.ContactLeft(call.id, NOT_NOW), now)
    call.flow_ended = True
    listen(context, call, asking.farewell(farewell, call.session.language), now)
    return leg.agent if leg else ""


def _join(context: Context, call: Call, now: float) -> None:
    if call.asked:
        return
    leg = context.state.legs.get(call.leg or "")
    if leg is not None and leg.alone and leg.state == "answered":
        lending.join(context, leg, call.id, call.channel, now)


def _agent(context: Context, callback: Callback) -> str:
    work = context.state.work.get(callback.contact)
    leg = context.state.legs.get(work.leg or "") if work else None
    return leg.agent if leg else ""


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.DialBegun: lambda _context, _event, _now: None,
    events.DialFailed: failed,
}
