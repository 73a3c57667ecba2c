"""The customer's side of chats: a WebSocket, described in docs/chat.md.

What is to be sent is read from the plane, message by message, so that nothing piles up here: a connection that is too
slow is cut, and its customer goes on where they were when they come back.
"""

import asyncio
from contextlib import suppress

from aiohttp import WSCloseCode, WSMsgType, web

from tandem.control.chat.chat_view import ChatShown
from tandem.control.chat.talk import File
from tandem.control.events import ChatBegan, ChatLeft, ChatLost, ChatResumed, ChatSaid, Event
from tandem.cti.answers import refusal
from tandem.cti.backend import Backend
from tandem.cti.chat_protocol import Bye, Hello, Say, Sent, Typing, chat_of, decode, encode, shown
from tandem.cti.contract import gives
from tandem.cti.file_kinds import KINDS
from tandem.cti.page import Counts
from tandem.cti.proxied import client_of
from tandem.cti.watch import changed_within, told
from tandem.store.chat_archive import ChatArchiveError

MOST_BYTES = 16 * 1024
"""Of one message; a longer one ends the connection."""
MESSAGES_A_MINUTE = 60
"""In one chat."""
BEGINS_A_MINUTE = MISSES_A_MINUTE = 20
"""From one client; many customers may share an address."""
MOST_CONNECTIONS = 2000
MOST_SILENT = 30
"""Connections of one client that have not said hello: nobody keeps all others out by saying nothing."""
HEARTBEAT = 20.0
HELLO_SECONDS = 10.0
SEND_SECONDS = 10.0
"""How long a connection may take nothing."""
END_SECONDS = 1.0
"""How long the last word may take."""
LOOK_AGAIN = 5.0
"""Seconds after which a chat that nothing was told of is looked at again: places in a queue move without a word."""


class EndedError(Exception):
    """The connection can't go on: `code` for programs, the text for people, `close` for the WebSocket."""

    def __init__(self, code: str, text: str, close: int = WSCloseCode.POLICY_VIOLATION) -> None:
        super().__init__(text)
        self.code, self.close = code, close


