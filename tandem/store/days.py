"""What the records know of days: all the work of one, for trying it again, and what came on those before."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tandem.store.models import Activity, Callback, CallbackAttempt, Contact, Interval, Leg, Offer, Wait

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


class Patience(NamedTuple):
    """How long those who came to a queue waited, all together (seconds), and how many of them gave up."""

    waited: float
    gave_up: int


async def arrivals(engine: AsyncEngine, since: float, until: float) -> dict[str, dict[float, int]]:
    """By queue and begin of a quarter-hour of the range (epoch seconds), how many contacts came."""
    columns = Interval.queue, Interval.start, Interval.offered
    statement = select(*columns).where(Interval.start >= since, Interval.start < until)
    found: dict[str, dict[float, int]] = {}
    async with AsyncSession(engine) as session:
        for queue, start, offered in await session.execute(statement):
            found.setdefault(queue, {})[start] = offered
    return found


async def patience(engine: AsyncEngine, since: float, until: float) -> dict[str, Patience]:
    """By queue, of those who came to it in the range and do not wait any more."""
    gave_up = func.sum(case((Wait.outcome == "abandoned", 1), else_=0))
    statement = select(Wait.queue, func.sum(Wait.left_at - Wait.enqueued_at), gave_up).group_by(Wait.queue)
    async with AsyncSession(engine) as session:
        rows = await session.execute(statement.where(Wait.enqueued_at >= since, Wait.enqueued_at < until))
        return {queue: Patience(waited, count) for queue, waited, count in rows}
