"""From key to prompt: how long a caller waits, in Tandem's menu and in a native dialplan's, on one Asterisk.

A phone presses a key (RFC 4733) while the menu is silent. The time runs from the packet that says the key is up, for
which Asterisk waits, to the first packet of the next prompt.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bench.figure import Figure, delays
from bench.load import sipp
from bench.load.phone import Phone
from bench.place import MENU, QUEUE, both
from tests.live.centre import LiveCentre

KEYS = 50
PROMPT = 5.0
"""Seconds in which a prompt must begin."""
QUIET = 0.1
"""Seconds without a packet that end it."""
WAITING = 20
FILLED = 5.0
"""Seconds until all who shall wait are in the queue."""
PATIENCE = 50.0
"""Seconds they wait there: longer than the keys take."""
DICE = random.Random(1)


def run(folder: Path) -> list[Figure]:
    """With nobody else there, and with 20 callers who wait in the queue."""
    return asyncio.run(_run(folder))


async def _run(folder: Path) -> list[Figure]:
    figures: list[Figure] = []
    async with both(folder, count=1) as centre:
        for waiting in (0, WAITING):
            for side in MENU:
                async with _in_queue(centre, folder / f"{side}-{waiting}", side, waiting):
                    seconds = await _keys(centre, side)
                figures += delays("keys", f"{side}, {waiting} waiting: key to prompt", seconds)
    return figures


@asynccontextmanager
async def _in_queue(centre: LiveCentre, folder: Path, side: str, waiting: int) -> AsyncIterator[None]:
    """So many callers hear the queue's music while the block runs: its only agent is not there."""
    if not waiting:
        yield
        return
    sip_port = centre.config.port("sip_port")
    callers = await sipp.call(
        folder, sip_port, QUEUE[side], keys="3", calls=waiting, per_second=10, listen=1.0, patience=PATIENCE
    )
    await asyncio.sleep(FILLED)
    yield
    assert callers.counts().open == waiting, "every caller should have waited till now"
    await callers.finish(PATIENCE)


async def _keys(centre: LiveCentre, side: str) -> list[float]:
    """Seconds from key to prompt, key by key, in one call."""
    phone = await Phone.dial(centre.config.port("sip_port"), MENU[side])
    await phone.hears(PROMPT)
    seconds = []
    for _ in range(KEYS):
        await _silence(phone)
        released = await phone.press("1")
        seconds.append(await phone.hears(PROMPT) - released)
    await phone.hang_up()
    return seconds


async def _silence(phone: Phone) -> None:
    """Wait for the prompt's end, then a moment, so that keys fall anywhere between two packets."""
    with suppress(TimeoutError):
        while True:
            await phone.hears(QUIET)
    await asyncio.sleep(DICE.uniform(0, 0.02))
