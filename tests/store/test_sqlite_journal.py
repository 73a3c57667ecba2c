"""What only the journal in a file has: its rights, its lock, its damage."""

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.store.journal import Entry, JournalError
from tandem.store.sqlite_journal import SqliteJournal
from tandem.store.sqlite_journal_reader import SqliteJournalReader


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
async def journal(path: Path) -> AsyncIterator[SqliteJournal]:
    journal = await SqliteJournal.open(path)
    yield journal
    await journal.close()


async def test_nobody_else_may_read_it(journal: SqliteJournal, path: Path) -> None:
    await journal.append([Entry(1, 1.0, b"{}", 7)])
    files = [path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600] * 3


OPEN = """
import asyncio, pathlib, sys
from tandem.store.sqlite_journal import SqliteJournal
asyncio.run(SqliteJournal.open(pathlib.Path(sys.argv[1])))
"""


async def test_a_second_controller_is_refused_until_the_first_ends(path: Path) -> None:
    journal = await SqliteJournal.open(path)
    other = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", OPEN, str(path)], capture_output=True)
    assert f"Another controller (pid {os.getpid()}) runs on the journal {path}".encode() in other.stderr
    await journal.close()
    other = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", OPEN, str(path)], capture_output=True)
    assert other.returncode == 0


async def test_a_file_that_is_no_journal_is_refused(path: Path) -> None:
    await asyncio.to_thread(path.write_bytes, b"nonsense" * 1000)
    with pytest.raises(JournalError, match=r"is damaged \(file is not a database\)"):
        await SqliteJournal.open(path)
    await asyncio.to_thread(path.unlink)
    await (await SqliteJournal.open(path)).close()


def test_a_reader_of_nothing_says_so(path: Path) -> None:
    with pytest.raises(JournalError, match="There is no journal at"):
        SqliteJournalReader(path).latest_snapshot()
