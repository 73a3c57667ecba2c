"""What a supervisor does with a contact that waits: to another queue, up the line, to one agent, on in the plan.

Its age is kept by all of it. What does not fit any more by then (it is offered, or gone) is not done.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tandem.acd import contact as contacts
from tandem.acd import events
from tandem.acd.contact import Contact
from tandem.acd.events import Event
from tandem.acd.floor import Floor
from tandem.acd.state import State


def do(state: State, floor: Floor, event: Any, now: float) -> bool:
    """Do what the event says at `now` (epoch seconds); False: it can't be done."""
    contact = state.contacts.get(event.contact)
    return contact is not None and not why_not(state, floor, event) and _DOES[type(event)](floor, contact, event, now)


def why_not(state: State, floor: Floor, event: Any) -> str:
    """Why it can't be done, as a code; empty: it can."""
    contact = state.contacts.get(event.contact)
    if contact is None:
        return "unknown_contact"
    if contact.state != contacts.WAITING:
        return "not_waiting"
    if not contact.on_line:
        return "is_callback"
    return _REASONS[type(event)](state, floor, contact, event)


def _may_move(state: State, _floor: Floor, contact: Contact, event: events.ContactMoved) -> str:
    if event.queue not in state.settings.queues:
        return "unknown_queue"
    if event.queue == contact.queue:
        return "same_queue"
    return "" if state.queue(event.queue).channel == state.queue(contact.queue).channel else "other_channel"


def _may_assign(state: State, floor: Floor, contact: Contact, event: events.ContactAssigned) -> str:
    agent = state.agents.get(event.agent)
    if agent is None or event.agent not in state.settings.agents:
        return "unknown_agent"
    return "" if floor.may_wait_for(agent, contact.queue) else "not_at_work"


def _may_advance(state: State, _floor: Floor, contact: Contact, event: events.ContactAdvanced) -> str:
    plan = state.queue(contact.queue).plan
    if not 0 <= event.step < len(plan):
        return "unknown_step"
    return "conditional_step" if plan[event.step].when is not None else ""


def _move(floor: Floor, contact: Contact, event: events.ContactMoved, now: float) -> bool:
    floor.move(contact, event.queue, now)
    return True


def _raise(floor: Floor, contact: Contact, event: events.ContactRaised, now: float) -> bool:
    with floor.lines.changing(contact):
        contact.priority = event.priority
    floor.reconsider(contact, now)
    return True


def _assign(floor: Floor, contact: Contact, event: events.ContactAssigned, now: float) -> bool:
    with floor.lines.changing(contact, now):
        contact.sticky, contact.sticky_until = event.agent, now + event.seconds
    floor.reconsider(contact, now)
    return True


def _advance(floor: Floor, contact: Contact, event: events.ContactAdvanced, now: float) -> bool:
    floor.advance(contact, now, event.step)
    return True


_REASONS: Mapping[type[Event], Callable[[State, Floor, Contact, Any], str]] = {
    events.ContactMoved: _may_move,
    events.ContactRaised: lambda _state, _floor, _contact, _event: "",
    events.ContactAssigned: _may_assign,
    events.ContactAdvanced: _may_advance,
}
_DOES: Mapping[type[Event], Callable[[Floor, Contact, Any, float], bool]] = {
    events.ContactMoved: _move,
    events.ContactRaised: _raise,
    events.ContactAssigned: _assign,
    events.ContactAdvanced: _advance,
}
EVENTS = tuple(_DOES)
