"""One suite for every journal: what was written is there, as a whole and in order, and damage is told."""

import asyncio
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import pytest
import redis

from tandem.store.journal import Entry, Journal, JournalError, JournalReader, Snapshot
from tandem.store.redis_journal_reader import RedisJournalReader
from tandem.store.redis_server import Place
from tandem.store.sqlite_journal import SqliteJournal
from tandem.store.sqlite_journal_reader import SqliteJournalReader
from tests.redis_process import PASSWORD, RedisProcess, redis_process, take_charge


def entry(seq: int, at: float | None = None) -> Entry:
    return Entry(seq, float(seq) if at is None else at, b'{"n":%d}' % seq, seq * 7)


class Kept(Protocol):
    """A place where a journal is kept, and what a test can do to it."""

    name: str
    where: list[str]

    async def open(self) -> Journal: ...
    def read(self) -> JournalReader: ...
    def snapshots(self) -> list[int]: ...
    def lose_entry(self, seq: int) -> None: ...
    def damage_entry(self, seq: int) -> None: ...
    def damage_snapshot(self, seq: int) -> None: ...
    def be_of_format(self, number: int) -> None: ...


class InSqlite:
    def __init__(self, path: Path) -> None:
        self.path, self.name, self.where = path, str(path), ["sqlite", str(path)]

    async def open(self) -> Journal:
        return await SqliteJournal.open(self.path)

    def read(self) -> JournalReader:
        return SqliteJournalReader(self.path)

    def snapshots(self) -> list[int]:
        with closing(sqlite3.connect(self.path)) as database:
            return [seq for (seq,) in database.execute("SELECT seq FROM snapshots ORDER BY seq")]

    def lose_entry(self, seq: int) -> None:
        self._alter("DELETE FROM entries WHERE seq = ?", seq)

    def damage_entry(self, seq: int) -> None:
        self._alter("UPDATE entries SET event = ? WHERE seq = ?", b'{"n":', seq)

    def damage_snapshot(self, seq: int) -> None:
        self._alter("UPDATE snapshots SET state = ? WHERE seq = ?", b"stale", seq)

    def be_of_format(self, number: int) -> None:
        self._alter("UPDATE meta SET value = ?", number)

    def _alter(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.path)) as database, database:
            database.execute(statement, values)


class InRedis:
    def __init__(self, process: RedisProcess) -> None:
        self.place: Place = process.place()
        self.name = str(self.place)
        self.where = ["redis", process.url, PASSWORD, self.place.cell]
        self._redis: Any = redis.Redis.from_url(process.url, password=PASSWORD)

    async def open(self) -> Journal:
        return await take_charge(self.place)

    def read(self) -> JournalReader:
        return RedisJournalReader(self.place)

    def snapshots(self) -> list[int]:
        kept = [int(seq) for seq in self._redis.zrange(self.place.key("snapshots"), 0, -1)]
        states = [int(key.rpartition(b":")[2]) for key in self._redis.keys(self.place.key("snapshot:*"))]
        assert sorted(states) == kept
        return kept

    def lose_entry(self, seq: int) -> None:
        self._redis.xdel(self.place.key("journal"), f"{seq}-0")

    def damage_entry(self, seq: int) -> None:
        """What is in a stream can't be changed: it is written anew."""
        key = self.place.key("journal")
        rows = self._redis.xrange(key)
        self._redis.delete(key)
        for name, fields in rows:
            self._redis.xadd(key, fields | ({b"event": b'{"n":'} if name == b"%d-0" % seq else {}), id=name)

    def damage_snapshot(self, seq: int) -> None:
        self._redis.hset(self.place.key(f"snapshot:{seq}"), "state", b"stale")

    def be_of_format(self, number: int) -> None:
        self._redis.set(self.place.key("format"), number)


@pytest.fixture(scope="module")
def server() -> Iterator[RedisProcess]:
    with redis_process() as process:
        yield process


