"""A caller who is connected with somebody outside, by a real Dial(), and comes back to the flow."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.store.models import Alarm, Leg
from tests.live.centre import HOTLINE, LiveCentre
from tests.live.errands import FLOW, PLAN, SHOP, TO_FORBIDDEN, TO_SHOP, choose, errand_centre, says
from tests.phones import Line, tone

pytestmark = pytest.mark.live


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    async with errand_centre(tmp_path) as running:
        yield running


async def test_callers_talk_with_somebody_outside_and_come_back(centre: LiveCentre) -> None:
    shop = await centre.lab.agent(SHOP, centre.password(SHOP))
    line = await choose(centre, "13800000001", TO_SHOP)
    there = await shop.answers()
    assert there.peer == f"sip:{HOTLINE}@127.0.0.1"
    await both_hear(line, there)
    await there.hang_up()
    await says(centre, line, "back")
    await line.press(TO_SHOP)
    await shop.declines()
    await says(centre, line, "busy")
    await line.press(TO_FORBIDDEN)
    await says(centre, line, "sorry")
    await line.hang_up()
    await centre.idle()

    answered, busy = sorted(await centre.rows(Leg), key=lambda leg: leg.ended_at)
    assert (answered.device, answered.outcome, busy.outcome) == (f"PJSIP/{SHOP}", "answered", "busy")
    assert answered.answered_at
    assert 0.5 < answered.ended_at - answered.answered_at < 10.0
    assert [alarm.kind for alarm in await centre.rows(Alarm)] == ["transfer not allowed", "flow fault"]
    assert (await centre.contacts())["13800000001"].outcome == "transferred"


async def test_callers_may_hang_up_whenever_they_like(centre: LiveCentre) -> None:
    shop = await centre.lab.agent(SHOP, centre.password(SHOP))
    line = await choose(centre, "13800000001", TO_SHOP)
    ringing = await shop.rings()
    await line.hang_up()
    await ringing.ended(2.0)
    line = await choose(centre, "13800000002", TO_SHOP)
    there = await shop.answers()
    await both_hear(line, there)
    await line.hang_up()
    await there.ended(2.0)
    await centre.idle()
    assert sorted(leg.outcome for leg in await centre.rows(Leg)) == ["abandoned", "answered"]
    contacts = await centre.contacts()
    assert (contacts["13800000001"].outcome, contacts["13800000002"].outcome) == ("left_menu", "transferred")


async def both_hear(one: Line, other: Line) -> None:
    one.says(tone(440.0, seconds=3.0))
    other.says(tone(880.0, seconds=3.0))
    await asyncio.gather(one.hears_tone(880.0), other.hears_tone(440.0))


async def test_a_number_goes_out_by_the_trunk(tmp_path: Path) -> None:
    """The trunk leads back to where it came from: who is transferred hears the hotline a second time."""
    plan = PLAN.replace("numbers:", "trunk: trunk, numbers:").replace(f'["{SHOP}"]', f'["{HOTLINE}"]')
    async with errand_centre(tmp_path, plan, FLOW.replace(f"to: '{SHOP}'", f"to: '{HOTLINE}'")) as centre:
        line = await choose(centre, "13800000001", TO_SHOP)
        await centre.until(lambda state: len(state["calls"]) == 2, "a second call, by the trunk")
        line.pass_over()
        await says(centre, line, "choose")
        assert {call["caller"] for call in (await centre.state())["calls"]} == {"13800000001", HOTLINE}
        await line.hang_up()
        await centre.idle()
        assert [leg.device for leg in await centre.rows(Leg)] == [f"PJSIP/{HOTLINE}@trunk"]
