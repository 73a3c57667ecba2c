"""A caller who is connected with somebody outside, by a real Dial(), and comes back to the flow."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.ivr import commands as ivr
from tandem.ivr import events as ivr_events
from tandem.ivr.session import Session
from tandem.service.app import Controller
from tandem.store.models import Alarm, Leg
from tests.live.centre import CENTRE, HOTLINE, LiveCentre
from tests.live.inside import centre_inside, speak_for_the_flow
from tests.phones import Line, tone

pytestmark = pytest.mark.live

PLAN = CENTRE.replace(
    'caller_phones: ["2001"]', 'caller_phones: ["2001"]\ndial_plan: {numbers: ["2001"], caller_id: "4008"}'
)
NUMBERS = {"13800000009": "1900555"}
"""Where callers want to go who do not want to go to 2001."""


def said(outcome: str) -> ivr.Utterance:
    return ivr.Utterance("en", f"The transfer is over, and came to this: {outcome.replace('_', ' ')}.")


def session(session: Session, event: ivr_events.Event) -> list[ivr.Command]:
    if isinstance(event, ivr_events.Started):
        number = str(session.variables["caller.number"])
        return [ivr.Transfer(NUMBERS.get(number, "2001"), 5.0)]
    if isinstance(event, ivr_events.TransferEnded):
        session.listen = ivr.Listen((said(event.outcome),), wait=60.0, music="default")
    return [session.listen]


@pytest.fixture
async def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[LiveCentre, Controller]]:
    speak_for_the_flow(monkeypatch, session)
    async with centre_inside(tmp_path, PLAN) as running:
        yield running


async def test_callers_talk_with_somebody_outside_and_come_back(running: tuple[LiveCentre, Controller]) -> None:
    centre, _ = running
    shop = await centre.lab.agent("2001", centre.password("2001"))
    line = await (await centre.caller("13800000001")).dial(HOTLINE)
    there = await shop.answers()
    assert there.peer == f"sip:{HOTLINE}@127.0.0.1"
    await both_hear(line, there)
    await there.hang_up()
    await line.hears(await centre.sound(said("answered")))
    await line.hang_up()

    line = await (await centre.caller("13800000002")).dial(HOTLINE)
    await shop.declines()
    await line.hears(await centre.sound(said("busy")))
    await line.hang_up()

    line = await (await centre.caller("13800000009")).dial(HOTLINE)
    await line.hears(await centre.sound(said("not_allowed")))
    await line.hang_up()
    await centre.idle()

    legs = await centre.rows(Leg)
    assert [(leg.device, leg.outcome) for leg in legs] == [("PJSIP/2001", "answered"), ("PJSIP/2001", "busy")]
    assert legs[0].answered_at
    assert 0.5 < legs[0].ended_at - legs[0].answered_at < 10.0
    assert [alarm.kind for alarm in await centre.rows(Alarm)] == ["transfer not allowed"]
    contacts = await centre.contacts()
    assert contacts["13800000001"].outcome == "transferred"


async def test_callers_may_hang_up_whenever_they_like(running: tuple[LiveCentre, Controller]) -> None:
    centre, _ = running
    shop = await centre.lab.agent("2001", centre.password("2001"))
    line = await (await centre.caller("13800000001")).dial(HOTLINE)
    ringing = await shop.rings()
    await line.hang_up()
    await ringing.ended(2.0)
    line = await (await centre.caller("13800000002")).dial(HOTLINE)
    there = await shop.answers()
    await both_hear(line, there)
    await line.hang_up()
    await there.ended(2.0)
    await centre.idle()
    assert [leg.outcome for leg in await centre.rows(Leg)] == ["abandoned", "answered"]
    contacts = await centre.contacts()
    assert (contacts["13800000001"].outcome, contacts["13800000002"].outcome) == ("left_menu", "transferred")


async def both_hear(one: Line, other: Line) -> None:
    one.says(tone(440.0, seconds=3.0))
    other.says(tone(880.0, seconds=3.0))
    await asyncio.gather(one.hears_tone(880.0), other.hears_tone(440.0))
