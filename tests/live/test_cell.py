"""Two controllers, one Redis, one Asterisk: whoever is in charge dies, is stopped or hands over, and calls go on."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.live.cell import LiveCell, live_cell, stop_process, wake_process
from tests.live.centre import CENTRE, HOTLINE
from tests.live.desktop import Desktop
from tests.live.offers import check_offers
from tests.phones import Line, tone

pytestmark = pytest.mark.live

TAKEOVER = 2.0
"""Seconds in which the other one is to take calls."""
RE_ENTRY = 4.0
FENCED = 3


@pytest.fixture
async def cell(tmp_path: Path) -> AsyncIterator[LiveCell]:
    async with live_cell(tmp_path, CENTRE.replace("ring_seconds: 4", "ring_seconds: 30")) as running:
        yield running
        await running.centre.check_books()


@asynccontextmanager
async def desktop_of(cell: LiveCell, agent: str) -> AsyncIterator[Desktop]:
    desktop = Desktop(cell.centre.url, cell.centre.token, agent)
    running = asyncio.create_task(desktop.run())
    try:
        await desktop.until(lambda: desktop.position, "a snapshot")
        yield desktop
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


class Scene:
    """A talk, one who waits, and one in the menu."""

    def __init__(self, cell: LiveCell) -> None:
        self.cell = cell
        self.talker: Line
        self.phone: Line
        self.waiter: Line
        self.chooser: Line

    async def set_up(self) -> None:
        centre = self.cell.centre
        self.agent = await centre.agent("1001")
        self.talker = await self._dial("13800000001", "0", "queued", "connected")
        self.phone = await self.agent.answers()
        self.talker.says(tone(440, seconds=60))
        self.phone.says(tone(660, seconds=60))
        await asyncio.gather(self.talker.hears_tone(660), self.phone.hears_tone(440))
        self.waiter = await self._dial("13800000002", "0", "queued")
        self.chooser = await self._dial("13800000003")

    async def _dial(self, number: str, keys: str = "", *states: str) -> Line:
        """To the menu, and on by `keys`; by what the plane sees, which costs less than listening."""
        centre = self.cell.centre
        line = await (await centre.caller(number)).dial(HOTLINE)
        await self._is_at(number, "main_menu")
        if keys:
            await line.press(keys)
            await centre.until(
                lambda state: any(call["caller"] == number and call["state"] in states for call in state["calls"]),
                f"{number} to be {states}",
            )
        return line

    async def _is_at(self, number: str, node: str) -> None:
        await self.cell.centre.until(
            lambda state: any((call["caller"], call["node"]) == (number, node) for call in state["calls"]),
            f"{number} to be at {node}",
        )

    async def go_on(self) -> None:
        """Nobody was dropped: the talk is heard, the menu takes keys, the waiting one is served next."""
        centre = self.cell.centre
        assert not any(line.is_over for line in (self.talker, self.phone, self.waiter, self.chooser))
        self.talker.pass_over()
        self.phone.pass_over()
        await asyncio.gather(self.talker.hears_tone(660), self.phone.hears_tone(440))
        await self.chooser.press("3")
        await self._is_at("13800000003", "product")
        await self.chooser.hang_up()
        await self.phone.hang_up()
        phone = await self.agent.answers()
        await centre.call_is("13800000002", "connected")
        await phone.hang_up()
        await asyncio.gather(self.talker.hang_up(), self.waiter.hang_up())
        await centre.idle()
        contacts = await centre.contacts()
        assert {contacts[number].outcome for number in ("13800000001", "13800000002")} == {"served"}
        await check_offers(centre)


async def test_a_standby_says_who_is_in_charge(cell: LiveCell) -> None:
    status, told = await cell.health(1)
    assert (status, told["role"]) == (503, "standby")
    status, told = await cell.ask_standby("/state")
    assert (status, told["error"]["code"], told["active"]) == (503, "standby", cell.configs[0].web_url)
    status, told = await cell.health(0)
    assert status == 200


async def test_kill_9_is_taken_over_in_two_seconds(cell: LiveCell) -> None:
    scene = Scene(cell)
    await scene.set_up()
    async with desktop_of(cell, "1001") as desktop:
        began = time.monotonic()
        await cell.centre.kill_controller()
        seconds = await cell.taken_over(began)
        back = await cell.all_back(began)
        print(f"\nkill -9: the standby takes calls after {seconds:.2f} s, all are back after {back:.2f} s")  # noqa: T201
        assert seconds < TAKEOVER
        assert back < RE_ENTRY
        desktop.url = cell.centre.url
        await desktop.until(lambda: any(one["type"] == "resumed" for one in desktop.seen), "to go on where it was")
        await scene.go_on()
        await desktop.until(lambda: desktop.agent["state"] == "ready", "to be free again")
        assert [one["type"] for one in desktop.seen].count("snapshot") == 1


async def test_a_handover_on_purpose_is_at_once(cell: LiveCell) -> None:
    scene = Scene(cell)
    await scene.set_up()
    began = time.monotonic()
    stopping = asyncio.create_task(cell.centre.controller.stop())
    seconds = await cell.taken_over(began)
    back = await cell.all_back(began)
    await stopping
    print(f"\nhandover: the other one takes calls after {seconds:.2f} s, all are back after {back:.2f} s")  # noqa: T201
    assert seconds < 1.0
    assert await cell.standby.ended() == 0
    await cell.start_standby()
    await scene.go_on()


async def test_one_that_was_stopped_and_wakes_up_late_does_nothing(cell: LiveCell) -> None:
    scene = Scene(cell)
    await scene.set_up()
    began = time.monotonic()
    stop_process(cell.centre.controller)
    seconds = await cell.taken_over(began)
    print(f"\nSIGSTOP: the standby takes calls after {seconds:.2f} s")  # noqa: T201
    assert seconds < TAKEOVER
    late = cell.standby
    wake_process(late)
    assert await asyncio.wait_for(late.ended(), 10) == FENCED
    assert f"This controller is no longer in charge of the test: {cell.centre.url} is." in cell.centre.log()
    await cell.all_back(began)
    await scene.go_on()


async def test_a_lost_redis_is_waited_for(cell: LiveCell) -> None:
    scene = Scene(cell)
    await scene.set_up()
    cell.redis.kill()
    await scene.chooser.press("3")
    await asyncio.sleep(3.0)
    assert (await cell.health(0))[0] == 503
    await asyncio.to_thread(cell.redis.start)
    began = time.monotonic()
    async with asyncio.timeout(10):
        while 200 not in [status for status, _ in [await cell.health(0), await cell.health(1)]]:
            await asyncio.sleep(0.01)
    print(f"\nRedis back: calls are taken after {time.monotonic() - began:.2f} s")  # noqa: T201
    if (await cell.health(0))[0] != 200:
        await cell.taken_over(began)
    await cell.all_back(began)
    await scene.go_on()
