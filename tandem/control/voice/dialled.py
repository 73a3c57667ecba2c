"""Customers whom agents dial for a queue: the agent's phone first, then the customer; from their answer on it is a call
like any other, with talk and wrap-up."""

from collections.abc import Callable, Mapping
from typing import Any

from tandem.acd import commands as acd_commands
from tandem.acd import events as acd
from tandem.acd.intervals import NOT_NOW
from tandem.control import commands, customers, events, records, routing
from tandem.control.callback import dialling
from tandem.control.context import Context
from tandem.control.destinations import destination, plain_number
from tandem.control.voice import lending, offers
from tandem.control.voice.call import Call, Leg
from tandem.control.voice.dial import DIAL_PREFIX, Dial
from tandem.control.voice.listening import listen
from tandem.control.work import KINDS, Kind, Work
from tandem.ivr.session import Session

MINUTE = 60.0


def why_not(context: Context, event: events.NumberDialled, now: float) -> str:
    """Why the agent can't call the number, as a code; empty: they can."""
    if reason := context.router.why_not_dial(event.agent, event.queue):
        return reason
    if not context.state.switch_up:
        return "switch_lost"
    return _why_not_number(context, event, now)


def _why_not_number(context: Context, event: events.NumberDialled, now: float) -> str:
    settings = context.state.settings
    rule = settings.dial_out.get(event.queue)
    if rule is None:
        return "no_dialling"
    if plain_number(event.number) is None:
        return "bad_number"
    if destination(settings.dial_plan, event.number) is None:
        return "not_allowed_number"
    return "too_many_dials" if len(_lately(context, event.agent, now)) >= rule.per_minute else ""


def _lately(context: Context, agent: str, now: float) -> list[float]:
    return [at for at in context.state.dialled.get(agent, ()) if at > now - MINUTE]


def asked(context: Context, event: events.NumberDialled, now: float) -> None:
    """Ring the agent's phone, and count them as busy."""
    if why_not(context, event, now):
        context.count("dialled in vain")
        return
    state = context.state
    name, state.next_dial = f"{DIAL_PREFIX}{state.next_dial}", state.next_dial + 1
    state.dialled[event.agent] = [*_lately(context, event.agent, now), now]
    dial = _dial(context, name, event, now)
    state.dials[name] = dial
    state.work[name] = Work(name, "dialled", name, event.queue, now, dial_seconds=dial.ring_seconds)
    context.note(state.work[name], now, "dialled", f"{dial.number}, by {dial.agent}")
    customers.seek(context, name, "phone", dial.number)
    _record(context, dial)
    routing.route(context, acd.ContactDialled(name, event.queue, event.agent, dial.ring_seconds), now)


def _dial(context: Context, name: str, event: events.NumberDialled, now: float) -> Dial:
    plan, rule = context.state.settings.dial_plan, context.state.settings.dial_out[event.queue]
    number = plain_number(event.number) or ""
    there = destination(plan, event.number) or ""
    shown = rule.caller_id or plan.caller_id
    return Dial(name, event.agent, event.queue, number, there, shown, rule.ring_seconds, now)


# --- the agent ---------------------------------------------------------------------------------------------------


def _ring(context: Context, work: Work, leg: Leg, ring_seconds: float) -> commands.Command:
    leg.alone = True
    number = context.state.dials[work.id].number
    return commands.RingAgent(leg.id, leg.device, work.id, "", number, "", ring_seconds)


def _picked_up(context: Context, work: Work, _leg: Leg, now: float) -> None:
    dial = context.state.dials[work.id]
    if dial.state == "asked":
        dial.move("dial")
        dial.dialled_at = now
        order = (dial.id, dial.destination, dial.caller_id, dial.caller_id, dial.ring_seconds)
        context.tell(commands.DialCustomer(*order, detect_machine=False))


def _never(_context: Context, work: Work, _leg: Leg, _now: float, _lost: bool) -> None:
    raise AssertionError(f"{work.id} had a conversation without a call")


KINDS["dialled"] = Kind(_ring, _picked_up, _never)


def offer_over(context: Context, command: acd_commands.RecordOffer, now: float) -> None:
    """The agent is gone before the talk: the customer's phone stops ringing.

    Who was served, and waits for somebody else now, goes on waiting.
    """
    dial, call = context.state.dials.get(command.contact), context.state.calls.get(command.contact)
    if dial is None or command.outcome == "answered" or (call is not None and call.served):
        return
    if dial.state != "asked":
        context.tell(commands.HangUpStray(dial.id))
    if dial.id in context.state.work:
        _over(context, dial, "agent_gone" if dial.dialled_at else command.outcome, now)
    elif call is not None and call.state == "queued":
        call.move("leave")  # whenever they are heard of again, they are hung up


