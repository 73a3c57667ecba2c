"""The journal of a cell, in Redis: one stream, whose ids are the entries' numbers, written by whoever has the lease.

A batch is appended by one script, as a whole or not at all: it checks that nobody has taken the lease since, and that
the journal ends where the batch begins. So a controller that lost the lease writes nothing more, and a batch whose
answer was lost is sent again without being doubled.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Self

import structlog

from tandem.store.journal import FORMAT, Entry, JournalError, check_order, checksum
from tandem.store.lease import OWNED, OWNER, Lease
from tandem.store.redis_journal_reader import (
    FORMAT_KEY,
    SNAPSHOTS,
    STREAM,
    RedisJournalReader,
    damaged,
    id_of,
    in_row,
    snapshot_key,
)
from tandem.store.redis_server import Place, RedisLostError, RedisServer, Value

log = structlog.get_logger()

ANSWER_SECONDS = 2.0
"""How long an answer is waited for, until the same is asked again."""
AGAIN_AFTER = 0.05
FOLLOWED = 500
"""Entries that are followed at once."""
FORGOTTEN = 1000
"""Entries that are forgotten at once, so that appends get their turn."""
FIELDS = 4
"""Values of an entry in APPEND."""

APPEND = f"""{OWNED}
local last, sum = '0', ''
local newest = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
if newest then
    last, sum = string.match(newest[1], '%d+'), newest[2][8]
elseif redis.call('EXISTS', KEYS[2]) == 1 then
    local about = redis.call('XINFO', 'STREAM', KEYS[2])
    for i = 1, #about, 2 do
        if about[i] == 'last-generated-id' then last = string.match(about[i + 1], '%d+') end
    end
