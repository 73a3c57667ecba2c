"""What a call's flow wants: links, queues, lookups, callbacks, records."""

from tandem.acd import events as acd_events
from tandem.control import commands, last_agents, outside, records, ways
from tandem.control.callback import callbacks
from tandem.control.chat.chat import Chat
from tandem.control.context import Context
from tandem.control.page.page import Page
from tandem.control.publishing import publishing
from tandem.control.routing import route
from tandem.control.voice.call import Call, Link
from tandem.control.voice.listening import listen
from tandem.control.voice.walking import FROM_FLOW, walk
from tandem.ivr import commands as ivr
from tandem.ivr import events as ivr_events

PAGE_SECONDS = 24 * 3600.0
"""How long a link leads to its page."""


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


FROM_FLOW |= {
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
