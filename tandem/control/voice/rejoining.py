"""A talk whose agent's browser lost its voice goes on: the caller hears music, and the same agent is rung again.

The voice ends with its page: a reload, a crash, a sleep, another network. For the router the talk goes on meanwhile.
The desk asks as soon as it is back (VoiceLost); one that stays away is noticed by its connection (PhoneDisconnected),
or by the switch, which hears nothing any more. Whoever waited in vain goes back into the queue, with their age.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from tandem.acd import events as acd
from tandem.control import commands, events, routing
from tandem.control.context import Context
from tandem.control.settings import browser_phone
from tandem.control.voice import calls, consultations, joining, legs, monitoring, offers, recordings
from tandem.control.voice.call import TALKING, Call, Leg, Rejoin
from tandem.control.voice.errands import ERRANDS, Errand
from tandem.ivr import events as ivr_events

REJOINING = "rejoining"
"""Kind of the timer after which the caller waits for this agent no more, and the state of the call."""
SILENT = "silent"
"""Kind of the timer after which an agent's phone that is not connected has lost its talk."""
GRACE = 6.0
"""Seconds in which a phone may connect again and keep its talk: its voice does not go by the controller."""
WAITS = 30.0
"""Seconds for which the caller waits for the agent."""
RINGS = 10.0
MOST = 3
"""How often one call is taken up again: where no voice gets through it would never end."""
NO_VOICE = 44
"""The cause with which the switch ends a channel that it has heard nothing from for long."""
GIVEN_UP = frozenset({"declined", "busy"})
"""What says that the agent does not want to go on."""
MUSIC = "default"


def voice_lost(context: Context, event: events.VoiceLost, now: float) -> None:
    """The agent's page is there again, without the voice."""
    call = context.state.calls.get(event.contact)
    leg = _talk_of(context, event.agent)
    if leg is not None and leg.call == event.contact:
        _lose(context, leg, now)
    if call is not None and call.rejoin is not None and call.rejoin.agent == event.agent:
        _ring(context, call, now)


def phone_disconnected(context: Context, event: events.PhoneDisconnected, now: float) -> None:
    if leg := _talk_of(context, event.agent):
        context.timers.set(f"{SILENT} {leg.id}", now + GRACE)


def phone_connected(context: Context, event: events.PhoneConnected, _now: float) -> None:
    if leg := _talk_of(context, event.agent):
        context.timers.clear(f"{SILENT} {leg.id}")


def silent(context: Context, name: str, now: float) -> None:
    """The phone did not come back: the caller is not to hear nothing until it does."""
    if leg := context.state.legs.get(name):
        _lose(context, leg, now)


def _lose(context: Context, leg: Leg, now: float) -> None:
    """The voice of a leg is gone. Who is consulted leaves, and so does who is in a conference: the other has the caller
    then."""
    call = context.state.calls.get(leg.call)
    if call is not None and _may_go_on(call, leg):
        _cut(context, call, leg, now)
    context.tell(commands.HangUpLeg(leg.id))


def cut_short(context: Context, call: Call, leg: Leg, event: events.LegEnded, now: float) -> bool:
    """Whether an agent's channel is gone because its voice was, and not because somebody hung up."""
    unheard = event.cause == NO_VOICE or f"{SILENT} {leg.id}" in context.timers.due
    if not unheard or not _may_go_on(call, leg):
        return False
    _cut(context, call, leg, now)
    if leg.device in context.state.devices:
        _ring(context, call, now)
    return True


def device_found(context: Context, device: str, now: float) -> None:
    """The phone is registered again: ring it for whoever waits for it."""
    for call in list(context.state.calls.values()):
        if call.rejoin is not None and call.rejoin.device == device:
            _ring(context, call, now)


def _talk_of(context: Context, agent: str) -> Leg | None:
    """The leg of an agent who talks in the browser, with a caller or as a colleague who is consulted."""
    legs = (leg for leg in context.state.legs.values() if leg.agent == agent and leg.bridged_at is not None)
    talks = (leg for leg in legs if leg.device == browser_phone(agent))
    return next((leg for leg in talks if leg.party or leg.call in context.state.calls), None)


def _may_go_on(call: Call, leg: Leg) -> bool:
    in_browser = leg.device == browser_phone(leg.agent)
    with_others = call.consultation is not None and call.consultation.state == "conference"
    return in_browser and call.state in TALKING and not with_others and call.leg == leg.id and call.rejoins < MOST


