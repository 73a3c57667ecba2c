"""The outbox: every link that is to go to a caller, and what became of it. Never two deliveries for one key.

States: `pending` (taken up), `sending` (handed to an adapter, outcome not known), `delivered`, `failed`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Insert, Update, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tandem.control.commands import SendLink
from tandem.store.database import insert_into, table_of
from tandem.store.models import OutboxItem as OutboxItem

UNFINISHED = ("pending", "sending")


class OutboxError(Exception):
    """The outbox can't be read or written."""


class Outbox:
    """The table `outbox`. Each change is durable when the call returns; else OutboxError."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, link: SendLink, token: str, now: float) -> OutboxItem:
        """The item of `link`: the one that is there already, or a new `pending` one with `token` in its address."""
        item = {name: getattr(link, name) for name in SendLink.__struct_fields__} | {
            "token": token, "state": "pending", "adapter": "", "reason": "", "attempts": 0,
            "created_at": now, "changed_at": now, "device": "",
        }  # fmt: skip
        statement = insert_into(self._engine.dialect, table_of(OutboxItem)).values(item)
        await self._execute(statement.on_conflict_do_nothing(index_elements=["call", "link"]))
        (found,) = await self._find(OutboxItem.call == link.call, OutboxItem.link == link.link)
        return found

    async def sending(self, item: OutboxItem, adapter: str, now: float) -> None:
        """An attempt begins."""
        await self._change(item, state="sending", adapter=adapter, attempts=OutboxItem.attempts + 1, changed_at=now)

    async def finish(self, item: OutboxItem, state: str, reason: str, now: float) -> None:
        """It was `delivered`, or it `failed` for `reason`."""
        await self._change(item, state=state, reason=reason, changed_at=now)

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

    async def newest(self, limit: int) -> Sequence[OutboxItem]:
        """The newest `limit` items, newest first."""
        return await self._find(limit=limit)

    async def _find(self, *where: Any, limit: int | None = None) -> Sequence[OutboxItem]:
        statement = select(OutboxItem).where(*where).order_by(OutboxItem.created_at.desc()).limit(limit)
        with _explained():
            async with AsyncSession(self._engine, expire_on_commit=False) as session:
                return (await session.scalars(statement)).all()

    async def _change(self, item: OutboxItem, *where: Any, **values: Any) -> bool:
        key = (OutboxItem.call == item.call, OutboxItem.link == item.link)
        return await self._execute(update(OutboxItem).where(*key, *where).values(values)) > 0

    async def _execute(self, statement: Insert | Update) -> int:
        with _explained():
            async with self._engine.begin() as connection:
                return (await connection.execute(statement)).rowcount


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise OutboxError(str(error.__cause__ or error)) from error
