"""Erases a customer: who they are, and what is personal in all that was recorded of them. Figures stay as they were."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tandem.store import models
from tandem.store.chat_archive import ChatArchive
from tandem.store.customers.history import all_of
from tandem.store.customers.joins import JOINS
from tandem.store.customers.people import CONTACTS, IDENTITIES, PEOPLE, existing, reading, writing
from tandem.store.database import table_of
from tandem.store.outbox import UNFINISHED

AT_ONCE = 200
"""Contacts in one statement."""
CALLBACKS, VOICEMAILS = table_of(models.Callback), table_of(models.Voicemail)
RECORDINGS = table_of(models.Recording)
OUTBOX, NOTIFICATIONS = table_of(models.OutboxItem), table_of(models.NotificationItem)
WEBHOOKS = table_of(models.WebhookItem)


class Erased(msgspec.Struct):
    """What was erased, by how many: customers (with those who were merged into them), by what they were known, what was
    noted of merging and splitting them, and rows whose personal parts are empty now. `unfinished` links,
    notifications and events for webhooks are still on their way, and were left alone."""

    customers: int = 0
    identities: int = 0
    joins: int = 0
    contacts: int = 0
    steps: int = 0
    messages: int = 0
    files: int = 0
    forms: int = 0
    dispositions: int = 0
    transfers: int = 0
    dials: int = 0
    voicemails: int = 0
    recordings: int = 0
    answers: int = 0
    callbacks: int = 0
    links: int = 0
    notifications: int = 0
    webhooks: int = 0
    unfinished: int = 0


async def erase(engine: AsyncEngine, customer: str, remove: Callable[[str], None], archive: ChatArchive) -> Erased:
    """Erase a customer, with the files of their chats in `archive`. `remove` deletes a recording of that name; OSError
    when it can't be, and nobody is erased.

    Raises NotDone, ChatArchiveError and CustomerStoreError. Done again after a failure, it goes on where it ended.
    """
    done = Erased()
    async with reading(engine) as connection:
        known = list((await existing(connection, customer)).identities)
        people = await all_of(connection, customer)
        calls = await _calls(connection, people, known)
        voicemails = await _names(connection, VOICEMAILS.c.voicemail, VOICEMAILS.c.call, calls)
        recordings = await _names(connection, RECORDINGS.c.recording, RECORDINGS.c.call, calls)
        callbacks = await _names(connection, CALLBACKS.c.callback, CALLBACKS.c.call, calls)
    for name in (*voicemails, *recordings):
        await asyncio.to_thread(remove, name)
    for call in calls:
        done.files += await archive.forget(call)
    async with writing(engine) as connection:
        for first in range(0, len(calls), AT_ONCE):
            await _empty_contacts(connection, calls[first : first + AT_ONCE], done)
        walked = [*calls, *callbacks, *voicemails]
        for first in range(0, len(walked), AT_ONCE):
            await _empty_walked(connection, walked[first : first + AT_ONCE], done)
        await _forget(connection, people, done)
    return done


async def _calls(connection: AsyncConnection, people: Sequence[str], known: Sequence[str]) -> list[str]:
    """Their contacts, and those that came by their identities and belong to nobody."""
    unowned = (CONTACTS.c.customer == "") & CONTACTS.c.identity.in_(known)
    query = select(CONTACTS.c.call).where(or_(CONTACTS.c.customer.in_(people), unowned))
    return list((await connection.scalars(query)).all())


async def _names(connection: AsyncConnection, name: Any, call: Any, calls: Sequence[str]) -> list[str]:
    found: list[str] = []
    for first in range(0, len(calls), AT_ONCE):
        found += (await connection.scalars(select(name).where(call.in_(calls[first : first + AT_ONCE])))).all()
    return found


async def _empty_contacts(connection: AsyncConnection, calls: Sequence[str], done: Erased) -> None:
    """What is kept by the contact's very name."""
    messages, forms, dials = table_of(models.Message), table_of(models.Form), table_of(models.Dial)
    dispositions, transfers = table_of(models.Disposition), table_of(models.AgentTransfer)
    answers = table_of(models.Answer)
    blank: list[tuple[str, Any, Any, dict[str, str]]] = [
        ("contacts", CONTACTS, CONTACTS.c.call, {"caller": "", "identity": "", "customer": ""}),
        ("messages", messages, messages.c.call, {"text": "", "file": "", "file_name": ""}),
        ("forms", forms, forms.c.call, {"content": "{}"}),
        ("dispositions", dispositions, dispositions.c.call, {"note": ""}),
        ("transfers", transfers, transfers.c.call, {"note": ""}),
        ("dials", dials, dials.c.call, {"number": ""}),
        ("voicemails", VOICEMAILS, VOICEMAILS.c.call, {"caller": "", "file": ""}),
        ("recordings", RECORDINGS, RECORDINGS.c.call, {"file": "", "sha256": ""}),
        ("answers", answers, answers.c.call, {"answer": ""}),
        ("callbacks", CALLBACKS, CALLBACKS.c.call, {"number": ""}),
    ]
    for name, table, call, values in blank:
        count = (await connection.execute(update(table).where(call.in_(calls)).values(values))).rowcount
        setattr(done, name, getattr(done, name) + count)


async def _empty_walked(connection: AsyncConnection, names: Sequence[str], done: Erased) -> None:
    """What is kept by the contact's name, or by that of a page or guide of it ("<call>/<link>")."""
    steps = table_of(models.Step)
    done.steps += (await connection.execute(update(steps).where(_of(steps.c.call, names)).values(detail=""))).rowcount
    finished = OUTBOX.c.state.not_in(UNFINISHED)
    links = update(OUTBOX).where(OUTBOX.c.call.in_(names), finished).values(address="", text="", channel="")
    done.links += (await connection.execute(links)).rowcount
    told = _of(NOTIFICATIONS.c.subject, names)
    emptied = update(NOTIFICATIONS).where(told, NOTIFICATIONS.c.state.not_in(UNFINISHED)).values(body="{}")
    done.notifications += (await connection.execute(emptied)).rowcount
    events = WEBHOOKS.c.subject.in_(names)
    outcomes = delete(WEBHOOKS).where(events, WEBHOOKS.c.state.not_in(UNFINISHED))
    done.webhooks += (await connection.execute(outcomes)).rowcount
    for table, theirs in ((OUTBOX, OUTBOX.c.call.in_(names)), (NOTIFICATIONS, told), (WEBHOOKS, events)):
        still = select(func.count()).select_from(table).where(theirs, table.c.state.in_(UNFINISHED))
        done.unfinished += await connection.scalar(still) or 0


def _of(column: Any, names: Sequence[str]) -> Any:
    """`column` is one of the names, or begins with one and a slash."""
    return or_(column.in_(names), *(column.startswith(f"{name}/", autoescape=True) for name in names))


async def _forget(connection: AsyncConnection, people: Sequence[str], done: Erased) -> None:
    theirs = delete(IDENTITIES).where(IDENTITIES.c.customer.in_(people))
    done.identities = (await connection.execute(theirs)).rowcount
    joins = delete(JOINS).where(or_(JOINS.c.kept.in_(people), JOINS.c.other.in_(people)))
    done.joins = (await connection.execute(joins)).rowcount
    done.customers = (await connection.execute(delete(PEOPLE).where(PEOPLE.c.customer.in_(people)))).rowcount
