"""Voicemail: the caller is recorded, and the recording is work in a queue until an agent has heard it.

The recording's name is its contact's id and the idempotency key: what was begun under it is never recorded over, and
however often its length is told, it is put into its queue once.
"""

from collections.abc import Callable
from typing import Any

from tandem.control import commands, customers, events, workload
from tandem.control.context import Context
from tandem.control.voice import walking
from tandem.control.voice.call import Call, Leg
from tandem.control.voice.errands import ERRANDS, Errand
from tandem.control.voice.listening import hush
from tandem.control.voice.voicemail import Voicemail
from tandem.control.work import KINDS, Kind, Work, work_of
from tandem.ivr import commands as ivr
from tandem.ivr import events as ivr_events

SHORTEST = 1.0
"""Seconds; less is nobody's message."""


def begin(context: Context, call: Call, command: ivr.TakeVoicemail, now: float) -> None:
    """Record the caller, if anybody will ever hear it."""
    if not context.router.can_ever_serve(command.queue):
        context.alarm("queue nobody can serve", command.queue, f"call {call.id} was to leave a voicemail there")
        walking.walk(context, call, ivr_events.VoicemailFailed(f"nobody can serve queue {command.queue}"), now)
        return
    call.voicemails += 1
    call.voicemail = work_of("voicemail", call.id, call.voicemails)
    context.state.voicemails[call.voicemail] = Voicemail(
        call.voicemail, call.id, call.caller, call.caller_name, command.queue, command.priority, _order(call, command)
    )
    customers.seek(context, call.voicemail, "phone", call.caller)
    call.move("record")
    context.note(call, now, "voicemail", command.queue)
    hush(context, call)
    context.tell(context.state.voicemails[call.voicemail].order)


def _order(call: Call, command: ivr.TakeVoicemail) -> commands.TakeVoicemail:
    return commands.TakeVoicemail(
        call=call.id,
        voicemail=call.voicemail,
        longest=command.longest,
        silence=command.silence,
        keys=command.keys,
    )


def entered(context: Context, call: Call, _event: events.CallEntered, _now: float) -> None:
    """The order, or the answer to it, was lost with the process or the session."""
    context.tell(commands.Answer(call.id))
    context.tell(context.state.voicemails[call.voicemail].order)


def ended(context: Context, call: Call, _now: float, _outcome: str) -> None:
    """The caller hung up while speaking: what was said, counts."""
    context.tell(commands.MeasureVoicemail(call.voicemail))


def ask_again(context: Context) -> None:
    """Nobody may have told how long a recording is whose caller is gone: asking twice does no harm."""
    for voicemail in context.state.voicemails.values():
        if voicemail.left_at is None and voicemail.call not in context.state.calls:
            context.tell(commands.MeasureVoicemail(voicemail.id))


def recorded(context: Context, event: events.VoicemailRecorded, now: float) -> None:
    voicemail = context.state.voicemails.get(event.voicemail)
    if voicemail is None or voicemail.left_at is not None:
        return
    if event.seconds < SHORTEST:
        customers.forget(context, voicemail.id)
        del context.state.voicemails[voicemail.id]
    else:
        voicemail.left_at, voicemail.seconds = now, event.seconds
        _record(context, voicemail)
        workload.put(context, voicemail.work(), now)
    call = context.state.calls.get(voicemail.call)
    if call is not None and call.voicemail == voicemail.id:
        _back(context, call, voicemail.seconds, now)


def settings_changed(context: Context, now: float) -> None:
    """Messages that were left for a queue which was gone by then wait in it when it is back."""
    routed = context.router.snapshot().contacts
    for name in [name for name in context.state.voicemails if name in context.state.work and name not in routed]:
        workload.put(context, context.state.work[name], now)


def failed(context: Context, call: Call, now: float) -> None:
    """The switch can't record."""
    if call.state != "recording":
        return
    customers.forget(context, call.voicemail)
    del context.state.voicemails[call.voicemail]
    call.voicemail = ""
    call.move("recorded")
    walking.walk(context, call, ivr_events.VoicemailFailed("the switch can't record"), now)


def _back(context: Context, call: Call, seconds: float, now: float) -> None:
    call.voicemail = ""
    call.left_voicemail = call.left_voicemail or seconds > 0
    context.note(call, now, "voicemail taken", f"{seconds:.1f} s")
    call.move("recorded")
    walking.walk(context, call, ivr_events.VoicemailTaken(seconds), now)


# --- the work ----------------------------------------------------------------------------------------------------


def _ring(context: Context, work: Work, leg: Leg, ring_seconds: float) -> commands.PlayToAgent:
    voicemail = context.state.voicemails[work.id]
    return commands.PlayToAgent(leg.id, leg.device, work.id, voicemail.caller, voicemail.caller_name, ring_seconds)


def _heard(context: Context, work: Work, leg: Leg, now: float, lost: bool) -> None:
    """Whoever hung up before its end has heard enough."""
    if lost:
        workload.again(context, work, leg, now)
        return
    voicemail = context.state.voicemails.pop(work.id)
    voicemail.heard_at, voicemail.agent = leg.bridged_at, leg.agent
    _record(context, voicemail)
    workload.done(context, work, leg, now)


def _record(context: Context, voicemail: Voicemail) -> None:
    context.tell(
        commands.RecordVoicemail(
            voicemail=voicemail.id,
            call=voicemail.call,
            caller=voicemail.caller,
            queue=voicemail.queue,
            file=voicemail.file,
            seconds=voicemail.seconds,
            left_at=voicemail.left_at or 0.0,
            heard_at=voicemail.heard_at,
            agent=voicemail.agent,
        )
    )


walking.FROM_FLOW[ivr.TakeVoicemail] = begin
ERRANDS["recording"] = Errand(entered, ended)
KINDS["voicemail"] = Kind(_ring, workload.connected, _heard)

HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {events.VoicemailRecorded: recorded}
