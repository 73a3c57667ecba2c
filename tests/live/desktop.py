"""A desktop of one agent, as docs/cti.md has it: it follows, answers beats, and comes back after a break."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp

Message = dict[str, Any]


class Desktop:
    """`seen` are all messages but beats, each with the time it came (`at`, epoch seconds); `desk` is what is shown."""

    def __init__(self, url: str, headers: dict[str, str], agent: str) -> None:
        self.url, self._headers, self._agent = url, headers, agent
        self.seen: list[Message] = []
        self.contacts: dict[str, Message] = {}
        self.agent: Message = {}
        self.position: Message | None = None
        self._socket: aiohttp.ClientWebSocketResponse
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Be there for ever: connected, or about to be."""
        async with aiohttp.ClientSession(headers=self._headers) as session:
            while True:
                with suppress(aiohttp.ClientError, TypeError):
                    async with session.ws_connect(f"{self.url}/desktop") as self._socket:
                        await self._follow()
                await asyncio.sleep(0.05)

    async def do(self, verb: str, **given: Any) -> None:
        """Have a verb done; it must not be refused."""
        await self._socket.send_json({"type": "do", "id": verb, "verb": verb, "given": given})
        await self.until(lambda: any(one.get("id") == verb and one["type"] == "done" for one in self.seen), verb)

    async def until(self, true: Callable[[], Any], what: str, within: float = 15.0) -> None:
        """Wait until something is true of what was seen."""
        try:
            async with asyncio.timeout(within):
                while not true():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"waited {within} s for {what}; seen: {self.seen[-5:]}") from None

    def events(self, name: str) -> list[Message]:
        """The events of a name that were seen, with when they came."""
        told = [one["told"] | {"at": one["at"]} for one in self.seen if one["type"] == "event"]
        return [event for event in told if event["event"] == name]

    async def _follow(self) -> None:
        after = {"after": self.position} if self.position else {}
        await self._socket.send_json({"type": "hello", "agent": self._agent} | after)
        while True:
            message: Message = await self._socket.receive_json()
            if message["type"] == "beat":
                await self._socket.send_json({"type": "beat"})
                continue
            self.seen.append(message | {"at": time.time()})
            self._take(message)
            self._news.set()

    def _take(self, message: Message) -> None:
        if message["type"] == "snapshot":
            self.position, self.agent = message["position"], message["agent"]
            self.contacts = {item["contact"]["contact"]: item["contact"] for item in message["contacts"]}
        elif message["type"] == "event" and self.position:
            assert message["number"] == self.position["number"] + 1, message
            self.position = self.position | {"number": message["number"]}
            self._change(message["told"])

    def _change(self, told: Message) -> None:
        if told["event"] == "AgentChanged":
            self.agent = told["agent"]
        elif told["event"] == "ContactEnded":
            del self.contacts[told["contact"]]
        elif told["event"] not in ("ContactStepped", "ContactSaid"):
            self.contacts[told["contact"]["contact"]] = told["contact"]


@asynccontextmanager
async def desktop(url: str, headers: dict[str, str], agent: str) -> AsyncIterator[Desktop]:
    """A desktop that is there while the block runs."""
    opened = Desktop(url, headers, agent)
    running = asyncio.ensure_future(opened.run())
    try:
        await opened.until(lambda: opened.seen, "the desk")
        yield opened
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
