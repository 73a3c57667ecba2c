"""The events for receivers of webhooks: written with the records of what happened, kept until they are taken.

Never two rows for one event and receiver. States: `pending`, `delivered` (the body is forgotten then), `failed` (given
up; it may be sent again).
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Update, bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from tandem.control.commands import TellReceivers
from tandem.store.database import insert_into, table_of
from tandem.store.models import WebhookItem as WebhookItem
from tandem.store.outbox import explained

ITEMS = table_of(WebhookItem)
KEY = ("receiver", "event")
PENDING, DELIVERED, FAILED = "pending", "delivered", "failed"
REMOVED = "the receiver is not in the settings any more"


class Outcome(msgspec.Struct, frozen=True):
    """What came of a try to deliver item `number`; one that is still pending is tried again at `due_at`."""

    number: int
    state: str
    reason: str = ""
    due_at: float = 0.0


class Figures(msgspec.Struct, frozen=True):
    """Of a receiver: how many events wait and since when (epoch seconds; None: none do), how many were given up, and
    when the newest was taken."""

    waiting: int = 0
    oldest: float | None = None
    given_up: int = 0
    delivered_at: float | None = None


def rows_of(told: TellReceivers) -> Iterator[dict[str, Any]]:
    """The rows of an event: one for each receiver."""
    about = {"id": told.id, "at": told.at, "agent": told.agent}
    content: dict[str, Any] = about | msgspec.to_builtins(told.told, str_keys=True)
    body = msgspec.json.encode(content).decode()
    for receiver in told.receivers:
        yield new_row(receiver, told.id, content["event"], told.subject, body, told.at)


def new_row(receiver: str, event: str, kind: str, subject: str, body: str, at: float) -> dict[str, Any]:
    """An event that is to be delivered from `at` (epoch seconds) on."""
    row = {"receiver": receiver, "event": event, "kind": kind, "subject": subject, "body": body}
    times = dict.fromkeys(("created_at", "wanted_at", "due_at", "changed_at"), at)
    return row | times | {"state": PENDING, "reason": "", "attempts": 0}


async def write_down(connection: AsyncConnection, told: TellReceivers) -> None:
    """Write an event down in the transaction of what it tells of; one that is there stays as it is."""
    if rows := list(rows_of(told)):
        statement = insert_into(connection.dialect, ITEMS).on_conflict_do_nothing(index_elements=KEY)
        await connection.execute(statement, rows)


class WebhookOutbox:
    """Each change is durable when the call returns; else OutboxError. Times are epoch seconds."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def next_of(self, receiver: str, now: float, limit: int) -> Sequence[WebhookItem]:
        """The first events that wait, in order; without those of subjects whose first one is not due yet."""
        ours = WebhookItem.receiver == receiver, WebhookItem.state == PENDING
        before = ITEMS.alias()
        held_up = exists().where(
            before.c.receiver == receiver,
            before.c.state == PENDING,
            before.c.subject == WebhookItem.subject,
            before.c.number <= WebhookItem.number,
            before.c.due_at > now,
        )
        return await self._find(select(WebhookItem).where(*ours, ~held_up).order_by(WebhookItem.number).limit(limit))

    async def next_due(self, receiver: str, now: float) -> float | None:
        """When the next event that rests is to be tried; None: none rests."""
        resting = ITEMS.c.receiver == receiver, ITEMS.c.state == PENDING, ITEMS.c.due_at > now
        with explained():
            async with self._engine.connect() as connection:
                due: float | None = await connection.scalar(select(func.min(ITEMS.c.due_at)).where(*resting))
                return due

    async def settle(self, outcomes: Sequence[Outcome], now: float) -> None:
        """Keep what came of tries, all or none. What was delivered needs no body any more."""
        delivered = [one for one in outcomes if one.state == DELIVERED]
        others = [one for one in outcomes if one.state != DELIVERED]
        one = update(ITEMS).where(ITEMS.c.number == bindparam("this")).values(attempts=ITEMS.c.attempts + 1)
        with explained():
            async with self._engine.begin() as connection:
                if delivered:
                    await connection.execute(
                        one.values(state=DELIVERED, reason="", body="{}", changed_at=now),
                        [{"this": outcome.number} for outcome in delivered],
                    )
                if others:
                    again = one.values(state=bindparam("now_is"), reason=bindparam("why"), due_at=bindparam("due"))
                    await connection.execute(
                        again.values(changed_at=now),
                        [{"this": o.number, "now_is": o.state, "why": o.reason, "due": o.due_at} for o in others],
                    )

    async def give_up(self, receiver: str, before: float, reason: str, now: float) -> int:
        """Give up what was to be delivered since `before` or longer; how many there were."""
        old = ITEMS.c.receiver == receiver, ITEMS.c.state == PENDING, ITEMS.c.wanted_at <= before
        return await self._change(update(ITEMS).where(*old).values(state=FAILED, reason=reason, changed_at=now))

    async def give_up_others(self, receivers: Collection[str], now: float) -> int:
        """Give up what is for receivers that are none of these any more."""
        gone = ITEMS.c.receiver.not_in(receivers), ITEMS.c.state == PENDING
        return await self._change(update(ITEMS).where(*gone).values(state=FAILED, reason=REMOVED, changed_at=now))

    async def redeliver(self, receiver: str, event: str, now: float) -> int:
        """Have an event that was given up sent again, or all of a receiver where `event` is empty; how many."""
        given_up = [ITEMS.c.receiver == receiver, ITEMS.c.state == FAILED]
        given_up += [ITEMS.c.event == event] if event else []
        anew = {"state": PENDING, "attempts": 0, "wanted_at": now, "due_at": now, "changed_at": now}
        return await self._change(update(ITEMS).where(*given_up).values(anew))

    async def newest(self, receiver: str, state: str, limit: int) -> Sequence[WebhookItem]:
        """The newest events for a receiver, the newest first; all, or those in a state."""
        wanted = [WebhookItem.receiver == receiver] + ([WebhookItem.state == state] if state else [])
        return await self._find(select(WebhookItem).where(*wanted).order_by(WebhookItem.number.desc()).limit(limit))

    async def waiting(self) -> dict[str, int]:
        """How many events wait, by receiver; none are left out."""
        query = select(ITEMS.c.receiver, func.count()).where(ITEMS.c.state == PENDING).group_by(ITEMS.c.receiver)
        with explained():
            async with self._engine.connect() as connection:
                return {row[0]: row[1] for row in await connection.execute(query)}

    async def figures(self, receiver: str) -> Figures:
        """How a receiver's events stand."""

        def of(what: Any, state: str) -> Any:
            ours = ITEMS.c.receiver == receiver, ITEMS.c.state == state
            return select(what).where(*ours).scalar_subquery()

        newest = select(ITEMS.c.changed_at).where(ITEMS.c.receiver == receiver, ITEMS.c.state == DELIVERED)
        query = select(
            of(func.count(), PENDING),
            of(func.min(ITEMS.c.created_at), PENDING),
            of(func.count(), FAILED),
            newest.order_by(ITEMS.c.number.desc()).limit(1).scalar_subquery(),
        )
        with explained():
            async with self._engine.connect() as connection:
                return Figures(*(await connection.execute(query)).one())

    async def _find(self, query: Any) -> Sequence[WebhookItem]:
        with explained():
            async with AsyncSession(self._engine, expire_on_commit=False) as session:
                found: Sequence[WebhookItem] = (await session.scalars(query)).all()
                return found

    async def _change(self, statement: Update) -> int:
        with explained():
            async with self._engine.begin() as connection:
                return (await connection.execute(statement)).rowcount
