import asyncio
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from tandem.store import database
from tandem.store.database import RecordsError, open_database, upgrade
from tandem.store.models import Base


def differences(connection: Connection) -> object:
    return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)


async def test_the_migrations_make_just_what_the_models_say(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "records.sqlite3")
    await upgrade(engine)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_upgrading_twice_or_at_the_same_time_changes_nothing(tmp_path: Path) -> None:
    one, other = open_database(tmp_path / "records.sqlite3"), open_database(tmp_path / "records.sqlite3")
    await asyncio.gather(upgrade(one), upgrade(other))
    await upgrade(one)
    await one.dispose()
    await other.dispose()


async def test_a_migration_that_breaks_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "migrations"
    (broken / "versions").mkdir(parents=True)
    (broken / "env.py").write_text((database.MIGRATIONS / "env.py").read_text())
    first = (database.MIGRATIONS / "versions" / "0001_records.py").read_text()
    (broken / "versions" / "0001_records.py").write_text(first + "    raise RuntimeError('power cut')\n")
    path = tmp_path / "records.sqlite3"
    engine = open_database(path)
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", broken)
        with pytest.raises(RuntimeError, match="power cut"):
            await upgrade(engine)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == []
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


async def test_a_file_of_the_first_version_comes_to_the_newest_with_what_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tmp_path / "migrations"
    (first / "versions").mkdir(parents=True)
    for name in ("env.py", "versions/0001_records.py"):
        (first / name).write_text((database.MIGRATIONS / name).read_text())
    path = tmp_path / "records.sqlite3"
    engine = open_database(path)
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", first)
        await upgrade(engine)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("INSERT INTO waits VALUES ('c1', 100.0, 'tv', 130.0, 'answered', '1001')")
        raw.execute("INSERT INTO intervals VALUES ('tv', 0.0, 20.0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 30.0)")
        raw.execute(
            "INSERT INTO outbox VALUES ('c1', 1, '', '', '', '', '', 'token', 'delivered', '', '', 1, 0, 0, NULL)"
        )
    await upgrade(engine)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT since FROM waits").fetchall() == [(100.0,)]
        assert raw.execute("SELECT offered, self_served FROM intervals").fetchall() == [(1, 0)]
        assert raw.execute("SELECT token, device FROM outbox").fetchall() == [("token", "")]
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


async def test_a_schema_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite3"
    engine = open_database(path)
    await upgrade(engine)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(RecordsError, match=r"records\.sqlite3 can't be brought to this version's schema.*newer Tandem"):
        await upgrade(engine)
    await engine.dispose()


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_is_valid_on_postgresql_too(table: object) -> None:
    text = str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[arg-type,no-untyped-call]
    assert "SERIAL" not in text
    assert "FLOAT" not in text, "a float of 4 bytes can't hold epoch seconds"
