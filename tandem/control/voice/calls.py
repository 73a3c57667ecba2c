"""The caller's side: entries, keys, the flow's wishes, the end of the call."""

from collections.abc import Callable
from typing import Any

from tandem.acd import events as acd_events
from tandem.control import commands, customers, events, last_agents, outside, records, ways
from tandem.control.callback import abandoned, callbacks, dialling
from tandem.control.chat.chat import Chat
from tandem.control.context import Context
from tandem.control.page.page import Page
from tandem.control.publishing import publishing
from tandem.control.publishing.versions import flow_of, forget_unused_version
from tandem.control.voice import dialled
from tandem.control.voice.call import TALKING, Call, Link
from tandem.control.voice.caller import recognise
from tandem.control.voice.errands import ERRANDS
from tandem.control.voice.listening import HEARS_THE_FLOW, hush, listen
from tandem.control.voice.offers import finish_talk, learn_from_entry, route
from tandem.ivr import commands as ivr
from tandem.ivr import events as ivr_events
from tandem.ivr import session as flow_session
from tandem.ivr.flow import Flow

ANY_NUMBER = "*"
PAGE_SECONDS = 24 * 3600.0
"""How long a link leads to its page."""


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


# --- the flow ----------------------------------------------------------------------------------------------------


def walk(context: Context, call: Call, event: ivr_events.Event, now: float) -> None:
    """Tell the call's session, and have done what it wants.

    What its caller hears ends when it moves on, also to where nothing is said.
    """
    heard, step = call.listen, call.session.steps
    for command in flow_session.handle(call.session, flow_of(context, call), event, now):
        FROM_FLOW[type(command)](context, call, command, now)
    if call.listen == heard and call.session.steps != step and not call.flow_ended:
        hush(context, call)
    context.show_pages(call)


def _send_link(context: Context, call: Call, command: ivr.SendLink, now: float) -> None:
    text, offered = command.text, ways.settings_of(context, _queue_of(context, call))
    if command.way == "chat":
        text = text.replace("{link}", offered.chat)
    link = Link(command.link, command.purpose, command.language, text)
    call.links[link.number] = link
    context.note(call, now, "link requested", link.purpose)
    if command.way == "chat" and not offered.chat:
        context.alarm("no address for chats", call.id, "its queue's plan offers a chat")
        walk(context, call, ivr_events.LinkFailed(link.number, "the queue has no address for chats"), now)
        return
    if command.way != "chat":
        keep_page(context, _page(context, call, command, offered.link, now))
    push(context, call, link, now)


def _page(context: Context, call: Call, command: ivr.SendLink, offered: str, now: float) -> Page:
    """The page of a link; that of a queue's own offer walks the flow `offered`, where it is published."""
    page = page_of(call, command, now)
    own = publishing.flow_for(context, offered, call.caller or call.id) if command.way else None
    if own is not None:
        page.flow, page.version, page.running = own.name, own.version, own.name
    return page


def _queue_of(context: Context, call: Call) -> str:
    """The queue that a call stands in; empty: none."""
    standing = context.router.standing(call.id)
    return standing[0] if standing else ""


def page_of(call: Call, command: ivr.SendLink, now: float) -> Page:
    """The page that a link of a call leads to."""
    return Page(
        call=call.id,
        link=command.link,
        purpose=command.purpose,
        language=command.language,
        flow=call.flow,
        version=call.version,
        expires_at=now + PAGE_SECONDS,
        running=command.page,
        variables=command.variables,
    )


def keep_page(context: Context, page: Page) -> None:
    """Have a page there for as long as its link leads to it."""
    context.state.pages[page.subject] = page
    context.timers.set(f"page {page.subject}", page.expires_at)


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
    if not enqueue(context, call, command, now):
        walk(context, call, ivr_events.QueueEnded("unavailable"), now)


