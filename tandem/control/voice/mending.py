"""Who ought to talk with whom, against what the switch lists: an order that was lost is given again."""

from collections.abc import Mapping

from tandem.control import commands, events
from tandem.control.context import Context
from tandem.control.voice import consultations, joining, music
from tandem.control.voice.call import TALKING, Call, Leg

Seen = Mapping[str, events.SeenChannel]


def mend_talks(context: Context, seen: Seen, settled: float, now: float) -> None:
    """Look at every talk that was arranged before `settled` (epoch seconds), and is not as it was arranged."""
    for call in list(context.state.calls.values()):
        if call.id in seen and 0.0 < call.arranged_at < settled:
            _mend(context, call, seen, now)


def _mend(context: Context, call: Call, seen: Seen, now: float) -> None:
    joining, first = context.state.legs.get(call.joining), context.state.legs.get(call.leg or "")
    if joining is not None:
        _mend_join(context, call, joining, seen, now)
    elif first is not None and call.state in TALKING:
        _mend_hold(context, call, first, seen)
        _mend_room(context, call, first, seen, now)


def _mend_join(context: Context, call: Call, leg: Leg, seen: Seen, now: float) -> None:
    if leg.channel in seen[call.id].bridged_with:
        context.repaired("talk missed")
        joining.bridged(context, events.Bridged(call.id, leg.channel), now)
    elif call.out and leg.channel in seen:
        context.repaired("talk not begun")
        music.join(context, call, leg, now)


def _mend_hold(context: Context, call: Call, leg: Leg, seen: Seen) -> None:
    """The caller ought to hear music."""
    consultation = call.consultation
    hears = call.state == "held" or (consultation is not None and consultation.state in ("asking", "talking"))
    if hears and leg.channel in seen[call.id].bridged_with:
        context.repaired("not on hold")
        context.tell(commands.HoldCall(call.id, call.channel, leg.channel))


def _mend_room(context: Context, call: Call, leg: Leg, seen: Seen, now: float) -> None:
    """Agent and colleague ought to talk, and in a conference the caller with them."""
    consultation = call.consultation
    if consultation is None or consultation.state not in ("talking", "conference"):
        return
    colleague = context.state.legs[str(consultation.leg)]
    if leg.channel not in seen or colleague.channel not in seen:
        return  # somebody is gone, and their leg is mended
    together = colleague.channel in seen[leg.channel].bridged_with
    if not together or (consultation.state == "conference" and leg.channel not in seen[call.id].bridged_with):
        context.repaired("not in the room")
        consultations.meet(context, call, now)


def mute_again(context: Context) -> None:
    """The orders to mute may have been lost: giving them twice does no harm."""
    for leg in context.state.legs.values():
        if leg.muted is not None:
            context.tell(commands.MuteLeg(leg.channel, leg.muted))
