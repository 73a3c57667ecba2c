"""Reads the journal: every event that was handled, and the snapshots to begin a replay from. Needs no lock."""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec

JOURNAL = "journal.sqlite3"
"""The file, in the home folder."""

FORMAT = 1
WHAT_TO_DO = (
    "Restore the file from a backup; or move it, its -wal and its -shm aside and start with an empty journal: "
    "calls in progress then begin again, nothing else is lost."
)


class JournalError(Exception):
    """The journal can't be used; the text names the file and says what to do."""


class Entry(msgspec.Struct, frozen=True):
    """One handled event: the `seq`-th, at `at` (epoch seconds). `digest` is the CRC-32 of the commands that left."""

    seq: int
    at: float
    event: bytes
    digest: int


class Snapshot(msgspec.Struct, frozen=True):
    """The plane's whole state after entry `seq`, taken at `at` (epoch seconds)."""

    seq: int
    at: float
    state: bytes


def checksum(seq: int, at: float, payload: bytes, digest: int = 0) -> int:
    """The CRC-32 that a row carries over all its fields."""
    return crc32(struct.pack("<qdq", seq, at, digest) + payload)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into a JournalError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise JournalError(f"{path}: {error}. Check that the disk has room and that the file may be used.") from error
    except sqlite3.DatabaseError as error:
        raise JournalError(f"{path} is damaged ({error}). {WHAT_TO_DO}") from error


class JournalReader:
    """What is in the journal at `path`. A damaged entry raises JournalError, it is never passed over."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def last_entry(self) -> Entry | None:
        """The newest entry."""
        return next(self._entries("1 ORDER BY seq DESC LIMIT 1", ()), None)

    def entries(self, after_seq: int, until_seq: int | None = None) -> Iterator[Entry]:
        """The entries after `after_seq`, up to and with `until_seq`, with none missing between."""
        expected = after_seq + 1
        until = 2**63 - 1 if until_seq is None else until_seq
        for entry in self._entries("seq > ? AND seq <= ? ORDER BY seq", (after_seq, until)):
            if entry.seq != expected:
                raise self._damaged(f"entries {expected} to {entry.seq - 1} are missing")
            yield entry
            expected += 1

    def entries_between(self, since: float, until: float) -> Iterator[Entry]:
        """The entries of a time range (epoch seconds, `until` not in it)."""
        return self._entries("at >= ? AND at < ? ORDER BY seq", (since, until))

    def latest_snapshot(self) -> Snapshot | None:
        """The newest snapshot."""
        return self._snapshot("1", ())

    def oldest_snapshot(self) -> Snapshot | None:
        """The oldest snapshot kept: a replay can begin no earlier."""
        return self._snapshot("seq = (SELECT min(seq) FROM snapshots)", ())

    def snapshot_before(self, *, seq: int | None = None, at: float | None = None) -> Snapshot | None:
        """The newest snapshot at or before entry `seq`, or the time `at` (epoch seconds)."""
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
