"""The records' server is killed in the middle of everything: what is there in the end is what another run gives."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, text

from bench.day import Moment, day
from tandem.control import wire
from tandem.control.commands import Command
from tandem.control.events import Event
from tandem.control.plane import Plane
from tandem.service import catching_up
from tandem.service.catching_up import CatchUp, open_writer, settings_as_they_were, when_back
from tandem.store.database import AsyncEngine, RecordsAwayError, Where, open_database, upgrade
from tandem.store.journal import Entry, Journal, JournalError
from tandem.store.models import Base
from tandem.store.postgresql import server_at
from tandem.store.records import RECORD_TYPES, RecordWriter
from tandem.store.sqlite_journal import SqliteJournal
from tandem.store.sqlite_journal_reader import SqliteJournalReader
from tests.postgres import MISSING, Server, programs, running_server

CALLS = 80
SNAPSHOT_EVERY = 25 * 8
AT_ONCE = 8


@pytest.fixture(scope="module")
def mortal() -> Iterator[Server]:
    """A server of our own, to be killed."""
    if programs() is None:
        pytest.skip(MISSING)
    with running_server() as server:
        yield server


@pytest.fixture(scope="module")
def moments() -> list[Moment]:
    return day(CALLS, 20)


class Life:
    """A controller's way from event to record: the plane, the journal, the writer."""

    def __init__(self, journal: Journal, writer: RecordWriter) -> None:
        self.journal, self.writer, self.plane = journal, writer, Plane()
        self.seq = journal.last_seq

    async def live(self, moments: list[Moment]) -> AsyncIterator[int]:
        """Go through them, some at once, as a loop does; gives the number of the last entry so far."""
        for first in range(0, len(moments), AT_ONCE):
            done = [self._handle(at, happened) for at, happened in moments[first : first + AT_ONCE]]
            await self.journal.append([entry for entry, _ in done])
            for entry, commands in done:
                if records := [command for command in commands if isinstance(command, RECORD_TYPES)]:
                    self.writer.feed(entry.seq, entry.at, records)
            if first % SNAPSHOT_EVERY == 0:
                await self.journal.save_snapshot(self.seq, done[-1][0].at, self.plane.snapshot())
            yield self.seq

    def _handle(self, at: float, happened: Event) -> tuple[Entry, list[Command]]:
        self.seq += 1
        commands = self.plane.handle(happened, at)
        return Entry(self.seq, at, wire.encode(happened), wire.digest(commands)), commands


@asynccontextmanager
async def living(path: Path, engine: AsyncEngine, **options: Any) -> AsyncIterator[Life]:
    """One life with its writer and who brings it on."""
    async with AsyncExitStack() as stack:
        journal = await SqliteJournal.open(path)
        stack.push_async_callback(journal.close)
        writer = await RecordWriter.open(engine, retry_seconds=0.05, gather_seconds=0.005, **options)
        tasks = [asyncio.create_task(work) for work in (writer.run(), CatchUp(journal, writer).run())]
        try:
            yield Life(journal, writer)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def failures_of(engine: AsyncEngine) -> asyncio.Semaphore:
    """Has one for each failure."""
    failures = asyncio.Semaphore(0)
    event.listen(engine.sync_engine, "handle_error", lambda _: failures.release())
    return failures


async def everything(engine: AsyncEngine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    async with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in await connection.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
        }


async def without_failure(folder: Path, moments: list[Moment]) -> dict[str, list[tuple[Any, ...]]]:
    engine = open_database(folder / "undisturbed.sqlite3")
    await upgrade(engine)
    async with living(folder / "undisturbed.journal", engine) as life:
        async for _ in life.live(moments):
            pass
        await life.writer.flush()
        assert not life.writer.refused
    rows = await everything(engine)
    await engine.dispose()
    return rows


