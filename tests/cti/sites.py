"""A whole HTTP side on a loopback port, and what a test needs to look at it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tandem.control.events import Event
from tandem.cti.api import Backend, Health
from tandem.cti.http import make_app, serve
from tandem.cti.metrics import Metrics
from tandem.store.outbox import Outbox

TOKEN = "operator token"


class Site:
    """`told` are the events emitted; `health`, `now` and `full` can be set by the test."""

    def __init__(self, outbox: Outbox) -> None:
        self.told: list[Event] = []
        self.health = Health(switch_up=True, journal_ok=True, since=1000.0)
        self.now = 2000.0
        self.full = False
        self.metrics = Metrics()
        self.url = ""
        self.port = 0
        self._session: aiohttp.ClientSession
        self.backend = Backend(
            emit=self._emit,
            health=lambda: self.health,
            state=lambda: {"calls": [{"call": "c1"}]},
            agents=lambda: {"1001": None},
            metrics=self.metrics,
            outbox=outbox,
            public_url="https://care.example",
            clock=lambda: self.now,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Site"]:
        runner = await serve(make_app(self.backend, TOKEN), "127.0.0.1", 0)
        self.port = runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"
        async with aiohttp.ClientSession() as self._session:
            yield self
        await runner.cleanup()

    async def ask(
        self, method: str, path: str, *, token: str | None = TOKEN, headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> tuple[aiohttp.ClientResponse, str]:  # fmt: skip
        """Send a request; gives the response and its text."""
        sent = dict(headers or {}) | ({"Authorization": f"Bearer {token}"} if token is not None else {})
        async with self._session.request(method, self.url + path, headers=sent, data=body) as response:
            return response, await response.text()

    async def json(self, method: str, path: str, **given: Any) -> tuple[int, Any]:
        """Send a request; gives the status and what the JSON says."""
        response, _ = await self.ask(method, path, **given)
        return response.status, await response.json()

    def _emit(self, event: Event) -> None:
        if self.full:
            raise asyncio.QueueFull
        self.told.append(event)
