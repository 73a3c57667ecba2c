"""A browser's WebSocket that follows a stream: what desktops and boards have in common."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from tandem.cti.answers import Refused
from tandem.cti.guard import People, is_our_page
from tandem.cti.identity import Identity, identity_of
from tandem.store.users import UserStoreError

log = structlog.get_logger()


class EndedError(Exception):
    """The connection can't go on: `code` for programs, the text for people, `close` for the WebSocket."""

    def __init__(self, code: str, text: str, close: int = WSCloseCode.POLICY_VIOLATION) -> None:
        super().__init__(text)
        self.code, self.close = code, close


class Connection:
    """One connection: frames wait in a bounded queue, and one task sends them. `ended`: how it did.

    `most_bytes` of one message; a longer one ends it. `behind`: so many frames may wait.
    """

    def __init__(self, request: web.Request, encode: Callable[..., str], most_bytes: int, behind: int) -> None:
        self.who: Identity = identity_of(request)
        self.ended = "left"
        self.heard_at = asyncio.get_running_loop().time()
        self.socket = web.WebSocketResponse(max_msg_size=most_bytes, compress=False)
        self.request = request
        self._encode = encode
        self._frames: asyncio.Queue[str] = asyncio.Queue(behind)

    def put(self, frame: str) -> None:
        """Have a frame sent in its turn; who is too far behind is cut."""
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.ended = "behind"
            self.cut()

    async def next(self) -> str:
        """The next message; ConnectionError when there is none any more."""
        received = await self.socket.receive()
        self.heard_at = asyncio.get_running_loop().time()
        if received.type is not WSMsgType.TEXT:
            raise ConnectionError("closed")
        text: str = received.data
        return text

    async def send_all(self) -> None:
        """Send what is put, for ever."""
        while True:
            await self.socket.send_str(await self._frames.get())

    async def beat(self, every: float, silent_after: float, frame: Callable[[], str]) -> None:
        """Say every so many seconds that we are there, for ever; who is silent for longer is cut."""
        while True:
            await asyncio.sleep(every)
            if asyncio.get_running_loop().time() - self.heard_at > silent_after:
                self.ended = "silent"
                self.cut()
            self.put(frame())

    async def check(self, people: People, every: float) -> None:
        """End it when their session is over, or they may something else by now; a program stays."""
        while self.who.session:
            await asyncio.sleep(every)
            try:
                who = await people.identify(self.request)
            except UserStoreError as error:
                log.warning("a session can't be checked", error=str(error))
                continue
            if who != self.who:
                await self.end("signed_out", "Sign in again.", WSCloseCode.POLICY_VIOLATION)
                return

    async def end(self, code: str, text: str, close: int) -> None:
        """Say why, and close."""
        self.ended = code
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(1.0):
                await self.socket.send_str(self._encode("error", code=code, message=text))
                await self.socket.close(code=close)
        self.cut()

    def cut(self) -> None:
        """End it without a word."""
        if self.request.transport is not None:
            self.request.transport.abort()


def check_origin(request: web.Request, public_url: str, whose: str) -> None:
    """Refused: a page of another site asks."""
    if "Origin" in request.headers and not is_our_page(request, public_url):
        raise Refused(403, "unknown_origin", f"{whose} are not open to pages of this site.")


@asynccontextmanager
async def alongside(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """These go on while the block does, and end with it."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
