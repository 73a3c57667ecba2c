"""A caller speaks to a real Asterisk's recording, and an agent hears what they said."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.ivr import commands as ivr
from tandem.ivr import events as ivr_events
from tandem.ivr.session import Session
from tandem.store.models import Voicemail, Wait
from tests.live.centre import HOTLINE, LiveCentre
from tests.live.inside import centre_inside, speak_for_the_flow
from tests.phones.audio import RATE, Samples, beginning, find_prompt, read_wav

pytestmark = pytest.mark.live

TONE = 880.0
THANKS = ivr.Utterance("en", "Thank you. We will listen to your message and call you back.")
NOTHING = ivr.Utterance("en", "You have not said anything, so nobody will hear of it.")
HASTY = "13800000002"
"""Who hangs up instead of pressing the key."""
MESSAGES = {
    "13800000001": ivr.Utterance("en", "My washing machine stands still, and it is full of water."),
    HASTY: ivr.Utterance("en", "The bell is broken, so please knock at the door."),
}
"""What callers say."""
HEARD = 0.5
"""The share of a message's pieces in their places that proves it; two phones' clocks have moved some by then."""


def session(session: Session, event: ivr_events.Event) -> list[ivr.Command]:
    if isinstance(event, ivr_events.Started):
        return [ivr.TakeVoicemail("tech", 0, 30.0, 2.0, "#")]
    if isinstance(event, ivr_events.VoicemailTaken):
        session.listen = ivr.Listen((THANKS if event.seconds else NOTHING,), wait=60.0)
    return [session.listen]


@pytest.fixture
async def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LiveCentre]:
    speak_for_the_flow(monkeypatch, session)
    async with centre_inside(tmp_path) as (centre, _):
        yield centre


async def test_what_callers_say_reaches_an_agent(centre: LiveCentre) -> None:
    said = {number: read_wav(await centre.sound(message)) for number, message in MESSAGES.items()}
    await asyncio.gather(*(leave(centre, number, message) for number, message in said.items()))
    await centre.until(lambda state: len(state["work"]) == 2 and not state["calls"], "both messages to wait")

    agent = await centre.lab.agent("1001", centre.password("1001"))
    await centre.tell("1001", "sign-in")
    for _ in said:
        line = await agent.answers()
        await line.ended(10.0)  # the phone hangs up by itself
        caller = line.peer.removeprefix("sip:").partition("@")[0]
        assert find_prompt(line.heard, beginning(said[caller], 1.5))[0] >= HEARD
        await centre.agent_is(agent.number, "wrap_up")
    await centre.until(lambda state: not state["work"], "no message to wait")

    for row in await centre.rows(Voicemail):
        assert abs(row.seconds - len(said[row.caller]) / RATE) < 2.0
        assert (row.agent, bool(row.heard_at)) == ("1001", True)
    contacts = await centre.contacts()
    assert {caller: contact.outcome for caller, contact in contacts.items()} == dict.fromkeys(said, "voicemail")
    assert [(wait.queue, wait.outcome) for wait in await centre.rows(Wait)] == [("tech", "answered")] * 2


async def leave(centre: LiveCentre, number: str, message: Samples) -> None:
    """Speak after the tone, and end with the key or by hanging up."""
    line = await (await centre.caller(number)).dial(HOTLINE)
    await line.hears_tone(TONE)
    line.says(message)
    await asyncio.sleep(len(message) / RATE + 0.5)
    if number != HASTY:
        await line.press("#")
        await line.hears(await centre.sound(THANKS))
    await line.hang_up()


async def test_a_caller_who_says_nothing_leaves_no_message(centre: LiveCentre) -> None:
    line = await (await centre.caller()).dial(HOTLINE)
    await line.hears_tone(TONE)
    await line.hears(await centre.sound(NOTHING), 8.0)
    await line.hang_up()
    await centre.idle()
    assert await centre.rows(Voicemail) == []
