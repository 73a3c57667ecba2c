"""Offers become legs: the agents' phones ring, one after the other, until somebody answers or nobody is left."""

from collections.abc import Callable
from typing import Any

from tandem.acd import commands as acd
from tandem.acd import events as acd_events
from tandem.control import commands, events, orders, records
from tandem.control.chat.channels import channel_of
from tandem.control.context import Context
from tandem.control.routing import FROM_ROUTER, route
from tandem.control.voice import devices, lending
from tandem.control.voice.call import Call, Leg
from tandem.control.voice.errands import ERRANDS
from tandem.control.voice.legs import CONFIRM, GONE, drop, leg_answered
from tandem.control.work import KINDS

LEG_PREFIX = "tandem-leg-"
PATIENCE = 1.0
"""Seconds that the news of the caller's end may come after that of the agent's."""
OFFER_OVER: list[Callable[[Context, acd.RecordOffer, float], None]] = []
"""Who follows an offer's end; each module puts itself there."""


def _offer(context: Context, command: acd.Offer, now: float) -> None:
    orders.ask(context, command.contact, now)
    if channel := channel_of(context, command.contact):
        channel.offer(context, command, now)
        return
    agent = context.state.settings.acd.agents[command.agent]
    device, *others = devices.to_ring(context, agent) or ("",)
    if not device or (agent.nailed_up and not devices.is_there(context, agent)):
        context.alarm("agent can't be called", agent.name, f"{agent.number} is not allowed, or the line is down")
        route(context, acd_events.OfferFailed(command.offer, "unreachable"), now)
        return
    leg = Leg(_leg_id(command.contact, command.offer), command.contact, agent.name, device, command.offer, now)
    leg.ring_until, leg.untried = now + command.ring_seconds, tuple(others)
    leg.line = context.state.lines[agent.name].id if agent.nailed_up else ""
    leg.confirm = bool(agent.number and agent.confirm and not agent.nailed_up)
    _begin(context, leg, now)


def _begin(context: Context, leg: Leg, now: float) -> None:
    """Ring the phone of a new leg."""
    context.state.legs[leg.id] = leg
    seconds = leg.ring_until - now
    if work := context.state.work.get(leg.call):
        work.leg = leg.id
        context.note(work, now, "offered", leg.agent)
        ask(context, leg, KINDS[work.kind].ring(context, work, leg, seconds), now)
        return
    call = context.state.calls[leg.call]
    call.leg = leg.id
    context.note(call, now, "offered", leg.agent)
    ask(context, leg, ring(call, leg, seconds), now)


def ask(context: Context, leg: Leg, command: commands.Command, now: float) -> None:
    """Have the agent rung; a kept line is lent instead, and answered at once."""
    command = devices.dressed(context, leg, command)
    if not leg.line or not isinstance(command, commands.RingAgent | commands.PlayToAgent):
        context.tell(command)
    elif lending.lend(context, leg, command, now):
        leg_answered(context, events.LegAnswered(leg.id), now)


def ring(call: Call, leg: Leg, ring_seconds: float) -> commands.RingAgent:
    return commands.RingAgent(
        leg=leg.id,
        device=leg.device,
        call=call.id,
        channel=call.channel,
        caller=call.caller,
        caller_name=call.caller_name,
        ring_seconds=ring_seconds,
    )


def _withdraw(context: Context, command: acd.WithdrawOffer, now: float) -> None:
    if channel := channel_of(context, command.contact):
        channel.withdraw(context, command, now)
        return
    leg = _offered(context, command)
    if leg is None:
        return
    leg.withdrawn = True
    holder = context.holder(leg.call)
    if holder is not None and holder.leg == leg.id:
        holder.leg = None
        _let_go(context, leg)
    if leg.later or leg.line or leg.gone:
        lending.take_back(context, leg)
        drop(context, leg, now, "withdrawn")
    else:
        context.tell(commands.HangUpLeg(leg.id))


def _offered(context: Context, command: acd.WithdrawOffer) -> Leg | None:
    """The leg of an offer; that of an agent's second phone has a name of its own."""
    first = context.state.legs.get(_leg_id(command.contact, command.offer))
    return first or next((leg for leg in context.state.legs.values() if leg.offer == command.offer), None)


