"""The caller's side: entries, keys, the end of the call."""

from collections.abc import Callable
from typing import Any

from tandem.acd import events as acd_events
from tandem.control import commands, customers, events, outside, records, ways
from tandem.control.callback import abandoned, callbacks, dialling
from tandem.control.context import Context
from tandem.control.publishing import publishing
from tandem.control.publishing.versions import forget_unused_version
from tandem.control.routing import route
from tandem.control.voice import dialled
from tandem.control.voice.call import TALKING, Call
from tandem.control.voice.caller import recognise
from tandem.control.voice.errands import ERRANDS
from tandem.control.voice.joining import learn_from_entry
from tandem.control.voice.legs import finish_talk
from tandem.control.voice.listening import HEARS_THE_FLOW, listen
from tandem.control.voice.walking import walk
from tandem.ivr import events as ivr_events
from tandem.ivr import session as flow_session
from tandem.ivr.flow import Flow

ANY_NUMBER = "*"


def entered(context: Context, event: events.CallEntered, now: float) -> None:
    """Every entry is a resume: a new call begins its flow, a known one goes on where it was."""
    call = context.state.calls.get(event.call)
    if call is None:
        if not dialled.entered(context, event, now) and not dialling.entered(context, event, now):
            _begin(context, event, now)
        return
    call.away = False
    call.out = 0
    learn_from_entry(context, call, event.last_leg, now)
    if _waits_without_a_flow(call):
        dialled.entered_again(context, call, now)
    elif errand := ERRANDS.get(call.state):
        errand.entered(context, call, event, now)
    elif call.flow_ended:
        context.tell(commands.HangUpCall(call.id, call.channel))
    elif call.state in ("connected", "returning"):
        come_back(context, call, now)
    elif call.state == "queued" and call.callback:
        dialling.entered_again(context, call, now)
    else:
        context.tell(commands.Answer(call.id))  # the first may have been lost with the process
        walk(context, call, ivr_events.Resumed(context.place(call, now)), now)


def _begin(context: Context, event: events.CallEntered, now: float) -> None:
    state = context.state
    flow = flow_for(context, event.dialled, event.caller or event.call)
    if flow is None:
        context.tell(commands.GiveUp(event.call, event.channel))
        return
    known = recognise(state.settings, event.caller, event.dialled, flow.languages)
    variables = known.variables | callbacks.variables(context, event.caller)
    call = Call(
        id=event.call,
        channel=event.channel,
        caller=event.caller,
        caller_name=event.caller_name,
        dialled=event.dialled,
        tier=known.tier,
        entered_at=now,
        flow=flow.name,
        version=flow.version,
        session=flow_session.Session.begin(flow, variables, known.language),
    )
    state.calls[call.id] = call
    abandoned.called_again(context, call, now)
    context.note(call, now, "entered", f"{event.caller or 'number withheld'} dialled {event.dialled}, flow {flow.name}")
    context.tell(records.contact(context, call))
    context.tell(commands.Answer(call.id))
    customers.seek(context, call.id, "phone", call.caller)
    walk(context, call, ivr_events.Started(), now)


def flow_for(context: Context, dialled: str, caller: str) -> Flow | None:
    """The flow of the number dialled; where it has none, the fallback's. `caller`: their number, or id without one."""
    settings = context.state.settings
    name = settings.lines.get(dialled) or settings.lines.get(ANY_NUMBER, "")
    if flow := publishing.flow_for(context, name, caller):
        return flow
    context.alarm("no flow for number", dialled, f"leads to flow {name!r}, which is not published")
    return publishing.flow_for(context, settings.fallback, caller)


def come_back(context: Context, call: Call, now: float) -> None:
    """The agent is gone and the switch gave the caller back: the flow goes on after its queue node."""
    if call.leg is not None:
        finish_talk(context, call, now)
    call.move("return")
    go_on(context, call, ivr_events.QueueEnded("served"), now)


def go_on(context: Context, call: Call, event: ivr_events.Event, now: float) -> None:
    """The flow goes on with what came of a talk or a transfer; a call that has none any more is over."""
    if call.flow_ended:
        context.tell(commands.HangUpCall(call.id, call.channel))
    else:
        walk(context, call, event, now)


