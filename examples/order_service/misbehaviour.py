"""How a service goes wrong, on purpose: for tests of those who depend on it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, get_args

import msgspec
from aiohttp import web
from aiohttp.typedefs import Middleware

Mode = Literal["hang", "fail", "garbage", "slow", "huge", "forget"]
MODES: tuple[Mode, ...] = get_args(Mode)
HUGE = 4 * 1024 * 1024
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Fault(msgspec.Struct):
    """Paths that begin with `path` go wrong, `times` times (-1: always). `seconds` is how slow `slow` is.

    `hang` never answers; `forget` does what was asked, and then never answers.
    """

    path: str
    mode: Mode
    times: int = -1
    seconds: float = 2.0


class Misbehaviour:
    """`faults` can be changed while the service runs; the first that matches counts."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def middleware(self) -> Middleware:
        """Goes round the service's own handlers."""

        @web.middleware
        async def misbehave(request: web.Request, handler: Handler) -> web.StreamResponse:
            fault = self._next(request.path)
            return await handler(request) if fault is None else await _go_wrong(fault, request, handler)

        return misbehave

    def _next(self, path: str) -> Fault | None:
        for fault in self.faults:
            if path.startswith(fault.path) and fault.times != 0:
                fault.times -= fault.times > 0
                return fault
        return None


async def _go_wrong(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    if fault.mode == "fail":
        return web.json_response({"error": "broken"}, status=500)
    if fault.mode == "garbage":
        return web.Response(text="<html>It works!", content_type="application/json")
    if fault.mode == "huge":
        return web.json_response({"filler": "x" * HUGE})
    if fault.mode == "slow":
        await asyncio.sleep(fault.seconds)
        return await handler(request)
    if fault.mode == "forget":
        await handler(request)
    await asyncio.Event().wait()
    raise AssertionError("never")