@pytest.fixture(params=["sqlite", "redis"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    if request.param == "redis":
        return InRedis(request.getfixturevalue("server"))
    return InSqlite(tmp_path / "journal.sqlite3")


@pytest.fixture
async def journal(kept: Kept) -> AsyncIterator[Journal]:
    journal = await kept.open()
    yield journal
    await journal.close()


async def test_what_was_appended_is_read_back_after_reopening(kept: Kept) -> None:
    journal = await kept.open()
    await journal.append([entry(1), entry(2)])
    await journal.append([entry(3)])
    await journal.save_snapshot(2, 2.0, b"state")
    await journal.close()

    assert list(kept.read().entries(0)) == [entry(1), entry(2), entry(3)]
    journal = await kept.open()
    assert journal.last_seq == 3
    assert journal.latest_snapshot() == Snapshot(2, 2.0, b"state")
    assert list(journal.entries(2)) == [entry(3)]
    await journal.close()


async def test_a_stretch_is_found_by_number_and_by_time(journal: Journal) -> None:
    await journal.append([entry(seq) for seq in range(1, 11)])
    for seq in (3, 6, 9):
        await journal.save_snapshot(seq, float(seq), b"%d" % seq)

    assert [e.seq for e in journal.entries(4, until_seq=6)] == [5, 6]
    assert [e.seq for e in journal.entries_between(4.0, 7.0)] == [4, 5, 6]
    assert [e.seq for e in journal.entries_between(0.0, 3.0)] == [1, 2]
    assert journal.snapshot_before(seq=8) == Snapshot(6, 6.0, b"6")
    assert journal.snapshot_before(at=5.9) == Snapshot(3, 3.0, b"3")
    assert journal.snapshot_before(at=2.0) is None


async def test_entries_out_of_order_are_refused_and_leave_nothing(journal: Journal) -> None:
    await journal.append([entry(1)])
    with pytest.raises(ValueError, match="goes on at 2"):
        await journal.append([entry(2), entry(4)])
    assert [e.seq for e in journal.entries(0)] == [1]
    await journal.append([entry(2)])
    assert journal.last_seq == 2


async def test_a_damaged_entry_is_an_error_that_says_what_to_do(kept: Kept) -> None:
    journal = await kept.open()
    await journal.append([entry(1), entry(2), entry(3)])
    kept.damage_entry(3)
    with pytest.raises(
        JournalError, match=r"entry 3 does not match its checksum\. Restore (the file|Redis) from a backup"
    ) as told:
        list(journal.entries(0))
    assert kept.name in str(told.value)

    await journal.close()
    with pytest.raises(JournalError, match="entry 3"):
        await kept.open()


async def test_a_missing_entry_is_an_error(kept: Kept, journal: Journal) -> None:
    await journal.append([entry(1), entry(2), entry(3)])
    kept.lose_entry(2)
    with pytest.raises(JournalError, match="entries 2 to 2 are missing"):
        list(journal.entries(0))


async def test_a_journal_that_lost_its_end_is_refused(kept: Kept) -> None:
    journal = await kept.open()
    await journal.append([entry(1), entry(2), entry(3)])
    await journal.save_snapshot(3, 3.0, b"state")
    await journal.close()
    kept.lose_entry(3)
    with pytest.raises(JournalError, match="snapshot of entry 3, but its entries end at 2"):
        await kept.open()


async def test_a_damaged_snapshot_is_an_error(kept: Kept, journal: Journal) -> None:
    await journal.save_snapshot(0, 0.0, b"state")
    kept.damage_snapshot(0)
    with pytest.raises(JournalError, match="snapshot of entry 0"):
        journal.latest_snapshot()


async def test_a_journal_of_a_newer_format_is_refused(kept: Kept) -> None:
    await (await kept.open()).close()
    kept.be_of_format(2)
    with pytest.raises(JournalError, match="newer Tandem"):
        await kept.open()


async def test_pruning_keeps_the_stretch_that_can_be_replayed(journal: Journal) -> None:
    await journal.append([entry(seq) for seq in range(1, 11)])
    for seq in (3, 6, 9):
        await journal.save_snapshot(seq, float(seq), b"state")

    await journal.prune(before_at=8.0, written_seq=10)
    oldest = journal.oldest_snapshot()
    assert oldest and oldest.seq == 6
    assert [e.seq for e in journal.entries(oldest.seq)] == [7, 8, 9, 10]


async def test_pruning_keeps_entries_whose_records_are_not_written(journal: Journal) -> None:
    await journal.append([entry(seq) for seq in range(1, 11)])
    for seq in (3, 6, 9):
        await journal.save_snapshot(seq, float(seq), b"state")

    await journal.prune(before_at=100.0, written_seq=5)
    assert [e.seq for e in journal.entries(3)] == [4, 5, 6, 7, 8, 9, 10]
    await journal.prune(before_at=100.0, written_seq=2)
    assert [e.seq for e in journal.entries(3)] == [4, 5, 6, 7, 8, 9, 10]


async def test_appends_get_their_turn_while_much_is_pruned(journal: Journal) -> None:
    await journal.append([entry(seq) for seq in range(1, 20_001)])
    await journal.save_snapshot(20_000, 20_000.0, b"state")
    pruning = asyncio.create_task(journal.prune(before_at=30_000.0, written_seq=20_000))
    await journal.append([entry(20_001)])
    assert not pruning.done()
    await pruning
    assert [e.seq for e in journal.entries_between(0.0, 30_000.0)] == [20_001]


async def test_pruning_without_a_snapshot_forgets_nothing(journal: Journal) -> None:
    await journal.append([entry(1), entry(2)])
    await journal.prune(before_at=100.0, written_seq=2)
    assert [e.seq for e in journal.entries(0)] == [1, 2]


async def test_a_journal_pruned_to_its_snapshot_goes_on_where_it_was(kept: Kept) -> None:
    journal = await kept.open()
    await journal.append([entry(1), entry(2)])
    await journal.save_snapshot(2, 2.0, b"state")
    await journal.prune(before_at=100.0, written_seq=2)
    await journal.close()

    journal = await kept.open()
    assert journal.last_seq == 2
    await journal.append([entry(3)])
    assert [e.seq for e in journal.entries(2)] == [3]
    await journal.close()


async def test_pruning_thins_snapshots_to_one_an_hour_and_the_newest(kept: Kept, journal: Journal) -> None:
    await journal.append([entry(seq, seq * 600.0) for seq in range(1, 21)])
    for seq in range(1, 21):
        await journal.save_snapshot(seq, seq * 600.0, b"state")
    await journal.prune(before_at=1300.0, written_seq=20)
    assert kept.snapshots() == [2, 6, 12, 18, 20]


WRITE_FOR_EVER = """
import asyncio, pathlib, sys
from tandem.store.journal import Entry
from tandem.store.redis_server import Place
from tandem.store.sqlite_journal import SqliteJournal
from tests.redis_process import take_charge

async def main():
    _, kind, *where = sys.argv
    journal = await (SqliteJournal.open(pathlib.Path(where[0])) if kind == "sqlite" else take_charge(Place(*where)))
    while True:
        first = journal.last_seq + 1
        await journal.append([Entry(seq, float(seq), b"{}" * 200, seq) for seq in range(first, first + 5)])
        print(journal.last_seq, flush=True)

asyncio.run(main())
"""


async def test_what_was_acknowledged_is_there_after_kill_9(kept: Kept) -> None:
    acknowledged = 0
    for _ in range(3):
        writer = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITE_FOR_EVER, *kept.where, stdout=asyncio.subprocess.PIPE
        )
        assert writer.stdout
        for _ in range(40):
            acknowledged = int(await asyncio.wait_for(writer.stdout.readline(), 20))
        writer.kill()
        acknowledged = max([acknowledged, *map(int, (await writer.stdout.read()).split(b"\n")[:-1])])
        await writer.wait()

        entries = list(kept.read().entries(0))
        assert entries[-1].seq >= acknowledged
        assert len(entries) % 5 == 0, "a batch is there as a whole or not at all"
        journal = await kept.open()
        assert journal.last_seq == entries[-1].seq
        await journal.close()


async def test_a_commit_takes_under_ten_milliseconds(journal: Journal) -> None:
    took = []
    for turn in range(200):
        entries = [Entry(turn * 5 + n, 1.0, b"x" * 300, 1) for n in range(1, 6)]
        began = time.perf_counter()
        await journal.append(entries)
        took.append(time.perf_counter() - began)
    median = sorted(took)[100]
    print(f"commit of 5 entries: median {median * 1e3:.2f} ms, p99 {sorted(took)[197] * 1e3:.2f} ms")  # noqa: T201
    assert median < 0.010
