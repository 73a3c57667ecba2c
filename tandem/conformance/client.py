"""A desktop that believes nothing: it holds every message against docs/cti.md."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec

ANSWER_SECONDS = 10.0
"""After which an answer that should come at once is taken for missing."""
Message = dict[str, Any]


class Broken(Exception):  # noqa: N818 - of the protocol, not of ours
    """The server does not keep to the protocol; the text says in what."""


class Ended(Exception):  # noqa: N818 - it may be right
    """The connection ended. `message` is the last word: an `error`, or nothing."""

    def __init__(self, message: Message) -> None:
        super().__init__(f"the connection ended with {message or 'no word'}")
        self.message = message


def expect(holds: object, what: str) -> None:
    """Broken, with what should be, where it does not hold."""
    if not holds:
        raise Broken(what)


class Desktop:
    """One connection to a desk. `stream` and `number` are where it is."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.stream, self.number = "", 0
        self.events: list[Message] = []
        self._last: Message = {}

    @property
    def position(self) -> Message:
        """Where it is, for `after`."""
        return {"stream": self.stream, "number": self.number}

    async def send(self, message: object) -> None:
        """Send a message; text and bytes as they are."""
        if isinstance(message, bytes):
            await self.socket.send_bytes(message)
        else:
            await self.socket.send_str(message if isinstance(message, str) else msgspec.json.encode(message).decode())

    async def hello(self, **given: Any) -> Message:
        """Say hello; the first message. Ended: it was refused."""
        await self.send({"type": "hello", **given})
        first = await self.next()
        expect(first["type"] in ("snapshot", "resumed"), f"a hello is answered by a {first['type']}")
        self._check_position(first)
        self.stream, self.number = first["position"]["stream"], first["position"]["number"]
        if first["type"] == "resumed":
            expect(type(first.get("missed")) is int, "`resumed` has no number `missed`")
            self.number -= first["missed"]
        return first

    async def next(self, seconds: float = ANSWER_SECONDS) -> Message:
        """The next message, events with their number checked. Ended, or Broken when none comes."""
        try:
            async with asyncio.timeout(seconds):
                received = await self.socket.receive()
        except TimeoutError:
            raise Broken(f"nothing came within {seconds:g} seconds") from None
        if received.type is not aiohttp.WSMsgType.TEXT:
            raise Ended(self._last if self._last.get("type") == "error" else {})
        try:
            message = msgspec.json.decode(received.data, type=Message)
        except msgspec.DecodeError as error:
            raise Broken(f"a message is no JSON object: {error}") from None
        expect(isinstance(message.get("type"), str), "a message has no `type`")
        self._last = message
        self._count(message)
        return message

    async def until(self, kind: str, seconds: float = ANSWER_SECONDS) -> Message:
        """The next message of this type; what comes before it is counted all the same."""
        async with asyncio.timeout(seconds + ANSWER_SECONDS):
            while (message := await self.next(seconds))["type"] != kind:
                pass
        return message

    async def end(self, seconds: float = ANSWER_SECONDS) -> Message:
        """Wait for the end of the connection; its last word."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self.next(seconds)
        except Ended as ended:
            return ended.message
        except TimeoutError:
            raise Broken(f"the connection is still open after {seconds:g} seconds") from None

    async def do(self, verb: str, given: object) -> Message:
        """Have a verb done; `done` or `refused`, with its id."""
        name = f"{verb} {len(self.events)}"
        await self.send({"type": "do", "id": name, "verb": verb, "given": given})
        while (answer := await self.next())["type"] not in ("done", "refused"):
            expect(answer["type"] != "error", f"{verb} ends the connection: {answer}")
        expect(answer.get("id") == name, f"the answer to {verb} has the id {answer.get('id')!r}, not {name!r}")
        return answer

    def _count(self, message: Message) -> None:
        if message["type"] == "event":
            wanted = self.number + 1
            expect(message.get("number") == wanted, f"event {message.get('number')} comes where {wanted} was to come")
            expect("event" in message.get("told", {}), "an event does not say in `told` which it is")
            self.number = wanted
            self.events.append(message["told"])
        elif message["type"] == "beat":
            self._check_position(message)
            expect(message["position"] == self.position, f"a beat is at {message['position']}, not at {self.position}")

    def _check_position(self, message: Message) -> None:
        position = message.get("position", {})
        kinds = [type(position.get(name)) for name in ("stream", "number")]
        expect(kinds == [str, int], f"`{message['type']}` has no position")
        expect(isinstance(message.get("now"), int | float), f"`{message['type']}` has no `now`")


class Server:
    """The server on trial, as somebody who may work as `agent`. `beat` and `silent` are its times, in seconds."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, agent: str, beat: float = 5.0, silent: float = 15.0
    ) -> None:
        self.session, self.url, self.agent, self.beat, self.silent = session, url.rstrip("/"), agent, beat, silent

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Desktop]:
        """A connection that has said nothing yet."""
        async with self.session.ws_connect(f"{self.url}/desktop", max_msg_size=0) as socket:
            yield Desktop(socket)

    @asynccontextmanager
    async def at_desk(self, **hello: Any) -> AsyncIterator[Desktop]:
        """A desktop that has its desk, and took it over from whoever had it."""
        async with self.connected() as desktop:
            await desktop.hello(**({"agent": self.agent, "take": True} | hello))
            yield desktop

    async def rest(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Ask by REST; the status and what the JSON says."""
        data = None if body is None else msgspec.json.encode(body)
        async with self.session.request(method, self.url + path, data=data) as answer:
            try:
                return answer.status, msgspec.json.decode(await answer.read())
            except msgspec.DecodeError:
                raise Broken(f"{method} {path} answers {answer.status} without JSON") from None
