"""Reads the journal of one machine, an SQLite file. Needs no lock."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tandem.store.journal import Entry, JournalError, Snapshot, checksum

JOURNAL = "journal.sqlite3"
"""The file, in the home folder."""

WHAT_TO_DO = (
    "Restore the file from a backup; or move it, its -wal and its -shm aside and start with an empty journal: "
    "calls in progress then begin again, nothing else is lost."
)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into a JournalError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise JournalError(f"{path}: {error}. Check that the disk has room and that the file may be used.") from error
    except sqlite3.DatabaseError as error:
        raise JournalError(f"{path} is damaged ({error}). {WHAT_TO_DO}") from error


class SqliteJournalReader:
    """A JournalReader of the file at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def last_entry(self) -> Entry | None:
        return next(self._entries("1 ORDER BY seq DESC LIMIT 1", ()), None)

    def entries(self, after_seq: int, until_seq: int | None = None) -> Iterator[Entry]:
        expected = after_seq + 1
        until = 2**63 - 1 if until_seq is None else until_seq
        for entry in self._entries("seq > ? AND seq <= ? ORDER BY seq", (after_seq, until)):
            if entry.seq != expected:
                raise self._damaged(f"entries {expected} to {entry.seq - 1} are missing")
            yield entry
            expected += 1

    def entries_between(self, since: float, until: float) -> Iterator[Entry]:
        return self._entries("at >= ? AND at < ? ORDER BY seq", (since, until))

    def latest_snapshot(self) -> Snapshot | None:
        return self._snapshot("1", ())

    def oldest_snapshot(self) -> Snapshot | None:
        return self._snapshot("seq = (SELECT min(seq) FROM snapshots)", ())

    def snapshot_before(self, *, seq: int | None = None, at: float | None = None) -> Snapshot | None:
        if seq is not None:
            return self._snapshot("seq <= ?", (seq,))
        return self._snapshot("at <= ?", (at,))

    def _entries(self, where: str, values: tuple[float, ...]) -> Iterator[Entry]:
        statement = f"SELECT seq, at, event, digest, checksum FROM entries WHERE {where}"  # noqa: S608
        for seq, at, event, digest, check in self._rows(statement, values):
            if checksum(seq, at, event, digest) != check:
                raise self._damaged(f"entry {seq} does not match its checksum")
            yield Entry(seq, at, event, digest)

    def _snapshot(self, where: str, values: tuple[float | None, ...]) -> Snapshot | None:
        statement = f"SELECT seq, at, state, checksum FROM snapshots WHERE {where} ORDER BY seq DESC LIMIT 1"  # noqa: S608
        for seq, at, state, check in self._rows(statement, values):
            if checksum(seq, at, state) != check:
                raise self._damaged(f"the snapshot of entry {seq} does not match its checksum")
            return Snapshot(seq, at, state)
        return None

    def _rows(self, statement: str, values: tuple[float | None, ...]) -> Iterator[tuple[Any, ...]]:
        if not self.path.exists():
            raise JournalError(f"There is no journal at {self.path}.")
        with explained(self.path), closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            yield from db.execute(statement, values)

    def _damaged(self, how: str) -> JournalError:
        return JournalError(f"{self.path} is damaged: {how}. {WHAT_TO_DO}")
