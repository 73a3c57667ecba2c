"""Brings what systems outside answer to whoever walks the flow that asked."""

from collections.abc import Callable
from typing import Any

from msgspec import convert

from tandem.control import events, orders, outside, ways
from tandem.control.chat import chats
from tandem.control.context import Context
from tandem.control.page import guides, pages, reading
from tandem.control.voice import walking
from tandem.control.voice.listening import HEARS_THE_FLOW
from tandem.ivr import events as ivr
from tandem.ivr.values import OtherWay


def tell(context: Context, subject: str, event: ivr.Event, now: float) -> None:
    """Tell the session that `subject` walks; nobody is told once it is over, or while it rests."""
    state = context.state
    call = state.calls.get(subject)
    if call is not None and call.state in HEARS_THE_FLOW and not call.flow_ended:
        walking.walk(context, call, event, now)
    elif (page := state.pages.get(subject)) is not None:
        pages.tell(context, page, event, now)
    elif (guide := state.guides.get(subject)) is not None:
        guides.tell(context, guide, event, now)
    elif (chat := state.chats.get(subject)) is not None:
        chats.tell(context, chat, event, now)


def note(context: Context, subject: str, now: float, what: str, detail: str) -> None:
    """Add a step to the timeline of whom `subject` belongs to."""
    state = context.state
    call, page = state.calls.get(subject), state.pages.get(subject)
    reader = page.reader if page else state.guides.get(subject) or state.chats.get(subject)
    if call is not None:
        context.note(call, now, what, detail)
    elif reader is not None:
        reading.note(context, reader, now, what, detail)


def silence(context: Context, subject: str, now: float) -> None:
    """Who reads has waited as long as their session wanted."""
    tell(context, subject, ivr.Listened(None), now)


def offered(context: Context, timer: str, now: float) -> None:
    """The plan of a contact's queue has offered it another way: tell it, where it still waits on its line."""
    way, contact, queue = timer.split(" ", 2)
    state = context.state
    waits = state.calls.get(contact) or state.chats.get(contact)
    if waits is not None and waits.state == "queued":
        offers = ways.settings_of(context, queue)
        event = ivr.Offered(convert(way, OtherWay), queue, offers.times, context.place(waits, now))
        tell(context, contact, event, now)


def looked_up(context: Context, event: events.LookedUp, now: float) -> None:
    asked = outside.answered(context, event.subject, event.number)
    if asked is None:
        return
    if event.subject.startswith(orders.PREFIX):
        orders.answered(context, event.subject, event, now)
        return
    detail = f"{asked.lookup.ask.service} in {(now - asked.at) * 1000:.0f} ms"
    note(context, event.subject, now, "looked up", detail)
    tell(context, event.subject, ivr.LookedUp(event.number, event.values), now)


def lookup_failed(context: Context, event: events.LookupFailed, now: float) -> None:
    """That there is no such thing is an answer; all else is counted as a fault of the service or of the flow."""
    asked = outside.answered(context, event.subject, event.number)
    if asked is None:
        return
    service = asked.lookup.ask.service
    note(context, event.subject, now, "lookup failed", f"{service}: {event.reason}")
    if event.reason != events.NOT_FOUND:
        context.alarm("lookup failed", service, f"{event.subject}: {event.reason}")
    if event.subject.startswith(orders.PREFIX):
        orders.failed(context, event.subject, event, now)
    else:
        tell(context, event.subject, ivr.LookupFailed(event.number, event.reason), now)


def lookup_overdue(context: Context, key: str, now: float) -> None:
    """The answer to a lookup did not come in all the time its tries may take."""
    subject, _, number = key.rpartition("/")
    lookup_failed(context, events.LookupFailed(subject, int(number), "no answer, neither good nor bad, in time"), now)


def notified(context: Context, event: events.Notified, now: float) -> None:
    command = outside.settled(context, event.subject, event.number)
    if command is not None:
        note(context, event.subject, now, "notified", f"{command.note.service} of {command.note.event}")


def notify_failed(context: Context, event: events.NotifyFailed, now: float) -> None:
    command = outside.settled(context, event.subject, event.number)
    if command is None:
        return
    what = f"{command.note.service} of {command.note.event}: {event.reason}"
    note(context, event.subject, now, "notification failed", what)
    context.alarm("notification failed", command.note.service, f"{event.subject}: {event.reason}")


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.LookedUp: looked_up,
    events.LookupFailed: lookup_failed,
    events.Notified: notified,
    events.NotifyFailed: notify_failed,
}
