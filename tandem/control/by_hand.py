"""What supervisors do with contacts that wait; who did it is in the contact's timeline and has a record of its own."""

from collections.abc import Callable, Mapping
from typing import Any

from tandem.acd import events as acd
from tandem.control import commands, events
from tandem.control.context import Context
from tandem.control.routing import route

Order = events.ContactMoved | events.ContactRaised | events.ContactAssigned | events.ContactAdvanced


def _routed(event: Order) -> acd.Event:
    """The same for the router, which does not ask who."""
    match event:
        case events.ContactMoved():
            return acd.ContactMoved(event.contact, event.queue)
        case events.ContactRaised():
            return acd.ContactRaised(event.contact, event.priority)
        case events.ContactAssigned():
            return acd.ContactAssigned(event.contact, event.agent, event.seconds)
        case events.ContactAdvanced():
            return acd.ContactAdvanced(event.contact, event.step)


def _what(event: Order) -> tuple[str, str]:
    """The name of what is done, and how, for the record."""
    match event:
        case events.ContactMoved():
            return "moved", event.queue
        case events.ContactRaised():
            return "prioritised", str(event.priority)
        case events.ContactAssigned():
            return "assigned", event.agent
        case events.ContactAdvanced():
            return "advanced", str(event.step)


def why_not(context: Context, event: Order) -> str:
    """Why it can't be done, as a code; empty: it can."""
    return context.router.why_not_by_hand(_routed(event))


def ordered(context: Context, event: Order, now: float) -> None:
    """Do it, if it still can be done."""
    if why_not(context, event):
        context.count("orders of supervisors that came too late")
        return
    what, detail = _what(event)
    state, name = context.state, event.contact
    if holder := context.holder(name) or state.chats.get(name) or state.mails.get(name):
        context.note(holder, now, f"{what} by hand", f"{detail}, by {event.by}")
    context.tell(commands.RecordContactOrder(name, now, what, detail, event.by))
    route(context, _routed(event), now)


HANDLERS: Mapping[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.ContactMoved: ordered,
    events.ContactRaised: ordered,
    events.ContactAssigned: ordered,
    events.ContactAdvanced: ordered,
}
