import asyncio
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable

from tandem.store import database
from tandem.store.database import AsyncEngine, RecordsError, Where, open_database, open_readers, upgrade
from tandem.store.models import Base
from tests.conftest import BOTH


def differences(connection: Connection) -> object:
    return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)


@pytest.fixture(params=BOTH)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Where]:
    """Where there is nothing yet."""
    if request.param == "sqlite":
        yield tmp_path / "records.sqlite3"
        return
    with request.getfixturevalue("postgres").empty() as url:
        yield url


async def test_the_migrations_make_just_what_the_models_say(empty: Where) -> None:
    engine = open_database(empty)
    await upgrade(engine)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_upgrading_twice_or_at_the_same_time_changes_nothing(empty: Where) -> None:
    one, other = open_database(empty), open_database(empty)
    await asyncio.gather(upgrade(one), upgrade(other))
    await upgrade(one)
    await one.dispose()
    await other.dispose()


def tables(connection: Connection) -> list[str]:
    return inspect(connection).get_table_names()


async def test_a_migration_that_breaks_leaves_nothing_behind(
    empty: Where, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "migrations"
    (broken / "versions").mkdir(parents=True)
    (broken / "env.py").write_text((database.MIGRATIONS / "env.py").read_text())
    first = (database.MIGRATIONS / "versions" / "0001_records.py").read_text()
    (broken / "versions" / "0001_records.py").write_text(first + "    raise RuntimeError('power cut')\n")
    engine = open_database(empty)
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", broken)
        with pytest.raises(RuntimeError, match="power cut"):
            await upgrade(engine)
    async with engine.connect() as connection:
        assert await connection.run_sync(tables) == []
    await upgrade(engine)
    await engine.dispose()


def rights(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


async def test_nobody_else_may_read_the_records(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite3"
    path.touch(mode=0o644)  # as earlier versions made it
    engine = open_database(path)
    await upgrade(engine)
    async with engine.connect():
        assert rights(tmp_path) == {
            "records.sqlite3": 0o600, "records.sqlite3-wal": 0o600, "records.sqlite3-shm": 0o600,
        }  # fmt: skip
    await engine.dispose()


async def test_a_database_of_the_first_version_comes_to_the_newest_with_what_is_in_it(
    empty: Where, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tmp_path / "migrations"
    (first / "versions").mkdir(parents=True)
    for name in ("env.py", "versions/0001_records.py"):
        (first / name).write_text((database.MIGRATIONS / name).read_text())
    engine = open_database(empty)
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", first)
        await upgrade(engine)
    async with engine.begin() as connection:
        for content in (
            "waits VALUES ('c1', 100.0, 'tv', 130.0, 'answered', '1001')",
            "intervals VALUES ('tv', 0.0, 20.0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 30.0)",
            "outbox VALUES ('c1', 1, '', '', '', '', '', 'token', 'delivered', '', '', 1, 0, 0, NULL)",
        ):
            await connection.execute(text(f"INSERT INTO {content}"))
    await upgrade(engine)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        for query, row in (
            ("SELECT since FROM waits", (100.0,)),
            ("SELECT offered, self_served FROM intervals", (1, 0)),
            ("SELECT token, device FROM outbox", ("token", "")),
        ):
            assert [tuple(found) for found in await connection.execute(text(query))] == [row]
    await engine.dispose()


async def test_a_file_that_is_no_database_or_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    nonsense = tmp_path / "records.sqlite3"
    await asyncio.to_thread(nonsense.write_bytes, b"nonsense" * 1000)
    for path, why in (
        (nonsense, "file is not a database"),
        (tmp_path / "absent" / "records.sqlite3", "unable to open"),
    ):
        engine = open_database(path)
        with pytest.raises(RecordsError, match=rf"records\.sqlite3 can't be used: {why}"):
            await upgrade(engine)
        await engine.dispose()


async def test_a_schema_of_a_newer_version_is_refused(empty: Where) -> None:
    engine = open_database(empty)
    await upgrade(engine)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordsError, match=r"can't be brought to this version's schema.*newer Tandem"):
        await upgrade(engine)
    await engine.dispose()


async def test_readers_read_and_write_nothing(where: Where, engine: AsyncEngine) -> None:
    readers = open_readers(where)
    async with readers.connect() as connection:
        assert (await connection.scalars(text("SELECT number FROM steps"))).all() == []
        with pytest.raises(DBAPIError, match=r"read-?only"):
            await connection.execute(text("DELETE FROM steps"))
    await readers.dispose()


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_is_valid_on_postgresql_too(table: object) -> None:
    text = str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[arg-type,no-untyped-call]
    assert "SERIAL" not in text
    assert "FLOAT" not in text, "a float of 4 bytes can't hold epoch seconds"