end
local count = (#ARGV - 2) / {FIELDS}
if tonumber(last) == tonumber(ARGV[2]) + count and sum == ARGV[#ARGV] then return {{'kept'}} end
if last ~= ARGV[2] then return {{'elsewhere', last}} end
for i = 0, count - 1 do
    local at = 3 + i * {FIELDS}
    redis.call('XADD', KEYS[2], string.format('%.0f-0', tonumber(last) + i + 1), 'at', ARGV[at],
        'event', ARGV[at + 1], 'digest', ARGV[at + 2], 'checksum', ARGV[at + 3])
end
return {{'kept'}}
"""
SAVE = f"""{OWNED}
redis.call('HSET', KEYS[3], 'at', ARGV[3], 'state', ARGV[4], 'checksum', ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[2])
return {{'kept'}}
"""
FORGET = f"""{OWNED}
for i = 4, #KEYS do redis.call('DEL', KEYS[i]) end
for i = 3, #ARGV do redis.call('ZREM', KEYS[2], ARGV[i]) end
redis.call('XTRIM', KEYS[3], 'MINID', ARGV[2])
return {{'kept'}}
"""


class RedisJournal(RedisJournalReader):
    """A Journal of the cell at `place`, for who has `lease`.

    `patience`: seconds for which Redis may be lost, until this controller gives up. `retries` counts what was asked
    again.
    """

    def __init__(self, place: Place, lease: Lease, patience: float) -> None:
        super().__init__(place)
        self.lease = lease
        self.last_seq = 0
        self.retries = 0
        self._patience = patience
        self._server = RedisServer(place, ANSWER_SECONDS)

    @classmethod
    async def open(cls, place: Place, lease: Lease, patience: float) -> Self:
        """Open or begin the journal at `place`.

        JournalError: Redis can't be used, or keeps nothing on disk, or a newer Tandem wrote the journal.
        """
        journal = cls(place, lease, patience)
        try:
            await journal._check()
            journal.last_seq = await asyncio.to_thread(journal._find_end)
        except BaseException as error:
            await journal.close()
            if isinstance(error, RedisLostError):
                raise place.unusable(error) from error
            raise
        return journal

    def is_usable(self) -> bool:
        return self.lease.is_proven()

    async def in_charge(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self.lease.proven()
        except TimeoutError:
            raise self._given_up("the lease can't be renewed") from None

    async def append(self, entries: Sequence[Entry]) -> None:
        last = check_order(entries, self.last_seq)
        values: list[Value] = [self.last_seq]
        for one in entries:
            values += [repr(one.at), one.event, one.digest, checksum(one.seq, one.at, one.event, one.digest)]
        await self._write(APPEND, (STREAM,), values)
        self.last_seq = last
        await self.in_charge()  # who was stopped meanwhile, and woke up too late, carries out nothing

    async def save_snapshot(self, seq: int, at: float, state: bytes) -> None:
        await self._write(SAVE, (SNAPSHOTS, snapshot_key(seq)), (seq, repr(at), state, checksum(seq, at, state)))

    async def prune(self, before_at: float, written_seq: int) -> None:
        snapshots = await asyncio.to_thread(self._snapshots)
        first, gone = forgettable(snapshots, before_at, written_seq)
        # Snapshots first: a crash between leaves entries that nothing needs, never a snapshot without its entries.
        await self._forget(gone, 0)
        oldest_entry = await asyncio.to_thread(self.first_entry)
        oldest = oldest_entry.seq if oldest_entry else first + 1
        while oldest <= first:
            oldest = min(oldest + FORGOTTEN, first + 1)
            await self._forget((), oldest)

    async def follow(self, wait: float) -> list[Entry]:
        """What another controller has appended after `last_seq`; waits up to `wait` seconds for it. RedisLostError."""
        key = self.place.key(STREAM)
        blocking = ("BLOCK", round(wait * 1000)) if wait else ()
        answer = await self._server.ask("XREAD", "COUNT", FOLLOWED, *blocking, "STREAMS", key, id_of(self.last_seq))
        entries = list(in_row(self.place, _rows(answer), self.last_seq))
        if entries:
            self.last_seq = entries[-1].seq
        return entries

    async def has(self, entry: Entry) -> bool:
        """Whether `entry` stands in the journal as it is. RedisLostError."""
        rows = await self._server.ask("XRANGE", self.place.key(STREAM), id_of(entry.seq), id_of(entry.seq))
        return list(in_row(self.place, rows, entry.seq - 1)) == [entry]

    async def close(self) -> None:
        await self.lease.close()
        await self._server.close()

    async def _check(self) -> None:
        """That what is written here stays."""
        about = await self._server.ask("INFO", "everything")
        if not int(about.get("aof_enabled", 1)):
            raise JournalError(f"{self.place} keeps nothing on disk. Set appendonly yes (docs/cluster.md).")
        policy = about.get("maxmemory_policy", "noeviction")
        if policy != "noeviction":
            raise JournalError(f"{self.place} may throw keys away. Set maxmemory-policy noeviction, not {policy}.")
        await self._server.ask("SETNX", self.place.key(FORMAT_KEY), FORMAT)
        found = int(await self._server.ask("GET", self.place.key(FORMAT_KEY)))
        if found > FORMAT:
            raise JournalError(
                f"The journal in {self.place} was written by a newer Tandem (format {found}, this one knows {FORMAT}). "
                "Start that version, or give this cell another name."
            )

    def _find_end(self) -> int:
        entry, oldest, newest = self.last_entry(), self.oldest_snapshot(), self.latest_snapshot()
        end = entry.seq if entry else oldest.seq if oldest else 0
        if newest and newest.seq > end:
            raise damaged(self.place, f"it has a snapshot of entry {newest.seq}, but its entries end at {end}")
        return end

    def _snapshots(self) -> list[tuple[int, float]]:
        """Number and time of each, the oldest first."""
        numbers = [int(number) for number in self._redis.ask("ZRANGE", SNAPSHOTS, 0, -1)]
        return [(seq, float(self._redis.ask("HGET", snapshot_key(seq), "at"))) for seq in numbers]

    async def _forget(self, snapshots: Sequence[int], first_seq: int) -> None:
        keys = (SNAPSHOTS, STREAM, *map(snapshot_key, snapshots))
        await self._write(FORGET, keys, (id_of(first_seq), *snapshots))

    async def _write(self, script: str, keys: Sequence[str], values: Sequence[Value]) -> None:
        """Have a script write; as long as Redis is lost it is asked again, which each of them bears."""
        outcome, *more = await self._surely(script, (OWNER, *keys), (self.lease.owner, *values))
        if outcome == b"fenced":
            raise self.lease.lost(more[0])
        if outcome == b"elsewhere":
            raise damaged(self.place, f"it ends at entry {more[0].decode()}, and should at {self.last_seq}")

    async def _surely(self, script: str, keys: Sequence[str], values: Sequence[Value]) -> Any:
        clock = asyncio.get_running_loop().time
        give_up_at = clock() + self._patience
        while True:
            try:
                return await self._server.run(script, keys, values)
            except RedisLostError as error:
                if clock() >= give_up_at:
                    raise self._given_up(error) from error
                self.retries += 1
                log.warning("the journal can't be written, trying again", error=str(error))
                await asyncio.sleep(AGAIN_AFTER)

    def _given_up(self, why: object) -> JournalError:
        return JournalError(f"{self.place} has been lost for {self._patience:g} s ({why}); this controller gives up.")


def forgettable(
    snapshots: Sequence[tuple[int, float]], before_at: float, written_seq: int
) -> tuple[int, Sequence[int]]:
    """Up to which entry nothing is needed, and which snapshots are not; given are their numbers and times."""
    first = max((seq for seq, at in snapshots if at < before_at and seq <= written_seq), default=0)
    of_hours: dict[int, int] = {}
    for seq, at in sorted(snapshots):
        of_hours.setdefault(int(at // 3600), seq)
    newest = max((seq for seq, _ in snapshots), default=0)
    kept = {first, newest, *(seq for seq in of_hours.values() if seq > first)}
    return first, [seq for seq, _ in snapshots if seq not in kept]


def _rows(answer: Any) -> Any:
    """The rows of the one stream that XREAD was asked for, as RESP2 (a list) or RESP3 (a map) give them."""
    if not answer:
        return []
    if isinstance(answer, dict):
        (rows,) = answer.values()
        return rows[0] if rows and isinstance(rows[0], list) else rows
    return answer[0][1]
