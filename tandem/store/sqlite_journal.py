"""The journal of one machine: an SQLite file, written in one thread of its own.

On a small virtual machine a commit takes 0.4 ms (p99 1 ms) this way; through aiosqlite it took 0.6 ms (p99 1.3 ms).
"""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Self, TypeVar

from tandem.store.journal import FORMAT, Entry, JournalError, check_order, checksum
from tandem.store.private import keep_private
from tandem.store.sqlite_journal_reader import SqliteJournalReader, explained

META = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO meta VALUES ('format', {format}) ON CONFLICT DO NOTHING;
COMMIT;
"""
TABLES = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY, at REAL NOT NULL, event BLOB NOT NULL, digest INTEGER NOT NULL, checksum INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS entries_at ON entries (at);
CREATE TABLE IF NOT EXISTS snapshots (
    seq INTEGER PRIMARY KEY, at REAL NOT NULL, state BLOB NOT NULL, checksum INTEGER NOT NULL);
COMMIT;
"""
FIRST_KEPT = "SELECT coalesce(max(seq), 0) FROM snapshots WHERE at < ? AND seq <= ?"
PRUNE_SNAPSHOTS = """
DELETE FROM snapshots WHERE seq < ? OR (seq > ? AND seq NOT IN (
    SELECT max(seq) FROM snapshots UNION SELECT min(seq) FROM snapshots GROUP BY cast(at / 3600 AS INTEGER)))
"""
PRUNE_ENTRIES = "DELETE FROM entries WHERE seq IN (SELECT seq FROM entries WHERE seq <= ? ORDER BY seq LIMIT 1000)"
Result = TypeVar("Result")


class SqliteJournal(SqliteJournalReader):
    """A Journal; the lock file keeps every other controller off."""

    def __init__(self, path: Path, lock: int) -> None:
        super().__init__(path)
        self.last_seq = 0
        self._lock = lock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._database: sqlite3.Connection | None = None

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open or create the journal at `path`.

        JournalError: another controller has it, it is damaged, or a newer Tandem wrote it.
        """
        journal = cls(path, _lock(path))
        try:
            await journal._run(journal._open)
        except BaseException:
            await journal.close()
            raise
        return journal

    def is_usable(self) -> bool:
        return True

    async def in_charge(self) -> None:
        """Who has the lock is, until the end."""

    async def append(self, entries: Sequence[Entry]) -> None:
        last = check_order(entries, self.last_seq)
        rows = [(e.seq, e.at, e.event, e.digest, checksum(e.seq, e.at, e.event, e.digest)) for e in entries]
        await self._run(lambda: self._write("INSERT INTO entries VALUES (?, ?, ?, ?, ?)", rows))
        self.last_seq = last

    async def save_snapshot(self, seq: int, at: float, state: bytes) -> None:
        row = (seq, at, state, checksum(seq, at, state))
        await self._run(lambda: self._write("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)", [row]))

    async def prune(self, before_at: float, written_seq: int) -> None:
        # Snapshots first: a crash between leaves entries that nothing needs, never a snapshot without its entries.
        first = await self._run(lambda: self._forget_snapshots(before_at, written_seq))
        while await self._run(lambda: self._forget_entries(first)):
            pass  # in small parts, so that appends get their turn

    async def close(self) -> None:
        """Close the file and let another controller have it."""
        if self._database:
            await self._run(self._database.close)
        self._thread.shutdown()
        os.close(self._lock)

    async def _run(self, work: Callable[[], Result]) -> Result:
        with explained(self.path):
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> None:
        keep_private(self.path)
        self._database = sqlite3.connect(self.path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.executescript(META.format(format=FORMAT))
        (found,) = self._database.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
        if found > FORMAT:
            raise JournalError(
                f"{self.path} was written by a newer Tandem (format {found}, this one knows {FORMAT}). "
                "Start that version, or move the file aside."
            )
        self._database.executescript(TABLES)
        self.last_seq = self._find_end()

    def _find_end(self) -> int:
        entry, oldest, newest = self.last_entry(), self.oldest_snapshot(), self.latest_snapshot()
        end = entry.seq if entry else oldest.seq if oldest else 0
        if newest and newest.seq > end:
            raise self._damaged(f"it has a snapshot of entry {newest.seq}, but its entries end at {end}")
        return end

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        assert self._database
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany(statement, rows)

    def _forget_snapshots(self, before_at: float, written_seq: int) -> int:
        assert self._database
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            first: int = self._database.execute(FIRST_KEPT, (before_at, written_seq)).fetchone()[0]
            self._database.execute(PRUNE_SNAPSHOTS, (first, first))
        return first

    def _forget_entries(self, until_seq: int) -> bool:
        assert self._database
        return self._database.execute(PRUNE_ENTRIES, (until_seq,)).rowcount > 0


def holder(path: Path) -> tuple[int, int] | None:
    """The process id of the controller that runs on the journal at `path`, and of who started it; None: there is
    none, or its lock does not say: it has just been taken, or by an older Tandem."""
    with suppress(OSError, ValueError), _lock_of(path).open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, parent = map(int, handle.read(40).split())
            return pid, parent
    return None


def _lock_of(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _lock(path: Path) -> int:
    """Take the lock file beside `path`; the lock ends with the process, however that ends."""
    lock = _lock_of(path)
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise JournalError(f"{lock} can't be opened ({error.strerror}). Check the folder and its rights.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        owner = os.read(handle, 40).decode().partition(" ")[0]
        os.close(handle)
        raise JournalError(f"Another controller (pid {owner}) runs on the journal {path}. Stop it first.") from error
    os.ftruncate(handle, 0)
    os.write(handle, b"%d %d" % (os.getpid(), os.getppid()))
    return handle
