"""A peer that speaks AMI by a script, for what a real Asterisk can't be made to do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from tandem.telephony.asterisk import wire
from tandem.telephony.asterisk.ami_terms import AmiLogin, AmiTimes
from tandem.telephony.asterisk.wire import Message

PATIENCE = 5.0
QUICK = AmiTimes(
    connect=1.0, answer=0.3, ping_every=0.05, ping_answer=0.1, first_back_off=0.01, longest_back_off=0.02,
    after_refusal=0.2,
)  # fmt: skip
BOOTED = {"Event": "FullyBooted", "Status": "Fully Booted"}


def block(fields: Message) -> bytes:
    return wire.action(fields)


def success(action: Message) -> bytes:
    return block({"Response": "Success", "ActionID": action["ActionID"]})


def refusal(reason: str) -> Callable[[Message], bytes]:
    return lambda action: block({"Response": "Error", "ActionID": action["ActionID"], "Message": reason})


def listing(*items: Message) -> Callable[[Message], bytes]:
    def answer(action: Message) -> bytes:
        number = {"ActionID": action["ActionID"]}
        start = {"Response": "Success", **number, "EventList": "start"}
        end = {"Event": "ListEnded", **number, "EventList": "Complete", "ListItems": str(len(items))}
        return b"".join(map(block, [start, *({**item, **number} for item in items), end]))

    return answer


def silence(_action: Message) -> bytes:
    return b""


class ScriptedAsterisk:
    """Answers actions by `answers` (by name; Success for any other) and keeps them in `actions`."""

    def __init__(self) -> None:
        self.banner = b"Asterisk Call Manager/11.0.0\r\n"
        self.booted = True
        self.answers: dict[str, Callable[[Message], bytes]] = {}
        self.actions: list[Message] = []
        self.links = 0
        self._asked: asyncio.Queue[Message] = asyncio.Queue()
        self._writers: list[asyncio.StreamWriter] = []

    async def asked(self, name: str) -> Message:
        """The next action of that name."""
        async with asyncio.timeout(PATIENCE):
            while (action := await self._asked.get())["Action"] != name:
                pass
        return action

    def names(self) -> list[str]:
        return [action["Action"] for action in self.actions if action["Action"] != "Ping"]

    def say(self, *events: Message) -> None:
        self.write(b"".join(map(block, events)))

    def write(self, data: bytes) -> None:
        self._writers[-1].write(data)

    def stop_reading(self) -> None:
        transport = self._writers[-1].transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()

    def cut(self) -> None:
        self._writers[-1].transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.links += 1
        self._writers.append(writer)
        writer.write(self.banner)
        try:
            while True:
                action = wire.message((await reader.readuntil(b"\r\n\r\n"))[:-4])
                self.actions.append(action)
                self._asked.put_nowait(action)
                writer.write(self.answers.get(action["Action"], success)(action))
                if action["Action"] == "Login" and self.booted and "Login" not in self.answers:
                    writer.write(block(BOOTED))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[AmiLogin]:
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        try:
            yield AmiLogin("127.0.0.1", server.sockets[0].getsockname()[1], "tandem", "not-told")
        finally:
            server.close()
            for writer in self._writers:
                writer.transport.abort()


class Caller:
    """Asterisk's end of a FastAGI connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def connect(cls, port: int) -> "Caller":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def enter(self, call: str, *arguments: str, **values: str) -> None:
        """Send a request."""
        request = {"network": "yes", "uniqueid": call, "channel": f"PJSIP/trunk-{call}", **values}
        request |= {f"arg_{number}": value for number, value in enumerate(arguments, 1)}
        self.write("".join(f"agi_{key}: {value}\n" for key, value in request.items()).encode() + b"\n")

    async def heard(self) -> str:
        """The next command."""
        async with asyncio.timeout(PATIENCE):
            return (await self._reader.readuntil(b"\n")).decode().removesuffix("\n")

    async def answer(self, command: str, reply: str = "200 result=0") -> None:
        """Expect `command`, and answer it."""
        assert await self.heard() == command
        self.say(reply)

    def say(self, line: str) -> None:
        self.write(line.encode() + b"\n")

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    def close(self) -> None:
        self._writer.transport.abort()

    async def ended(self) -> None:
        """Wait until the server has closed the connection, without a further word."""
        async with asyncio.timeout(PATIENCE):
            with suppress(ConnectionError):
                assert await self._reader.read() == b""
