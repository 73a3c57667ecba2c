"""A rush: sixty callers, five a second, twelve agents, and not everybody stays."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tandem.store import queries
from tandem.store.models import Offer, Wait
from tests.live.centre import AGENTS, ALWAYS, HOTLINE, LiveCentre, State, numbers
from tests.phones import Line, tone
from tests.phones.audio import RATE, TONE_PRESENT, tone_share

pytestmark = pytest.mark.live

CALLS, PER_SECOND = 60, 5
ANSWER_AFTER, TALK = 0.8, 1.5
PATIENCE = 1.0
SAME_TIME = 0.5
"""Seconds within which two phones that ring at once may be picked up in either order."""


class Watch:
    """What is seen of all calls, asked for once for everybody."""

    def __init__(self, centre: LiveCentre) -> None:
        self._centre = centre
        self._news = asyncio.Condition()
        self._calls: dict[str, State] = {}

    async def keep(self) -> None:
        """Look ten times a second, until cancelled."""
        while True:
            state = await self._centre.state()
            async with self._news:
                self._calls = {call["caller"]: call for call in state["calls"]}
                self._news.notify_all()
            await asyncio.sleep(0.1)

    async def until(self, caller: str, seen: Callable[[State], bool], within: float = 60.0) -> State:
        """Wait until `seen` is true of a caller's call."""
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(lambda: caller in self._calls and seen(self._calls[caller]))
            return self._calls[caller]

    async def until_at(self, caller: str, *nodes: str) -> None:
        """Wait until a caller's call is at one of these nodes of the flow."""
        await self.until(caller, lambda call: call["node"] in nodes)


async def stays(watch: Watch, line: Line, number: str) -> bool:
    """Wait for an agent, talk, and hang up in the survey. False: was not answered."""
    await watch.until_at(number, "survey")
    await line.hang_up()
    return True


async def leaves_when_tired(watch: Watch, line: Line, number: str) -> bool:
    """Hang up after PATIENCE, unless a phone rings already."""
    await asyncio.sleep(PATIENCE)
    call = await watch.until(number, lambda call: True)
    if call["agent"]:
        return await stays(watch, line, number)
    await line.hang_up()
    return False


async def leaves_while_a_phone_rings(watch: Watch, line: Line, number: str) -> bool:
    """Hang up as soon as an agent's phone rings, which is not picked up before ANSWER_AFTER."""
    await watch.until(number, lambda call: bool(call["agent"]))
    await line.hang_up()
    return False


def behaviour(index: int) -> Callable[[Watch, Line, str], Awaitable[bool]]:
    """Every sixth caller leaves while nobody has time, or just as a phone rings; by turns."""
    if index % 6 != 5:
        return stays
    return leaves_when_tired if index % 12 == 5 else leaves_while_a_phone_rings


async def calls_in(centre: LiveCentre, watch: Watch, index: int, number: str) -> bool:
    """One caller's call; whether an agent answered it."""
    caller = await centre.caller(number)
    line = await caller.dial(HOTLINE)
    line.says(tone(440, seconds=60))
    for node, key in (("main_menu", "3"), ("product", "1")):
        await watch.until_at(number, node)
        await line.press(key)
    await watch.until_at(number, "tech", "survey")
    return await behaviour(index)(watch, line, number)


async def test_sixty_calls_are_answered_in_their_order_or_properly_abandoned(centre: LiveCentre) -> None:
    agents = await centre.agents(len(AGENTS))
    for agent in agents:
        agent.auto_answers(ANSWER_AFTER, TALK)
    watch, callers = Watch(centre), numbers(CALLS)
    watching = asyncio.create_task(watch.keep())
    async with asyncio.TaskGroup() as crowd:
        calls = {}
        for index, number in enumerate(callers):
            calls[number] = crowd.create_task(calls_in(centre, watch, index, number))
            await asyncio.sleep(1 / PER_SECOND)
    watching.cancel()
    await centre.idle()
    await asyncio.gather(*(centre.agent_is(name, "ready") for name in AGENTS))

    stayed = sorted(number for number, call in calls.items() if call.result())
    assert CALLS - len(stayed) >= CALLS // 12, "hardly anybody left: there was no rush"
    spoken_to = [line for agent in agents for line in agent.calls if line.answered_at]
    assert sorted(line.peer.removeprefix("sip:").partition("@")[0] for line in spoken_to) == stayed
    assert all(tone_share(line.heard[-RATE:], 440) > TONE_PRESENT for line in spoken_to)

    contacts = await centre.contacts()
    outcomes = {number: "served" if call.result() else "abandoned" for number, call in calls.items()}
    assert {number: contact.outcome for number, contact in contacts.items()} == outcomes
    intervals = [figures for figures in await centre.records(queries.intervals) if figures.queue == "tech"]
    assert sum(figures.offered for figures in intervals) == CALLS
    assert sum(figures.answered for figures in intervals) == len(stayed)
    assert sum(figures.abandoned for figures in intervals) == CALLS - len(stayed)

    waits = [wait for wait in await centre.records(read_waits, *ALWAYS) if wait.outcome == "answered"]
    offered = await centre.records(read_first_offers, *ALWAYS)
    assert [wait.call for wait in waits] == sorted((wait.call for wait in waits), key=offered.__getitem__)
    for earlier, later in itertools.pairwise(waits):
        assert earlier.left_at < later.left_at + SAME_TIME
    assert max(wait.left_at - wait.enqueued_at for wait in waits) > ANSWER_AFTER + 1, (
        "nobody queued: there was no order"
    )


async def read_waits(engine: AsyncEngine, _since: float, _until: float) -> list[Wait]:
    """All waits in the order of arrival."""
    async with AsyncSession(engine, expire_on_commit=False) as session:
        return list(await session.scalars(select(Wait).order_by(Wait.enqueued_at)))


async def read_first_offers(engine: AsyncEngine, _since: float, _until: float) -> dict[str, int]:
    """The number of the first offer of each call; numbers grow with time."""
    async with AsyncSession(engine, expire_on_commit=False) as session:
        offers = await session.scalars(select(Offer).order_by(Offer.offer.desc()))
        return {offer.call: offer.offer for offer in offers}
