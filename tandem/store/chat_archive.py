"""Files in chats, and what was written in those that are over.

A content is stored once, in a private folder, under its SHA-256; a row says which chat may have it, under which name.
What no row names is deleted with the last row.
"""

import asyncio
import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Select, delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tandem.control.chat.talk import File
from tandem.control.commands import RecordMessage
from tandem.store.database import insert_into, reason, table_of
from tandem.store.models import ChatFile, ChatTalk, Contact, Message

KEPT_FREE = 2**30
"""Bytes of the disk that files leave to others: strangers send them, and the journal that calls need is there too."""


class ChatArchiveError(Exception):
    """The database or the folder can't be used now."""


class ChatArchive:
    """`folder` holds the contents; it is made when the first comes."""

    def __init__(self, engine: AsyncEngine, folder: Path) -> None:
        self._engine, self._folder = engine, folder
        self._changing = asyncio.Lock()

    async def add(self, call: str, name: str, kind: str, content: bytes, at: float) -> File:
        """Keep a content for the chat `call`; the same again is there once. ChatArchiveError: it can't be kept."""
        file = File(hashlib.sha256(content).hexdigest(), name, kind, len(content))
        row = {"call": call, "file": file.file, "name": name, "kind": kind, "size": file.size, "at": at}
        async with self._changing:
            try:
                await asyncio.to_thread(self._write, file.file, content)
                async with self._engine.begin() as connection:
                    statement = insert_into(connection.dialect, table_of(ChatFile)).values(row)
                    await connection.execute(statement.on_conflict_do_nothing())
            except (OSError, SQLAlchemyError) as error:
                raise ChatArchiveError(_why(error)) from error
        return await self.find(call, file.file) or file

    async def has_room(self) -> bool:
        """Whether the disk has more room than others need."""
        try:
            await asyncio.to_thread(self._make_folder)
            return (await asyncio.to_thread(shutil.disk_usage, self._folder)).free > KEPT_FREE
        except OSError as error:
            raise ChatArchiveError(str(error)) from error

    async def find(self, call: str, file: str) -> File | None:
        """The file as the chat `call` has it; None when it has none such."""
        row = await self._one(select(ChatFile).where(ChatFile.call == call, ChatFile.file == file))
        return File(row.file, row.name, row.kind, row.size) if row else None

    async def read(self, file: File) -> bytes | None:
        """The content of a file that was found; None when it is gone."""
        try:
            return await asyncio.to_thread(self._path(file.file).read_bytes)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ChatArchiveError(str(error)) from error

    async def count(self, call: str) -> int:
        """How many files the chat has."""
        return await self._one(select(func.count()).select_from(ChatFile).where(ChatFile.call == call)) or 0

    async def talked(self, call: str, agent: str) -> bool:
        """Whether the agent has been in talk in the chat, in a talk that is over."""
        talk = select(ChatTalk.number).where(ChatTalk.call == call, ChatTalk.agent == agent).limit(1)
        return await self._one(talk) is not None

    async def language(self, call: str, since: float) -> str | None:
        """The language of a chat that began after `since` (epoch seconds); None when there is none."""
        found = select(Contact.language).where(
            Contact.call == call, Contact.channel == "chat", Contact.started_at >= since
        )
        language: str | None = await self._one(found)
        return language

    async def messages(self, call: str, most: int) -> list[RecordMessage]:
        """The newest messages of a chat, in order."""
        newest = select(Message).where(Message.call == call).order_by(Message.number.desc()).limit(most)
        try:
            async with AsyncSession(self._engine, expire_on_commit=False) as session:
                rows = (await session.scalars(newest)).all()
        except SQLAlchemyError as error:
            raise ChatArchiveError(reason(error)) from error
        return [msgspec.convert(row, RecordMessage, from_attributes=True) for row in reversed(rows)]

    async def forget(self, call: str) -> int:
        """Delete the files of a chat; how many they were."""
        return await self._forget(select(ChatFile).where(ChatFile.call == call))

    async def prune(self, before: float) -> int:
        """Delete the files that came before (epoch seconds); how many they were."""
        return await self._forget(select(ChatFile).where(ChatFile.at < before))

    async def _forget(self, which: Select[ChatFile]) -> int:
        """The content first: one that nothing names would stay for ever."""
        async with self._changing:
            try:
                async with AsyncSession(self._engine, expire_on_commit=False) as session:
                    rows = (await session.scalars(which)).all()
                for row in rows:
                    await self._forget_one(row)
            except (OSError, SQLAlchemyError) as error:
                raise ChatArchiveError(_why(error)) from error
        return len(rows)

    async def _forget_one(self, row: ChatFile) -> None:
        others = select(ChatFile.call).where(ChatFile.file == row.file, ChatFile.call != row.call).limit(1)
        async with self._engine.begin() as connection:
            if await connection.scalar(others) is None:
                await asyncio.to_thread(self._path(row.file).unlink, missing_ok=True)
            await connection.execute(delete(ChatFile).where(ChatFile.call == row.call, ChatFile.file == row.file))

    async def _one(self, statement: Select[Any]) -> Any:
        try:
            async with AsyncSession(self._engine, expire_on_commit=False) as session:
                return await session.scalar(statement)
        except SQLAlchemyError as error:
            raise ChatArchiveError(reason(error)) from error

    def _path(self, file: str) -> Path:
        return self._folder / file[:2] / file

    def _make_folder(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)

    def _write(self, file: str, content: bytes) -> None:
        """Whole or not at all, and for nobody else to read."""
        path = self._path(file)
        if path.exists():
            return
        self._make_folder()
        path.parent.mkdir(mode=0o700, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.touch(mode=0o600)
        with beside.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)


def _why(error: OSError | SQLAlchemyError) -> str:
    return reason(error) if isinstance(error, SQLAlchemyError) else str(error)