class Connection:
    """One customer's connection; `chat` is empty before their hello. `agent_writes`: it is still to be told so."""

    def __init__(self, request: web.Request) -> None:
        self.client = client_of(request)
        self.chat = ""
        self.seen = 0
        self.agent_writes = False
        self.socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=MOST_BYTES, compress=False)
        self._request = request

    async def open(self) -> None:
        """Shake hands."""
        await self.socket.prepare(self._request)

    async def send(self, text: str) -> None:
        """Send a message; ConnectionError when it is gone, or takes nothing for too long and is cut off."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self.socket.send_str(text)
        except TimeoutError:
            self.cut()
            raise ConnectionError("too slow") from None

    async def end(self, code: str, text: str, close: int) -> None:
        """Say why, and close."""
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                await self.send(encode("error", code=code, message=text))
                await self.socket.close(code=close)
        self.cut()

    def cut(self) -> None:
        """End it without a word."""
        if self._request.transport is not None:
            self._request.transport.abort()


class Chats:
    """All customers' connections, one for a chat: the newest."""

    def __init__(self, backend: Backend) -> None:
        self._tokens = backend.tokens
        self._emit = backend.emit
        self._readers = backend.readers
        self._watch = backend.watch
        self._clock = backend.clock
        self._origins = backend.chat_origins
        self._archive = backend.archive
        self._typists = backend.typists
        backend.typists.tell_customer = self.tell_typing
        self._misses, self._begins = Counts(MISSES_A_MINUTE), Counts(BEGINS_A_MINUTE)
        self._messages, self._signs = Counts(MESSAGES_A_MINUTE), Counts(MESSAGES_A_MINUTE)
        self._open: dict[str, Connection] = {}
        self._all: set[Connection] = set()

    @gives(None, 101)
    async def connect(self, request: web.Request) -> web.StreamResponse:
        """A conversation, until one side ends it."""
        connection = Connection(request)
        origin = request.headers.get("Origin")
        if origin is not None and origin not in self._origins:
            return refusal(403, "unknown_origin", "Chats are not open to pages of this site.")
        if self._is_full(connection.client):
            return refusal(503, "busy", "Try again in a minute.")
        await connection.open()
        self._all.add(connection)
        try:
            await self._talk(connection)
        except EndedError as error:
            await connection.end(error.code, str(error), error.close)
        except ConnectionError:
            pass  # they may come back
        finally:
            self._all.discard(connection)
            self._gone(connection)
        return connection.socket

    def _is_full(self, client: str) -> bool:
        silent = sum(one.client == client and not one.chat for one in self._all)
        misses = self._misses.too_many(client, self._clock())
        return misses or silent >= MOST_SILENT or len(self._all) >= MOST_CONNECTIONS

    def tell_typing(self, chat: str) -> None:
        """The agent writes something: tell the customer with whatever else is new."""
        if connection := self._open.get(chat):
            connection.agent_writes = True
            self._watch.wake(chat)

    async def close(self, _app: web.Application) -> None:
        """End all connections; nobody has left for that."""
        self._open.clear()
        last = ("restart", "We are back in a moment.", WSCloseCode.GOING_AWAY)
        await asyncio.gather(*(connection.end(*last) for connection in list(self._all)))

    def _gone(self, connection: Connection) -> None:
        if self._open.get(connection.chat) is connection:
            del self._open[connection.chat]
            with suppress(asyncio.QueueFull):
                self._emit(ChatLost(connection.chat))

    async def _talk(self, connection: Connection) -> None:
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                hello = await self._next(connection)
        except TimeoutError:
            raise EndedError("no_hello", "The first message must be a hello.") from None
        if not isinstance(hello, Hello):
            raise EndedError("no_hello", "The first message must be a hello.")
        token = await self._begin_or_resume(connection, hello)
        view = self._view(connection)
        welcome = {"token": token, "language": view.language, "heard": view.heard, "files": self._files()}
        await connection.send(encode("welcome", **welcome))
        async with asyncio.TaskGroup() as group:
            showing = group.create_task(self._show(connection))
            await self._hear(connection)
            showing.cancel()

    def _files(self) -> dict[str, object] | None:
        """Which files may be sent, for a browser's choice of files; None: none."""
        files = self._readers.chat_settings().files
        kinds = [KINDS[name].media for name in files.types]
        return {"types": kinds, "most_bytes": files.most_bytes} if kinds and files.most_files else None

    # --- hello ------------------------------------------------------------------------------------------------------

    async def _begin_or_resume(self, connection: Connection, hello: Hello) -> str:
        """The token of the chat, which the connection has from now on."""
        token = hello.token or self._tokens.new()
        connection.seen = hello.seen if hello.token else 0
        chat = chat_of(token)
        if hello.token:
            await self._resume(connection, token, chat)
        else:
            await self._begin(connection, chat, hello)
        connection.chat = chat
        if older := self._open.pop(chat, None):
            await older.end("elsewhere", "The chat goes on at another place.", WSCloseCode.POLICY_VIOLATION)
        self._open[chat] = connection
        return token

    async def _begin(self, connection: Connection, chat: str, hello: Hello) -> None:
        if hello.line not in self._readers.lines():
            raise EndedError("unknown_line", "There is no such line.")
        if self._begins.too_many(connection.client, self._clock()):
            raise EndedError("too_many", "Too many chats were begun. Try again in a minute.")
        self._begins.add(connection.client, self._clock())
        await self._tell(chat, ChatBegan(chat, hello.line, hello.name, hello.language, hello.number))
        if self._readers.chat(chat) is None:
            raise EndedError("unavailable", "This line can't be written to now.", WSCloseCode.TRY_AGAIN_LATER)

    async def _resume(self, connection: Connection, token: str, chat: str) -> None:
        """The same refusal for a token that is wrong, and one whose chat is over."""
        if not self._tokens.genuine(token) or self._readers.chat(chat) is None:
            self._misses.add(connection.client, self._clock())
            raise EndedError("unknown_chat", "The chat is over. Begin a new one.")
        with suppress(asyncio.QueueFull):  # what the customer says will tell that they are back
            self._emit(ChatResumed(chat))

    # --- to the customer --------------------------------------------------------------------------------------------

    async def _show(self, connection: Connection) -> None:
        """Send what is new, whenever something is; closes the connection at the end."""
        with self._watch.looking(connection.chat) as changed, suppress(ConnectionError, EndedError):
            before = None
            while True:
                view = self._view(connection)
                await self._send_news(connection, view, before)
                if view.state == "ended":
                    await connection.socket.close()
                    return
                before = view
                await changed_within(changed, LOOK_AGAIN)

    async def _send_news(self, connection: Connection, view: ChatShown, before: ChatShown | None) -> None:
        for message in view.messages:
            if message.number > connection.seen:
                await connection.send(encode("message", **shown(message, view.language)))
                connection.seen = message.number
        if before is None or view.heard != before.heard:
            await connection.send(encode("ack", number=view.heard))
        if before is None or (view.state, view.position) != (before.state, before.position):
            await connection.send(encode("state", state=view.state, position=view.position))
        if connection.agent_writes:
            connection.agent_writes = False
            await connection.send(encode("typing"))

    # --- from the customer ------------------------------------------------------------------------------------------

    async def _hear(self, connection: Connection) -> None:
        try:
            while True:
                await self._take(connection, await self._next(connection))
        except EndedError as error:
            await connection.end(error.code, str(error), error.close)
        except ConnectionError:
            return

    async def _take(self, connection: Connection, message: Sent) -> None:
        match message:
            case Say():
                await self._said(connection, message)
            case Typing():
                self._typing(connection)
            case Bye():
                await self._tell(connection.chat, ChatLeft(connection.chat))
            case Hello():
                raise EndedError("second_hello", "One hello is enough.")

    def _typing(self, connection: Connection) -> None:
        """More signs than anybody writes messages are passed over unseen."""
        chat, now = connection.chat, self._clock()
        if not self._signs.too_many(chat, now):
            self._signs.add(chat, now)
            self._typists.customer_writes(chat, self._view(connection).agent)

    async def _said(self, connection: Connection, message: Say) -> None:
        chat, now = connection.chat, self._clock()
        if self._messages.too_many(chat, now):
            raise EndedError("too_fast", "Too many messages came at once. Go on in a minute.")
        self._messages.add(chat, now)
        heard = self._view(connection).heard
        if message.number > heard + 1:
            raise EndedError("gap", f"The next message is number {heard + 1}.")
        if message.number <= heard:
            await connection.send(encode("ack", number=heard))
            return
        await self._tell(chat, ChatSaid(chat, message.number, message.text, await self._file(chat, message.file)))

    async def _file(self, chat: str, name: str) -> File | None:
        """The file that a message names; None where it names none."""
        try:
            file = await self._archive.find(chat, name) if name else None
        except ChatArchiveError:
            raise EndedError("busy", "Files can't be found now. Try again.", WSCloseCode.TRY_AGAIN_LATER) from None
        if name and file is None:
            raise EndedError("unknown_file", "There is no such file. Send it again.")
        return file

    async def _next(self, connection: Connection) -> Sent:
        """The next message; ConnectionError when there is none any more."""
        received = await connection.socket.receive()
        if received.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            raise ConnectionError("closed")
        try:
            return decode(received.data if isinstance(received.data, str) else "")
        except ValueError as error:
            raise EndedError("bad_message", str(error)) from None

    async def _tell(self, chat: str, event: Event) -> None:
        if not await told(self._watch, chat, self._emit, event):
            raise EndedError("busy", "Too much is waiting to be done. Try again.", WSCloseCode.TRY_AGAIN_LATER)

    def _view(self, connection: Connection) -> ChatShown:
        view = self._readers.chat(connection.chat)
        if view is None:
            raise EndedError("unknown_chat", "The chat is over. Begin a new one.")
        return view
