"""A real service on a loopback port: answers what it is told to, and remembers what it was asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import web


class Asked(msgspec.Struct, frozen=True):
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Service:
    """`answers` are given one by one, the last for ever: JSON, bytes, a status, an event to
    wait for, or None for no answer at all."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers or [{"ok": True}])
        self.asked: list[Asked] = []
        self.at_once = self.most_at_once = self.full_at = 0
        self.full = asyncio.Event()
        self.seen = asyncio.Event()
        self.headers: dict[str, str] = {}
        self.url = ""

    async def take(self, request: web.Request) -> web.StreamResponse:
        headers = dict(request.headers)
        self.asked.append(Asked(request.method, request.raw_path, headers, await request.read()))
        self.seen.set()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.at_once += 1
        if self.at_once == self.full_at:
            self.full.set()
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._answer(answer)
        finally:
            self.at_once -= 1

    async def _answer(self, answer: Any) -> web.StreamResponse:
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, asyncio.Event):
            await answer.wait()
            answer = {"ok": True}
        if isinstance(answer, int):
            return web.Response(status=answer, headers={"Location": self.url + "/elsewhere"})
        body = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
        return web.Response(body=body, headers=self.headers)


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[Service]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", service.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield service
    await runner.cleanup()