def _let_go(context: Context, leg: Leg) -> None:
    if work := context.state.work.get(leg.call):
        KINDS[work.kind].let_go(context, work, leg)


def _record_offer(context: Context, command: acd.RecordOffer, now: float) -> None:
    state, name = context.state, command.contact
    if holder := context.holder(name) or state.chats.get(name) or state.mails.get(name):
        context.note(holder, now, "offer ended", f"{command.agent}: {command.outcome.replace('_', ' ')}")
    context.tell(records.offer(command, now))
    for follow in OFFER_OVER:
        follow(context, command, now)


def leg_ringing(context: Context, event: events.LegRinging, now: float) -> None:
    leg = context.state.legs.get(event.leg)
    if leg is not None and leg.can("ring"):
        leg.move("ring")
        leg.ringing_at = now
        if not leg.rung_before and leg.offer:
            route(context, acd_events.OfferRinging(leg.offer), now)


def leg_picked_up(context: Context, event: events.LegAnswered, now: float) -> None:
    """Somebody picked up, or something: where a key has to be pressed, only that is an answer."""
    leg = context.state.legs.get(event.leg)
    if leg is None or not leg.confirm:
        leg_answered(context, event, now)
    elif leg.can("pick_up"):
        leg.move("pick_up")
        context.timers.set(f"{CONFIRM} {leg.id}", max(leg.ring_until, now))


def leg_confirmed(context: Context, event: events.LegConfirmed, now: float) -> None:
    leg_answered(context, events.LegAnswered(event.leg), now)


def not_confirmed(context: Context, leg_id: str, now: float) -> None:
    """Nobody pressed the key in time."""
    context.tell(commands.HangUpLeg(leg_id))
    leg_failed(context, events.LegFailed(leg_id, "no_answer"), now)


def leg_failed(context: Context, event: events.LegFailed, now: float) -> None:
    leg = context.state.legs.get(event.leg)
    if leg is not None and leg.bridged_at is None:
        if _rings_on(context, leg, event.reason, now):
            return
        if event.reason == "failed" and _may_be_the_callers_doing(context, leg):
            leg.gone = True
            context.timers.set(f"{GONE} {leg.id}", now + PATIENCE)
            return
        if not leg.withdrawn:
            _let_go(context, leg)
        drop(context, leg, now, event.reason)
        if leg.offer:
            route(context, acd_events.OfferFailed(leg.offer, event.reason), now)
        elif (call := context.state.calls.get(leg.call)) and (errand := ERRANDS.get(call.state)):
            errand.ring_failed(context, call, event.reason, now)


def _rings_on(context: Context, leg: Leg, reason: str, now: float) -> bool:
    """Whether another phone of the agent rings now, in place of one that can't be rung."""
    left = leg.ring_until - now
    if leg.withdrawn or reason not in devices.NEXT_PHONE or not leg.untried or left < devices.SHORTEST_RING:
        return False
    drop(context, leg, now, reason)
    device, *others = leg.untried
    following = Leg(f"{leg.id}-{len(others) + 1}", leg.call, leg.agent, device, leg.offer, now)
    following.ring_until, following.untried = leg.ring_until, tuple(others)
    following.rung_before = leg.rung_before or leg.ringing_at is not None
    _begin(context, following, now)
    return True


def _may_be_the_callers_doing(context: Context, leg: Leg) -> bool:
    """An agent who answered finds nobody when the caller hangs up just then; who went first, the call will tell."""
    return leg.state == "answered" and not leg.gone and not leg.withdrawn and leg.call in context.state.calls


def gone_for_good(context: Context, name: str, now: float) -> None:
    """The caller is still there: the offer came to nothing."""
    leg_failed(context, events.LegFailed(name, "failed"), now)


def _leg_id(contact: str, offer: int) -> str:
    return f"{LEG_PREFIX}{contact}-{offer}"


FROM_ROUTER |= {acd.Offer: _offer, acd.WithdrawOffer: _withdraw, acd.RecordOffer: _record_offer}


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.LegRinging: leg_ringing,
    events.LegAnswered: leg_picked_up,
    events.LegConfirmed: leg_confirmed,
}
