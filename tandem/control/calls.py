"""The caller's side: entries, keys, the flow's wishes, the end of the call."""

from collections.abc import Callable
from typing import Any

from tandem.acd import events as acd_events
from tandem.control import commands, events, records
from tandem.control.call import Call, Link
from tandem.control.caller import recognise
from tandem.control.context import Context
from tandem.control.offers import finish_talk, learn_from_entry, route
from tandem.ivr import commands as ivr
from tandem.ivr import events as ivr_events
from tandem.ivr import session as flow_session

ANY_NUMBER = "*"


def entered(context: Context, event: events.CallEntered, now: float) -> None:
    """Every entry is a resume: a new call begins its flow, a known one goes on where it was."""
    call = context.state.calls.get(event.call)
    if call is None:
        _begin(context, event, now)
        return
    call.away = False
    learn_from_entry(context, call, event.last_leg, now)
    if call.flow_ended:
        context.tell(commands.HangUpCall(call.id, call.channel))
    elif call.state in ("connected", "returning"):
        _come_back(context, call, now)
    else:
        context.tell(commands.Answer(call.id))  # the first may have been lost with the process
        walk(context, call, ivr_events.Resumed(context.place(call, now)), now)


def _begin(context: Context, event: events.CallEntered, now: float) -> None:
    state = context.state
    name = state.settings.lines.get(event.dialled) or state.settings.lines.get(ANY_NUMBER, "")
    version = state.published.get(name)
    if version is None:
        context.alarm("no flow for number", event.dialled, f"leads to flow {name!r}, which is not published")
        context.tell(commands.HangUpCall(event.call, event.channel))
        return
    flow = state.flows[flow_key(name, version)]
    known = recognise(state.settings, event.caller, event.dialled, flow.languages)
    call = Call(
        id=event.call,
        channel=event.channel,
        caller=event.caller,
        caller_name=event.caller_name,
        dialled=event.dialled,
        tier=known.tier,
        entered_at=now,
        flow=name,
        version=version,
        session=flow_session.Session.begin(flow, known.variables, known.language),
    )
    state.calls[call.id] = call
    context.note(call, now, "entered", f"{event.caller or 'number withheld'} dialled {event.dialled}, flow {name}")
    context.tell(records.contact(call))
    context.tell(commands.Answer(call.id))
    walk(context, call, ivr_events.Started(), now)


def _come_back(context: Context, call: Call, now: float) -> None:
    """The agent is gone and the switch gave the caller back: the flow goes on after its queue node."""
    if call.leg is not None:
        finish_talk(context, call, now)
    call.move("return")
    walk(context, call, ivr_events.QueueEnded("served"), now)


def listened(context: Context, event: events.Listened, now: float) -> None:
    """A Listen that outlived a conversation proves that the caller is back, should the entry have come too early."""
    call = context.state.calls.get(event.call)
    if call is None or event.step != call.listen:
        return
    if call.state == "returning":
        _come_back(context, call, now)
    elif call.state in ("flow", "queued"):
        walk(context, call, ivr_events.Listened(event.key, context.place(call, now)), now)


def ended(context: Context, event: events.CallEnded, now: float) -> None:
    end(context, event.call, event.cause, now)


def end(context: Context, call_id: str, cause: int, now: float, lost: bool = False) -> None:
    """The caller's channel is gone: hung up, or `lost` with the switch."""
    call = context.state.calls.get(call_id)
    if call is None:
        return
    outcome = "lost" if lost else _outcome(call)
    if call.state == "queued":
        route(context, acd_events.ContactLeft(call.id, outcome), now)
    elif call.state == "connected":
        finish_talk(context, call, now, outcome)
    call.move("end")
    context.note(call, now, "ended", outcome.replace("_", " "))
    context.tell(records.contact(call, ended_at=now, outcome=outcome, cause=cause))
    del context.state.calls[call.id]
    forget_unused_version(context, call.flow, call.version)


