"""kill -9 of the controller, in the midst of everything. No caller may notice more than a pause."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from tandem.store.models import Answer, Link, Offer
from tests.cti.receivers import SECRET, running_gateway
from tests.live.centre import AFTER_TALK, AGENTS, CENTRE, HOTLINE, LiveCentre, State, live_centre, numbers
from tests.live.offers import check_offers
from tests.phones import Agent, Line, tone
from tests.phones.audio import RATE, TONE_PRESENT, Samples, tone_share

pytestmark = pytest.mark.live

LONG_RINGS = CENTRE.replace("ring_seconds: 4", "ring_seconds: 30")
TALKING, RINGING, WAITING, IN_MENU = 6, 2, 8, 6
RE_ENTRY = 3.0
"""Seconds; the dialplan asks again every half second."""


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    """Phones ring for long, so that a ring outlasts the controller's death."""
    async with live_centre(tmp_path, LONG_RINGS) as running:
        yield running
        await running.check_books()


async def dial(centre: LiveCentre, number: str) -> Line:
    """To the queue, or already to an agent; by what the plane sees, which costs less than listening."""
    line = await (await centre.caller(number)).dial(HOTLINE)
    await centre.until(lambda state: call_of(state, number).get("node") == "main_menu", f"{number} in the menu")
    await line.press("0")
    await centre.until(lambda state: call_of(state, number).get("state") != "flow", f"{number} to be queued")
    return line


def call_of(state: State, number: str) -> State:
    return next((call for call in state["calls"] if call["caller"] == number), {})


def places(state: State) -> dict[str, tuple[str, int, float]]:
    """Of everybody who waits: queue, place and since when."""
    return {
        call["caller"]: (call["queue"], call["place"], call["enqueued_at"]) for call in state["calls"] if call["queue"]
    }


