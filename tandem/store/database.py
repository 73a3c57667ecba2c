"""The records' database: an SQLite file, brought to the newest schema by migrations."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Dialect, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncEngine as AsyncEngine
from sqlalchemy.ext.asyncio import create_async_engine

from tandem.store.models import Base
from tandem.store.private import keep_private

RECORDS = "records.sqlite3"
"""The file, in the home folder."""

MIGRATIONS = Path(__file__).parent / "migrations"


class RecordsError(Exception):
    """The records can't be used; the text says what to do."""


def open_database(path: Path) -> AsyncEngine:
    """The database in the file `path`; call `upgrade` before the first use, `dispose()` at the end."""
    # Parameters would put callers' numbers and the addresses of their pages into logs.
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _configure)
    return engine


async def upgrade(engine: AsyncEngine) -> None:
    """Bring the schema to the newest version, wholly or not at all. RecordsError: it can't be used."""
    keep_private(Path(engine.url.database or ""))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    except DatabaseError as error:
        raise RecordsError(
            f"{engine.url.database} can't be used: {error.orig}. Check the file and its folder."
        ) from error


def insert_into(dialect: Dialect, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, in the words of `dialect`."""
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


def table_of(model: type[Base]) -> Table:
    """The table of a model."""
    assert isinstance(model.__table__, Table)
    return model.__table__


def _configure(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _upgrade(connection: Connection) -> None:
    # Python's sqlite3 begins no transaction before CREATE TABLE by itself.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise RecordsError(
            f"{connection.engine.url.database} can't be brought to this version's schema ({error}). "
            "If a newer Tandem wrote it, start that version, or move the file aside."
        ) from error
