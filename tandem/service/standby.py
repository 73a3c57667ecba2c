"""A controller of a cell that is not in charge: it follows the journal, so that it can go on at once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from tandem.control.commands import Command
from tandem.service.engine import Engine
from tandem.store.journal import Entry, JournalError
from tandem.store.records import RecordWriter
from tandem.store.redis_journal import RedisJournal
from tandem.store.redis_server import RedisLostError

log = structlog.get_logger()

LOOK_EVERY = 0.1
"""Seconds between two looks whether the lease is free."""
AGAIN_AFTER = 0.1
"""Seconds until Redis is asked again that gave no answer."""
PASS_OVER_EVERY = 5.0
"""Seconds between two looks how far the records are written."""
CatchUp = Callable[[Entry, list[Command]], Awaitable[None]]


class Standby:
    """Follows until this controller is in charge. `active`: who is meanwhile, empty when nobody is known to be."""

    def __init__(self, journal: RedisJournal, engine: Engine, writer: RecordWriter, catch_up: CatchUp) -> None:
        self.active = ""
        self._journal = journal
        self._engine = engine
        self._writer = writer
        self._catch_up = catch_up
        self._last: Entry | None = None

    async def wait(self) -> None:
        """Return when this controller is in charge and its state is that of the journal's end.

        JournalError: what was followed is no longer what the journal says; begin again.
        """
        await self._engine.recover(self._writer.progress, self._apply)
        self._journal.last_seq = self._engine.seq
        passing_over = asyncio.create_task(self._pass_over())
        try:
            while not await self._is_in_charge():
                pass
        finally:
            passing_over.cancel()
            await asyncio.gather(passing_over, return_exceptions=True)

    async def _is_in_charge(self) -> bool:
        try:
            await self._follow(LOOK_EVERY)
            if active := await self._journal.lease.take():
                self._say(active)
                return False
            while await self._follow(0.0):
                pass  # what the one before us wrote last
        except RedisLostError as error:
            log.warning("Redis is lost, trying again", error=str(error))
            await self._find_again()
            return False
        self._say("")
        return True

    async def _follow(self, wait: float) -> bool:
        entries = await self._journal.follow(wait)
        await self._engine.follow(entries, self._apply)
        return bool(entries)

    async def _apply(self, entry: Entry, commands: list[Command]) -> None:
        self._last = entry
        await self._catch_up(entry, commands)

    async def _find_again(self) -> None:
        """Wait for Redis. It may come back with less than we have followed."""
        while True:
            await asyncio.sleep(AGAIN_AFTER)
            with suppress(RedisLostError):
                if self._last is None or await self._journal.has(self._last):
                    return
                raise JournalError(
                    f"{self._journal.place} came back without entry {self._last.seq}, which was followed here. "
                    "Start again, to go on with what it has."
                )

    async def _pass_over(self) -> None:
        """Keep only those records that may be to be written here."""
        while True:
            await asyncio.sleep(PASS_OVER_EVERY)
            try:
                await self._writer.pass_over_written()
            except SQLAlchemyError as error:
                log.warning("the records can't be read, trying again", error=str(error.__cause__ or error))

    def _say(self, active: str) -> None:
        if active != self.active:
            log.info("another controller is in charge", active=active) if active else log.info("in charge")
        self.active = active
