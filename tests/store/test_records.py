import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control import commands
from tandem.store.database import Where
from tandem.store.records import MODELS, RECORD_TYPES, RecordWriter
from tests.databases import migrated
from tests.store.examples import ALL, contact


@asynccontextmanager
async def writing(writer: RecordWriter) -> AsyncIterator[RecordWriter]:
    task = asyncio.create_task(writer.run())
    try:
        yield writer
    finally:
        task.cancel()


async def rows(engine: AsyncEngine, statement: str) -> list[tuple[Any, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(statement))]


@pytest.mark.parametrize("record", MODELS, ids=lambda record: record.__name__)
def test_a_table_has_just_the_fields_of_its_record(record: type[commands.Command]) -> None:
    extra = {"seq", "number", "at"} if record is commands.RaiseAlarm else set()
    columns = {column.name for column in MODELS[record].__table__.columns}
    assert columns == {field.name for field in msgspec.structs.fields(record)} | extra


def test_every_record_of_the_plane_has_a_table() -> None:
    named = {kind for name, kind in vars(commands).items() if name.startswith("Record")}
    assert named | {commands.RaiseAlarm, commands.TellReceivers} == set(RECORD_TYPES)


@pytest.mark.parametrize("record", ALL, ids=lambda record: type(record).__name__)
async def test_a_record_written_twice_is_there_once(engine: AsyncEngine, record: commands.Command) -> None:
    async with writing(await RecordWriter.open(engine)) as writer:
        writer.feed(1, 1000.0, [record])
        await writer.flush()
    async with writing(RecordWriter(engine, progress=0)) as writer:
        writer.feed(1, 1000.0, [record])
        await asyncio.wait_for(writer.flush(), 10)

    table = MODELS[type(record)].__tablename__
    (row,) = await rows(engine, f"SELECT {', '.join(msgspec.structs.asdict(record))} FROM {table}")
    assert row == msgspec.structs.astuple(record)


async def test_a_later_record_of_a_key_replaces_the_earlier(engine: AsyncEngine) -> None:
    async with writing(await RecordWriter.open(engine)) as writer:
        writer.feed(1, 1.0, [contact(outcome="")])
        writer.feed(2, 2.0, [contact(outcome="served", ended_at=50.0), contact("c2")])
        await writer.flush()
        writer.feed(3, 3.0, [contact("c2", outcome="abandoned")])
        await asyncio.wait_for(writer.flush(), 10)
    assert await rows(engine, "SELECT call, outcome, ended_at FROM contacts ORDER BY call") == [
        ("c1", "served", 50.0),
        ("c2", "abandoned", None),
    ]


async def test_a_link_opened_after_its_call_keeps_its_purpose(engine: AsyncEngine) -> None:
    async with writing(await RecordWriter.open(engine)) as writer:
        writer.feed(1, 1.0, [commands.RecordLink("c1", 1, "order_status", "webhook", "delivered", 1.0)])
        writer.feed(2, 2.0, [commands.RecordLink("c1", 1, "", "", "opened", 2.0)])
        await asyncio.wait_for(writer.flush(), 10)
    assert await rows(engine, "SELECT * FROM links") == [("c1", 1, "order_status", "webhook", "opened", 2.0)]


async def test_two_alarms_of_one_entry_are_two(engine: AsyncEngine) -> None:
    alarm = commands.RaiseAlarm("overstay", "1001", "ringing")
    async with writing(await RecordWriter.open(engine)) as writer:
        writer.feed(4, 7.5, [alarm, alarm])
        await asyncio.wait_for(writer.flush(), 10)
    assert await rows(engine, "SELECT seq, number, at FROM alarms") == [(4, 0, 7.5), (4, 1, 7.5)]


async def test_progress_goes_on_after_reopening_and_old_entries_are_passed_over(engine: AsyncEngine) -> None:
    async with writing(await RecordWriter.open(engine)) as writer:
        writer.feed(1, 1.0, [contact(outcome="right")])
        writer.feed(2, 2.0, [])
        await asyncio.wait_for(writer.flush(), 10)
        assert writer.progress == 2
    reopened = await RecordWriter.open(engine)
    assert reopened.progress == 2
    assert reopened.feed(1, 1.0, [contact(outcome="wrong")])
    assert reopened.lag == 0


