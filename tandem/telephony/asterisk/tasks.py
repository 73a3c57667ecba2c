"""What a switch has under way."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from tandem.telephony.asterisk.ami import Spawn


class Tasks:
    """What a switch has under way; all of it ends with it."""

    def __init__(self, spawn: Spawn) -> None:
        self._spawn = spawn
        self._running: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def begin(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Start `work` under `name`."""
        task = self._spawn(work, name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def end(self) -> None:
        """End all of it; no task is left."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
