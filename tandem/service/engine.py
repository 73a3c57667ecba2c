"""The one loop: events in, journal, commands out. Nothing leaves before its event is durable."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

import msgspec
import structlog

from tandem.control import wire
from tandem.control.commands import Command
from tandem.control.events import Event, TimePassed
from tandem.control.plane import Plane
from tandem.store.journal import Entry, Journal, JournalReader, Snapshot

log = structlog.get_logger()

BATCH = 500
"""Events in one commit at most."""
QUEUE = 50_000
"""Events that may wait for the loop; past that the process is hopelessly behind and must say so by stopping."""
SNAPSHOT_EVERY = 60.0
"""Seconds between snapshots while events come."""


class Figures(msgspec.Struct):
    """What the loop did, for the metrics."""

    events: int = 0
    under_way: int = 0
    """Events handled whose commands have not left yet: their entries are being committed."""
    commits: int = 0
    commit_seconds: float = 0.0
    waiting: int = 0
    replayed: int = 0
    differing: int = 0
    snapshots: int = 0


class Engine:
    """Feeds the plane one event at a time and has its commands carried out.

    `carry_out(entry, commands)` is called, in order, once the entry is durable; it must not block.
    """

    def __init__(
        self,
        journal: Journal,
        carry_out: Callable[[Entry, list[Command]], None],
        clock: Callable[[], float],
    ) -> None:
        self.plane = Plane()
        self.figures = Figures()
        self._journal = journal
        self._carry_out = carry_out
        self._clock = clock
        self._events: asyncio.Queue[Event] = asyncio.Queue(QUEUE)
        self._now = 0.0
        self._seq = 0
        self._snapshot_at = 0.0
        self._deciding = asyncio.Lock()

    def emit(self, event: Event) -> None:
        """Hand in an event; it is taken in order. asyncio.QueueFull when the loop is hopelessly behind."""
        self._events.put_nowait(event)

    @property
    def seq(self) -> int:
        """The last entry that is in the state."""
        return self._seq

    def now(self) -> float:
        """The loop's time: the clock, but never backwards."""
        self._now = max(self._now, self._clock())
        return self._now

    async def recover(self, recorded: int, catch_up: Callable[[Entry, list[Command]], Awaitable[None]]) -> None:
        """Make the state from snapshot and journal.

        `catch_up` sees again the commands of every entry after `recorded`, and perhaps of some before.
        """
        snapshot = begin_after(self._journal, recorded)
        self.plane = Plane() if snapshot is None else Plane.restore(snapshot.state)
        self._seq, self._now = (0, 0.0) if snapshot is None else (snapshot.seq, snapshot.at)
        await self.follow(self._journal.entries(self._seq), catch_up)

    async def follow(
        self, entries: Iterable[Entry], catch_up: Callable[[Entry, list[Command]], Awaitable[None]]
    ) -> None:
        """Bring the state on by entries of the journal, those that come next; `catch_up` sees their commands."""
        before = self.figures.differing
        for entry, commands in replay(self.plane, entries):
            self._seq, self._now = entry.seq, entry.at
            self.figures.replayed += 1
            self.figures.differing += wire.digest(commands) != entry.digest
            await catch_up(entry, commands)
            if self.figures.replayed % BATCH == 0:
                await asyncio.sleep(0)  # what else the process does goes on: a lease is kept, a question answered
        if self.figures.differing > before:
            log.warning("replay differs from the run", entries=self.figures.differing)

    async def run(self) -> None:
        """The loop; ends only by cancellation or by a broken invariant."""
        self._snapshot_at = self.now() + SNAPSHOT_EVERY
        while True:
            events = await self._next_batch()
            async with self._deciding:
                await self._journal.in_charge()
                await self._decide(events)
                if self._now >= self._snapshot_at:
                    await self.save_snapshot()

    async def halt(self) -> None:
        """Return when what is under way has left; from then on nothing is decided any more."""
        await self._deciding.acquire()

    async def save_snapshot(self) -> None:
        """Keep the state as it is, so that a restart replays only what comes later."""
        await self._journal.save_snapshot(self._seq, self._now, self.plane.snapshot())
        self._snapshot_at = self._now + SNAPSHOT_EVERY
        self.figures.snapshots += 1

    async def _decide(self, events: Sequence[Event]) -> None:
        batch = [self._handle(event) for event in events]
        started = asyncio.get_running_loop().time()
        await self._journal.append([entry for entry, _ in batch])
        self.figures.commits += 1
        self.figures.commit_seconds += asyncio.get_running_loop().time() - started
        for entry, commands in batch:
            self._carry_out(entry, commands)
            self.figures.under_way -= 1

    async def _next_batch(self) -> list[Event]:
        batch = [await self._next()]
        while len(batch) < BATCH and not self._events.empty():
            batch.append(self._events.get_nowait())
        self.figures.waiting = self._events.qsize()
        return batch

    async def _next(self) -> Event:
        wakeup = self.plane.next_wakeup()
        if wakeup is None:
            return await self._events.get()
        if (left := wakeup - self.now()) <= 0:
            return TimePassed()
        try:
            async with asyncio.timeout(left):
                return await self._events.get()
        except TimeoutError:
            return TimePassed()

    def _handle(self, event: Event) -> tuple[Entry, list[Command]]:
        now = self.now()
        commands = self.plane.handle(event, now)
        self._seq += 1
        self.figures.events += 1
        self.figures.under_way += 1
        return Entry(self._seq, now, wire.encode(event), wire.digest(commands)), commands


def begin_after(journal: JournalReader, seq: int) -> Snapshot | None:
    """Where to begin, so as to see all entries after `seq`, or all that the journal still has; None: at its first."""
    snapshot = journal.snapshot_before(seq=seq)
    if snapshot is None and next(journal.entries(0, 1), None) is None:
        return journal.oldest_snapshot()
    return snapshot


def replay(plane: Plane, entries: Iterable[Entry]) -> Iterable[tuple[Entry, list[Command]]]:
    """Run journalled entries through `plane` again: each with the commands it gives."""
    for entry in entries:
        yield entry, plane.handle(wire.decode(entry.event), entry.at)
