"""What becomes of the plane's commands: each goes to whoever carries it out, and records to their writer."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from tandem.control.commands import Command, TellDesktop
from tandem.cti.answers import Refused
from tandem.store.journal import Entry
from tandem.store.records import RECORD_TYPES, RecordWriter

Outlet = Callable[[Any], object]

TELL_PROGRESS = 500
"""Journal entries."""
FLUSH_SECONDS = 5.0
CATCH_UP = 5000
"""Batches of records that may wait while a restart catches up."""


class Outlets:
    """`by_command` says who carries out what; all else that is not for the records is for the `switch`."""

    def __init__(self, writer: RecordWriter, switch: Outlet, by_command: Mapping[type[Command], Outlet]) -> None:
        self.by_command = dict(by_command)
        self._writer = writer
        self._switch = switch

    def carry_out(self, entry: Entry, commands: list[Command]) -> None:
        """All that came of an entry of the journal."""
        for command in commands:
            if outlet := self.by_command.get(type(command)):
                outlet(command)
            elif not isinstance(command, RECORD_TYPES):
                self._switch(command)
        self._record(entry, commands)

    async def catch_up(self, entry: Entry, commands: list[Command]) -> None:
        """What came of an entry before a restart: it was carried out, but records and desktops may lack it."""
        self._record(entry, commands)
        await self.follow(entry, commands)
        if self._writer.lag > CATCH_UP and not (self._writer.failing or self._writer.behind.is_set()):
            await flush(self._writer)

    async def follow(self, _: Entry, commands: list[Command]) -> None:
        """What another controller carried out and records: desktops may ask for it here."""
        for command in commands:
            if isinstance(command, TellDesktop):
                self.by_command[TellDesktop](command)

    def _record(self, entry: Entry, commands: list[Command]) -> None:
        """Also tells the writer, now and then, how far the journal is: a restart need not go back further."""
        records = [command for command in commands if isinstance(command, RECORD_TYPES)]
        if records or entry.seq % TELL_PROGRESS == 0:
            self._writer.feed(entry.seq, entry.at, records)


async def flush(writer: RecordWriter) -> None:
    """Write what is to be recorded. What is not written in time is written from the journal at the next start."""
    with suppress(TimeoutError):
        async with asyncio.timeout(FLUSH_SECONDS):
            await writer.flush()


async def settled(writer: RecordWriter) -> None:
    """Return when what has happened is in the records; Refused when they are behind."""
    await flush(writer)
    if writer.lag or writer.behind.is_set():
        raise Refused(503, "records_behind", "Records are still to be written. Try again later.")
