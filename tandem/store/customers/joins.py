"""Two customers who are one, and one who is two: each is written down, and can be undone."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tandem.control.commands import TellReceivers
from tandem.control.webhooks.told import CustomersMerged
from tandem.store import models
from tandem.store.customers.people import (
    CONTACTS,
    IDENTITIES,
    PEOPLE,
    NotDone,
    Person,
    existing,
    new_id,
    reading,
    row_of,
    touch,
    writing,
)
from tandem.store.database import table_of
from tandem.store.webhook_outbox import write_down

JOINS = table_of(models.CustomerJoin)
FIELDS = ("name", "tier", "tags", "language", "notes")
"""What two customers who are merged both have."""


Receivers = Callable[[str], Iterable[str]]


def nobody(_event: str) -> Iterable[str]:
    """Where no webhooks are set."""
    return ()


class Join(msgspec.Struct, frozen=True):
    """`kept` and `other` were merged (`kept` goes on), or `other` was split off `kept`, at `at` (epoch seconds)."""

    number: int
    kind: Literal["merge", "split"]
    at: float
    by: str
    kept: str
    other: str
    identities: tuple[str, ...]
    undone_at: float | None
    undone_by: str


class Joins:
    """Every method is one transaction, and raises what People's do. `receivers` gives who is told of an event of that
    name: of merging, and of merging that is undone."""

    def __init__(self, engine: AsyncEngine, receivers: Receivers = nobody) -> None:
        self._engine, self._receivers = engine, receivers

    async def of(self, customer: str) -> list[Join]:
        """What was merged with a customer and split off them, the newest first."""
        query = select(JOINS).where(or_(JOINS.c.kept == customer, JOINS.c.other == customer))
        async with reading(self._engine) as connection:
            rows = (await connection.execute(query.order_by(JOINS.c.number.desc()))).mappings().all()
        return [msgspec.convert({name: row[name] for name in Join.__struct_fields__}, Join) for row in rows]

    async def merge(self, kept: str, other: str, by: str, now: float) -> int:
        """`other` goes on as `kept`, who has all by which either was known; the number to undo it by.

        What `kept` does not say of themselves is taken over; tags and notes are put together. The contacts of `other`
        stay theirs: whoever looks at `kept` sees them too.
        """
        if kept == other:
            raise NotDone("same_customer", "A customer can't be merged with themselves.")
        async with writing(self._engine) as connection:
            one, two = await existing(connection, kept), await existing(connection, other)
            await _give(connection, two.identities, other, kept)
            before, after = _fields(one), _merged(one, two)
            await touch(connection, kept, now, **after)
            await touch(connection, other, now, merged_into=kept)
            both = (kept, other)
            number = await _note(connection, "merge", both, two.identities, by, now, before=before, after=after)
            await self._tell(connection, number, both, by, now)
            return number

    async def split(self, kept: str, identities: Sequence[str], name: str, by: str, now: float) -> int:
        """A new customer has these identities of `kept`, and what came by them; the number to undo it by."""
        async with writing(self._engine) as connection:
            person = await existing(connection, kept)
            if not identities or not set(identities) <= set(person.identities):
                raise NotDone("unknown_identity", "Name identities of this customer, one or more.")
            other = Person(new_id(), name=name, created_at=now, changed_at=now)
            await connection.execute(insert(PEOPLE).values(row_of(other)))
            await _give(connection, identities, kept, other.customer)
            whose = [kept, *await merged_into(connection, [kept])]
            theirs = select(CONTACTS.c.call, CONTACTS.c.customer).where(
                CONTACTS.c.customer.in_(whose), CONTACTS.c.identity.in_(identities)
            )
            moved = {row.call: row.customer for row in await connection.execute(theirs)}
            await _move(connection, moved, other.customer)
            await touch(connection, kept, now)
            return await _note(connection, "split", (kept, other.customer), identities, by, now, contacts=moved)

    async def undo(self, number: int, by: str, now: float) -> Join:
        """Have it as it was before; what came since goes to whose identity it came by.

        NotDone: it was undone, or something that was joined later must be undone first.
        """
        async with writing(self._engine) as connection:
            row = (await connection.execute(select(JOINS).where(JOINS.c.number == number))).mappings().first()
            if row is None:
                raise NotDone("unknown_join", "There is no merging or splitting of this number.")
            if row["undone_at"] is not None:
                raise NotDone("undone", "It was undone before.")
            await _check_newest(connection, number, row["kept"], row["other"])
            await (_undo_merge if row["kind"] == "merge" else _undo_split)(connection, row, now)
            undone = update(JOINS).where(JOINS.c.number == number)
            await connection.execute(undone.values(undone_at=now, undone_by=by))
            if row["kind"] == "merge":
                await self._tell(connection, number, (row["kept"], row["other"]), by, now, undone=True)
        (join,) = (join for join in await self.of(row["kept"]) if join.number == number)
        return join

    async def _tell(
        self,
        connection: AsyncConnection,
        number: int,
        both: tuple[str, str],
        by: str,
        now: float,
        *,
        undone: bool = False,
    ) -> None:
        told = CustomersMerged(*both, by, undone)
        key = f"{now:.6f}-join-{number}"
        receivers = tuple(self._receivers(type(told).__name__))
        await write_down(connection, TellReceivers(key, receivers, now, f"customer {both[0]}", "", told))


async def merged_into(connection: AsyncConnection, customers: Sequence[str]) -> list[str]:
    """Those who were merged into one of these, and into them again."""
    query = select(PEOPLE.c.customer).where(PEOPLE.c.merged_into.in_(customers))
    direct = list((await connection.scalars(query)).all())
    return direct + await merged_into(connection, direct) if direct else []


async def _check_newest(connection: AsyncConnection, number: int, *both: str) -> None:
    later = or_(JOINS.c.kept.in_(both), JOINS.c.other.in_(both))
    query = select(JOINS.c.number).where(JOINS.c.number > number, JOINS.c.undone_at.is_(None), later)
    if newest := (await connection.scalars(query.order_by(JOINS.c.number.desc()))).first():
        raise NotDone("joined_later", f"Undo number {newest} first: it is about one of the two.")


async def _undo_merge(connection: AsyncConnection, row: Any, now: float) -> None:
    """What was changed since stays as it is now."""
    kept, other = row["kept"], row["other"]
    person = await existing(connection, kept)
    current = _fields(person)
    fields = {name: row["before"][name] for name in FIELDS if current[name] == row["after"][name]}
    await touch(connection, kept, now, **fields)
    await touch(connection, other, now, merged_into="")
    await _give(connection, row["identities"], kept, other)
    since = CONTACTS.c.customer == kept, CONTACTS.c.started_at >= row["at"]
    by_theirs = CONTACTS.c.identity.in_(row["identities"])
    await connection.execute(update(CONTACTS).where(*since, by_theirs).values(customer=other))


async def _undo_split(connection: AsyncConnection, row: Any, now: float) -> None:
    """Who was split off goes on as the one they were, with all by which they came to be known."""
    kept, other = row["kept"], row["other"]
    person = await existing(connection, other)
    await _give(connection, person.identities, other, kept)
    for owner in set(row["contacts"].values()):
        await _move(connection, [call for call, whose in row["contacts"].items() if whose == owner], owner)
    await connection.execute(update(CONTACTS).where(CONTACTS.c.customer == other).values(customer=kept))
    await touch(connection, other, now, merged_into=kept)
    await touch(connection, kept, now)


async def _give(connection: AsyncConnection, identities: Sequence[str], owner: str, to: str) -> None:
    """Those identities that are still `owner`'s are `to`'s."""
    theirs = IDENTITIES.c.identity.in_(identities), IDENTITIES.c.customer == owner
    await connection.execute(update(IDENTITIES).where(*theirs).values(customer=to))


async def _move(connection: AsyncConnection, calls: Iterable[str], to: str) -> None:
    await connection.execute(update(CONTACTS).where(CONTACTS.c.call.in_(list(calls))).values(customer=to))


def _fields(person: Person) -> dict[str, Any]:
    return {name: row_of(person)[name] for name in FIELDS}


def _merged(one: Person, two: Person) -> dict[str, Any]:
    alone = {name: getattr(one, name) or getattr(two, name) for name in ("name", "tier", "language")}
    notes = "\n".join(notes for notes in (one.notes, two.notes) if notes)
    return alone | {"tags": list(dict.fromkeys([*one.tags, *two.tags])), "notes": notes}


async def _note(
    connection: AsyncConnection,
    kind: str,
    both: tuple[str, str],
    identities: Sequence[str],
    by: str,
    now: float,
    **more: dict[str, Any],
) -> int:
    row: dict[str, Any] = {"before": {}, "after": {}, "contacts": {}, "undone_at": None, "undone_by": ""} | more
    row |= {"kind": kind, "at": now, "by": by, "kept": both[0], "other": both[1], "identities": list(identities)}
    done = await connection.execute(insert(JOINS).values(row))
    (number,) = done.inserted_primary_key or (0,)
    return int(number)
