"""All that the records know of the work of one day, for trying it again."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tandem.store.models import Activity, Callback, CallbackAttempt, Contact, Leg, Offer, Wait

DAY = 86400.0


class DayRows(NamedTuple):
    """The rows of a day, in the order in which they began. What is not over yet has none, but for contacts and
    callbacks."""

    contacts: Sequence[Contact]
    waits: Sequence[Wait]
    legs: Sequence[Leg]
    offers: Sequence[Offer]
    activities: Sequence[Activity]
    callbacks: Sequence[Callback]
    attempts: Sequence[CallbackAttempt]


async def rows_of_day(engine: AsyncEngine, since: float, until: float) -> DayRows:
    """Who came from `since` to before `until` (epoch seconds), and what agents did then.

    Contacts and legs reach a day further each way, because those who wait or talk at midnight belong to both days.
    """
    async with AsyncSession(engine, expire_on_commit=False) as session:

        async def rows(statement: Select[Any]) -> Sequence[Any]:
            return (await session.scalars(statement)).all()

        return DayRows(
            contacts=await rows(_between(Contact, Contact.started_at, since - DAY, until)),
            waits=await rows(_between(Wait, Wait.enqueued_at, since, until)),
            legs=await rows(_between(Leg, Leg.bridged_at, since, until + DAY)),
            offers=await rows(_between(Offer, Offer.offered_at, since, until)),
            activities=await rows(
                select(Activity).where(Activity.until > since, Activity.since < until).order_by(Activity.since)
            ),
            callbacks=await rows(_between(Callback, Callback.booked_at, since, until)),
            attempts=await rows(_between(CallbackAttempt, CallbackAttempt.dialled_at, since, until)),
        )


def _between(model: Any, column: Any, since: float, until: float) -> Select[Any]:
    return select(model).where(column >= since, column < until).order_by(column)
