"""What agents do about a talk from their desk, by tones: who hears whom at every turn."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tandem.store.models import Leg, Wait
from tests.live.centre import CENTRE, LiveCentre, live_centre
from tests.live.talking import AGENT, CALLER, COLLEAGUE, in_talk
from tests.phones import tone

pytestmark = pytest.mark.live

OUTSIDE = "2001"
PLAN = f'dial_plan: {{numbers: ["{OUTSIDE}"]}}\n'
KEPT = f'  "3001": {{skills: {{service: 3}}, number: "{OUTSIDE}", nailed_up: true}}\n'
"""An agent whose line is kept."""


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    async with live_centre(tmp_path, CENTRE.replace("customers:", f"{KEPT}customers:") + PLAN) as running:
        yield running
        await running.check_books()


async def test_hold_mute_and_keys_need_no_help_of_the_phone(centre: LiveCentre) -> None:
    line, call, name = await in_talk(centre)

    async def do(verb: str, **given: Any) -> None:
        await centre.do("1001", name, verb, **given)

    await do("hold")
    await line.loses_tone(AGENT)
    await line.hears_part_of(centre.music)
    await call.loses_tone(CALLER)
    await centre.agent_is("1001", "hold")
    await do("retrieve")
    await line.hears_tone(AGENT)
    await call.hears_tone(CALLER)
    await centre.agent_is("1001", "connected")
    await do("mute")
    await line.loses_tone(AGENT)
    await call.hears_tone(CALLER)
    await do("unmute")
    await line.hears_tone(AGENT)
    await do("dtmf", digits="12#")
    await line.pressed("12#")
    await do("hold")
    await line.hears_part_of(centre.music)
    await do("hang-up")
    await call.ended()
    await centre.call_is("13800000001", "flow")
    await line.hang_up()
    await centre.idle()
    (leg,) = await centre.rows(Leg)
    assert leg.outcome == "served" and leg.hold_seconds > 0.5


async def test_a_colleague_is_consulted_and_takes_the_caller(centre: LiveCentre) -> None:
    line, call, name = await in_talk(centre)
    second = await centre.agent("1002")

    async def do(verb: str, **given: Any) -> None:
        await centre.do("1001", name, verb, **given)

    await do("consult", to_agent="1002")
    await line.hears_part_of(centre.music)
    asked = await second.answers()
    asked.says(tone(COLLEAGUE, seconds=90))
    await call.hears_tone(COLLEAGUE)
    await asked.hears_tone(AGENT)
    await line.loses_tone(AGENT)
    await do("swap")
    await line.hears_tone(AGENT)
    await call.hears_tone(CALLER)
    await asked.loses_tone(AGENT)
    await do("swap")
    await call.hears_tone(COLLEAGUE)
    await line.hears_part_of(centre.music)
    await do("conference")
    await line.hears_tone(AGENT)
    await line.hears_tone(COLLEAGUE)
    await asked.hears_tone(CALLER)
    await call.hears_tone(CALLER)
    await do("complete")
    await call.ended()
    await line.loses_tone(AGENT)
    await line.hears_tone(COLLEAGUE)
    await asked.hears_tone(CALLER)
    await centre.agent_is("1002", "connected")
    await asked.hang_up()
    await centre.call_is("13800000001", "flow")
    await line.hang_up()
    await centre.idle()
    legs = {(leg.agent, leg.call, leg.outcome) for leg in await centre.rows(Leg)}
    assert legs == {("1001", name, "served"), ("1002", name, "served")}


async def test_callers_are_sent_on_and_a_new_controller_finds_them_all(centre: LiveCentre) -> None:
    """A number is consulted and cancelled, the controller killed in the midst; then the caller goes on to a queue, is
    left to the number by an agent who hangs up, and comes back to the flow."""
    line, call, name = await in_talk(centre)
    outside = await centre.lab.agent(OUTSIDE, centre.password(OUTSIDE))
    await centre.do("1001", name, "consult", number=OUTSIDE)
    asked = await outside.answers()
    asked.says(tone(COLLEAGUE, seconds=90))
    await call.hears_tone(COLLEAGUE)
    await centre.kill_controller()
    await centre.start_controller()
    await asked.hears_tone(AGENT)
    await line.hears_part_of(centre.music, 15)
    await centre.do("1001", name, "cancel")
    await asked.ended()
    await line.hears_tone(AGENT)

    second = await centre.agent("1002")
    await centre.do("1001", name, "transfer", queue="tech", note="a hard one")
    await call.ended()
    there = await second.answers()
    there.says(tone(COLLEAGUE, seconds=90))
    await line.hears_tone(COLLEAGUE)
    await centre.do("1002", name, "consult", number=OUTSIDE)
    asked = await outside.answers()
    asked.says(tone(AGENT, seconds=90))
    await there.hears_tone(AGENT)
    await there.hang_up()
    await line.hears_tone(AGENT)
    await asked.hears_tone(CALLER)
    await asked.hang_up()
    await centre.call_is("13800000001", "flow")
    await line.hang_up()
    await centre.idle()
    contact = (await centre.contacts())["13800000001"]
    assert contact.outcome == "served"
    waits = [(wait.queue, wait.outcome) for wait in await centre.rows(Wait) if wait.call == name]
    assert sorted(waits) == [("service", "answered"), ("tech", "answered")]


async def test_a_line_that_is_kept_is_lent_to_all_of_it(centre: LiveCentre) -> None:
    """Its agent is consulted, takes the caller over, holds them, consults in turn, and keeps the line."""
    line, call, name = await in_talk(centre)
    phone = await centre.lab.agent(OUTSIDE, centre.password(OUTSIDE))
    await centre.tell("3001", "sign-in")
    kept = await phone.answers()
    kept.says(tone(COLLEAGUE, seconds=90))
    await centre.agent_is("3001", "ready")
    await centre.do("1001", name, "consult", to_agent="3001")
    await call.hears_tone(COLLEAGUE)
    await centre.do("1001", name, "complete")
    await call.ended()
    await line.hears_tone(COLLEAGUE)
    await centre.agent_is("3001", "connected")
    await centre.do("3001", name, "hold")
    await line.hears_part_of(centre.music)
    await centre.do("3001", name, "retrieve")
    await line.hears_tone(COLLEAGUE)
    await kept.hears_tone(CALLER)
    await centre.do("3001", name, "mute")
    await line.loses_tone(COLLEAGUE)
    await centre.agent_is("1001", "ready")
    await centre.do("3001", name, "hang-up")
    await centre.call_is("13800000001", "flow")
    await centre.agent_is("3001", "ready")
    await line.hang_up()
    await kept.silent()

    await centre.tell("1001", "pause", "lunch")
    line = await centre.dial_service(await centre.caller("13800000002"))
    await centre.call_is("13800000002", "connected")
    await line.hears_tone(COLLEAGUE)  # the line is mute no more
    await line.hang_up()
    await centre.agent_is("3001", "ready")
    assert not kept.is_over
