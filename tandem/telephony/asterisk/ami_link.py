"""One AMI connection: the banner, and bytes into messages."""

import asyncio
from collections.abc import Callable
from typing import cast

import structlog

from tandem.telephony.asterisk import wire
from tandem.telephony.asterisk.ami_terms import AmiCounters

log = structlog.get_logger()

_BANNER = b"Asterisk Call Manager/"
LARGEST_MESSAGE = 4 << 20


class Link(asyncio.Protocol):
    """One connection: checks the banner and splits what comes into messages."""

    def __init__(self, on_message: Callable[[bytes], None], counters: AmiCounters) -> None:
        loop = asyncio.get_running_loop()
        self.greeted: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()
        self._on_message = on_message
        self._counters = counters
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        if not self.greeted.done():
            data = self._after_banner(data)
        *blocks, self._rest = data.split(b"\r\n\r\n")
        for block in blocks:
            if self.transport.is_closing():
                return
            self._on_message(block)
        if len(self._rest) > LARGEST_MESSAGE:
            self._counters.oversized += 1
            self.transport.abort()

    def _after_banner(self, data: bytes) -> bytes:
        """The data behind the banner, the one line that no empty line follows. Who says something else is refused."""
        if not data.startswith(_BANNER[: len(data)]) or len(data) > LARGEST_MESSAGE:
            log.error(
                "what listens there is no Asterisk manager", said=wire.printable(data[:80].decode("ascii", "replace"))
            )
            self.transport.abort()
            return b""
        banner, end, rest = data.partition(b"\r\n")
        if not end:
            return banner
        self.greeted.set_result(None)
        return rest

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
