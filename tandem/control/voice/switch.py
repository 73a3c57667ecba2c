"""The link to the switch: lost, found, and what must be mended when its word and ours differ.

What the switch lists is the truth about channels; the state is the truth about everything else. A difference is
mended by the same steps as if its event had come, and counted as a repair.
"""

from collections.abc import Callable
from typing import Any

from tandem.acd import events as acd
from tandem.control import commands, events, routing
from tandem.control.callback import dialling
from tandem.control.callback.bookings import at_hand
from tandem.control.callback.callback import CALLBACK_PREFIX
from tandem.control.context import Context
from tandem.control.voice import (
    calls,
    colleagues,
    dialled,
    joining,
    legs,
    mending,
    monitoring,
    nailed,
    offers,
    recordings,
    rejoining,
    transfers,
    voicemails,
)
from tandem.control.voice.call import Leg
from tandem.control.voice.dial import DIAL_PREFIX
from tandem.control.voice.lending import line_of
from tandem.control.voice.listening import HEARS_THE_FLOW
from tandem.control.voice.monitor import MONITOR_PREFIX

YOUNG = 1.0
"""Seconds before a listing was asked for in which a channel may be ours without having been listed, while the link is
up. After a break nothing is on its way."""


def lost(context: Context, _event: events.SwitchLost, now: float) -> None:
    context.state.switch_up = False
    routing.route(context, acd.SwitchLost(), now)


def found(context: Context, event: events.SwitchFound, now: float) -> None:
    """Mend calls first, then legs, so that nobody is offered a call that is gone; then offers may begin again."""
    rebooted = context.state.boot not in ("", event.boot)
    context.state.boot = event.boot
    seen = {channel.id: channel for channel in event.channels}
    _mend_calls(context, event, seen, now, rebooted)
    _mend_lines(context, event, seen, now)
    _mend_legs(context, event, seen, now, rebooted)
    mending.mend_talks(context, seen, _settled(context, event), now)
    if not context.state.switch_up:
        mending.mute_again(context)
    _mend_dials(context, event, seen, now)
    for mend in (dialled.mend, colleagues.mend):
        mend(context, seen, _settled(context, event), now)
    monitoring.mend(context, seen, _settled(context, event), now)
    _end_strays(context, seen)
    _end_stray_supervisors(context, seen)
    _mend_devices(context, event, now)
    _interrupt_again(context)
    voicemails.ask_again(context)
    recordings.ask_again(context, _settled(context, event))
    context.state.switch_up = True
    routing.route(context, acd.SwitchFound(), now)


def _mend_calls(
    context: Context, event: events.SwitchFound, seen: dict[str, events.SeenChannel], now: float, rebooted: bool
) -> None:
    for call in list(context.state.calls.values()):
        if call.id not in seen and call.entered_at < _settled(context, event):
            context.repaired("call gone from the switch")
            calls.end(context, call.id, 0, now, lost=rebooted)
        elif call.id in seen and seen[call.id].bridged_with and call.transfer and call.transfer.answered_at is None:
            context.repaired("transfer's answer missed")
            transfers.answered(context, events.TransferAnswered(call.id), now)


def _interrupt_again(context: Context) -> None:
    """Who is still to hear something newer was not interrupted, or not yet: doing it twice does no harm."""
    for call in context.state.calls.values():
        if call.out < call.listen and call.out and call.state in HEARS_THE_FLOW:
            context.tell(commands.Interrupt(call.id, call.channel))


def _mend_lines(context: Context, event: events.SwitchFound, seen: dict[str, events.SeenChannel], now: float) -> None:
    for line in list(context.state.lines.values()):
        if line.state == "down":
            continue
        channel, old = seen.get(line.id), line.since < _settled(context, event)
        if channel is None and old:
            context.repaired("agent's line gone")
            nailed.dropped(context, line, "lost", now)
        elif channel is not None and channel.kept and old and line.can("keep"):
            context.repaired("agent's line kept")
            nailed.kept(context, events.LineKept(line.id, line.lent), now)
        elif channel is not None and line.state == "lent" and not line.leg and not context.state.switch_up:
            context.tell(commands.KeepLine(line.id))


