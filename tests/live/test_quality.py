"""How a talk was heard, as Asterisk counted it: on record for every phone and trunk, without anybody asking."""

import asyncio

import pytest

from tandem.control.voice.measured import BAD
from tandem.store import behind
from tests.live.centre import LiveCentre
from tests.phones import tone

pytestmark = pytest.mark.live
HEARD = 5.0
"""Seconds of talk: Asterisk says every five what came over."""


async def test_both_channels_of_a_talk_are_on_record_whoever_hangs_up(centre: LiveCentre) -> None:
    agent = await centre.agent("1001")
    line = await centre.dial_service(await centre.caller())
    call = await agent.answers()
    line.says(tone(700, seconds=10))
    call.says(tone(900, seconds=10))
    await asyncio.gather(line.hears_tone(900), call.hears_tone(700))
    await asyncio.sleep(HEARD)
    await call.hang_up()
    await line.hears(await centre.prompt("survey"))
    await line.hang_up()
    await centre.idle()
    (contact,) = (await centre.contacts()).values()
    whole = await centre.records(behind.whole, contact.call)
    assert [(talk.device, talk.agent, talk.told_by) for talk in whole.heard] == [
        ("PJSIP/1001", "1001", "switch"),
        ("PJSIP/trunk", "", "switch"),
    ]
    for talk in whole.heard:
        assert (talk.call, talk.codec) == (contact.call, "alaw")
        assert min(talk.received, talk.sent) > 50 * HEARD
        assert talk.loss < 0.05
        assert talk.score > BAD
