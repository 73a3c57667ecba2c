"""Errands to systems outside: each under a key, one at a time for a key, not more than can be borne."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from tandem.control.events import Event

log = structlog.get_logger()

FULL_PAUSE = 0.1
"""Seconds after which an event is handed in again that the plane had no room for."""
Errand = Callable[[], Awaitable[None]]


class Errands:
    """Runs errands side by side; `capacity` may be under way or waiting. An errand must not raise."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._queue: asyncio.Queue[tuple[str, Errand]] = asyncio.Queue()
        self._under_way: set[str] = set()

    def begin(self, key: str, errand: Errand) -> bool:
        """Take on an errand, unless one of its key is under way; False when there are too many."""
        if key in self._under_way:
            return True
        if len(self._under_way) >= self._capacity:
            return False
        self._under_way.add(key)
        self._queue.put_nowait((key, errand))
        return True

    async def run(self) -> None:
        """Run errands for ever; who cancels this ends them all."""
        async with asyncio.TaskGroup() as group:
            while True:
                key, errand = await self._queue.get()
                group.create_task(self._run(key, errand))

    async def _run(self, key: str, errand: Errand) -> None:
        try:
            await errand()
        except Exception:
            log.exception("an errand failed by an error of ours", errand=key)
        finally:
            self._under_way.discard(key)


async def hand_in(emit: Callable[[Event], None], event: Event) -> None:
    """Hand in an event, when there is room: somebody waits for it, so it must not be lost."""
    while True:
        try:
            return emit(event)
        except asyncio.QueueFull:
            await asyncio.sleep(FULL_PAUSE)
