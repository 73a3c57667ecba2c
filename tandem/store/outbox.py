"""The outboxes: all that is to go to callers and to systems outside, and what became of it.

Never two deliveries for one key. States: `pending` (taken up), `sending` (a link handed to an adapter, outcome not
known), `delivered`, `failed`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from sqlalchemy import Insert, Update, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tandem.control.commands import SendLink
from tandem.store.database import insert_into, reason, table_of
from tandem.store.models import NotificationItem as NotificationItem
from tandem.store.models import OutboxItem as OutboxItem

UNFINISHED = ("pending", "sending")
Item = TypeVar("Item", OutboxItem, NotificationItem)


class OutboxError(Exception):
    """The outbox can't be read or written."""


class _Items(Generic[Item]):
    """One table. Each change is durable when the call returns; else OutboxError."""

    _model: type[Item]

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def finish(self, item: Item, state: str, reason: str, now: float) -> None:
        """It was `delivered`, or it `failed` for `reason`."""
        await self._change(item, state=state, reason=reason, changed_at=now)

    async def newest(self, limit: int) -> Sequence[Item]:
        """The newest `limit` items, newest first."""
        return await self._find(limit=limit)

    async def _keep(self, now: float, **values: Any) -> Item:
        """The item of this key: the one that is there already, or a new `pending` one."""
        values |= {"state": "pending", "reason": "", "attempts": 0, "created_at": now, "changed_at": now}
        key = [column.name for column in table_of(self._model).primary_key]
        statement = insert_into(self._engine.dialect, table_of(self._model)).values(values)
        await self._execute(statement.on_conflict_do_nothing(index_elements=key))
        (found,) = await self._find(*(getattr(self._model, name) == values[name] for name in key))
        return found

    async def _find(self, *where: Any, limit: int | None = None) -> Sequence[Item]:
        statement = select(self._model).where(*where).order_by(self._model.created_at.desc()).limit(limit)
        with explained():
            async with AsyncSession(self._engine, expire_on_commit=False) as session:
                return (await session.scalars(statement)).all()

    async def _change(self, item: Item, *where: Any, **values: Any) -> bool:
        key = [column == getattr(item, column.name) for column in table_of(self._model).primary_key]
        return await self._execute(update(self._model).where(*key, *where).values(values)) > 0

    async def _execute(self, statement: Insert | Update) -> int:
        with explained():
            async with self._engine.begin() as connection:
                return (await connection.execute(statement)).rowcount


class Outbox(_Items[OutboxItem]):
    """Links to callers."""

    _model = OutboxItem

    async def add(self, link: SendLink, token: str, now: float) -> OutboxItem:
        """The item of `link`: the one that is there already, or a new `pending` one with `token` in its address."""
        values = {name: getattr(link, name) for name in SendLink.__struct_fields__}
        return await self._keep(now, **values, token=token, adapter="", device="")

    async def sending(self, item: OutboxItem, adapter: str, now: float) -> None:
        """An attempt begins."""
        await self._change(item, state="sending", adapter=adapter, attempts=OutboxItem.attempts + 1, changed_at=now)

    async def open(self, item: OutboxItem, now: float) -> bool:
        """The caller opened the page; True the first time."""
        return await self._change(item, OutboxItem.opened_at.is_(None), opened_at=now)

    async def claim(self, item: OutboxItem, device: str) -> bool:
        """Open the page on `device`, unless it is open on another already; whether it is open on this one now."""
        free = OutboxItem.device.in_(("", device))
        return await self._change(item, free, device=device)

    async def take_over(self, item: OutboxItem, device: str) -> None:
        """Open the page on `device`, and on no other any more."""
        await self._change(item, device=device)

    async def by_token(self, token: str) -> OutboxItem | None:
        """The item whose address has `token`."""
        return next(iter(await self._find(OutboxItem.token == token)), None)

    async def unfinished(self) -> Sequence[OutboxItem]:
        """What a controller that died had under way."""
        return await self._find(OutboxItem.state.in_(UNFINISHED))


class NotificationOutbox(_Items[NotificationItem]):
    """Notifications to systems outside. The far end drops a key that it has had, so there is no `sending`."""

    _model = NotificationItem

    async def add(self, subject: str, number: int, service: str, body: str, now: float) -> NotificationItem:
        """The item of this key: the one that is there already, or a new `pending` one."""
        return await self._keep(now, subject=subject, number=number, service=service, body=body)

    async def tried(self, item: NotificationItem, reason: str, now: float) -> None:
        """An attempt failed; another will follow."""
        await self._change(item, attempts=NotificationItem.attempts + 1, reason=reason, changed_at=now)


@contextmanager
def explained() -> Iterator[None]:
    """Turn the database's errors into an OutboxError."""
    try:
        yield
    except SQLAlchemyError as error:
        raise OutboxError(reason(error)) from error
