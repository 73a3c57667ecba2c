"""Who is in a contact: asked of the store when it comes, for the desk, the flow and the router. Nobody waits for it."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from tandem.control import commands, events, orders
from tandem.control.context import Context
from tandem.control.desktop.customer import KnownCustomer
from tandem.control.identities import identity
from tandem.control.publishing.versions import flow_key
from tandem.control.settings import Customer
from tandem.control.voice.call import Call


def seek(context: Context, contact: str, kind: str, value: str) -> None:
    """Ask who is known by the number or address that a contact came with."""
    if known_by := identity(kind, value, context.state.settings.dial_plan.country):
        context.state.sought[contact] = known_by
        orders.meet(context, contact, kind, value)
        context.tell(commands.FindCustomer(contact, known_by))


def ask_again(context: Context) -> None:
    """The process began again: what it had under way may be lost."""
    for contact, known_by in context.state.sought.items():
        context.tell(commands.FindCustomer(contact, known_by))


def forget(context: Context, contact: str) -> None:
    """The contact is over."""
    context.state.sought.pop(contact, None)
    context.state.customers.pop(contact, None)
    orders.forget(context, contact)


def found(context: Context, event: events.CustomerFound, now: float) -> None:
    """Who it is goes to the desk, and what is not known otherwise to the flow. What was written is not proven."""
    if context.state.sought.pop(event.contact, None) is None:
        return
    state, customer = context.state, event.customer
    call = state.calls.get(event.contact)
    writes = state.chats.get(event.contact) or state.mails.get(event.contact)
    state.customers[event.contact] = replace(customer, proven=False) if writes else customer
    if holder := context.holder(event.contact) or writes:
        context.note(holder, now, "customer", customer.customer)
    if call is not None:
        _fill_in(context, call, customer)
    routed = context.router.snapshot().contacts.get(event.contact)
    if routed is not None and routed.agent:
        orders.ask(context, event.contact, now)


def not_found(context: Context, event: events.CustomerNotFound, _now: float) -> None:
    """That nobody is known is an answer; all else is counted as a fault."""
    known_by = context.state.sought.pop(event.contact, None)
    if known_by is not None and event.reason:
        context.alarm("customer not looked up", event.contact, event.reason)


def _fill_in(context: Context, call: Call, customer: KnownCustomer) -> None:
    """First the settings, then what the flow set, then the record: each fills what those before have left empty.

    The language is theirs as long as nothing but the first thing has been said.
    """
    session = call.session
    for variables in (session.variables, *(frame.variables for frame in session.frames)):
        for name, value in (("caller.name", customer.name), ("caller.tier", customer.tier)):
            if variables.get(name) == "":
                variables[name] = value
    call.tier = call.tier or customer.tier
    by_settings = context.state.settings.customers.get(call.caller, Customer("")).language
    flow = context.state.flows.get(flow_key(call.flow, call.version))  # none walks it who is called back
    if not by_settings and call.listen <= 1 and flow is not None and customer.language in flow.languages:
        session.language = customer.language


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.CustomerFound: found,
    events.CustomerNotFound: not_found,
}
