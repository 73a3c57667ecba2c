"""The settings' versions: what they said, what was in force when, by whose doing, and what that changed.

Versions and changes are only ever added; the changes are the audit of the settings.
"""

from typing import Any, TypeVar

import msgspec
from sqlalchemy import Select, insert, select

from tandem.store import models
from tandem.store.database import insert_into, table_of
from tandem.store.versions import VersionStore

T = TypeVar("T")


class SettingsVersion(msgspec.Struct, frozen=True):
    """`content` is what an admin wrote, as plain data, and `digest` its SHA-256. `at` is epoch seconds."""

    number: int
    digest: str
    content: dict[str, Any]
    author: str
    note: str
    at: float


class SettingsChange(msgspec.Struct, frozen=True):
    """Version `number` is in force from `at` (epoch seconds); `turn` counts from 1.

    `what`: `applied` or `rolled_back`. `changes` and `warnings` are in words: what became different, and what is odd
    about it.
    """

    turn: int
    number: int
    at: float
    what: str
    author: str
    note: str
    changes: list[str] = []
    warnings: list[str] = []


class SettingsStore(VersionStore):
    """The versions of the settings of one centre."""

    async def version(self, number: int) -> SettingsVersion | None:
        """One version; None when there is none of this number."""
        table = table_of(models.SettingsVersion)
        return await self._one(SettingsVersion, select(table).where(table.c.number == number))

    async def same(self, digest: str) -> SettingsVersion | None:
        """The version that says this; None when none does."""
        table = table_of(models.SettingsVersion)
        return await self._one(SettingsVersion, select(table).where(table.c.digest == digest))

    async def newest(self) -> SettingsVersion | None:
        """The version that was written last."""
        table = table_of(models.SettingsVersion)
        return await self._one(SettingsVersion, select(table).order_by(table.c.number.desc()).limit(1))

    async def in_force(self) -> SettingsVersion | None:
        """The version that the centre is to work by."""
        last = await self.last_change()
        return await self.version(last.number) if last else None

    async def last_change(self) -> SettingsChange | None:
        """How the version in force came to be so."""
        table = table_of(models.SettingsChange)
        return await self._one(SettingsChange, select(table).order_by(table.c.turn.desc()).limit(1))

    async def changes(self) -> list[SettingsChange]:
        """What was in force when, the earliest first."""
        table = table_of(models.SettingsChange)
        return await self.read(SettingsChange, select(table).order_by(table.c.turn))

    async def add(self, version: SettingsVersion | None, change: SettingsChange) -> None:
        """Keep that a version comes into force, and the version where it is new; both or none."""
        async with self.begun() as connection:
            if version is not None:
                row = msgspec.structs.asdict(version)
                await connection.execute(insert(table_of(models.SettingsVersion)).values(row))
            await connection.execute(insert(table_of(models.SettingsChange)).values(msgspec.structs.asdict(change)))

    async def seen_file(self, path: str) -> str | None:
        """The digest of a file as it was when `see_file` was told last."""
        table = table_of(models.SettingsFile)
        async with self.begun() as connection:
            return (await connection.execute(select(table.c.digest).where(table.c.path == path))).scalar()

    async def see_file(self, path: str, digest: str) -> None:
        """Remember it."""
        table = table_of(models.SettingsFile)
        async with self.begun() as connection:
            statement = insert_into(connection.dialect, table).values(path=path, digest=digest)
            await connection.execute(statement.on_conflict_do_update(index_elements=["path"], set_={"digest": digest}))

    async def _one(self, kind: type[T], statement: Select[Any]) -> T | None:
        return next(iter(await self.read(kind, statement)), None)