def _mend_legs(
    context: Context, event: events.SwitchFound, seen: dict[str, events.SeenChannel], now: float, rebooted: bool
) -> None:
    for leg in list(context.state.legs.values()):
        old = leg.asked_at < _settled(context, event)
        channel = seen.get(leg.line or leg.id)
        if leg.line:
            _mend_conversation(context, leg, channel, now)
        elif channel is not None:
            _mend_leg(context, leg, channel, now, old)
        elif old and not leg.later and f"{legs.GONE} {leg.id}" not in context.timers.due:
            _mend_gone(context, leg, now, rebooted)


def _mend_leg(context: Context, leg: Leg, channel: events.SeenChannel, now: float, old: bool) -> None:
    if leg.withdrawn:
        if not context.state.switch_up:  # else its end is on its way
            context.repaired("leg not withdrawn")
            context.tell(commands.HangUpLeg(leg.id))
        return
    if leg.can("ring") and old:
        context.repaired("ring missed")
        offers.leg_ringing(context, events.LegRinging(leg.id), now)
    if channel.up and leg.can("answer") and leg.state != "confirming":
        context.repaired("answer missed")
        offers.leg_picked_up(context, events.LegAnswered(leg.id), now)
    _mend_conversation(context, leg, channel, now)


def _mend_conversation(context: Context, leg: Leg, channel: events.SeenChannel | None, now: float) -> None:
    if channel is not None and leg.call in channel.bridged_with and leg.can("bridge"):
        context.repaired("conversation missed")
        joining.bridged(context, events.Bridged(leg.call, channel.id), now)


def _mend_gone(context: Context, leg: Leg, now: float, rebooted: bool) -> None:
    """The leg of a call that is away may have had its conversation meanwhile: the call's entry tells."""
    context.repaired("leg gone from the switch")
    call = context.state.calls.get(leg.call)
    if call is not None and call.leg == leg.id and call.away and leg.bridged_at is None:
        leg.gone = True
    else:
        joining.leg_ended(context, events.LegEnded(leg.id), now, lost=rebooted)


def _settled(context: Context, event: events.SwitchFound) -> float:
    """Until when (epoch seconds) what was begun must be in the listing, or is gone."""
    return event.asked_at - YOUNG if context.state.switch_up else event.asked_at


def _mend_dials(context: Context, event: events.SwitchFound, seen: dict[str, events.SeenChannel], now: float) -> None:
    """Whoever was to be called and is not in the listing was never called, or hung up unseen: not called twice."""
    for callback in list(context.state.callbacks.values()):
        if callback.state != "dialling":
            continue
        if callback.contact in seen:
            if callback.given_up and not context.state.switch_up:
                context.tell(commands.HangUpStray(callback.contact))
        elif callback.dialled_at < _settled(context, event):
            context.repaired("customer gone from the switch")
            dialling.failed(context, events.DialFailed(callback.contact, "lost"), now)


def _end_strays(context: Context, seen: dict[str, events.SeenChannel]) -> None:
    for channel in seen.values():
        if channel.id.startswith((CALLBACK_PREFIX, DIAL_PREFIX)) and not _is_call_back(context, channel.id):
            context.repaired("stray customer")
            context.tell(commands.HangUpStray(channel.id))
        if channel.id.startswith(offers.LEG_PREFIX) and not _is_an_agents(context, channel.id):
            context.repaired("stray leg")
            context.tell(commands.HangUpStray(channel.id))


def _end_stray_supervisors(context: Context, seen: dict[str, events.SeenChannel]) -> None:
    for channel in seen:
        if channel.startswith(MONITOR_PREFIX) and channel not in context.state.monitors:
            context.repaired("stray supervisor")
            context.tell(commands.HangUpStray(channel))


def _is_an_agents(context: Context, channel: str) -> bool:
    known = channel in context.state.legs or line_of(context, channel) is not None
    return known or colleagues.is_known(context, channel)


def _is_call_back(context: Context, channel: str) -> bool:
    callback = at_hand(context, channel)
    if channel in context.state.calls or dialled.is_known(context, channel):
        return True
    return callback is not None and callback.state == "dialling"


def _mend_devices(context: Context, event: events.SwitchFound, now: float) -> None:
    if event.reachable is None:
        return
    context.state.devices = {device: context.state.devices.get(device, now) for device in event.reachable}
    nailed.refresh_all(context, now)
    for device in event.reachable:
        rejoining.device_found(context, device, now)


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.SwitchLost: lost,
    events.SwitchFound: found,
}