def told(rows: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """But for how far the progress is: of entries without records it may be told or not."""
    return {name: found for name, found in rows.items() if name != "progress"}


@pytest.mark.parametrize(("seed", "capacity"), [(1, 20_000), (2, 40), (3, 5)])
async def test_a_server_that_is_killed_again_and_again_misses_and_doubles_nothing(
    mortal: Server, tmp_path: Path, moments: list[Moment], seed: int, capacity: int
) -> None:
    """With room for all that comes meanwhile, and with so little that the journal has to help."""
    dice = random.Random(seed)
    kills = sorted(dice.sample(range(AT_ONCE, len(moments) - 200), 3))
    async with mortal.fresh() as url, AsyncExitStack() as stack:
        engine = open_database(url)
        stack.push_async_callback(engine.dispose)
        failures, starting = failures_of(engine), asyncio.create_task(asyncio.to_thread(lambda: None))
        async with living(tmp_path / "journal", engine, capacity=capacity) as life:
            async for seq in life.live(moments):
                if kills and seq >= kills[0] and starting.done():
                    kills.pop(0)
                    await asyncio.to_thread(mortal.kill)
                    await failures.acquire()
                    starting = asyncio.create_task(asyncio.to_thread(mortal.start))
            await starting
            await life.writer.flush()
            assert life.writer.failures
            assert bool(life.writer.refused) == (capacity < 1000)
        found = await everything(engine)
    assert told(found) == told(await without_failure(tmp_path, moments))
    assert len(found["contacts"]) == CALLS


async def test_a_start_without_the_server_writes_all_when_it_is_there(
    mortal: Server, tmp_path: Path, moments: list[Moment]
) -> None:
    """A part is recorded; the rest of the journal's entries, with a snapshot after them, came while it was away."""
    half = len(moments) // 2
    async with mortal.fresh() as url, AsyncExitStack() as stack:
        engine = open_database(url)
        stack.push_async_callback(engine.dispose)
        async with living(tmp_path / "journal", engine) as life:
            async for _ in life.live(moments[:half]):
                pass
            await life.writer.flush()
            plane = life.plane
        mortal.kill()
        away = await SqliteJournal.open(tmp_path / "journal")
        stack.push_async_callback(away.close)
        writer = await open_writer(engine, away)
        assert writer.behind.is_set()
        life = Life(away, writer)
        life.plane = plane
        tasks = [asyncio.create_task(work) for work in (writer.run(), CatchUp(away, writer).run())]
        async for _ in life.live(moments[half:]):
            pass
        await failures_of(engine).acquire()
        back = asyncio.Event()

        async def note() -> None:
            back.set()

        tasks.append(asyncio.create_task(when_back(engine, note, pause=0.05)))
        await asyncio.to_thread(mortal.start)
        await writer.flush()
        await back.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        found = await everything(engine)
    assert told(found) == told(await without_failure(tmp_path, moments))
    assert settings_as_they_were(SqliteJournalReader(tmp_path / "journal")) == plane.state.settings


async def test_a_new_journal_beside_old_records_has_its_own_recorded(
    engine: AsyncEngine, tmp_path: Path, moments: list[Moment]
) -> None:
    async with living(tmp_path / "old journal", engine) as life:
        async for _ in life.live(moments):
            pass
        await life.writer.flush()
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM contacts"))
    journal = await SqliteJournal.open(tmp_path / "journal")
    writer = await open_writer(engine, journal)
    tasks = [asyncio.create_task(work) for work in (writer.run(), CatchUp(journal, writer).run())]
    async for _ in Life(journal, writer).live(moments):
        pass
    await writer.flush()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (await RecordWriter.open(engine)).progress == writer.progress <= journal.last_seq
    await journal.close()
    assert len((await everything(engine))["contacts"]) == CALLS


async def test_the_first_start_needs_the_server(tmp_path: Path) -> None:
    engine = open_database(server_at("postgresql://tandem@127.0.0.1:1/tandem"))
    journal = await SqliteJournal.open(tmp_path / "journal")
    with pytest.raises(RecordsAwayError):
        await open_writer(engine, journal)
    await journal.close()
    await engine.dispose()


async def test_who_is_behind_comes_back_to_what_is_new(
    where: Where, engine: AsyncEngine, tmp_path: Path, moments: list[Moment], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it catches up more comes than it has room for, again and again."""
    monkeypatch.setattr(catching_up, "CHUNK", 10)
    async with living(tmp_path / "journal", engine, capacity=3) as life:
        async for _ in life.live(moments):
            pass
        await life.writer.flush()
        assert life.writer.refused
        progress = life.writer.progress
    assert (await RecordWriter.open(engine)).progress == progress
    assert told(await everything(engine)) == told(await without_failure(tmp_path, moments))


async def test_a_journal_that_can_not_be_read_is_read_again(
    engine: AsyncEngine, tmp_path: Path, moments: list[Moment], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one in Redis, which may be away just then."""
    monkeypatch.setattr(catching_up, "MOST_PATIENT", 0.01)
    async with living(tmp_path / "journal", engine, capacity=3) as life:
        entries = life.journal.entries
        lost = iter(range(3))

        def entries_or_not(after: int, until: int | None = None) -> Iterator[Entry]:
            if next(lost, None) is not None:
                raise JournalError("lost")
            return entries(after, until)

        monkeypatch.setattr(life.journal, "entries", entries_or_not)
        async for _ in life.live(moments):
            pass
        await life.writer.flush()
        assert life.writer.refused and next(lost, None) is None
    assert told(await everything(engine)) == told(await without_failure(tmp_path, moments))


async def test_a_database_that_is_new_gets_what_the_journal_still_has(
    engine: AsyncEngine, tmp_path: Path, moments: list[Moment]
) -> None:
    journal = await SqliteJournal.open(tmp_path / "journal")
    nowhere = RecordWriter(engine, 10**9)
    async for _ in Life(journal, nowhere).live(moments):
        pass
    await journal.prune(moments[-1][0] + 1.0, journal.last_seq)
    oldest = journal.oldest_snapshot()
    assert oldest and oldest.seq > 0
    writer = RecordWriter(engine, None, last_seq=journal.last_seq)
    tasks = [asyncio.create_task(work) for work in (writer.run(), CatchUp(journal, writer).run())]
    await writer.flush()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await journal.close()
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM contacts"))


async def test_two_writers_of_one_journal_write_each_entry_once(
    engine: AsyncEngine, tmp_path: Path, moments: list[Moment]
) -> None:
    """One that should have ended still writes what is old."""
    async with living(tmp_path / "journal", engine) as life:
        async for _ in life.live(moments):
            pass
        await life.writer.flush()
        before = await everything(engine)
        plane, old = Plane(), []
        for at, happened in moments[:100]:
            old.append([command for command in plane.handle(happened, at) if isinstance(command, RECORD_TYPES)])
        late = RecordWriter(engine, 0, gather_seconds=0.0)
        task = asyncio.create_task(late.run())
        for commands, entry in zip(old, life.journal.entries(0, len(old)), strict=True):
            late.feed(entry.seq, entry.at, commands)
        await late.flush()
        task.cancel()
        assert late.progress == life.writer.progress
        assert await everything(engine) == before
