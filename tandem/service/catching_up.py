"""What to do while the records' server is away: start without it, and have the records from the journal later.

The calls go on meanwhile, on the loop that this shares with them in small parts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog

from tandem.control.plane import Plane
from tandem.control.settings import Settings
from tandem.cti.answers import Refused
from tandem.service.engine import begin_after, replay
from tandem.store.database import AsyncEngine, RecordsAwayError, upgrade
from tandem.store.journal import Entry, Journal, JournalError, JournalReader
from tandem.store.records import MOST_PATIENT, RECORD_TYPES, RecordWriter

log = structlog.get_logger()

CHUNK = 500
"""Entries that are read at once."""
SLICE = 20
"""Entries that are gone through before the calls have their turn."""


async def open_writer(database: AsyncEngine, journal: Journal) -> RecordWriter:
    """A writer that goes on where the records end. Where their server is away it begins behind, if the journal knows
    how things are; else RecordsError."""
    try:
        await upgrade(database)
        writer = await RecordWriter.open(database)
        if writer.progress > journal.last_seq:
            writer.leave_to_journal(journal.last_seq)
        return writer
    except RecordsAwayError as error:
        if not journal.last_seq:
            raise
        log.error("starting without records, settings and users: calls are served as they were", reason=str(error))
        return RecordWriter(database, None, last_seq=journal.last_seq)


async def when_back(database: AsyncEngine, then: Callable[[], Awaitable[None]], pause: float = 1.0) -> None:
    """Do what a start without the records' server left out, as soon as it is there."""
    while True:
        try:
            await upgrade(database)
            return await then()
        except (RecordsAwayError, Refused) as error:
            log.warning("the records are still away", reason=str(error))
            await asyncio.sleep(pause)
            pause = min(2 * pause, MOST_PATIENT)


def settings_as_they_were(reader: JournalReader) -> Settings:
    """Those that the journal knows last. JournalError: there is none, or it can't be read."""
    began = begin_after(reader, entry.seq if (entry := reader.last_entry()) else 0)
    plane, seq = (Plane.restore(began.state), began.seq) if began else (Plane(), 0)
    for _ in replay(plane, reader.entries(seq)):
        pass
    return plane.state.settings


class CatchUp:
    """Looks after `writer`. `entries` counts those that were gone through again."""

    def __init__(self, journal: Journal, writer: RecordWriter) -> None:
        self._journal, self._writer = journal, writer
        self.entries = 0

    async def run(self) -> None:
        """Whenever the writer is behind, bring it on again; for ever."""
        while True:
            await self._writer.behind.wait()
            try:
                await self._bring_on()
            except JournalError as error:
                log.warning("the journal can't be read for the records, trying again", reason=str(error))
                await asyncio.sleep(MOST_PATIENT)

    async def _bring_on(self) -> None:
        recorded = await self._writer.resume()
        began = await asyncio.to_thread(begin_after, self._journal, recorded)
        plane, seq = (Plane.restore(began.state), began.seq) if began else (Plane(), 0)
        log.info("records are written from the journal", after=recorded)
        while not self._writer.rejoin(seq):
            seq = await self._go_through(plane, await asyncio.to_thread(self._next, seq))
        log.info("records are up to date", seq=seq)

    async def _go_through(self, plane: Plane, entries: Iterable[Entry]) -> int:
        """Have the records of these entries written; the last one's number."""
        seq = 0
        for entry, commands in replay(plane, entries):
            seq = entry.seq
            if records := [command for command in commands if isinstance(command, RECORD_TYPES)]:
                await self._writer.take(seq, entry.at, records)
            self.entries += 1
            if self.entries % SLICE == 0:
                await asyncio.sleep(0)
        return seq

    def _next(self, seq: int) -> list[Entry]:
        """What was missed is durable in the journal, so there is at least one."""
        return list(self._journal.entries(seq, seq + CHUNK))
