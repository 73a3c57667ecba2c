"""Reads the journal of a cell: a stream in Redis whose ids are the entries' numbers, and hashes with the snapshots."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tandem.store.journal import Entry, JournalError, Snapshot, checksum
from tandem.store.redis_server import Place, RedisReader

STREAM, SNAPSHOTS, SNAPSHOT, FORMAT_KEY = "journal", "snapshots", "snapshot", "format"
PAGE = 500
"""Entries that are asked for at once."""
WHAT_TO_DO = (
    "Restore Redis from a backup; or remove the keys of this cell and start with an empty journal: calls in progress "
    "then begin again, nothing else is lost."
)
Fields = Mapping[bytes, bytes]


class RedisJournalReader:
    """A JournalReader of the cell at `place`."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._redis = RedisReader(place)

    def last_entry(self) -> Entry | None:
        rows = self._redis.ask("XREVRANGE", STREAM, "+", "-", "COUNT", 1)
        return self._entry(*rows[0]) if rows else None

    def entries(self, after_seq: int, until_seq: int | None = None) -> Iterator[Entry]:
        until = "+" if until_seq is None else id_of(until_seq)
        while rows := self._redis.ask("XRANGE", STREAM, f"({id_of(after_seq)}", until, "COUNT", PAGE):
            for entry in in_row(self.place, rows, after_seq):
                yield entry
                after_seq = entry.seq
            if until_seq is not None and after_seq >= until_seq:
                return

    def entries_between(self, since: float, until: float) -> Iterator[Entry]:
        begin, first = self.snapshot_before(at=since), self.first_entry()
        if first is None:
            return
        for entry in self.entries(begin.seq if begin else first.seq - 1):
            if entry.at >= until:
                return
            if entry.at >= since:
                yield entry

    def first_entry(self) -> Entry | None:
        """The oldest entry that is kept."""
        rows = self._redis.ask("XRANGE", STREAM, "-", "+", "COUNT", 1)
        return self._entry(*rows[0]) if rows else None

    def latest_snapshot(self) -> Snapshot | None:
        return self._first(self._redis.ask("ZREVRANGE", SNAPSHOTS, 0, 0))

    def oldest_snapshot(self) -> Snapshot | None:
        return self._first(self._redis.ask("ZRANGE", SNAPSHOTS, 0, 0))

    def snapshot_before(self, *, seq: int | None = None, at: float | None = None) -> Snapshot | None:
        if seq is not None:
            return self._first(self._redis.ask("ZREVRANGEBYSCORE", SNAPSHOTS, seq, "-inf", "LIMIT", 0, 1))
        for number in self._redis.ask("ZREVRANGE", SNAPSHOTS, 0, -1):
            if at is not None and float(self._redis.ask("HGET", snapshot_key(number), "at") or "inf") <= at:
                return self._first([number])
        return None

    def _entry(self, name: bytes, row: Sequence[bytes]) -> Entry:
        return entry_of(self.place, name, row)

    def _first(self, numbers: Sequence[bytes]) -> Snapshot | None:
        if not numbers:
            return None
        seq = int(numbers[0])
        fields = _fields(self._redis.ask("HGETALL", snapshot_key(numbers[0])))
        try:
            found = Snapshot(seq, float(fields[b"at"]), fields[b"state"])
            whole = checksum(seq, found.at, found.state) == int(fields[b"checksum"])
        except (KeyError, ValueError):
            whole = False
        if not whole:
            raise damaged(self.place, f"the snapshot of entry {seq} does not match its checksum")
        return found


def id_of(seq: int) -> str:
    """The stream's id of entry `seq`."""
    return f"{seq}-0"


def snapshot_key(seq: bytes | int) -> str:
    """Where the snapshot of entry `seq` is."""
    return f"{SNAPSHOT}:{int(seq)}"


def in_row(place: Place, rows: Sequence[tuple[bytes, Sequence[bytes]]], after_seq: int) -> Iterator[Entry]:
    """The entries of a part of the stream that begins after `after_seq`; JournalError where one is missing."""
    for name, row in rows:
        entry = entry_of(place, name, row)
        if entry.seq != after_seq + 1:
            raise damaged(place, f"entries {after_seq + 1} to {entry.seq - 1} are missing")
        yield entry
        after_seq = entry.seq


def entry_of(place: Place, name: bytes, row: Sequence[bytes]) -> Entry:
    """One entry of the stream; JournalError when it is damaged."""
    seq = int(name.partition(b"-")[0])
    fields = _fields(row)
    try:
        entry = Entry(seq, float(fields[b"at"]), fields[b"event"], int(fields[b"digest"]))
        whole = checksum(seq, entry.at, entry.event, entry.digest) == int(fields[b"checksum"])
    except (KeyError, ValueError):
        whole = False
    if not whole:
        raise damaged(place, f"entry {seq} does not match its checksum")
    return entry


def damaged(place: Place, how: str) -> JournalError:
    """What is told when the journal is not what was written."""
    return JournalError(f"The journal in {place} is damaged: {how}. {WHAT_TO_DO}")


def _fields(row: Any) -> Fields:
    """Names and values, as RESP2 (a list by turns) or RESP3 (a map) give them."""
    return row if isinstance(row, Mapping) else dict(zip(row[::2], row[1::2], strict=True))