def _outcome(call: Call) -> str:
    """What the contact came to, as reports count it.

    `served` by an agent, `abandoned` in the queue, `contained` (the flow did it: it ended by itself, or a link
    was delivered), else `left_menu`.
    """
    if call.state == "queued":
        return "abandoned"
    if call.served or call.state == "connected":
        return "served"
    if call.flow_ended or any(link.status in ("delivered", "opened") for link in call.links.values()):
        return "contained"
    return "left_menu"


def flow_key(name: str, version: str) -> str:
    """Where a flow version is kept in the state."""
    return f"{name}@{version}"


def forget_unused_version(context: Context, name: str, version: str) -> None:
    """Drop a flow version that neither new calls get nor any call still walks."""
    if context.state.published.get(name) == version:  # nearly always; spares every call's end a look at all calls
        return
    if not any((call.flow, call.version) == (name, version) for call in context.state.calls.values()):
        context.state.flows.pop(flow_key(name, version), None)


# --- the flow ----------------------------------------------------------------------------------------------------


def walk(context: Context, call: Call, event: ivr_events.Event, now: float) -> None:
    """Tell the call's session, and have done what it wants."""
    flow = context.state.flows[flow_key(call.flow, call.version)]
    for command in flow_session.handle(call.session, flow, event, now):
        _FROM_FLOW[type(command)](context, call, command, now)


def _listen(context: Context, call: Call, command: ivr.Listen, _now: float) -> None:
    call.listen += 1
    context.tell(commands.Listen(call.id, call.listen, command.say, command.keys, command.wait, command.music))


def _send_link(context: Context, call: Call, command: ivr.SendLink, now: float) -> None:
    link = Link(command.link, command.purpose, command.language, command.text)
    call.links[link.number] = link
    context.note(call, now, "link requested", link.purpose)
    push(context, call, link, now)


def push(context: Context, call: Call, link: Link, now: float) -> None:
    """Ask the notifier for a link; (call, number) makes asking twice harmless."""
    context.tell(commands.RecordLink(call.id, link.number, link.purpose, "", "requested", now))
    context.tell(
        commands.SendLink(
            call=call.id,
            link=link.number,
            purpose=link.purpose,
            language=link.language,
            text=link.text,
            address=call.caller,
            channel=call.channel,
        )
    )


def _enqueue(context: Context, call: Call, command: ivr.Enqueue, now: float) -> None:
    if not context.router.can_ever_serve(command.queue):
        context.alarm("queue nobody can serve", command.queue, f"call {call.id} was sent there by its flow")
        walk(context, call, ivr_events.QueueEnded("unavailable"), now)
        return
    call.move("queue")
    context.note(call, now, "queued", command.queue)
    queued = acd_events.ContactQueued(call.id, command.queue, command.priority, command.boost, tier=call.tier)
    route(context, queued, now)


def _record_answer(context: Context, call: Call, command: ivr.RecordAnswer, now: float) -> None:
    context.note(call, now, "answered survey", f"{command.question}: {command.answer}")
    context.tell(commands.RecordAnswer(call.id, command.question, command.answer, now))


def _hang_up(context: Context, call: Call, _command: ivr.HangUp, _now: float) -> None:
    call.flow_ended = True
    context.tell(commands.HangUpCall(call.id, call.channel))


def _record_step(context: Context, call: Call, command: ivr.RecordStep, now: float) -> None:
    context.note(call, now, command.type, command.node)


def _record_fault(context: Context, call: Call, command: ivr.RecordFault, now: float) -> None:
    context.note(call, now, "fault", f"{command.node}: {command.reason}")
    context.alarm("flow fault", f"{call.flow}:{command.node}", command.reason)


_FROM_FLOW: dict[type[ivr.Command], Callable[[Context, Call, Any, float], None]] = {
    ivr.Listen: _listen,
    ivr.SendLink: _send_link,
    ivr.Enqueue: _enqueue,
    ivr.RecordAnswer: _record_answer,
    ivr.HangUp: _hang_up,
    ivr.RecordStep: _record_step,
    ivr.RecordFault: _record_fault,
}

HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.CallEntered: entered,
    events.Listened: listened,
    events.CallEnded: ended,
}
