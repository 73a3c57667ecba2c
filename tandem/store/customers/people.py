"""People and by what they are known. One identity belongs to one person; who was merged into another is not found."""

import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import msgspec
from sqlalchemy import Select, case, delete, func, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tandem.store import models
from tandem.store.database import be_alone, reason, table_of

PEOPLE, IDENTITIES = table_of(models.Customer), table_of(models.CustomerIdentity)
CONTACTS = table_of(models.Contact)
MOST_FOUND = 100


class CustomerStoreError(Exception):
    """The customers can't be read or written; the text says why."""


class NotDone(Exception):  # noqa: N818 - no error of ours
    """What was asked can't be done as things stand: `code` for programs, the text for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Person(msgspec.Struct, frozen=True):
    """A customer. `tags` are free words; `change` counts the changes from 1. `merged_into` is who they went on as,
    empty while they are themselves. Times are epoch seconds."""

    customer: str
    name: str = ""
    tier: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""
    notes: str = ""
    created_at: float = 0.0
    changed_at: float = 0.0
    change: int = 1
    merged_into: str = ""
    identities: tuple[str, ...] = ()


class People:
    """Every method is one transaction; what it wrote is durable when it returns.

    Raises CustomerStoreError when the database can't be used, NotDone when something stands against it.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def person(self, customer: str) -> Person | None:
        """The customer of that id; one who was merged is the one they went on as."""
        async with reading(self._engine) as connection:
            return await person_of(connection, customer)

    async def known_by(self, identity: str) -> Person | None:
        """Who has this identity."""
        async with reading(self._engine) as connection:
            owner = await owner_of(connection, identity)
            return await person_of(connection, owner) if owner else None

    async def search(self, text: str, limit: int = 20, after: str = "") -> list[Person]:
        """Those with `text` in their name, or in a number, an address or another name they are known by; by id.

        `after`: only those with a higher id, to go on where the last answer ended.
        """
        named = func.lower(PEOPLE.c.name).contains(text.lower(), autoescape=True)
        return await self._found(or_(named, _has(text)), limit, after)

    async def by_number_ending(self, digits: str, limit: int = 20) -> list[Person]:
        """Those with a number that ends in these digits."""
        ends = IDENTITIES.c.identity.startswith("phone:") & IDENTITIES.c.identity.endswith(digits, autoescape=True)
        return await self._found(PEOPLE.c.customer.in_(select(IDENTITIES.c.customer).where(ends)), limit, "")

    async def create(self, person: Person, now: float) -> Person:
        """Take in a new customer with their identities; the id is made here. Contacts of theirs so far are joined."""
        made = msgspec.structs.replace(person, customer=new_id(), created_at=now, changed_at=now, change=1)
        async with writing(self._engine) as connection:
            for identity in made.identities:
                await _check_free(connection, identity)
            await connection.execute(insert(PEOPLE).values(row_of(made)))
            await _add(connection, made.customer, made.identities, now)
        return made

    async def change(self, customer: str, on: int | None, now: float, **values: Any) -> Person:
        """Set some fields; `on` is the change that they were made on, None for any."""
        async with writing(self._engine) as connection:
            person = await existing(connection, customer)
            if not await touch(connection, customer, now, on or person.change, **values):
                raise NotDone("changed", f"They were changed meanwhile: this is change {person.change}.")
            return await existing(connection, customer)

    async def add_identity(self, customer: str, identity: str, now: float) -> Person:
        """They are known by this too; contacts that came by it and belong to nobody are theirs."""
        async with writing(self._engine) as connection:
            await existing(connection, customer)
            await _check_free(connection, identity)
            await _add(connection, customer, (identity,), now)
            await touch(connection, customer, now)
            return await existing(connection, customer)

    async def remove_identity(self, customer: str, identity: str, now: float) -> Person:
        """They are not known by this any more; contacts that came by it stay theirs."""
        async with writing(self._engine) as connection:
            if await owner_of(connection, identity) != customer:
                raise NotDone("unknown_identity", "They are not known by this.")
            await connection.execute(delete(IDENTITIES).where(IDENTITIES.c.identity == identity))
            await touch(connection, customer, now)
            return await existing(connection, customer)

    async def page(self, limit: int, after: str) -> list[Person]:
        """All customers, by id, so many from the one after `after`."""
        return await self._found(PEOPLE.c.customer != "", limit, after)

    async def _found(self, where: Any, limit: int, after: str) -> list[Person]:
        alive = select(PEOPLE).where(PEOPLE.c.merged_into == "", PEOPLE.c.customer > after, where)
        async with reading(self._engine) as connection:
            return await _people(connection, alive.order_by(PEOPLE.c.customer).limit(limit))


