"""Transfers and messages while the controller or Asterisk dies: what was begun ends well, and nothing twice."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.store.models import Leg, Voicemail
from tests.live.centre import AFTER_TALK, LiveCentre
from tests.live.errands import MESSAGES, SHOP, TO_MESSAGE, TO_SHOP, TONE, choose, errand_centre, heard, says
from tests.phones import Agent, Line, tone
from tests.phones.audio import RATE, Samples, read_wav

pytestmark = pytest.mark.live


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    async with errand_centre(tmp_path) as running:
        yield running


async def speak(centre: LiveCentre, number: str, message: Samples) -> Line:
    """As far as the middle of a message."""
    line = await choose(centre, number, TO_MESSAGE)
    await line.hears_tone(TONE)
    line.says(message)
    await asyncio.sleep(1.0)
    return line


async def hear(agent: Agent, message: Samples) -> None:
    line = await agent.answers(30.0)
    await line.ended(12.0)
    heard(line, message)


async def test_a_killed_controller_cuts_no_talk_and_no_message(centre: LiveCentre) -> None:
    message = read_wav(await centre.sound(MESSAGES[0]))
    shop = await centre.lab.agent(SHOP, centre.password(SHOP))
    talker = await choose(centre, "13800000001", TO_SHOP)
    there = await shop.answers()
    there.says(tone(660.0, seconds=30.0))
    await talker.hears_tone(660.0)
    speaker, hasty = await asyncio.gather(
        *(speak(centre, number, message) for number in ("13800000002", "13800000003"))
    )

    await centre.kill_controller()
    await asyncio.sleep(len(message) / RATE - 0.5)
    await talker.hears_tone(660.0)
    await asyncio.gather(there.hang_up(), hasty.hang_up(), speaker.press("#"))
    await asyncio.sleep(0.5)
    await centre.start_controller()

    await asyncio.gather(says(centre, talker, "back", AFTER_TALK), says(centre, speaker, "thanks"))
    assert len(shop.calls) == 1
    await asyncio.gather(talker.hang_up(), speaker.hang_up())
    await centre.until(lambda state: len(state["work"]) == 2 and not state["calls"], "both messages to wait")
    await centre.kill_controller()
    await centre.start_controller()
    agent = await centre.agent("1001")
    await hear(agent, message)
    await hear(agent, message)
    await centre.idle()
    assert len(agent.calls) == 2
    assert [leg.outcome for leg in await centre.rows(Leg) if not leg.agent] == ["answered"]
    assert [row.agent for row in await centre.rows(Voicemail)] == ["1001", "1001"]
    outcomes = {number: contact.outcome for number, contact in (await centre.contacts()).items()}
    assert outcomes == {"13800000001": "transferred", "13800000002": "voicemail", "13800000003": "voicemail"}


async def test_a_message_outlives_the_asterisk_that_took_it(centre: LiveCentre) -> None:
    message = read_wav(await centre.sound(MESSAGES[0]))
    agent = await centre.agent("1001")
    line = await speak(centre, "13800000001", message)
    await asyncio.sleep(len(message) / RATE)
    await line.press("#")
    played = await agent.answers()
    await centre.agent_is("1001", "connected")
    await centre.restart_asterisk()
    await asyncio.gather(line.hang_up(), played.hang_up())
    await hear(agent, message)
    await centre.until(lambda state: not state["work"], "no message to wait")
    (row,) = await centre.rows(Voicemail)
    assert row.agent == "1001"
    assert [leg.outcome for leg in await centre.rows(Leg)] == ["lost", "served"]
