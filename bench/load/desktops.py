"""Desktops by the thousand in a process of their own: `python -m bench.load.desktops URL FIRST COUNT STALLED`.

The operators' token comes on standard input. Each desktop opens its agent's desk, signs the agent in and follows it.
`connected` is printed once all are; on the next line of input they end, and one line of JSON tells the seconds from
the moment that an event happened in the plane to that when a desktop had it. STALLED more take nothing they are sent.
"""

import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack

import aiohttp

from bench.place import agents

AT_ONCE = 50
"""Desktops that connect at the same time."""


class Desktops:
    """All of them. `delays`: seconds, one for each event of each desktop; `gaps`: numbers that did not follow."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self._open = asyncio.Semaphore(AT_ONCE)
        self.delays: list[float] = []
        self.gaps = 0
        self.lost = 0

    async def follow(self, agent: str, there: asyncio.Event) -> None:
        """One desktop, for ever."""
        async with AsyncExitStack() as stack:
            async with self._open:
                socket = await stack.enter_async_context(self._session.ws_connect(f"{self._url}/desktop"))
                await socket.send_json({"type": "hello", "agent": agent})
                number = (await socket.receive_json())["position"]["number"]
                await socket.send_json({"type": "do", "id": "1", "verb": "sign-in", "given": {}})
            there.set()
            async for message in socket:
                came = time.time()
                told = json.loads(message.data)
                if told["type"] == "beat":
                    await socket.send_json({"type": "beat"})
                elif told["type"] == "event":
                    self.gaps += told["number"] != number + 1
                    number = told["number"]
                    if (happened := _happened(told["told"])) is not None:
                        self.delays.append(came - happened)
            self.lost += 1

    async def stall(self, agent: str) -> None:
        """One that looks on, and then reads nothing any more."""
        async with self._session.ws_connect(f"{self._url}/desktop") as socket:
            await socket.send_json({"type": "hello", "agent": agent, "mode": "watch"})
            await socket.receive_json()
            await asyncio.Event().wait()


def _happened(told: dict[str, object]) -> float | None:
    """When an event happened, epoch seconds, where it says so."""
    match told:
        case {"event": "AgentChanged", "agent": {"since": float(since)}}:
            return since
        case {"event": "ContactOffered", "contact": {"offered_at": float(at)}}:
            return at
        case {"event": "ContactConnected", "contact": {"connected_at": float(at)}}:
            return at
    return None


async def main(url: str, first: int, count: int, stalled: int) -> None:
    """Open them, wait for the word to end, tell what was seen."""
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    headers = {"Authorization": f"Bearer {(await lines.readline()).decode().strip()}"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers=headers, connector=connector) as session:
        desktops, names = Desktops(session, url), agents(first + count)[first:]
        there = [asyncio.Event() for _ in names]
        tasks = [asyncio.ensure_future(desktops.follow(*each)) for each in zip(names, there, strict=True)]
        for event in there:
            await event.wait()
        tasks += [asyncio.ensure_future(desktops.stall(name)) for name in names[:stalled]]
        print("connected", flush=True)
        await lines.readline()
        desktops.delays.clear()
        await lines.readline()
        print(json.dumps({"delays": desktops.delays, "gaps": desktops.gaps, "lost": desktops.lost}), flush=True)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:])))