def enqueue(context: Context, call: Call | Chat, command: ivr.Enqueue, now: float) -> bool:
    """Give the contact to the router; False: nobody can serve it.

    One that waits in another queue takes its age along, a call that of a callback too which it makes needless.
    """
    came_at = leave_queue(context, call, "overflowed_out", now)
    if not context.router.can_ever_serve(command.queue):
        context.alarm("queue nobody can serve", command.queue, f"call {call.id} was sent there by its flow")
        return False
    call.move("queue")
    first = last_agents.wanted(context, command.sticky, last_agents.caller_of(call), command.queue, now)
    context.note(call, now, "queued", f"{command.queue}{first}")
    booked_at = callbacks.taken_over(context, call, command.queue, now) if isinstance(call, Call) else None
    age = min((at for at in (came_at, booked_at) if at is not None), default=None)
    queued = acd_events.ContactQueued(
        call.id,
        command.queue,
        command.priority,
        command.boost,
        age,
        sticky=first.agent,
        sticky_seconds=first.seconds,
        tier=call.tier,
    )
    route(context, queued, now)
    return True


def _leave_queue(context: Context, call: Call, command: ivr.LeaveQueue, now: float) -> None:
    leave_queue(context, call, command.outcome, now)


def leave_queue(context: Context, call: Call | Chat, outcome: str, now: float) -> float | None:
    """Take the call out of its queue; since when (epoch seconds) it counts as waiting there, None when it does not."""
    if call.state != "queued":
        return None
    standing = context.router.standing(call.id)
    call.move("leave")
    ways.wait_over(context, call, now)
    context.note(call, now, "left queue", outcome.replace("_", " "))
    route(context, acd_events.ContactLeft(call.id, outcome), now)
    return standing[2] if standing else None


def _look_up(context: Context, call: Call, command: ivr.LookUp, now: float) -> None:
    outside.ask(context, call.id, command, now)


def _notify(context: Context, call: Call, command: ivr.Notify, _now: float) -> None:
    outside.notify(context, call.id, command)


def _record_form(context: Context, call: Call, command: ivr.RecordForm, now: float) -> None:
    call.forms[command.form] = command.values
    if command.submitted:
        context.note(call, now, "form submitted", command.form)
    context.tell(records.form(call.id, command, now))


def _request_callback(context: Context, call: Call, command: ivr.RequestCallback, now: float) -> None:
    """The contact leaves its queue when the callback has its place."""
    answer = callbacks.book(context, call, command, now)
    if isinstance(answer, ivr_events.CallbackBooked):
        call.booked = True
        leave_queue(context, call, "called_back", now)
    walk(context, call, answer, now)


def _cancel_callback(context: Context, call: Call, command: ivr.CancelCallback, now: float) -> None:
    call.booked = False
    callbacks.cancel_all(context, call.caller, command.queue, now)


def _snooze_callback(context: Context, call: Call, command: ivr.SnoozeCallback, now: float) -> None:
    callbacks.snooze_all(context, call.caller, command, now)


def _record_answer(context: Context, call: Call, command: ivr.RecordAnswer, now: float) -> None:
    context.note(call, now, "answered survey", f"{command.question}: {command.answer}")
    context.tell(commands.RecordAnswer(call.id, command.question, command.answer, now))


def _hang_up(context: Context, call: Call, _command: ivr.HangUp, _now: float) -> None:
    call.flow_ended = True
    context.tell(commands.HangUpCall(call.id, call.channel))


def _record_step(context: Context, call: Call, command: ivr.RecordStep, now: float) -> None:
    context.note(call, now, command.type, command.node)


def _record_fault(context: Context, call: Call, command: ivr.RecordFault, now: float) -> None:
    call.faults += 1
    context.note(call, now, "fault", f"{command.node}: {command.reason}")
    context.alarm("flow fault", f"{call.flow}:{command.node}", command.reason)


FROM_FLOW: dict[type[ivr.Command], Callable[[Context, Call, Any, float], None]] = {
    ivr.Listen: listen,
    ivr.SendLink: _send_link,
    ivr.Enqueue: _enqueue,
    ivr.LeaveQueue: _leave_queue,
    ivr.LookUp: _look_up,
    ivr.Notify: _notify,
    ivr.RecordForm: _record_form,
    ivr.RequestCallback: _request_callback,
    ivr.CancelCallback: _cancel_callback,
    ivr.SnoozeCallback: _snooze_callback,
    ivr.RecordAnswer: _record_answer,
    ivr.RecordOffer: ways.record,
    ivr.HangUp: _hang_up,
    ivr.RecordStep: _record_step,
    ivr.RecordFault: _record_fault,
}

HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.CallEntered: entered,
    events.Listened: listened,
    events.CallEnded: ended,
}
