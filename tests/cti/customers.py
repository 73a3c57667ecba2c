"""A customer's side of a chat, as docs/chat.md has it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp


class Customer:
    """A customer's side that keeps what it was sent."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.token = ""
        self.got: list[dict[str, Any]] = []

    async def send(self, kind: str, **content: Any) -> None:
        await self.socket.send_str(json.dumps({"type": kind} | content))

    async def until(self, kind: str, **content: Any) -> dict[str, Any]:
        """Read on as far as a message with this content."""
        async with asyncio.timeout(5):
            while True:
                got = await self.socket.receive_json()
                self.got.append(got)
                if got["type"] == kind and content.items() <= got.items():
                    return dict(got)

    async def says(self, number: int, text: str) -> None:
        await self.send("say", number=number, text=text)
        await self.until("ack", number=number)

    async def closed(self) -> int:
        """The code that the connection is closed with."""
        async with asyncio.timeout(5):
            while (await self.socket.receive()).type == aiohttp.WSMsgType.TEXT:
                pass
        return self.socket.close_code or 0

    @property
    def texts(self) -> list[str]:
        return [got["text"] for got in self.got if got["type"] == "message"]

    @property
    def numbers(self) -> list[int]:
        return [got["number"] for got in self.got if got["type"] == "message"]


@asynccontextmanager
async def connection(url: str, **headers: str) -> AsyncIterator[Customer]:
    """A connection to the chats at `url`; nothing is said yet."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}/chat", headers=given) as socket:
        yield Customer(socket)
