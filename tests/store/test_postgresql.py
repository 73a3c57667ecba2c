"""What only a server can do wrong, or be asked for."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError

from tandem.store import postgresql
from tandem.store.database import (
    RecordsAwayError,
    RecordsError,
    name_of,
    open_database,
    open_readers,
    reason,
    upgrade,
)
from tandem.store.postgresql import EXAMPLE, server_at
from tests.postgres import Server


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("nonsense", "no address"),
        ("mysql://tandem@localhost/tandem", "name PostgreSQL"),
        ("postgresql://localhost/tandem", "a user"),
        ("postgresql://tandem@localhost", "a database"),
        ("postgresql://tandem:secret@localhost/tandem", "put it into a file"),
        ("postgresql://tandem@db.example/tandem", "sslmode=verify-full"),
        ("postgresql://tandem@/tandem?host=db.example", "sslmode=verify-full"),
    ],
)
def test_an_address_that_will_not_do_is_a_clear_error(address: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as error:
        server_at(address)
    assert "secret@" not in str(error.value)


@pytest.mark.parametrize(
    "address",
    [EXAMPLE, "postgresql://tandem@localhost/tandem", "postgresql://tandem@/tandem?host=/run/postgresql",
     "postgresql://tandem@db/tandem?sslmode=disable"],
)  # fmt: skip
def test_an_address_that_will_do(address: str) -> None:
    assert server_at(address).database == "tandem"


async def test_a_server_that_is_away_is_told_from_one_that_refuses(postgres: Server, tmp_path: Path) -> None:
    away = open_database(server_at("postgresql://tandem@127.0.0.1:1/tandem"))
    with pytest.raises(RecordsAwayError, match=r"^postgresql://127\.0\.0\.1/tandem can't be used: .*refused"):
        await upgrade(away)
    gone = postgres.url().update_query_dict({"password_file": str(tmp_path / "gone")})
    unread = open_database(gone)
    with pytest.raises(RecordsError, match=r"the password can't be read: .*gone: No such file"):
        await upgrade(unread)
    for engine in (away, unread):
        await engine.dispose()


async def test_a_password_that_was_changed_is_used_from_the_next_connection_on(
    postgres: Server, tmp_path: Path
) -> None:
    postgres.ask("CREATE ROLE changing LOGIN PASSWORD 'new'")
    file = tmp_path / "password"
    file.write_text("old\n")
    url = postgres.url(user="changing").update_query_dict({"password_file": str(file)})
    engine = open_database(url)
    with pytest.raises(DBAPIError, match="password authentication failed"):
        await engine.connect()
    file.write_text("new\n")
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT current_user")) == "changing"
    await engine.dispose()


async def test_a_database_with_an_order_of_its_own_is_refused(postgres: Server) -> None:
    made = "CREATE DATABASE tandem TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
    with postgres.empty(made) as url:
        engine = open_database(url)
        with pytest.raises(RecordsError, match=r"order C\.UTF-8.*CREATE DATABASE tandem"):
            await upgrade(engine)
        await engine.dispose()


async def test_what_postgresql_bears_not_in_a_text_is_seen_as_such(postgres: Server) -> None:
    async with postgres.fresh() as url:
        engine = open_database(url)
        async with engine.connect() as connection:
            assert await connection.scalar(text("SELECT cast(:said AS text)"), {"said": "a\0b"}) == "a\ufffdb"
        await engine.dispose()


async def test_names_are_in_no_error(postgres: Server) -> None:
    async with postgres.fresh() as url:
        engine = open_database(url)
        twice = text("INSERT INTO settings_files VALUES ('secret name', ''), ('secret name', '')")
        with pytest.raises(DBAPIError) as error:
            async with engine.begin() as connection:
                await connection.execute(twice)
        assert "secret" in str(error.value.orig)
        assert reason(error.value).startswith("duplicate key value")
        assert "secret" not in reason(error.value)
        assert "secret" not in name_of(engine)
        await engine.dispose()


async def test_a_report_that_takes_too_long_ends_and_the_others_go_on(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgresql.READERS, "statement_timeout", "50ms")
    monkeypatch.setitem(postgresql.READERS_POOL, "pool_timeout", 0.05)
    monkeypatch.setitem(postgresql.READERS_POOL, "pool_size", 1)
    monkeypatch.setitem(postgresql.READERS_POOL, "max_overflow", 0)
    async with postgres.fresh() as url:
        readers, others = open_readers(url), open_database(url)
        async with readers.connect() as connection:
            with pytest.raises(DBAPIError, match="statement timeout"):
                await connection.execute(text("SELECT pg_sleep(60)"))
            with pytest.raises(NoConnectionFreeError):
                await readers.connect()
            async with others.begin() as writer:
                await writer.execute(text("DELETE FROM steps"))
        for engine in (readers, others):
            await engine.dispose()


async def test_a_report_that_nobody_waits_for_any_more_ends_on_the_server(postgres: Server) -> None:
    async with postgres.fresh() as url:
        readers = open_readers(url)

        async def report() -> None:
            async with readers.connect() as connection:
                await connection.execute(text("SELECT pg_sleep(60)"))

        def sleeps() -> bool:
            asked = "SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'"
            return bool(postgres.ask(asked))

        asked = asyncio.create_task(report())
        await until(sleeps)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        await until(lambda: not sleeps())
        await readers.dispose()


async def until(so: Callable[[], bool]) -> None:
    """Return when it is so."""
    async with asyncio.timeout(10):
        while not await asyncio.to_thread(so):
            pass