# --- the customer ------------------------------------------------------------------------------------------------


def failed(context: Context, event: events.DialFailed, now: float) -> None:
    """The customer was not reached; the agent is free at once."""
    dial = context.state.dials.get(event.call)
    if dial is None:
        dialling.failed(context, event, now)
    elif dial.state == "dialling":
        _over(context, dial, event.reason, now)
        routing.route(context, acd.ContactLeft(dial.id, NOT_NOW), now)


def hung_up(context: Context, event: events.CallEnded, now: float) -> None:
    """A customer who answered is gone before they entered as a call."""
    if event.call not in context.state.calls:
        failed(context, events.DialFailed(event.call, "hung_up"), now)


def entered(context: Context, event: events.CallEntered, now: float) -> bool:
    """Whether this new call is one of ours: a customer who answered."""
    if not event.call.startswith(DIAL_PREFIX):
        return False
    dial = context.state.dials.get(event.call)
    if dial is None or dial.state != "dialling":
        context.tell(commands.HangUpStray(event.call))
        return True
    dial.move("answer")
    dial.answered_at = now
    _record(context, dial)
    call = _call(dial, context.state.work.pop(dial.id), event.channel, now)
    context.state.calls[call.id] = call
    context.note(call, now, "customer answered", dial.number)
    context.tell(records.contact(context, call))
    entered_again(context, call, now)
    return True


def _call(dial: Dial, work: Work, channel: str, now: float) -> Call:
    over = Session("", "", "", {}, "", "", ended=True)
    return Call(
        id=dial.id,
        channel=channel,
        caller=dial.number,
        caller_name="",
        dialled=dial.caller_id,
        tier="",
        entered_at=now,
        flow="",
        version="",
        session=over,
        state="queued",
        leg=work.leg,
        steps=work.steps,
        flow_ended=True,
        direction="outbound",
    )


def entered_again(context: Context, call: Call, now: float) -> None:
    """A customer is on the line, and not with an agent yet: bring them together with the one who dialled them."""
    listen(context, call, dialling.COMPANY, now)
    leg = context.state.legs.get(call.leg or "")
    if leg is not None and leg.alone and leg.state == "answered":
        lending.join(context, leg, call.id, call.channel, now)


def call_ended(context: Context, call: Call, outcome: str, now: float) -> None:
    """The call is over."""
    if dial := context.state.dials.get(call.id):
        shown = "answered" if call.served else "lost" if outcome == "lost" else "hung_up"
        _over(context, dial, shown, now, call.talk_seconds)


def mend(context: Context, seen: Mapping[str, events.SeenChannel], settled: float, now: float) -> None:
    """Whoever was to be called and is not in the switch's listing was never called, or hung up unseen."""
    for dial in list(context.state.dials.values()):
        if dial.state == "dialling" and dial.id not in seen and (dial.dialled_at or now) < settled:
            context.repaired("customer gone from the switch")
            failed(context, events.DialFailed(dial.id, "lost"), now)


def is_known(context: Context, channel: str) -> bool:
    """Whether a customer's channel belongs to a dial that goes on."""
    dial = context.state.dials.get(channel)
    return dial is not None and dial.state != "asked"


def _over(context: Context, dial: Dial, outcome: str, now: float, talk_seconds: float = 0.0) -> None:
    dial.move("end")
    del context.state.dials[dial.id]
    if work := context.state.work.pop(dial.id, None):
        context.note(work, now, "dial over", outcome.replace("_", " "))
        context.tell(records.not_reached(context, dial, outcome, now))
        customers.forget(context, dial.id)
    context.count(f"dials {outcome}")
    _record(context, dial, outcome, now, talk_seconds)


def _record(
    context: Context, dial: Dial, outcome: str = "", ended_at: float | None = None, talk_seconds: float = 0.0
) -> None:
    times = (dial.asked_at, dial.dialled_at, dial.answered_at, ended_at)
    row = commands.RecordDial(dial.id, "outbound", dial.agent, dial.queue, dial.number, *times, outcome, talk_seconds)
    context.tell(row)


offers.OFFER_OVER.append(offer_over)

HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.NumberDialled: asked,
    events.DialFailed: failed,
}
