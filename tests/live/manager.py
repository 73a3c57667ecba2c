"""Just enough of AMI to ask a question, without the client that is under test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Manager:
    """One link."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._asked = 0

    async def ask(self, action: str, **fields: str) -> str:
        """The answer to an action."""
        self._asked += 1
        mark = f"ActionID: {self._asked}"
        lines = [f"Action: {action}", mark, *(f"{name}: {value}" for name, value in fields.items())]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        return await self.hear(f"{mark}\r\n")

    async def hear(self, what: str) -> str:
        """The next message with `what` in it."""
        while True:
            message = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            if what in message:
                return message


@asynccontextmanager
async def logged_in(port: int, user: str, secret: str, within: float = 20.0) -> AsyncIterator[Manager]:
    """A link to the AMI on 127.0.0.1:`port`, for at most `within` seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(within):
            found = Manager(reader, writer)
            assert "Success" in await found.ask("Login", Username=user, Secret=secret)
            yield found
    finally:
        writer.close()
