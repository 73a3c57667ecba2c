"""A controller of a cell that is not in charge: it follows the journal, so that it can go on at once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from tandem.control.commands import Command
from tandem.service.engine import Engine
from tandem.store.journal import Entry, JournalError
from tandem.store.redis_journal import RedisJournal
from tandem.store.redis_server import RedisLostError

log = structlog.get_logger()

LOOK_EVERY = 0.1
"""Seconds between two looks whether the lease is free."""
AGAIN_AFTER = 0.1
"""Seconds until Redis is asked again that gave no answer."""
Tell = Callable[[Entry, list[Command]], Awaitable[None]]


class Standby:
    """Follows until this controller is in charge. `active`: who is meanwhile, empty when nobody is known to be.

    `tell` is told of each entry and its commands, which that one carries out.
    """

    def __init__(self, journal: RedisJournal, engine: Engine, tell: Tell) -> None:
        self.active = ""
        self._journal = journal
        self._engine = engine
        self._tell = tell
        self._last: Entry | None = None

    async def wait(self) -> None:
        """Return when this controller is in charge and its state is that of the journal's end.

        JournalError: what was followed is no longer what the journal says; begin again.
        """
        await self._engine.recover(self._journal.last_seq, self._apply)
        self._journal.last_seq = self._engine.seq
        while not await self._is_in_charge():
            pass

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
        await self._tell(entry, commands)

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

    def _say(self, active: str) -> None:
        if active != self.active:
            log.info("another controller is in charge", active=active) if active else log.info("in charge")
        self.active = active
