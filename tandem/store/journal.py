"""What a journal is, wherever it is kept: every event that was handled, durable before its commands leave, and the
snapshots to begin a replay from."""

import struct
from collections.abc import Iterator, Sequence
from typing import Protocol
from zlib import crc32

import msgspec

FORMAT = 1
"""Of what is in a journal; one of a higher format is left alone."""


class JournalError(Exception):
    """The journal can't be used; the text names it and says what to do."""


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
    """The CRC-32 that an entry or a snapshot carries over all its fields."""
    return crc32(struct.pack("<qdq", seq, at, digest) + payload)


class JournalReader(Protocol):
    """What is in a journal. A damaged or missing entry raises JournalError, it is never passed over.

    Reading blocks: who serves meanwhile reads in a thread.
    """

    def last_entry(self) -> Entry | None:
        """The newest entry."""
        ...

    def entries(self, after_seq: int, until_seq: int | None = None) -> Iterator[Entry]:
        """The entries after `after_seq`, up to and with `until_seq`, with none missing between."""
        ...

    def entries_between(self, since: float, until: float) -> Iterator[Entry]:
        """The entries of a time range (epoch seconds, `until` not in it)."""
        ...

    def latest_snapshot(self) -> Snapshot | None:
        """The newest snapshot."""
        ...

    def oldest_snapshot(self) -> Snapshot | None:
        """The oldest snapshot kept: a replay can begin no earlier."""
        ...

    def snapshot_before(self, *, seq: int | None = None, at: float | None = None) -> Snapshot | None:
        """The newest snapshot at or before entry `seq`, or the time `at` (epoch seconds)."""
        ...


class Journal(JournalReader, Protocol):
    """The journal of a running controller, which alone may write it. `last_seq`: of the newest entry."""

    last_seq: int

    def is_usable(self) -> bool:
        """Whether this controller may decide now."""
        ...

    async def in_charge(self) -> None:
        """Return as soon as this controller may decide. JournalError: it never may again."""
        ...

    async def append(self, entries: Sequence[Entry]) -> None:
        """Make `entries` durable, all or none; they must go on where `last_seq` ends (else ValueError).

        JournalError: nothing that they led to may be carried out.
        """
        ...

    async def save_snapshot(self, seq: int, at: float, state: bytes) -> None:
        """Keep the plane's `state` after entry `seq`."""
        ...

    async def prune(self, before_at: float, written_seq: int) -> None:
        """Forget what came before the newest snapshot that is older than `before_at` (epoch seconds).

        Entries after `written_seq` (those whose records are not yet written) stay, and all that stays can be
        replayed. Of the snapshots that stay, one an hour is kept, and the newest.
        """
        ...

    async def close(self) -> None:
        """Let another controller have it."""
        ...


def check_order(entries: Sequence[Entry], last_seq: int) -> int:
    """ValueError unless `entries` go on after `last_seq`; returns the last one's number."""
    expected = range(last_seq + 1, last_seq + 1 + len(entries))
    if [entry.seq for entry in entries] != list(expected):
        raise ValueError(f"the journal goes on at {last_seq + 1}")
    return expected.stop - 1
