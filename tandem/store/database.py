"""The records' database: an SQLite file or a PostgreSQL server, brought to the newest schema by migrations."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Dialect, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.ext.asyncio import AsyncEngine as AsyncEngine

from tandem.store.models import Base
from tandem.store.postgresql import ONE_AT_A_TIME, check_order, connect_to
from tandem.store.private import keep_private

RECORDS = "records.sqlite3"
"""The file, in the home folder."""

MIGRATIONS = Path(__file__).parent / "migrations"


Where = Path | URL
"""The file of the records, or the server that has them (postgresql.server_at)."""


class RecordsError(Exception):
    """The records can't be used; the text says what to do."""


class RecordsAwayError(RecordsError):
    """The server of the records does not answer, and may do so again."""


def open_database(where: Where) -> AsyncEngine:
    """The database; call `upgrade` before the first use, `dispose()` at the end."""
    return _opened(where, reading=False)


def open_readers(where: Where) -> AsyncEngine:
    """The same for who looks back: connections of its own, which can't write and, on a server, don't last for ever."""
    return _opened(where, reading=True)


async def upgrade(engine: AsyncEngine) -> None:
    """Bring the schema to the newest version, wholly or not at all. RecordsError: it can't be used."""
    if _is_file(engine.dialect):
        keep_private(Path(engine.url.database or ""))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    except DBAPIError as error:
        kind = RecordsAwayError if is_away(error) and not _is_file(engine.dialect) else RecordsError
        raise kind(f"{name_of(engine)} can't be used: {reason(error)}. {_advice(engine)}") from error


async def be_alone(connection: AsyncConnection) -> None:
    """First in a transaction: until it ends, no other that asks for the same goes on. So what is read in it stays true,
    and no two wait for each other's rows."""
    if _is_file(connection.dialect):
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        await connection.execute(ONE_AT_A_TIME)


def is_away(error: SQLAlchemyError) -> bool:
    """Whether it was the way to the database, or the database itself, and not what was asked of it."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state is None or state.startswith(("08", "53", "57P"))


def reason(error: SQLAlchemyError) -> str:
    """What went wrong, for logs and people: without the values, which are callers' numbers and names."""
    return str(error.__cause__ or error).partition("\nDETAIL:")[0].strip()


def name_of(engine: AsyncEngine) -> str:
    """The file, or the server without its password."""
    url = engine.url
    if _is_file(engine.dialect):
        return url.database or ""
    return f"postgresql://{url.host or ''}/{url.database}"


def insert_into(dialect: Dialect, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, in the words of `dialect`."""
    return sqlite.insert(table) if _is_file(dialect) else postgresql.insert(table)


def table_of(model: type[Base]) -> Table:
    """The table of a model."""
    assert isinstance(model.__table__, Table)
    return model.__table__


def _opened(where: Where, *, reading: bool) -> AsyncEngine:
    if isinstance(where, URL):
        return connect_to(where, reading=reading)
    # Parameters would put callers' numbers and the addresses of their pages into logs.
    engine = create_async_engine(f"sqlite+aiosqlite:///{where}", hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _only_read if reading else _configure)
    return engine


def _configure(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _only_read(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA query_only = ON")


def _is_file(dialect: Dialect) -> bool:
    return dialect.name == "sqlite"


def _advice(engine: AsyncEngine) -> str:
    return "Check the file and its folder." if _is_file(engine.dialect) else "Check that it runs and lets us in."


def _upgrade(connection: Connection) -> None:
    if _is_file(connection.dialect):
        # Python's sqlite3 begins no transaction before CREATE TABLE by itself.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(ONE_AT_A_TIME)
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        if wrong := check_order(connection):
            raise RecordsError(f"{connection.engine.url.database} can't be used: {wrong}")
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise RecordsError(
            f"{connection.engine.url.database} can't be brought to this version's schema ({error}). "
            "If a newer Tandem wrote it, start that version, or move the file aside."
        ) from error
