"""What a customer had to do with the centre: every contact over every channel, one after the other."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tandem.control.desktop.customer import KnownCustomer, PastContact
from tandem.store import models
from tandem.store.customers.joins import merged_into
from tandem.store.customers.people import CONTACTS, owner_of, person_of, reading
from tandem.store.database import table_of

LAST = 5
"""Contacts that an agent is told of when the phone rings."""
WAITS = table_of(models.Wait)
_ABOUT = {
    "callbacks": (models.Callback, ("callback", "queue", "booked_at", "ended_at", "outcome", "agent")),
    "voicemails": (models.Voicemail, ("voicemail", "queue", "seconds", "left_at", "heard_at", "agent")),
    "links": (models.Link, ("link", "purpose", "status", "at")),
    "forms": (models.Form, ("form", "content", "submitted", "at")),
    "answers": (models.Answer, ("question", "answer", "at")),
}
"""What comes of a contact, and what of it is shown."""


class Entry(msgspec.Struct, frozen=True):
    """One contact: when and how it came, who served it, and what came of it. `number` is what they called from, or the
    address they wrote from. Times are epoch seconds, durations seconds."""

    contact: str
    at: float
    ended_at: float | None
    channel: str
    number: str
    language: str
    queue: str
    agent: str
    outcome: str
    talk_seconds: float
    callbacks: list[dict[str, Any]]
    voicemails: list[dict[str, Any]]
    links: list[dict[str, Any]]
    forms: list[dict[str, Any]]
    answers: list[dict[str, Any]]


async def find(engine: AsyncEngine, identity: str) -> KnownCustomer | None:
    """Who is known by `identity`, with their last contacts; None: nobody. Raises CustomerStoreError."""
    async with reading(engine) as connection:
        owner = await owner_of(connection, identity)
        person = await person_of(connection, owner) if owner else None
        if person is None:
            return None
        rows = await _contacts(connection, person.customer, LAST, None)
        served = await _served(connection, [row.call for row in rows])
        last = tuple(_past(row, *served[row.call]) for row in rows)
        return KnownCustomer(person.customer, person.name, person.tier, person.tags, person.language, last)


async def history(engine: AsyncEngine, customer: str, limit: int, before: float | None = None) -> list[Entry]:
    """The contacts of a customer, and of those merged into them, the newest first: those that began before `before`
    (epoch seconds) where it is given. Raises CustomerStoreError."""
    async with reading(engine) as connection:
        rows = await _contacts(connection, customer, limit, before)
        calls = [row.call for row in rows]
        served = await _served(connection, calls)
        about = {name: await _about(connection, name, calls) for name in _ABOUT}
    return [
        _entry(row, served[row.call], {name: found.get(row.call, []) for name, found in about.items()}) for row in rows
    ]


async def all_of(connection: AsyncConnection, customer: str) -> list[str]:
    """A customer and all who were merged into them."""
    return [customer, *await merged_into(connection, [customer])]


async def _contacts(connection: AsyncConnection, customer: str, limit: int, before: float | None) -> Sequence[Any]:
    theirs = select(CONTACTS).where(CONTACTS.c.customer.in_(await all_of(connection, customer)))
    earlier = theirs.where(CONTACTS.c.started_at < before) if before is not None else theirs
    return (await connection.execute(earlier.order_by(CONTACTS.c.started_at.desc()).limit(limit))).all()


async def _served(connection: AsyncConnection, calls: Sequence[str]) -> dict[str, tuple[str, str]]:
    """By contact: the queue it came to last, and the agent who took it there last."""
    served = dict.fromkeys(calls, ("", ""))
    query = select(WAITS.c.call, WAITS.c.queue, WAITS.c.agent).where(WAITS.c.call.in_(calls))
    for call, queue, agent in await connection.execute(query.order_by(WAITS.c.enqueued_at)):
        served[call] = (queue, agent or served[call][1])
    return served


async def _about(connection: AsyncConnection, name: str, calls: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """What there is of one kind, by contact."""
    model, columns = _ABOUT[name]
    table = table_of(model)
    query = select(table.c.call, *(table.c[column] for column in columns)).where(table.c.call.in_(calls))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in (await connection.execute(query.order_by(*table.primary_key))).mappings():
        found.setdefault(row["call"], []).append({column: row[column] for column in columns})
    return found


def _past(row: Any, queue: str, agent: str) -> PastContact:
    return PastContact(row.call, row.started_at, row.channel, queue, row.outcome, agent)


def _entry(row: Any, served: tuple[str, str], about: dict[str, list[dict[str, Any]]]) -> Entry:
    forms = [form | {"content": msgspec.json.decode(form["content"])} for form in about["forms"]]
    return Entry(
        contact=row.call,
        at=row.started_at,
        ended_at=row.ended_at,
        channel=row.channel,
        number=row.caller,
        language=row.language,
        queue=served[0],
        agent=served[1],
        outcome=row.outcome,
        talk_seconds=row.talk_seconds,
        **about | {"forms": forms},
    )
