"""A customer's orders, asked of a system outside when their contact is offered. Nobody waits for the answer."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from tandem.control import events, outside
from tandem.control.context import Context
from tandem.control.desktop.shown import OrdersShown
from tandem.control.state import Orders
from tandem.ivr import commands as ivr
from tandem.ivr.filling import FillError, fill_line, fill_path, slots
from tandem.ivr.values import Value

PREFIX = "orders/"
"""Before the contact, in the subject of its lookups."""
ASKED, KNOWN, FAILED = "asked", "known", "failed"
RETRIES = 1


def meet(context: Context, contact: str, kind: str, value: str) -> None:
    """A contact came, by this number (`phone`) or address (`email`)."""
    if context.state.settings.orders.service:
        context.state.orders[contact] = Orders({"phone": "number"}.get(kind, kind), value)


def forget(context: Context, contact: str) -> None:
    """The contact is over."""
    if context.state.orders.pop(contact, None):
        outside.forget(context, PREFIX + contact)


def ask(context: Context, contact: str, now: float) -> None:
    """Ask for the orders of whose contact this is, unless they are known or asked for, or nobody knows who it is."""
    orders = context.state.orders.get(contact)
    if orders is None or orders.state in (ASKED, KNOWN):
        return
    lookup = _lookup(context, contact, orders)
    if lookup is not None:
        context.state.orders[contact] = replace(orders, tries=lookup.number, state=ASKED, reason="")
        outside.ask(context, PREFIX + contact, lookup, now)


def answered(context: Context, subject: str, event: events.LookedUp, now: float) -> None:
    """They are on the desk from now on."""
    rows: list[dict[str, str]] = [{} for _ in range(context.state.settings.orders.most)]
    for name, value in event.values.items():
        number, _, field = name.partition(" ")
        if value != "" and int(number) < len(rows):
            rows[int(number)][field] = str(value)
    _settle(context, subject, now, KNOWN, "", tuple(row for row in rows if row))


def failed(context: Context, subject: str, event: events.LookupFailed, now: float) -> None:
    """The desk says so. That there are none is an answer."""
    nothing = event.reason == events.NOT_FOUND
    _settle(context, subject, now, KNOWN if nothing else FAILED, "" if nothing else event.reason)


def shown(context: Context, contact: str) -> OrdersShown | None:
    """What the desk shows of them; None when nothing was asked."""
    orders = context.state.orders.get(contact)
    return OrdersShown(orders.state, orders.reason, orders.found) if orders and orders.state else None


def why_not(context: Context, event: events.OrdersWanted) -> str:
    """Why they can't be asked for, as a code; empty: they can."""
    if event.contact not in context.on_desk(event.agent):
        return "not_on_desk"
    orders = context.state.orders.get(event.contact)
    return "" if orders and _lookup(context, event.contact, orders) else "no_orders"


def wanted(context: Context, event: events.OrdersWanted, now: float) -> None:
    """An agent wants them asked for again."""
    orders = context.state.orders.get(event.contact)
    if not why_not(context, event) and orders and orders.state != ASKED:
        context.state.orders[event.contact] = replace(orders, state="")
        ask(context, event.contact, now)
        _note(context, event.contact, now, ASKED)


def _lookup(context: Context, contact: str, orders: Orders) -> ivr.LookUp | None:
    """What is asked; None where the settings have nothing to ask, or something in it is not known."""
    settings, customer = context.state.settings.orders, context.state.customers.get(contact)
    known: dict[str, Value] = {orders.kind: orders.value}
    if customer:
        known["customer"] = customer.customer
    texts = [settings.path, *settings.query.values()]
    if not settings.service or not {slot for text in texts for slot in slots(text)} <= known.keys():
        return None
    try:
        return _filled(context, orders.tries + 1, known)
    except FillError:  # a number such as ".." would lead elsewhere
        return None


def _filled(context: Context, number: int, known: Mapping[str, Value]) -> ivr.LookUp:
    settings = context.state.settings.orders
    values = {
        f"{place} {field}": ivr.Wanted(f"{settings.list}[{place}]{path.removeprefix('$')}", default="")
        for place in range(settings.most)
        for field, path in settings.fields.items()
    }
    return ivr.LookUp(
        number=number,
        service=settings.service,
        method="GET",
        path=fill_path(settings.path, known),
        query={name: fill_line(text, known) for name, text in settings.query.items()},
        headers={},
        body=None,
        values=values,
        timeout=settings.timeout,
        retries=RETRIES,
        cache_seconds=settings.cache_seconds,
    )


def _settle(
    context: Context, subject: str, now: float, state: str, reason: str, found: tuple[dict[str, str], ...] = ()
) -> None:
    contact = subject.removeprefix(PREFIX)
    if orders := context.state.orders.get(contact):
        context.state.orders[contact] = replace(orders, state=state, reason=reason, found=found)
        _note(context, contact, now, reason or str(len(found)))


def _note(context: Context, contact: str, now: float, detail: str) -> None:
    state = context.state
    if holder := context.holder(contact) or state.chats.get(contact) or state.mails.get(contact):
        context.note(holder, now, "orders", detail)


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.OrdersWanted: wanted,
}