def new_id() -> str:
    """An id that no customer has."""
    return secrets.token_hex(8)


def row_of(person: Person) -> dict[str, Any]:
    """The row of a customer."""
    row = msgspec.structs.asdict(person) | {"tags": list(person.tags)}
    del row["identities"]
    return row


async def person_of(connection: AsyncConnection, customer: str) -> Person | None:
    """The customer of that id, or who they went on as."""
    while found := await _people(connection, select(PEOPLE).where(PEOPLE.c.customer == customer)):
        (person,) = found
        if not person.merged_into:
            return person
        customer = person.merged_into
    return None


async def existing(connection: AsyncConnection, customer: str) -> Person:
    """The customer of that very id. NotDone: there is none, or they were merged into another."""
    person = await person_of(connection, customer)
    if person is None:
        raise NotDone("unknown_customer", "There is no such customer.")
    if person.customer != customer:
        raise NotDone("merged", f"They were merged into {person.customer}.")
    return person


async def owner_of(connection: AsyncConnection, identity: str) -> str | None:
    """Whose identity it is."""
    owner: str | None = await connection.scalar(select(IDENTITIES.c.customer).where(IDENTITIES.c.identity == identity))
    return owner


async def touch(connection: AsyncConnection, customer: str, now: float, on: int | None = None, **values: Any) -> bool:
    """Something of the customer changes; False: they are not at change `on` any more."""
    changed = update(PEOPLE).where(PEOPLE.c.customer == customer)
    changed = changed.where(PEOPLE.c.change == on) if on is not None else changed
    done = await connection.execute(changed.values(**values, changed_at=now, change=PEOPLE.c.change + 1))
    return done.rowcount > 0


async def join_contacts(connection: AsyncConnection, identities: Sequence[str] | Select[Any]) -> None:
    """Contacts that came by these identities and belong to nobody belong to whose they are."""
    owner = select(IDENTITIES.c.customer).where(IDENTITIES.c.identity == CONTACTS.c.identity).scalar_subquery()
    unowned = CONTACTS.c.customer == "", CONTACTS.c.identity.in_(identities)
    await connection.execute(update(CONTACTS).where(*unowned).values(customer=owner))


async def _add(connection: AsyncConnection, customer: str, identities: Sequence[str], now: float) -> None:
    rows = [{"identity": identity, "customer": customer, "added_at": now} for identity in dict.fromkeys(identities)]
    if rows:
        await connection.execute(insert(IDENTITIES), rows)
        await join_contacts(connection, identities)


async def _check_free(connection: AsyncConnection, identity: str) -> None:
    if owner := await owner_of(connection, identity):
        raise NotDone(
            "taken", f"Customer {owner} is known by one of these already: merge the two, or take it off them."
        )


async def _people(connection: AsyncConnection, query: Select[Any]) -> list[Person]:
    rows = (await connection.execute(query)).mappings().all()
    by_kind = case((IDENTITIES.c.identity.startswith("phone:"), 0), else_=1), IDENTITIES.c.identity
    whose = IDENTITIES.c.customer.in_([row["customer"] for row in rows])
    known_by: dict[str, list[str]] = {}
    for owner, identity in await connection.execute(
        select(IDENTITIES.c.customer, IDENTITIES.c.identity).where(whose).order_by(*by_kind)
    ):
        known_by.setdefault(owner, []).append(identity)
    return [msgspec.convert({**row, "identities": known_by.get(row["customer"], [])}, Person) for row in rows]


def _has(text: str) -> Any:
    """Whose identity has `text` in it, behind its kind."""
    escaped = text.lower().replace("/", "//").replace("%", "/%").replace("_", "/_")
    has = func.lower(IDENTITIES.c.identity).like(f"%:%{escaped}%", escape="/")
    return PEOPLE.c.customer.in_(select(IDENTITIES.c.customer).where(has))


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection to read by; CustomerStoreError for what goes wrong with the database."""
    with explained():
        async with engine.connect() as connection:
            yield connection


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction, one at a time; CustomerStoreError for what goes wrong with the database."""
    with explained():
        async with engine.begin() as connection:
            await be_alone(connection)
            yield connection


@contextmanager
def explained() -> Iterator[None]:
    """CustomerStoreError for what goes wrong with the database."""
    try:
        yield
    except SQLAlchemyError as error:
        raise CustomerStoreError(reason(error)) from error
