"""Agents' phones: several of one agent, those that pick up by themselves, and numbers outside, rung or kept."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.store.models import AgentOrder, Leg, Pause
from tests.live.centre import AFTER_TALK, CENTRE, HOTLINE, LiveCentre, live_centre
from tests.phones import Line, tone
from tests.phones.messages import message_phone

pytestmark = pytest.mark.live

OUTSIDE = "2001"
"""An account that stands for a telephone of somebody outside."""
TONE = 880.0
"""Hertz, before a contact."""
AGENTS = """
  "1001": {skills: {tech: 3}, device: ["1001", "1051"], auto_answer: {"1001": 0, "1051": 2}}
  "3001": {skills: {tech: 3, service: 3}, number: "2001", nailed_up: true}
  "3002": {skills: {tech: 3}, number: "2001", confirm: true}
"""
MORE = f"""
dial_plan: {{numbers: ["{OUTSIDE}"], caller_id: "{HOTLINE}"}}
remote_agents: {{call_again: 1}}
pause_reasons: {{lunch: {{longest: 0.01}}}}
"""
BEFORE, AFTER = CENTRE.split("agents:\n")
HERE = f"{BEFORE}agents:{AGENTS}customers:{AFTER.split('customers:')[1]}{MORE}".replace(
    "wrap_up_seconds: 1,", "wrap_up_seconds: 1, wrap_up_extension_seconds: 2,"
)


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    async with live_centre(tmp_path, HERE) as running:
        yield running


async def test_a_line_that_is_nailed_up_is_lent_and_kept(centre: LiveCentre) -> None:
    phone = await centre.lab.agent(OUTSIDE, centre.password(OUTSIDE))
    await centre.tell("3001", "sign-in")
    line = await phone.answers()
    await centre.agent_is("3001", "ready")
    caller = await centre.dial_queue(await centre.caller("13800000001"))
    await centre.agent_is("3001", "connected")
    await line.hears_tone(TONE)
    await both_hear(caller, line)
    await caller.hang_up()
    await centre.agent_is("3001", "ready")
    await line.silent()

    caller = await centre.dial_queue(await centre.caller("13800000002"))
    await both_hear(caller, line)
    await line.press("*")
    await centre.agent_is("3001", "ready")
    assert not line.is_over
    await caller.hears(await centre.prompt("survey"), seconds=AFTER_TALK)
    await caller.hang_up()

    caller = await centre.dial_queue(await centre.caller("13800000003"))
    await both_hear(caller, line)
    talk = await centre.call_is("13800000003", "connected")
    await centre.do("3001", talk["call"], "hang-up")
    await centre.call_is("13800000003", "flow")
    await centre.agent_is("3001", "ready")
    await caller.hears(await centre.prompt("survey"), seconds=AFTER_TALK)
    await caller.hang_up()
    await centre.idle()

    await line.hang_up()
    await centre.agent_is("3001", "not_ready", "device")
    line = await phone.answers()
    await centre.agent_is("3001", "ready")
    await centre.kill_controller()
    await centre.start_controller()
    caller = await centre.dial_queue(await centre.caller("13800000004"))
    await both_hear(caller, line)
    await centre.kill_controller()
    await centre.start_controller()
    await both_hear(caller, line)
    await caller.hang_up()
    await centre.agent_is("3001", "ready")
    await centre.tell("3001", "sign-out")
    await line.ended(3.0)
    await centre.agent_is("3001", "signed_out")
    assert [leg.outcome for leg in await centre.rows(Leg)] == ["served"] * 4
    await centre.check_books()


async def test_whoever_picks_up_outside_presses_a_key(centre: LiveCentre) -> None:
    phone = await centre.lab.agent(OUTSIDE, centre.password(OUTSIDE))
    await centre.tell("3002", "sign-in")
    await centre.agent_is("3002", "ready")
    caller = await centre.dial_queue(await centre.caller("13800000001"))
    machine = await phone.answers()
    assert machine.peer == f"sip:{HOTLINE}@127.0.0.1"
    await machine.ended(8.0)
    line = await phone.answers()
    await asyncio.sleep(1.0)
    await line.press("1")
    await centre.agent_is("3002", "connected")
    await both_hear(caller, line)
    await line.hang_up()
    await caller.hang_up()
    await centre.idle()
    legs = sorted(await centre.rows(Leg), key=lambda leg: leg.ended_at)
    assert [leg.outcome for leg in legs] == ["no_answer", "served"]
    await centre.check_books()


async def test_the_second_phone_rings_when_the_first_is_busy_and_states_are_ordered(centre: LiveCentre) -> None:
    second = await centre.lab.agent("1051", centre.password("1051"))
    async with message_phone(centre.config.port("sip_port"), "1001", centre.password("1001")) as first:
        await centre.tell("1001", "sign-in")
        await centre.agent_is("1001", "ready")
        caller = await centre.dial_queue(await centre.caller("13800000001"))
        line = await second.answers()
        await both_hear(caller, line)
        headers = first.invites[0].headers
    assert headers["call-info"] == "<sip:127.0.0.1>;answer-after=0"
    assert headers["alert-info"] == "<http://127.0.0.1>;info=alert-autoanswer;delay=0"
    assert headers["answer-mode"] == "Auto"
    await centre.tell("1001", "pause", "lunch", by="Mei")
    await line.hang_up()
    await caller.hang_up()
    await centre.agent_is("1001", "wrap_up")
    await centre.tell("1001", "extend", seconds=5)
    paused = await centre.agent_is("1001", "paused", "lunch")
    assert paused["wanted_by"] == "Mei"
    await centre.kill_controller()
    await centre.start_controller()
    assert (await centre.agent_is("1001", "paused", "lunch"))["paused_since"] == paused["paused_since"]
    await centre.until(lambda state: state["counters"].get("pause too long"), "the alarm")
    await centre.tell("1001", "ready", by="Mei")
    await centre.agent_is("1001", "ready")
    busy, served = sorted(await centre.rows(Leg), key=lambda leg: leg.ended_at)
    assert (busy.device, busy.outcome, served.device, served.outcome) == ("PJSIP/1001", "busy", "PJSIP/1051", "served")
    orders = sorted(await centre.rows(AgentOrder), key=lambda order: order.at)
    assert [(order.what, order.reason, order.by, order.seconds) for order in orders] == [
        ("paused", "lunch", "Mei", 0.0),
        ("wrap_up_extended", "", "", 2.0),
        ("ready", "", "Mei", 0.0),
    ]
    (pause,) = await centre.rows(Pause)
    assert (pause.reason, pause.by, pause.began_at) == ("lunch", "Mei", paused["paused_since"])
    assert pause.ended_at
    await centre.check_books()


async def both_hear(one: Line, other: Line) -> None:
    one.says(tone(440.0, seconds=3.0))
    other.says(tone(700.0, seconds=3.0))
    await asyncio.gather(one.hears_tone(700.0), other.hears_tone(440.0))
