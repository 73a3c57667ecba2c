"""Forgets what was kept for long enough: texts, numbers, what was filled in and what was said."""

import asyncio
from collections.abc import Callable, Mapping

import structlog
from sqlalchemy import ColumnElement, delete, select, tuple_
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import InstrumentedAttribute

from tandem.store.chat_archive import ChatArchive, ChatArchiveError
from tandem.store.customers.forgetting import forget_people
from tandem.store.database import reason, table_of
from tandem.store.models import (
    Base,
    Contact,
    CustomerJoin,
    Form,
    Message,
    NotificationItem,
    OutboxItem,
    Recording,
    Voicemail,
    WebhookItem,
)
from tandem.store.outbox import UNFINISHED
from tandem.store.webhook_outbox import PENDING

log = structlog.get_logger()

DAY = 86400.0
AT_ONCE = 5000
"""Rows in one statement."""


class Retention:
    """Deletes `links` (with their addresses and texts), `notifications`, events for `webhooks`, `forms`, heard
    `voicemails`, `recordings` of talks, what was written in `chats` and their `chat_files` that are older than `days`
    says of their kind; 0 keeps them for ever. What is not done yet stays, however old. `customers` are forgotten who
    had no contact and were not changed for so long, `joins` can't be undone any more.

    `remove` deletes a recording of that name; OSError when it can't be, and it stays on record.
    """

    def __init__(
        self, engine: AsyncEngine, days: Mapping[str, int], remove: Callable[[str], None], chats: ChatArchive
    ) -> None:
        self._engine, self._days, self._remove, self._chats = engine, days, remove, chats

    async def prune(self, now: float) -> None:
        """Delete what is old enough at `now` (epoch seconds). What fails is logged, and due again the next time."""
        for kind, days in self._days.items():
            if days:
                try:
                    await self._forget(kind, now - days * DAY)
                except (SQLAlchemyError, OSError, ChatArchiveError) as error:
                    why = reason(error) if isinstance(error, SQLAlchemyError) else str(error)
                    log.warning("old records not deleted", kind=kind, error=why)

    async def _forget(self, kind: str, before: float) -> None:
        if kind == "voicemails":
            heard = Voicemail.left_at < before, Voicemail.heard_at.is_not(None)
            await self._forget_recorded(Voicemail, Voicemail.voicemail, *heard)
        elif kind == "recordings":
            await self._forget_recorded(Recording, Recording.recording, Recording.began_at < before)
        elif kind == "customers":
            await forget_people(self._engine, before)
        elif kind == "chat_files":
            await self._chats.prune(before)
        else:
            await self._delete(*_older(kind, before))

    async def _forget_recorded(
        self, model: type[Base], key: InstrumentedAttribute[str], *old: ColumnElement[bool]
    ) -> None:
        """The file first: one that nothing names would stay for ever."""
        async with self._engine.connect() as connection:
            names = (await connection.scalars(select(key).where(*old))).all()
        for name in names:
            await asyncio.to_thread(self._remove, name)
            await self._delete(model, key == name)

    async def _delete(self, model: type[Base], *where: ColumnElement[bool]) -> None:
        """In small parts, so that others get their turn, and none takes longer than the server lets it."""
        key = table_of(model).primary_key
        part = delete(model).where(tuple_(*key).in_(select(*key).where(*where).limit(AT_ONCE)))
        deleted = AT_ONCE
        while deleted == AT_ONCE:
            async with self._engine.begin() as connection:
                deleted = (await connection.execute(part)).rowcount


def _older(kind: str, before: float) -> tuple[type[Base], *tuple[ColumnElement[bool], ...]]:
    if kind == "forms":
        return Form, Form.at < before
    if kind == "joins":
        return CustomerJoin, CustomerJoin.at < before
    if kind == "webhooks":
        return WebhookItem, WebhookItem.created_at < before, WebhookItem.state != PENDING
    if kind == "chats":
        over = select(Contact.call).where(Contact.ended_at < before)
        return Message, Message.at < before, Message.call.in_(over)
    item: type[OutboxItem | NotificationItem] = OutboxItem if kind == "links" else NotificationItem
    return item, item.created_at < before, item.state.not_in(UNFINISHED)
