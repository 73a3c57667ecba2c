import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from tandem.store.journal import Journal
from tandem.store.journal_reader import Entry, JournalError, JournalReader, Snapshot


def entry(seq: int, at: float | None = None) -> Entry:
    return Entry(seq, float(seq) if at is None else at, b'{"n":%d}' % seq, seq * 7)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
async def journal(path: Path) -> AsyncIterator[Journal]:
    journal = await Journal.open(path)
    yield journal
    await journal.close()


def alter(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement, values)


async def test_what_was_appended_is_read_back_after_reopening(path: Path) -> None:
    journal = await Journal.open(path)
    await journal.append([entry(1), entry(2)])
    await journal.append([entry(3)])
    await journal.save_snapshot(2, 2.0, b"state")
    await journal.close()

    assert list(JournalReader(path).entries(0)) == [entry(1), entry(2), entry(3)]
    journal = await Journal.open(path)
    assert journal.last_seq == 3
    assert journal.latest_snapshot() == Snapshot(2, 2.0, b"state")
    assert list(journal.entries(2)) == [entry(3)]
    await journal.close()


async def test_nobody_else_may_read_it(journal: Journal, path: Path) -> None:
    await journal.append([entry(1)])
    files = [path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600] * 3


async def test_a_stretch_is_found_by_number_and_by_time(journal: Journal) -> None:
    await journal.append([entry(seq) for seq in range(1, 11)])
    for seq in (3, 6, 9):
        await journal.save_snapshot(seq, float(seq), b"%d" % seq)

    assert [e.seq for e in journal.entries(4, until_seq=6)] == [5, 6]
    assert [e.seq for e in journal.entries_between(4.0, 7.0)] == [4, 5, 6]
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


OPEN = """
import asyncio, pathlib, sys
from tandem.store.journal import Journal
asyncio.run(Journal.open(pathlib.Path(sys.argv[1])))
"""


async def test_a_second_controller_is_refused_until_the_first_ends(path: Path) -> None:
    journal = await Journal.open(path)
    other = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", OPEN, str(path)], capture_output=True)
    assert f"Another controller (pid {os.getpid()}) runs on the journal {path}".encode() in other.stderr
    await journal.close()
    other = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", OPEN, str(path)], capture_output=True)
    assert other.returncode == 0


async def test_a_damaged_entry_is_an_error_that_says_what_to_do(path: Path) -> None:
    journal = await Journal.open(path)
    await journal.append([entry(1), entry(2), entry(3)])
    alter(path, "UPDATE entries SET event = ? WHERE seq = 3", b'{"n":')
    with pytest.raises(
        JournalError, match=r"entry 3 does not match its checksum\. Restore the file from a backup"
    ) as told:
        list(journal.entries(0))
    assert str(path) in str(told.value)

    await journal.close()
    with pytest.raises(JournalError, match="entry 3"):
        await Journal.open(path)


async def test_a_missing_entry_is_an_error(path: Path, journal: Journal) -> None:
    await journal.append([entry(1), entry(2), entry(3)])
    alter(path, "DELETE FROM entries WHERE seq = 2")
    with pytest.raises(JournalError, match="entries 2 to 2 are missing"):
        list(journal.entries(0))


async def test_a_journal_that_lost_its_end_is_refused(path: Path) -> None:
    journal = await Journal.open(path)
    await journal.append([entry(1), entry(2), entry(3)])
    await journal.save_snapshot(3, 3.0, b"state")
    await journal.close()
    alter(path, "DELETE FROM entries WHERE seq = 3")
    with pytest.raises(JournalError, match="snapshot of entry 3, but its entries end at 2"):
        await Journal.open(path)


async def test_a_damaged_snapshot_is_an_error(path: Path, journal: Journal) -> None:
    await journal.save_snapshot(0, 0.0, b"state")
    alter(path, "UPDATE snapshots SET state = ?", b"stale")
    with pytest.raises(JournalError, match="snapshot of entry 0"):
        journal.latest_snapshot()


async def test_a_file_that_is_no_journal_is_refused(path: Path) -> None:
    await asyncio.to_thread(path.write_bytes, b"nonsense" * 1000)
    with pytest.raises(JournalError, match=r"is damaged \(file is not a database\)"):
        await Journal.open(path)
    await asyncio.to_thread(path.unlink)
    await (await Journal.open(path)).close()


async def test_a_journal_of_a_newer_format_is_refused(path: Path) -> None:
    await (await Journal.open(path)).close()
    alter(path, "UPDATE meta SET value = 2")
    with pytest.raises(JournalError, match="newer Tandem"):
        await Journal.open(path)


def test_a_reader_of_nothing_says_so(path: Path) -> None:
    with pytest.raises(JournalError, match="There is no journal at"):
        JournalReader(path).latest_snapshot()


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


async def test_a_journal_pruned_to_its_snapshot_goes_on_where_it_was(path: Path) -> None:
    journal = await Journal.open(path)
    await journal.append([entry(1), entry(2)])
    await journal.save_snapshot(2, 2.0, b"state")
    await journal.prune(before_at=100.0, written_seq=2)
    await journal.close()

    journal = await Journal.open(path)
    assert journal.last_seq == 2
    await journal.append([entry(3)])
    assert [e.seq for e in journal.entries(2)] == [3]
    await journal.close()


async def test_pruning_thins_snapshots_to_one_an_hour_and_the_newest(path: Path, journal: Journal) -> None:
    await journal.append([entry(seq, seq * 600.0) for seq in range(1, 21)])
    for seq in range(1, 21):
        await journal.save_snapshot(seq, seq * 600.0, b"state")
    await journal.prune(before_at=1300.0, written_seq=20)
    with closing(sqlite3.connect(path)) as database:
        kept = [seq for (seq,) in database.execute("SELECT seq FROM snapshots ORDER BY seq")]
    assert kept == [2, 6, 12, 18, 20]


WRITE_FOR_EVER = """
import asyncio, pathlib, sys
from tandem.store.journal import Journal
from tandem.store.journal_reader import Entry

async def main():
    journal = await Journal.open(pathlib.Path(sys.argv[1]))
    while True:
        first = journal.last_seq + 1
        await journal.append([Entry(seq, float(seq), b"{}" * 200, seq) for seq in range(first, first + 5)])
        print(journal.last_seq, flush=True)

asyncio.run(main())
"""


async def test_what_was_acknowledged_is_there_after_kill_9(path: Path) -> None:
    acknowledged = 0
    for _ in range(3):
        writer = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITE_FOR_EVER, str(path), stdout=asyncio.subprocess.PIPE
        )
        assert writer.stdout
        for _ in range(40):
            acknowledged = int(await asyncio.wait_for(writer.stdout.readline(), 20))
        writer.kill()
        acknowledged = max([acknowledged, *map(int, (await writer.stdout.read()).split(b"\n")[:-1])])
        await writer.wait()

        entries = list(JournalReader(path).entries(0))
        assert entries[-1].seq >= acknowledged
        assert len(entries) % 5 == 0, "a batch is there as a whole or not at all"
        journal = await Journal.open(path)
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
