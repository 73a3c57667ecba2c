"""What the stores of versions share: transactions, reading, and what can go wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tandem.store.database import reason

T = TypeVar("T")


class VersionStoreError(Exception):
    """The versions can't be read or written; the text says why."""


class VersionStore:
    """Every method is one transaction; what it wrote is durable when it returns. Raises VersionStoreError."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def read(self, kind: type[T], statement: Select[Any]) -> list[T]:
        """The rows that `statement` finds."""
        async with self.begun() as connection:
            rows = (await connection.execute(statement)).mappings()
            return [msgspec.convert(dict(row), kind) for row in rows]

    @asynccontextmanager
    async def begun(self) -> AsyncIterator[AsyncConnection]:
        """One transaction, kept when the block ends well."""
        try:
            async with self._engine.begin() as connection:
                yield connection
        except IntegrityError as error:
            raise VersionStoreError("somebody else wrote a version at the same moment; try again") from error
        except SQLAlchemyError as error:
            raise VersionStoreError(reason(error)) from error
