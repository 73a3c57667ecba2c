"""A real gateway on a loopback port that checks what it is sent, and can be told to fail."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

SECRET = "gateway secret"


class Gateway:
    """Answers 200, unless `answers` holds a status for the next request (0: no answer at all)."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: list[int] = []
        self.headers: dict[str, str] = {}
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.seen = asyncio.Event()

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        times, signed = request.headers["Tandem-Signature"].split(",")
        at = times.removeprefix("t=")
        expected = hmac.new(SECRET.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
        if signed != f"v1={expected}":
            return web.Response(status=401)
        self.bodies.append(json.loads(body))
        self.keys.append(request.headers["Idempotency-Key"])
        self.seen.set()
        status = self.answers.pop(0) if self.answers else 200
        if status == 0:
            await asyncio.Event().wait()
        return web.Response(status=status, headers={"Location": self.url} | self.headers)


@asynccontextmanager
async def running_gateway() -> AsyncIterator[Gateway]:
    gateway = Gateway()
    app = web.Application()
    app.router.add_post("/sms", gateway.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    gateway.url = f"http://{host}:{port}/sms"
    yield gateway
    await runner.cleanup()
