"""Calls between agents: the caller's phone is rung, then the colleague's, and both are busy from the order on. There is
no contact, and no wrap-up."""

from collections.abc import Callable, Mapping
from typing import Any

from tandem.acd import events as acd
from tandem.acd.agent import INTERNAL_CALL
from tandem.control import commands, events
from tandem.control.context import Context
from tandem.control.routing import route
from tandem.control.voice import devices, nailed, offers
from tandem.control.voice.dial import Internal
from tandem.control.voice.offers import LEG_PREFIX

RING_SECONDS = 30.0
"""How long each of the two phones rings."""


def why_not(context: Context, event: events.AgentCalled) -> str:
    """Why an agent can't call another, as a code; empty: they can."""
    if event.agent == event.colleague:
        return "own_call"
    if reason := context.router.why_not_engage(event.agent):
        return reason
    if reason := context.router.why_not_engage(event.colleague):
        return "colleague_not_free" if reason == "not_free" else reason
    if not context.state.switch_up:
        return "switch_lost"
    return "" if _phone(context, event.agent) and _phone(context, event.colleague) else "no_phone"


def asked(context: Context, event: events.AgentCalled, now: float) -> None:
    """Ring the agent who calls."""
    if why_not(context, event):
        context.count("colleagues called in vain")
        return
    state = context.state
    name, state.next_dial = f"internal-{state.next_dial}", state.next_dial + 1
    legs = f"{LEG_PREFIX}{name}-1", f"{LEG_PREFIX}{name}-2"
    call = state.internal[name] = Internal(name, event.agent, event.colleague, legs, now)
    _record(context, call)
    for agent in (call.agent, call.colleague):
        route(context, acd.AgentEngaged(agent, INTERNAL_CALL), now)
    settings = state.settings.acd.agents[call.agent]
    device = _phone(context, call.agent)
    manner = devices.manner(context, settings, device)
    shown = state.settings.acd.agents[call.colleague].display_name
    context.tell(commands.RingAgent(legs[0], device, name, "", call.colleague, shown, RING_SECONDS, manner))


def _picked_up(context: Context, call: Internal, now: float) -> None:
    """The agent who calls is there: ring the colleague."""
    device = _phone(context, call.colleague)
    if not device:
        _over(context, call, "unreachable", now)
        return
    call.move("pick_up")
    call.dialled_at = now
    agents = context.state.settings.acd.agents
    caller = agents[call.agent].display_name if call.agent in agents else ""
    manner = devices.manner(context, agents[call.colleague], device)
    order = (call.legs[1], device, call.legs[0], call.agent, caller, RING_SECONDS)
    context.tell(commands.RingColleague(*order, manner))


def leg_answered(context: Context, event: events.LegAnswered, now: float) -> None:
    """One of the two picked up, or an agent to whom something is offered."""
    call = _of(context, event.leg)
    if call is None:
        offers.leg_picked_up(context, event, now)
    elif event.leg == call.legs[0] and call.can("pick_up"):
        _picked_up(context, call, now)
    elif event.leg == call.legs[1] and call.can("answer"):
        call.move("answer")
        call.answered_at = now


def leg_failed(context: Context, event: events.LegFailed, now: float) -> None:
    """One of the two was not reached: the other is let go."""
    if call := _of(context, event.leg):
        _over(context, call, event.reason if event.leg == call.legs[1] else "agent_gone", now, event.leg)
    else:
        nailed.leg_failed(context, event, now)


def leg_ended(context: Context, event: events.LegEnded, now: float) -> None:
    """One of the two hung up."""
    if call := _of(context, event.leg):
        early = "agent_gone" if event.leg == call.legs[0] else "hung_up"
        _over(context, call, "answered" if call.state == "talking" else early, now, event.leg)
    else:
        nailed.leg_ended(context, event, now)


def mend(context: Context, seen: Mapping[str, events.SeenChannel], settled: float, now: float) -> None:
    """Set right what differs from the switch's own listing; see switch.py."""
    for call in list(context.state.internal.values()):
        first, second = (seen.get(leg) for leg in call.legs)
        if _is_gone(first, call.asked_at, settled) or _is_gone(second, call.dialled_at, settled):
            context.repaired("internal call gone from the switch")
            _over(context, call, "answered" if call.state == "talking" else "lost", now)
        elif first is not None and first.up and call.can("pick_up"):
            context.repaired("answer missed")
            _picked_up(context, call, now)
        elif second is not None and second.up and call.can("answer"):
            context.repaired("answer missed")
            leg_answered(context, events.LegAnswered(call.legs[1]), now)


def _is_gone(channel: events.SeenChannel | None, asked_at: float | None, settled: float) -> bool:
    return channel is None and asked_at is not None and asked_at < settled


def is_known(context: Context, channel: str) -> bool:
    """Whether an agent's channel belongs to a call between agents."""
    return _of(context, channel) is not None


def _over(context: Context, call: Internal, outcome: str, now: float, gone: str = "") -> None:
    """The call is over; `gone` is the leg that has ended by itself."""
    for leg in call.legs if call.dialled_at else call.legs[:1]:
        if leg != gone:
            context.tell(commands.HangUpLeg(leg))
    call.move("end")
    del context.state.internal[call.id]
    _record(context, call, outcome, now)
    for agent in (call.agent, call.colleague):
        route(context, acd.AgentDisengaged(agent), now)


def _record(context: Context, call: Internal, outcome: str = "", ended_at: float | None = None) -> None:
    times = (call.asked_at, call.dialled_at, call.answered_at, ended_at)
    talk = ended_at - call.answered_at if ended_at and call.answered_at else 0.0
    context.tell(commands.RecordDial(call.id, "internal", call.agent, "", call.colleague, *times, outcome, talk))


def _of(context: Context, leg: str) -> Internal | None:
    return next((call for call in context.state.internal.values() if leg in call.legs), None)


def _phone(context: Context, agent: str) -> str:
    """The phone of an agent that can be rung now; empty: none, or they are on a number outside."""
    settings = context.state.settings.acd.agents.get(agent)
    if settings is None or settings.number or not devices.is_there(context, settings):
        return ""
    return devices.to_ring(context, settings)[0]


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.AgentCalled: asked,
    events.LegAnswered: leg_answered,
    events.LegFailed: leg_failed,
    events.LegEnded: leg_ended,
}