async def listening(centre: LiveCentre) -> float:
    """Wait until the controller takes calls; returns when that was."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", centre.config.port("agi_port"))
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return time.time()


async def revive(centre: LiveCentre) -> float:
    """Start the controller again; returns the seconds from when it listens until every caller it held is back."""
    since, _ = await asyncio.gather(listening(centre), centre.start_controller())
    held = await centre.until(
        lambda state: not any(call["away"] and call["state"] != "connected" for call in state["calls"]),
        "all to be back",
    )
    return float(held["at"]) - since


def heard_throughout(heard: Samples, frequency: float) -> float:
    """The share of the half seconds in which a tone was heard."""
    pieces = [heard[at : at + RATE // 2] for at in range(0, len(heard) - RATE // 2, RATE // 2)]
    return float(np.mean([tone_share(piece, frequency) >= TONE_PRESENT for piece in pieces]))


async def end_talk(centre: LiveCentre, caller: Line, agent: Line) -> None:
    """The agent hangs up, and the caller takes the survey."""
    caller.pass_over()
    await agent.hang_up()
    await caller.hears(await centre.prompt("survey"), seconds=AFTER_TALK)
    await caller.press("5")
    await caller.hears(await centre.prompt("survey_thanks"))
    await caller.ended(15)


async def leave_in_survey(centre: LiveCentre, number: str, caller: Line) -> None:
    await centre.until(lambda state: call_of(state, number)["node"] == "survey", f"{number} to get the survey", 30)
    await caller.hang_up()


WHO = numbers(TALKING + RINGING + WAITING + IN_MENU)
TALKERS, RUNG = WHO[:TALKING], WHO[TALKING : TALKING + RINGING]
WAITERS, CHOOSERS = WHO[TALKING + RINGING : -IN_MENU], WHO[-IN_MENU:]
BUSY, RINGING_AT = AGENTS[:TALKING], AGENTS[TALKING : TALKING + RINGING]


class Scene:
    """Callers in talk, before a phone that rings, waiting and in the menu; `lines` by caller, `phones` by agent."""

    def __init__(self, centre: LiveCentre) -> None:
        self.centre = centre
        self.agents: dict[str, Agent] = {}
        self.lines: dict[str, Line] = {}
        self.phones: dict[str, Line] = {}
        self.before: State = {}

    async def set_up(self) -> None:
        await self._sign_in(BUSY)
        await self._dial(TALKERS)
        self.phones |= {name: await self.agents[name].answers() for name in BUSY}
        await self._sign_in(RINGING_AT)
        await self._dial(RUNG)
        self.phones |= {name: await self.agents[name].rings() for name in RINGING_AT}
        await self._dial(WAITERS)
        self.lines |= {number: await (await self.centre.caller(number)).dial(HOTLINE) for number in CHOOSERS}
        self.before = await self.choosers_are_at("main_menu")

    async def _sign_in(self, names: Sequence[str]) -> None:
        self.agents |= {name: await self.centre.agent(name) for name in names}

    async def _dial(self, callers: Sequence[str]) -> None:
        lines = await asyncio.gather(*(dial(self.centre, number) for number in callers))
        self.lines |= zip(callers, lines, strict=True)

    async def choosers_are_at(self, node: str) -> State:
        """Wait until those in the menu have come to a node."""
        return await self.centre.until(
            lambda state: {call_of(state, number).get("node") for number in CHOOSERS} == {node}, f"all at {node}"
        )

    def partner(self, number: str) -> Line:
        """The phone of the agent who talks with a caller, or rings for them."""
        return self.phones[call_of(self.before, number)["agent"]]

    async def talk(self) -> dict[Line, tuple[int, float]]:
        """Let everybody in talk be heard; returns from which sample on each line must hear which tone (hertz)."""
        for number in TALKERS:
            self.lines[number].says(tone(440, seconds=30))
            self.partner(number).says(tone(660, seconds=30))
        listeners = {self.lines[number]: 660.0 for number in TALKERS} | {self.phones[name]: 440.0 for name in BUSY}
        await asyncio.gather(*(line.hears_tone(frequency) for line, frequency in listeners.items()))
        return {line: (len(line.heard), frequency) for line, frequency in listeners.items()}

    async def end(self) -> None:
        """The talks end in the survey, the menu goes on, the waiting are served."""
        async with asyncio.TaskGroup() as group:
            for number in (*TALKERS, *RUNG):
                group.create_task(end_talk(self.centre, self.lines[number], self.partner(number)))
                await asyncio.sleep(0.3)  # to listen for eight prompts at once would take this process too long
        for number in CHOOSERS:
            await self.lines[number].press("3")
        await self.choosers_are_at("product")
        await asyncio.gather(*(self.lines[number].hang_up() for number in CHOOSERS))
        for agent in self.agents.values():
            agent.auto_answers(talk=0.3)
        await asyncio.gather(*(leave_in_survey(self.centre, number, self.lines[number]) for number in WAITERS))
        await self.centre.idle()


async def test_a_killed_controller_drops_no_call_and_loses_no_place(centre: LiveCentre) -> None:
    scene = Scene(centre)
    await scene.set_up()
    must_hear = await scene.talk()
    in_order = sorted(WAITERS, key=lambda number: places(scene.before)[number][1])

    await centre.kill_controller()
    await asyncio.sleep(1.0)  # callers are asking for it now, in vain
    first, second = (scene.phones[name] for name in RINGING_AT)
    await first.answer()
    first.says(tone(660, seconds=3))
    (answered,) = (number for number in RUNG if scene.partner(number) is first)
    await scene.lines[answered].hears_tone(660)
    seconds = await revive(centre)
    print(f"\nkill -9 with {len(WHO)} calls: all back {seconds:.2f} s after it listened again")  # noqa: T201
    assert seconds < RE_ENTRY

    after = places(await centre.state())
    assert not any(line.is_over for line in (*scene.lines.values(), *scene.phones.values()))
    assert {number: after[number][2] for number in WAITERS} == {n: places(scene.before)[n][2] for n in WAITERS}
    assert sorted(WAITERS, key=lambda number: after[number][1]) == in_order
    await centre.agent_is(RINGING_AT[0], "connected")
    await centre.agent_is(RINGING_AT[1], "ringing")
    await second.answer()
    await centre.agent_is(RINGING_AT[1], "connected")
    for line, (since, frequency) in must_hear.items():
        assert heard_throughout(line.heard[since:], frequency) == 1.0
    assert {len(agent.calls) for agent in scene.agents.values()} == {1}

    await scene.end()
    contacts = await centre.contacts()
    assert {contacts[number].outcome for number in WHO if number not in CHOOSERS} == {"served"}
    assert len(await centre.rows(Answer)) == TALKING + RINGING
    await check_offers(centre)
    calls = {contact.call: number for number, contact in contacts.items()}
    offered = [calls[offer.call] for offer in await centre.rows(Offer)]
    assert offered[-WAITING:] == in_order
    assert len(offered) == TALKING + RINGING + WAITING


async def test_a_link_whose_delivery_a_kill_cuts_short_is_delivered_once(tmp_path: Path) -> None:
    async with (
        running_gateway() as gateway,
        live_centre(tmp_path, webhook_url=gateway.url, webhook_secret=SECRET) as centre,
    ):
        gateway.answers = [0]
        line = await centre.dial_menu(await centre.caller())
        await line.press("1")
        await line.hears(await centre.prompt("orders"))
        await line.press("1")
        await gateway.seen.wait()
        await centre.kill_controller()
        await centre.start_controller()
        await line.hears(await centre.prompt("link_sent"), 15)
        assert len(gateway.keys) == 2
        assert len(set(gateway.keys)) == 1  # the gateway knows it for the same message
        assert gateway.bodies[0] == gateway.bodies[1]
        await line.hang_up()
        await centre.idle()
        (link,) = await centre.rows(Link)
        assert (link.status, link.adapter) == ("delivered", "webhook")
        await centre.check_books()
