"""Between the router and the agents' phones: offers become legs, what legs do comes back to the router."""

from collections.abc import Callable
from typing import Any

from tandem.acd import commands as acd
from tandem.acd import events as acd_events
from tandem.control import commands, events, last_agents, orders, records, ways
from tandem.control.callback.bookings import reached
from tandem.control.chat.channels import channel_of
from tandem.control.context import Context
from tandem.control.voice import devices, lending
from tandem.control.voice.call import Call, Leg
from tandem.control.voice.errands import ERRANDS
from tandem.control.voice.recordings import begin as begin_recording
from tandem.control.work import KINDS

LEG_PREFIX = "tandem-leg-"
CONFIRM = "confirm"
"""Kind of the timer after which whoever picked up has not pressed the key."""
GONE = "leg"
"""Kind of the timer after which an agent who answered, and is gone, was not left alone by the caller."""
PATIENCE = 1.0
"""Seconds that the news of the caller's end may come after that of the agent's."""


def route(context: Context, event: acd_events.Event, now: float) -> None:
    """Tell the router, and have done what it decides."""
    for command in context.router.handle(event, now):
        FROM_ROUTER[type(command)](context, command, now)


def finish_talk(context: Context, call: Call, now: float, outcome: str = "served") -> None:
    """The conversation with `call`'s agent is over; `outcome` is `served` or `lost`."""
    leave_talk(context, call, now, outcome)
    route(context, acd_events.ContactFinished(call.id, outcome), now)


def leave_talk(context: Context, call: Call, now: float, outcome: str = "served") -> None:
    """The agent's part in the conversation is over, whoever has the contact from now on."""
    leg = context.state.legs[str(call.leg)]
    _count_hold(leg, now)
    call.served = True
    call.talk_seconds += now - (leg.bridged_at or now)
    call.hold_seconds += leg.hold_seconds
    context.note(call, now, "talk ended", leg.agent)
    drop(context, leg, now, outcome)


def send_off(context: Context, leg: Leg) -> None:
    """The agent's channel is needed no more: end it, or take a kept line back to its place."""
    context.tell(commands.KeepLine(leg.line) if leg.line else commands.HangUpLeg(leg.id))


# --- from the router ---------------------------------------------------------------------------------------------


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


def _offer_way(context: Context, command: acd.OfferToContact, now: float) -> None:
    ways.offer(context, command.contact, command.queue, command.way, now)


def _record_plan_step(context: Context, command: acd.RecordPlanStep, now: float) -> None:
    """A condition concerns the whole queue: it has a record of its own."""
    if command.contact:
        _note_waiting(context, command.contact, now, "plan", command.what)
        return
    context.tell(commands.RecordQueueStep(command.queue, now, command.step, command.in_force, command.what))
    if command.in_force:
        context.count(f"plan of {command.queue}: {command.what}")


def _record_move(context: Context, command: acd.RecordMove, now: float) -> None:
    _note_waiting(context, command.contact, now, "moved", f"{command.queue} to {command.to}")


def _note_waiting(context: Context, contact: str, now: float, what: str, detail: str) -> None:
    if call := context.state.calls.get(contact):
        context.note(call, now, what, detail)


def _record(context: Context, command: acd.Command, now: float) -> None:
    context.tell(records.from_router(command, now))


def _record_state(context: Context, command: acd.RecordAgentState, now: float) -> None:
    _record(context, command, now)
    for follow in AGENT_MOVED:
        follow(context, command.agent, now)


def _raise_alarm(context: Context, command: acd.RaiseAlarm, _now: float) -> None:
    context.alarm(command.kind, command.subject, command.detail)


FROM_ROUTER: dict[type[acd.Command], Callable[[Context, Any, float], None]] = {
    acd.Offer: _offer,
    acd.WithdrawOffer: _withdraw,
    acd.RecordOffer: _record_offer,
    acd.OfferToContact: _offer_way,
    acd.RecordPlanStep: _record_plan_step,
    acd.RecordMove: _record_move,
    acd.RecordAgentState: _record_state,
    acd.RecordWrapUpExtended: _record,
    acd.RecordWait: _record,
    acd.RecordInterval: _record,
    acd.RaiseAlarm: _raise_alarm,
}
"""What is done about the router's commands; mail puts there what is done when it is interrupted."""


CUT_SHORT: list[Callable[[Context, Call, Leg, events.LegEnded, float], bool]] = []
"""Who takes a talk for cut off, and not for over, and goes on with it; each module puts itself there."""
AGENT_MOVED: list[Callable[[Context, str, float], None]] = []
"""Who follows an agent's states; each module puts itself there."""
OFFER_OVER: list[Callable[[Context, acd.RecordOffer, float], None]] = []
"""Who follows an offer's end; each module puts itself there."""
LEG_OVER: list[Callable[[Context, Leg, float], None]] = []
"""Who follows a leg's end; each module puts itself there."""


# --- from the agents' legs ---------------------------------------------------------------------------------------


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


def bridged(context: Context, event: events.Bridged, now: float) -> None:
    """Also stands for the answer, where that was missed. A leg whose offer was withdrawn stays out of it."""
    leg, call = _leg(context, event.leg), context.state.calls.get(event.call)
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


def held(context: Context, event: events.Held, now: float) -> None:
    """The agent's phone holds; the desk may too, by itself."""
    if (leg := _leg(context, event.leg)) is not None:
        leg.held_by_phone = True
        hold(context, leg, now)


def retrieved(context: Context, event: events.Retrieved, now: float) -> None:
    """The phone holds no more; who is on hold by the desk stays so."""
    leg = _leg(context, event.leg)
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
        _count_hold(leg, now)
        _note(context, leg, now, "retrieved")
        route(context, acd_events.ContactRetrieved(leg.call), now)


def _note(context: Context, leg: Leg, now: float, what: str) -> None:
    if holder := context.holder(leg.call):
        context.note(holder, now, what, leg.agent)


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
        _count_hold(leg, now)
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


def _count_hold(leg: Leg, now: float) -> None:
    if leg.held_at is not None:
        leg.hold_seconds += now - leg.held_at
        leg.held_at = None


def _leg(context: Context, channel: str) -> Leg | None:
    """The leg that has this channel: its own, or the line that it was lent."""
    line = lending.line_of(context, channel)
    return context.state.legs.get(line.lent if line else channel)


def _leg_id(contact: str, offer: int) -> str:
    return f"{LEG_PREFIX}{contact}-{offer}"


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.LegRinging: leg_ringing,
    events.LegAnswered: leg_picked_up,
    events.LegConfirmed: leg_confirmed,
    events.Bridged: bridged,
    events.Held: held,
    events.Retrieved: retrieved,
}
