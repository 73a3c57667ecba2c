"""A FastAGI server: Asterisk connects for every call that asks what to do, and carries out one command at a time."""

import asyncio
from collections.abc import Callable
from typing import cast

import msgspec
import structlog

from tandem.telephony.asterisk import wire
from tandem.telephony.asterisk.wire import Reply

log = structlog.get_logger()


class AgiError(Exception):
    """A command did not succeed, for a reason that is no hang-up; the session goes on unless it says `closed`."""


class AgiGoneError(AgiError):
    """Asterisk has ended the session: the caller hung up, was bridged away, or the thread is a leftover (511)."""


class AgiLimits(msgspec.Struct, frozen=True):
    """Bounds on what a connection may take; times in seconds."""

    connections: int = 2000
    header_bytes: int = 16384
    header_time: float = 5.0
    line_bytes: int = 8192
    answer_time: float = 300.0


class AgiCounters(msgspec.Struct):
    """What happened since the start of the process."""

    connections: int = 0
    sessions: int = 0
    refused: int = 0
    malformed: int = 0
    timeouts: int = 0


class AgiSession(asyncio.Protocol):
    """One connection. `request` holds the `agi_...` values, `arguments` those the dialplan passed.

    `on_gone`, when set, is called once when Asterisk has ended the session.
    """

    def __init__(self, server: "AgiServer") -> None:
        self.request: dict[str, str] = {}
        self.arguments: tuple[str, ...] = ()
        self.on_gone: Callable[[], object] | None = None
        self.closed = False
        self._server = server
        self._rest = b""
        self._hung_up = False
        self._usage = False
        self._waiting: asyncio.Future[Reply] | None = None

    async def command(self, *words: str | int, answer_time: float | None = None) -> Reply:
        """Carry out one command; the first word goes bare, all others quoted.

        Waits `answer_time` seconds (default: the server's limit) for the answer. Raises ValueError before anything
        is written, AgiGoneError when the session is over, AgiError when Asterisk did not understand, and
        RuntimeError when another command is still under way.
        """
        line = wire.command(words)
        if self._waiting:
            raise RuntimeError("an AGI command is already under way")
        if self.closed or self._hung_up:
            raise AgiGoneError("the session is over")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(line)
        try:
            async with asyncio.timeout(self._server.limits.answer_time if answer_time is None else answer_time):
                reply = await self._waiting
        except TimeoutError:
            self._server.counters.timeouts += 1
            raise AgiGoneError(f"no answer to {words[0]}") from None
        finally:
            if not self._waiting.done() or self._waiting.cancelled():
                self.close()  # the answer may still come, and would be taken for the next one's
            self._waiting = None
            if self._hung_up:
                self.close()
        return _checked(reply)

    def close(self) -> None:
        """Give the call back to the dialplan."""
        if not self.closed:
            self.closed = True
            self._transport.close()

    # --- asyncio.Protocol ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class
        self._late = asyncio.get_running_loop().call_later(self._server.limits.header_time, self._malformed, "too slow")
        self._server.opened(self)

    def data_received(self, data: bytes) -> None:
        if self.closed:
            return
        self._rest += data
        try:
            if not self.request:
                self._read_header()
            if self.request:
                self._read_lines()
        except ValueError as error:
            self._malformed(str(error))

    def connection_lost(self, _error: Exception | None) -> None:
        self._late.cancel()
        self.closed = True
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(AgiGoneError("Asterisk ended the session"))
        self._server.ended(self)
        if self.on_gone:
            self.on_gone()

    # --- what comes in ---

    def _read_header(self) -> None:
        header, end, rest = self._rest.partition(b"\n\n")
        if len(header) > self._server.limits.header_bytes:
            raise ValueError("header too long")
        if not end:
            return
        self._late.cancel()
        self._rest = rest
        self.request = wire.request(header.decode("utf-8", "replace"))
        self.arguments = tuple(value for key, value in self.request.items() if key.startswith("agi_arg_"))
        self._server.begin(self)

    def _read_lines(self) -> None:
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            self._read_line(line.decode("utf-8", "replace"))
        if len(self._rest) > self._server.limits.line_bytes:
            raise ValueError("line too long")

    def _read_line(self, line: str) -> None:
        if line == "HANGUP":
            self._hang_up()
        elif self._usage:
            self._usage = not line.startswith("520 ")
        elif line and (reply := wire.reply(line)).code != 100:
            self._usage = line.startswith("520-")
            self._answer(reply)

    def _hang_up(self) -> None:
        """The channel is dead. The answer to a command under way still comes."""
        self._hung_up = True
        if not self._waiting:
            self.close()

    def _answer(self, reply: Reply) -> None:
        if not self._waiting or self._waiting.done():
            raise ValueError("an answer nobody asked for")
        self._waiting.set_result(reply)

    def _malformed(self, reason: str) -> None:
        self._server.counters.malformed += 1
        log.warning("FastAGI connection closed", reason=wire.printable(reason))
        self.closed = True
        self._transport.abort()


def _checked(reply: Reply) -> Reply:
    if reply.code == 511:
        raise AgiGoneError("the channel is dead")
    if reply.code != 200:
        raise AgiError(f"Asterisk answered {reply.code}")
    return reply


class AgiServer:
    """Listens for calls. `on_session` is called with each well-formed request; it must return at once."""

    def __init__(
        self,
        on_session: Callable[[AgiSession], None],
        limits: AgiLimits = AgiLimits(),  # noqa: B008 (frozen)
    ) -> None:
        self.limits = limits
        self.counters = AgiCounters()
        self._on_session = on_session
        self._open: set[AgiSession] = set()

    async def start(self, host: str, port: int) -> int:
        """Listen; return the port (which matters when 0 was asked for). Raises OSError when it is taken."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: AgiSession(self), host, port, backlog=512)
        listening: int = self._listener.sockets[0].getsockname()[1]
        return listening

    async def stop(self) -> None:
        """Listen no more and end every session; the calls go back to the dialplan, which asks again."""
        self._listener.close()
        for session in list(self._open):
            session.close()
        await self._listener.wait_closed()

    # --- told by the sessions ---

    def opened(self, session: AgiSession) -> None:
        """A connection came; one too many is closed at once."""
        self.counters.connections += 1
        self._open.add(session)
        if len(self._open) > self.limits.connections:
            self.counters.refused += 1
            session.close()

    def begin(self, session: AgiSession) -> None:
        """The request is complete."""
        self.counters.sessions += 1
        self._on_session(session)

    def ended(self, session: AgiSession) -> None:
        """The connection is gone."""
        self._open.discard(session)