def _cut(context: Context, call: Call, leg: Leg, now: float) -> None:
    if call.consultation is not None:
        consultations.give_up(context, call, now)
    if leg.state == "held":
        routing.route(context, acd.ContactRetrieved(call.id), now)
    context.note(call, now, "cut off", leg.agent)
    context.count("talks cut off")
    monitoring.cut_off(context, leg)
    recording = recordings.under_way(context, call)
    legs.leave_talk(context, call, now, "cut off")
    call.move("cut")
    call.joining = ""
    call.rejoins += 1
    call.rejoin = Rejoin(leg.agent, leg.device, paused=recording is not None and recording.paused)
    context.timers.set(f"{REJOINING} {call.id}", now + WAITS)


def _ring(context: Context, call: Call, now: float) -> None:
    """Ring the agent's phone, which is to answer by itself; but not twice at once."""
    rejoin = call.rejoin
    if rejoin is None or call.leg is not None:
        return
    rejoin.rings += 1
    name = f"{offers.LEG_PREFIX}{call.id}-again-{call.rejoins}-{rejoin.rings}"
    leg = Leg(name, call.id, rejoin.agent, rejoin.device, 0, now)
    leg.ring_until, leg.rung_before = now + RINGS, True
    context.state.legs[leg.id] = leg
    call.leg = leg.id
    context.tell(msgspec.structs.replace(offers.ring(call, leg, RINGS), manner=commands.Manner(0.0)))


def joined(context: Context, call: Call, leg: Leg, now: float) -> None:
    """They hear each other again."""
    if call.leg != leg.id:
        return
    legs.leg_answered(context, events.LegAnswered(leg.id), now)
    leg.move("bridge")
    leg.bridged_at = now
    monitoring.goes_on(context, leg)
    paused = call.rejoin is not None and call.rejoin.paused
    _settle(context, call)
    call.move("connect")
    recordings.begin(context, call, leg)
    recordings.pause(context, call, paused, leg.agent, now)
    context.note(call, now, "connected", leg.agent)
    context.count("talks taken up again")


def ring_failed(context: Context, call: Call, reason: str, now: float) -> None:
    """The agent's phone was rung again, in vain: who said no is not waited for."""
    if reason in GIVEN_UP:
        given_up(context, call.id, now)


def entered(context: Context, call: Call, _event: events.CallEntered, now: float) -> None:
    """The caller is back from the bridge, or the process is."""
    context.tell(commands.Answer(call.id))
    listened(context, call, now)


def listened(context: Context, call: Call, _now: float) -> None:
    """Music until the agent is there."""
    call.listen += 1
    call.out = call.listen
    context.tell(commands.Listen(call.id, call.listen, (), "", WAITS, MUSIC))


def ended(context: Context, call: Call, now: float, _outcome: str) -> None:
    """The caller hung up."""
    _leave(context, call, now)
    routing.route(context, acd.ContactFinished(call.id), now)


def given_up(context: Context, call_id: str, now: float) -> None:
    """The agent did not come back: somebody else is to go on, and the caller has waited since they came."""
    call = context.state.calls.get(call_id)
    if call is None or call.rejoin is None:
        return
    routed = context.router.snapshot().contacts[call.id]
    again = acd.ContactQueued(call.id, routed.queue, routed.priority, routed.boost, routed.enqueued_at, tier=call.tier)
    _leave(context, call, now)
    routing.route(context, acd.ContactFinished(call.id), now)
    call.move("return")
    if not context.router.can_ever_serve(again.queue):
        calls.go_on(context, call, ivr_events.QueueEnded("unavailable"), now)
        return
    call.move("queue")
    context.note(call, now, "queued", again.queue)
    routing.route(context, again, now)
    calls.wait(context, call, now)


def _leave(context: Context, call: Call, now: float) -> None:
    monitoring.given_up(context, call.id, now)
    _settle(context, call)
    leg = context.state.legs.get(call.leg or "")
    if leg is not None:
        context.tell(commands.HangUpLeg(leg.id))
        legs.drop(context, leg, now, "withdrawn")


def _settle(context: Context, call: Call) -> None:
    call.rejoin = None
    context.timers.clear(f"{REJOINING} {call.id}")


ERRANDS[REJOINING] = Errand(entered, ended, listened, joined=joined, ring_failed=ring_failed)


def _leg_over(context: Context, leg: Leg, _now: float) -> None:
    context.timers.clear(f"{SILENT} {leg.id}")


joining.CUT_SHORT.append(cut_short)
legs.LEG_OVER.append(_leg_over)

TIMERS: dict[str, Callable[[Context, str, float], None]] = {REJOINING: given_up, SILENT: silent}

HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.VoiceLost: voice_lost,
    events.PhoneConnected: phone_connected,
    events.PhoneDisconnected: phone_disconnected,
}