def wait(context: Context, call: Call, now: float) -> None:
    """A call that waits in a queue again hears what its flow has for that; without a flow, music."""
    if call.flow_ended:
        listen(context, call, dialling.COMPANY, now)
    else:
        walk(context, call, ivr_events.Resumed(context.place(call, now)), now)


def _waits_without_a_flow(call: Call) -> bool:
    """Whether it waits for an agent with no flow to say something: it was dialled, or sent on after its callback."""
    return call.state == "queued" and call.flow_ended and not call.callback


def listened(context: Context, event: events.Listened, now: float) -> None:
    """A Listen that outlived a conversation proves that the caller is back, should the entry have come too early.

    One that was interrupted, or should have been, makes way for the newest.
    """
    call = context.state.calls.get(event.call)
    if call is None or event.step != call.out:
        return
    call.out = 0
    if call.state == "returning":
        come_back(context, call, now)
    elif errand := ERRANDS.get(call.state):
        errand.listened(context, call, now)
    elif call.state in HEARS_THE_FLOW:
        _heard(context, call, event, now)


def _heard(context: Context, call: Call, event: events.Listened, now: float) -> None:
    if _waits_without_a_flow(call):
        dialled.entered_again(context, call, now)
    elif call.flow_ended:
        context.tell(commands.HangUpCall(call.id, call.channel))
    elif call.state == "queued" and call.callback:
        dialling.listened(context, call, event.key, now)
    elif event.step < call.listen:
        walk(context, call, ivr_events.Resumed(context.place(call, now)), now)
    else:
        walk(context, call, ivr_events.Listened(event.key, context.place(call, now)), now)


def ended(context: Context, event: events.CallEnded, now: float) -> None:
    dialled.hung_up(context, event, now)
    end(context, event.call, event.cause, now)


def end(context: Context, call_id: str, cause: int, now: float, lost: bool = False) -> None:
    """The caller's channel is gone: hung up, or `lost` with the switch."""
    call = context.state.calls.get(call_id)
    if call is None:
        return
    outcome = "lost" if lost else _outcome(call)
    offered = None
    if outcome == "abandoned" and call.direction == "inbound":
        offered = abandoned.prepare(context, call, now)
    if call.state == "queued":
        ways.wait_over(context, call, now)
        route(context, acd_events.ContactLeft(call.id, outcome), now)
    elif call.state == "connected":
        finish_talk(context, call, now, outcome)
    elif errand := ERRANDS.get(call.state):
        errand.ended(context, call, now, outcome)
    call.move("end")
    context.note(call, now, "ended", outcome.replace("_", " "))
    context.tell(records.contact(context, call, ended_at=now, outcome=outcome, cause=cause))
    customers.forget(context, call.id)
    del context.state.calls[call.id]
    publishing.count_end(context, call, outcome, now)
    context.show_pages(call)
    outside.forget(context, call.id)
    dialling.call_ended(context, call, outcome, now)
    dialled.call_ended(context, call, outcome, now)
    if offered is not None:
        abandoned.offer(context, call, offered, now)
    forget_unused_version(context, call.flow, call.version)


def _outcome(call: Call) -> str:
    """What the contact came to, as reports count it.

    `served` by an agent, `abandoned` in the queue (or dialled by an agent who was gone), `transferred` to somebody
    outside who answered, `called_back` (it booked a callback), `voicemail` (left a message), `contained` (the flow did
    it: it ended by itself, or a link was delivered), else `left_menu`.
    """
    if call.state == "queued" or (call.direction == "outbound" and not call.served):
        return "abandoned"
    if call.served or call.state in TALKING:
        return "served"
    if call.transferred or (call.transfer and call.transfer.answered_at):
        return "transferred"
    if call.booked:
        return "called_back"
    if call.left_voicemail or call.state == "recording":
        return "voicemail"
    if call.flow_ended or any(link.status in ("delivered", "opened") for link in call.links.values()):
        return "contained"
    return "left_menu"


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.CallEntered: entered,
    events.Listened: listened,
    events.CallEnded: ended,
}
