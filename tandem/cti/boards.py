"""The operators' boards: one WebSocket each, described in docs/operator.md.

What is new is told at most once a second, to all alike, and numbered; the newest is kept for who was cut off. While
nobody looks, and nobody has for a while, nothing is followed. A board that takes nothing for a while, or falls too far
behind, is cut: it comes back, and nobody waits for it.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import structlog
from aiohttp import WSCloseCode, web

from tandem.control.board.board import Board as Followed
from tandem.control.board.shown import Changes
from tandem.cti.backend import Backend
from tandem.cti.board_protocol import Hello, Process, Sent, decode, news, snapshot
from tandem.cti.connections import Connection, EndedError, alongside, check_origin
from tandem.cti.contract import gives
from tandem.cti.desktop_protocol import encode
from tandem.cti.guard import People
from tandem.cti.identity import needs
from tandem.cti.stream import Log, SnapshotNeeded

log = structlog.get_logger()

MOST_BYTES = 4096
KEPT = 120
"""News that a board may have missed."""
BEHIND = 30
"""Frames that may wait for one board."""
EVERY = 1.0
"""Seconds between two news at least; REFRESH at most, as estimates change by themselves."""
REFRESH = 5.0
LINGER = 60.0
"""Seconds for which is followed what nobody looks at: whoever was cut off comes back and goes on."""
BEAT_EVERY, SILENT_AFTER = 5.0, 15.0
HELLO_SECONDS = 10.0
CHECKED_EVERY = 60.0
NOTHING = Changes()


class Stream:
    """What is told while somebody looks: the plane as it is followed, the news, and the process as it was told."""

    def __init__(self, followed: Followed, process: Process) -> None:
        self.followed = followed
        self.process = process
        self.log: Log[str] = Log(secrets.token_hex(8), KEPT)
        self.task: asyncio.Task[None] | None = None


class Boards:
    """All boards. `process` tells how the process is."""

    def __init__(self, backend: Backend, people: People, process: Callable[[], Process]) -> None:
        self._people = people
        self._readers = backend.readers
        self._clock = backend.clock
        self._origin = backend.public_url
        self._process = process
        self._open: set[Connection] = set()
        self._left_at = 0.0
        self._new = asyncio.Event()
        self._stream: Stream | None = None
        self.ended: Counter[str] = Counter()
        """How many ended, by how: `left`, cut as `behind`, `silent` or `failed`, or by the code that they were told."""

    @property
    def connected(self) -> int:
        """How many boards are open."""
        return len(self._open)

    @needs("supervisor")
    @gives(None, 101)
    async def connect(self, request: web.Request) -> web.StreamResponse:
        """A board, until one side ends it."""
        check_origin(request, self._origin, "Boards")
        board = Connection(request, encode, MOST_BYTES, BEHIND)
        await board.socket.prepare(request)
        try:
            await self._serve(board)
        except EndedError as error:
            await board.end(error.code, str(error), error.close)
        except ConnectionError:
            pass  # they may come back
        finally:
            self.ended[board.ended] += 1
            self._open.discard(board)
            self._left_at = asyncio.get_running_loop().time()
        return board.socket

    def routes(self) -> list[web.RouteDef]:
        """The route and its handler."""
        return [web.get("/board/live", self.connect, allow_head=False)]

    async def close(self) -> None:
        """End all connections: they come back to whoever goes on."""
        last = ("restart", "We are back in a moment.", WSCloseCode.GOING_AWAY)
        await asyncio.gather(*(board.end(*last) for board in list(self._open)))
        if self._stream and self._stream.task:
            self._stream.task.cancel()

    # --- one board -------------------------------------------------------------------------------------------------

    async def _serve(self, board: Connection) -> None:
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                hello = await self._next(board)
        except TimeoutError:
            hello = None
        if not isinstance(hello, Hello):
            raise EndedError("no_hello", "The first message must be a hello.")
        stream = self._begin(board, hello)
        beating = board.beat(BEAT_EVERY, SILENT_AFTER, lambda: self._beat(stream))
        async with alongside(board.send_all(), beating, board.check(self._people, CHECKED_EVERY)):
            while True:
                if isinstance(await self._next(board), Hello):
                    raise EndedError("second_hello", "One hello is enough.")

    async def _next(self, board: Connection) -> Sent:
        try:
            return decode(await board.next())
        except ValueError as error:
            raise EndedError("bad_message", str(error)) from None

    def _begin(self, board: Connection, hello: Hello) -> Stream:
        """Let the board have what it missed, or all. No await: nothing comes in between."""
        stream = self._stream or self._follow()
        self._open.add(board)
        missed = stream.log.since(hello.after) if hello.after else SnapshotNeeded("other_stream")
        if isinstance(missed, SnapshotNeeded):
            board.put(snapshot(stream.log.position, stream.followed.look(), stream.process, self._clock()))
            return stream
        board.put(encode("resumed", position=stream.log.position, now=self._clock(), missed=len(missed)))
        for one in missed:
            board.put(one.content)
        return stream

    def _beat(self, stream: Stream) -> str:
        return encode("beat", position=stream.log.position, now=self._clock())

    # --- all of them -----------------------------------------------------------------------------------------------

    def _follow(self) -> Stream:
        """Somebody looks: follow the plane from now on."""
        followed = self._readers.open_board(self._new.set)
        followed.changes(self._clock())
        self._stream = stream = Stream(followed, self._process())
        stream.task = asyncio.ensure_future(self._tell_all(stream))
        return stream

    async def _tell_all(self, stream: Stream) -> None:
        """Tell what is new, until nobody has looked for a while. Where that fails, all come back and begin anew."""
        try:
            while self._open or asyncio.get_running_loop().time() - self._left_at < LINGER:
                await asyncio.sleep(EVERY)
                self._new.clear()
                self._tell(stream)
                with suppress(TimeoutError):
                    async with asyncio.timeout(REFRESH):
                        await self._new.wait()
        except Exception:
            log.exception("boards can't be told what is new")
            for board in self._open:
                board.ended = "failed"
                board.cut()
        finally:
            self._readers.close_board()
            self._stream = None

    def _tell(self, stream: Stream) -> None:
        changes, process = stream.followed.changes(self._clock()), self._process()
        if changes == NOTHING and process == stream.process:
            return
        number = stream.log.position.number + 1
        frame = news(number, changes, process if process != stream.process else None)
        stream.process = process
        stream.log.add(frame)
        for board in list(self._open):
            board.put(frame)
