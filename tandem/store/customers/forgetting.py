"""Forgets customers whom nobody has heard of for long."""

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.store.customers.joins import JOINS
from tandem.store.customers.people import CONTACTS, IDENTITIES, PEOPLE
from tandem.store.database import be_alone


async def forget_people(engine: AsyncEngine, before: float) -> None:
    """Those who were last changed before `before` (epoch seconds) and had no contact since; who was merged goes with
    the one they went on as. Their contacts stay, and belong to nobody. Raises SQLAlchemyError."""
    # Whoever merges two changes who goes on, and has their later contacts joined with that one.
    came = exists().where(CONTACTS.c.started_at >= before, CONTACTS.c.customer == PEOPLE.c.customer)
    silent = select(PEOPLE.c.customer).where(
        PEOPLE.c.changed_at < before,
        PEOPLE.c.merged_into == "",
        ~came,
    )
    async with engine.begin() as connection:
        await be_alone(connection)
        await connection.execute(delete(PEOPLE).where(PEOPLE.c.customer.in_(silent)))
        known = select(PEOPLE.c.customer)
        orphans = PEOPLE.c.merged_into != "", PEOPLE.c.merged_into.not_in(known)
        while (await connection.execute(delete(PEOPLE).where(*orphans))).rowcount:
            pass
        await connection.execute(delete(IDENTITIES).where(IDENTITIES.c.customer.not_in(known)))
        await connection.execute(delete(JOINS).where(or_(JOINS.c.kept.not_in(known), JOINS.c.other.not_in(known))))
        gone = CONTACTS.c.customer != "", CONTACTS.c.customer.not_in(known)
        await connection.execute(update(CONTACTS).where(*gone).values(customer=""))
