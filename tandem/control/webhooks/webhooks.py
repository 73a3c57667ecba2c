"""Finds in what was done what systems outside are to be told, and whom of them."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from tandem.control import commands, events
from tandem.control.context import Context
from tandem.control.desktop import told as desktop
from tandem.control.desktop.told import Told
from tandem.control.webhooks import told
from tandem.control.webhooks.told import Happened

BOOKED = "callback booked"
"""The first step in the life of a callback."""
ABOUT_DESKS = (
    desktop.ContactOffered | desktop.ContactConnected | desktop.ContactHeld | desktop.ContactRetrieved
)  # what else a desktop is told is too much for others


class News(msgspec.Struct, frozen=True):
    """Something to tell of: of which `agent`, about what (`subject`), in which `queue` (None: it is no queue's)."""

    told: Told | Happened
    subject: str
    queue: str | None
    agent: str = ""


def news(context: Context, done: list[commands.Command], now: float) -> list[commands.TellReceivers]:
    """What receivers are to be told, after an event and the commands it gave."""
    state = context.state
    if not state.settings.webhooks:
        state.last_queues.clear()
        return []
    waits = [command for command in done if isinstance(command, commands.RecordWait)]
    state.last_queues |= {wait.call: wait.queue for wait in waits}
    found = [_addressed(context, one, now) for one in _found(context, done)]
    for wait in waits:  # who is no contact of their own any more has no end that would be told
        if not (wait.call in state.calls or wait.call in state.chats or wait.call in state.mails):
            state.last_queues.pop(wait.call, None)
    return [command for command in found if command is not None]


def _addressed(context: Context, one: News, now: float) -> commands.TellReceivers | None:
    """The command, numbered; None where nobody wants to know."""
    state, event = context.state, type(one.told).__name__
    receivers = tuple(name for name, hook in state.settings.webhooks.items() if hook.wants(event, one.queue))
    if not receivers:
        return None
    state.webhook_events += 1
    return commands.TellReceivers(
        id=f"{now:.6f}-{state.webhook_events}",  # the number alone would come again after a backup was restored
        receivers=receivers,
        at=now,
        subject=one.subject,
        agent=one.agent,
        told=one.told,
    )


def _found(context: Context, done: list[commands.Command]) -> Iterator[News]:
    booked = {step.call for step in done if isinstance(step, commands.RecordStep) and step.what == BOOKED}
    for command in done:
        match command:
            case commands.TellDesktop(agent=agent, told=desktop.AgentChanged() as changed):
                yield News(changed, f"agent {agent}", None, agent)
            case commands.TellDesktop(agent=agent, told=shown) if isinstance(shown, ABOUT_DESKS):
                yield News(_for_others(shown), shown.contact.contact, shown.contact.queue, agent)
            case commands.RecordCallback(callback=name, ended_at=None) if name in booked:
                booked.remove(name)
                yield _callback(told.CallbackBooked, command)
            case commands.RecordCallback(ended_at=float()):
                yield _callback(told.CallbackEnded, command)
            case _:
                yield from _recorded(context, command)


def _recorded(context: Context, command: commands.Command) -> Iterator[News]:
    """Of what is written down of contacts."""
    match command:
        case commands.RecordOffer(call=contact, queue=queue, outcome=outcome, agent=agent) if outcome != "answered":
            yield News(told.OfferEnded(contact, queue, outcome), contact, queue, agent)
        case commands.RecordTransfer(call=contact):
            queue = _queue(context, contact)
            named = (command.kind, command.target, command.colleague, command.note)
            yield News(told.ContactTransferred(contact, queue, *named), contact, queue, command.agent)
        case commands.RecordDisposition(call=contact, queue=queue, code=code, note=note, agent=agent):
            yield News(told.ContactDisposed(contact, queue, code, note), contact, queue, agent)
        case commands.RecordForm(call=contact, form=form, submitted=True):
            queue, values = _queue(context, contact), msgspec.json.decode(command.content)
            yield News(told.FormCompleted(contact, queue, form, values), contact, queue)
        case commands.RecordContact(ended_at=float()):
            yield _ended(context, command)


def _ended(context: Context, row: commands.RecordContact) -> News:
    queue = _queue(context, row.call)
    context.state.last_queues.pop(row.call, None)
    same = {name: getattr(row, name) for name in told.ContactEnded.__struct_fields__ if hasattr(row, name)}
    return News(told.ContactEnded(contact=row.call, queue=queue, number=row.caller, **same), row.call, queue)


def _callback(kind: type[Happened], row: commands.RecordCallback) -> News:
    same: dict[str, Any] = {name: getattr(row, name) for name in kind.__struct_fields__ if hasattr(row, name)}
    return News(kind(contact=row.call, **same), row.callback, row.queue, row.agent)


def _for_others(shown: Any) -> Told:
    """What was written in a chat stays in the centre, and orders are no news to those who have them."""
    shown = msgspec.structs.replace(shown, contact=msgspec.structs.replace(shown.contact, orders=None))
    return msgspec.structs.replace(shown, messages=()) if isinstance(shown, desktop.ContactOffered) else shown


def _queue(context: Context, contact: str) -> str:
    """The queue that a contact is in, or was in last; empty for none."""
    routed = context.router.snapshot().contacts.get(contact)
    return routed.queue if routed else context.state.last_queues.get(contact, "")


def receiver_lost(context: Context, event: events.ReceiverLost, _now: float) -> None:
    context.alarm("webhook receiver lost", event.receiver, event.reason)


def events_given_up(context: Context, event: events.EventsGivenUp, _now: float) -> None:
    context.alarm("webhook events given up", event.receiver, f"{event.count}: {event.reason}")


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.ReceiverLost: receiver_lost,
    events.EventsGivenUp: events_given_up,
}
