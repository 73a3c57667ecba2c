"""A cell for one test: a Redis and an Asterisk of its own, and two controllers, of which one stands by."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

from tandem.service.supervisor import ControllerProcess
from tests.live.centre import LiveCentre, live_centre
from tests.redis_process import PASSWORD, RedisProcess, redis_process

BESIDE = {"agi_port": 4783, "http_port": 8090}
"""Ports of the second controller; both share the home folder here."""


class LiveCell:
    """`centre` speaks with the controller that is in charge; `standby` is the other."""

    def __init__(self, centre: LiveCentre, redis: RedisProcess, stack: AsyncExitStack) -> None:
        self.centre = centre
        self.redis = redis
        self.configs = [centre.config, centre.config.model_copy(update=BESIDE)]
        self.active = 0
        self.standby: ControllerProcess
        self._stack = stack
        self._https: list[aiohttp.ClientSession] = []

    async def start(self) -> None:
        """Begin to stand by."""
        for config in self.configs:
            self._https.append(await self._stack.enter_async_context(aiohttp.ClientSession(config.web_url)))
        await self.start_standby()

    async def start_standby(self) -> None:
        """Start the controller that is not in charge, and wait until it follows."""
        self.standby = await ControllerProcess.start(self.configs[1 - self.active])
        self._stack.push_async_callback(self.standby.stop)
        async with asyncio.timeout(10):
            while not (await self.health(1 - self.active))[1].get("active"):
                await asyncio.sleep(0.02)

    async def health(self, which: int) -> tuple[int, dict[str, Any]]:
        """What a controller says of itself; 0 while it does not listen."""
        with suppress(aiohttp.ClientError):
            async with self._https[which].get("/health") as answer:
                return answer.status, await answer.json()
        return 0, {}

    async def ask_standby(self, path: str) -> tuple[int, Any]:
        """What the one that stands by answers."""
        async with self._https[1 - self.active].get(path, headers=self.centre.token) as answer:
            return answer.status, await answer.json()

    async def taken_over(self, since: float, within: float = 15.0) -> float:
        """Wait until the other one takes calls; returns the seconds since `since`, and turns to it."""
        async with asyncio.timeout(within):
            while (await self.health(1 - self.active))[0] != 200:
                await asyncio.sleep(0.01)
        seconds = time.monotonic() - since
        before, self.active = self.centre.controller, 1 - self.active
        self.centre.turn_to(self.standby, self.configs[self.active], self._https[self.active])
        self.standby = before
        return seconds

    async def all_back(self, since: float) -> float:
        """Wait until every caller who does not talk is in the hands of the one in charge; the seconds since `since`."""
        await self.centre.until(
            lambda state: not any(call["away"] and call["state"] != "connected" for call in state["calls"]),
            "all to be back",
        )
        return time.monotonic() - since


def stop_process(controller: ControllerProcess) -> None:
    """Let it do nothing at all, but live."""
    os.kill(controller.pid, signal.SIGSTOP)


def wake_process(controller: ControllerProcess) -> None:
    """After `stop_process`."""
    os.kill(controller.pid, signal.SIGCONT)


@asynccontextmanager
async def live_cell(home: Path, centre: str | None = None, **settings: Any) -> AsyncIterator[LiveCell]:
    """A cell that runs while the block does."""
    given: dict[str, Any] = {"centre": centre} if centre else {}
    async with AsyncExitStack() as stack:
        redis = stack.enter_context(redis_process())
        of_cell = {"redis_url": redis.url, "redis_password": PASSWORD, "cell": "test"}
        running = await stack.enter_async_context(live_centre(home, **given, **of_cell, **settings))
        cell = LiveCell(running, redis, stack)
        await cell.start()
        yield cell