async def test_a_locked_database_delays_records_and_loses_none(tmp_path: Path) -> None:
    engine = await migrated(tmp_path / "records.sqlite3")

    def impatient(connection: Any, _: object) -> None:
        connection.execute("PRAGMA busy_timeout = 10")

    failed_twice = asyncio.Semaphore(0)
    event.listen(engine.sync_engine, "connect", impatient)
    event.listen(engine.sync_engine, "handle_error", lambda _: failed_twice.release())
    await engine.dispose()
    writer = await RecordWriter.open(engine, retry_seconds=0.01)
    with closing(sqlite3.connect(tmp_path / "records.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with writing(writer), asyncio.timeout(10):
            writer.feed(1, 1.0, [contact()])
            await failed_twice.acquire()
            await failed_twice.acquire()
            assert (writer.progress, writer.failures >= 1) == (0, True)
            other.execute("COMMIT")
            await writer.flush()
    assert writer.progress == 1
    assert await rows(engine, "SELECT call FROM contacts") == [("c1",)]
    await engine.dispose()


async def test_a_full_queue_takes_nothing_more_until_the_next_start_writes_the_rest(engine: AsyncEngine) -> None:
    writer = await RecordWriter.open(engine, capacity=2)
    batches = [(seq, float(seq), [contact(f"c{seq}")]) for seq in (1, 2, 3, 4)]
    assert [writer.feed(*batch) for batch in batches[:3]] == [True, True, False]
    async with writing(writer):
        assert await asyncio.wait_for(writer.resume(), 10) == 2
        assert not writer.feed(*batches[3]), "taking 4 without 3 would hide that 3 is missing"
    assert (writer.progress, writer.refused, writer.lag) == (2, 1, 2)

    async with writing(await RecordWriter.open(engine)) as restarted:
        for batch in batches:
            assert restarted.feed(*batch)
        await asyncio.wait_for(restarted.flush(), 10)
    assert await rows(engine, "SELECT call FROM contacts ORDER BY call") == [("c1",), ("c2",), ("c3",), ("c4",)]


FEED_FOR_EVER = """
import asyncio, pathlib, sys
from tandem.control.commands import RaiseAlarm, RecordStep
from tandem.store.database import open_database
from tandem.store.postgresql import server_at
from tandem.store.records import RecordWriter

async def main():
    where = sys.argv[1]
    engine = open_database(server_at(where) if where.startswith("postgresql:") else pathlib.Path(where))
    writer = await RecordWriter.open(engine, gather_seconds=0.01)
    task = asyncio.create_task(writer.run())
    seq = writer.progress
    while True:
        for _ in range(7):
            seq += 1
            step = RecordStep("c", seq, float(seq), "node", "")
            writer.feed(seq, float(seq), [step, RaiseAlarm("test", str(seq), "")])
        await writer.flush()
        print(seq, flush=True)

asyncio.run(main())
"""


async def test_after_kill_9_nothing_is_missing_or_doubled(where: Where, engine: AsyncEngine) -> None:
    address = str(where).replace("+psycopg", "")
    for _ in range(3):
        feeder = await asyncio.create_subprocess_exec(
            sys.executable, "-c", FEED_FOR_EVER, address, stdout=asyncio.subprocess.PIPE
        )
        assert feeder.stdout
        for _ in range(15):
            flushed = int(await asyncio.wait_for(feeder.stdout.readline(), 20))
        feeder.kill()
        await feeder.wait()

        progress = (await RecordWriter.open(engine)).progress
        assert progress >= flushed
        everything = [(seq,) for seq in range(1, progress + 1)]
        assert await rows(engine, "SELECT number FROM steps ORDER BY number") == everything
        assert await rows(engine, "SELECT seq FROM alarms ORDER BY seq") == everything


async def test_of_two_writers_each_entry_is_written_by_one(engine: AsyncEngine) -> None:
    """As when a controller takes over from one that had not written all yet, and that one writes still."""
    old, new = [await RecordWriter.open(engine, gather_seconds=0.0) for _ in range(2)]
    for writer in (old, new):
        writer.feed(1, 1.0, [contact("c1", outcome="")])
    new.feed(2, 2.0, [contact("c1", outcome="served", ended_at=50.0)])
    async with writing(new):
        await new.flush()
    async with writing(old):
        await old.flush()
        assert await rows(engine, "SELECT outcome FROM contacts") == [("served",)], "what is old comes too late"
        assert (old.progress, old.failures) == (2, 0)
        old.feed(3, 3.0, [contact("c3")])
        await old.flush()
    new.feed(3, 3.0, [contact("c3")])
    new.feed(4, 4.0, [contact("c4")])
    async with writing(new):
        await new.flush()
    assert await rows(engine, "SELECT call FROM contacts ORDER BY call") == [("c1",), ("c3",), ("c4",)]
    assert await rows(engine, "SELECT seq FROM progress") == [(4,)]


async def test_what_another_has_written_is_left_to_the_journal(engine: AsyncEngine) -> None:
    """As for who takes over: nothing was fed here of what came before, and the database knows how far it is."""
    before, new = [await RecordWriter.open(engine, gather_seconds=0.0) for _ in range(2)]
    before.feed(2, 2.0, [contact("c2")])
    async with writing(before):
        await before.flush()
    new.leave_to_journal(3)
    assert not new.feed(4, 4.0, [contact("c4")])
    assert (new.lag, new.refused) == (2, 0)
    async with writing(new):
        assert await new.resume() == 2
        for seq in (2, 3, 4):
            assert not new.rejoin(3)
            await new.take(seq, seq, [contact(f"c{seq}", outcome="served")])
        assert new.rejoin(4)
        await asyncio.wait_for(new.flush(), 10)
    told = await rows(engine, "SELECT call, outcome FROM contacts ORDER BY call")
    assert told == [("c2", ""), ("c3", "served"), ("c4", "served")]
    assert (new.progress, new.lag) == (4, 0)


@pytest.mark.parametrize("last_seq", [0, 2])
async def test_a_journal_that_ends_before_the_records_is_recorded(engine: AsyncEngine, last_seq: int) -> None:
    before = await RecordWriter.open(engine, gather_seconds=0.0)
    before.feed(5, 5.0, [contact("lost")])
    async with writing(before):
        await before.flush()
    writer = await RecordWriter.open(engine, gather_seconds=0.0)
    writer.leave_to_journal(last_seq)
    assert not writer.feed(last_seq + 1, 6.0, [contact("new")])
    async with writing(writer):
        assert await writer.resume() == last_seq
        await writer.take(last_seq + 1, 6.0, [contact("new")])
        assert writer.rejoin(last_seq + 1)
        await asyncio.wait_for(writer.flush(), 10)
        assert await writer.resume() == last_seq + 1, "once is enough"
    assert await rows(engine, "SELECT call FROM contacts ORDER BY call") == [("lost",), ("new",)]
    assert await rows(engine, "SELECT seq FROM progress") == [(last_seq + 1,)]
