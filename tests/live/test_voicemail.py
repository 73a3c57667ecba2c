"""A caller speaks to a real Asterisk's recording, and an agent hears what they said."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.store.models import Voicemail, Wait
from tests.live.centre import LiveCentre
from tests.live.errands import MESSAGES, TO_MESSAGE, TONE, choose, errand_centre, heard, says
from tests.phones.audio import RATE, Samples, read_wav

pytestmark = pytest.mark.live

PATIENT, HASTY = "13800000001", "13800000002"
"""One presses the key, the other hangs up."""


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    async with errand_centre(tmp_path) as running:
        yield running


async def test_what_callers_say_reaches_an_agent(centre: LiveCentre) -> None:
    said = dict(zip((PATIENT, HASTY), [read_wav(await centre.sound(message)) for message in MESSAGES], strict=True))
    await asyncio.gather(*(leave(centre, number, message) for number, message in said.items()))
    await centre.until(lambda state: len(state["work"]) == 2 and not state["calls"], "both messages to wait")

    agent = await centre.agent("1001")
    for _ in said:
        line = await agent.answers()
        await line.ended(10.0)  # the phone hangs up by itself
        heard(line, said[line.peer.removeprefix("sip:").partition("@")[0]])
        await centre.agent_is(agent.number, "wrap_up")
    await centre.until(lambda state: not state["work"], "no message to wait")

    for row in await centre.rows(Voicemail):
        assert abs(row.seconds - len(said[row.caller]) / RATE) < 2.0
        assert (row.agent, bool(row.heard_at)) == ("1001", True)
    contacts = await centre.contacts()
    assert {caller: contact.outcome for caller, contact in contacts.items()} == dict.fromkeys(said, "voicemail")
    assert [(wait.queue, wait.outcome) for wait in await centre.rows(Wait)] == [("tech", "answered")] * 2


async def leave(centre: LiveCentre, number: str, message: Samples) -> None:
    line = await choose(centre, number, TO_MESSAGE)
    await line.hears_tone(TONE)
    line.says(message)
    await asyncio.sleep(len(message) / RATE + 0.5)
    if number == PATIENT:
        await line.press("#")
        await says(centre, line, "thanks")
    await line.hang_up()


async def test_a_caller_who_says_nothing_leaves_no_message(centre: LiveCentre) -> None:
    line = await choose(centre, PATIENT, TO_MESSAGE)
    await says(centre, line, "nothing")
    await line.hang_up()
    await centre.idle()
    assert await centre.rows(Voicemail) == []
    assert (await centre.contacts())[PATIENT].outcome == "left_menu"
