"""Supervisors on a talk, told apart by tones; customers whom agents dial; agents who call each other; dispositions."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.store.models import Contact, Dial, Disposition, Monitoring
from tests.live.centre import CENTRE, HOTLINE, LiveCentre, live_centre
from tests.phones import Line, tone

pytestmark = pytest.mark.live

OUTSIDE = "2001"
"""An account that stands for a telephone of somebody outside."""
ASKS = """  tech:
    needs: {tech: 2}
    ring_seconds: 4
    wrap_up_seconds: 1
    disposition_required: true
    disposition_seconds: 60
    dispositions: {solved: {words: {en: Solved}}, other: {needs_note: true}}
    dial_out: {ring_seconds: 10}
"""
BEFORE, AFTER = CENTRE.split("  tech: {")
REST = AFTER.split("\n", 1)[1]
HERE = f'{BEFORE}{ASKS}{REST}dial_plan: {{numbers: ["{OUTSIDE}"], caller_id: "{HOTLINE}"}}\n'
CUSTOMER, AGENT, SUPERVISOR = 440.0, 660.0, 880.0
"""Hertz, by who says it."""
SOON = 0.5
"""Seconds: the tones last longer, so whoever does not hear one by then is not to."""


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    async with live_centre(tmp_path, HERE) as running:
        yield running


async def hear(*who: tuple[Line, float]) -> None:
    """These hear those tones."""
    await asyncio.gather(*(line.hears_tone(frequency, within=8.0) for line, frequency in who))


def speak(*who: tuple[Line, float]) -> None:
    for line, frequency in who:
        line.says(tone(frequency, seconds=6.0))


async def test_a_supervisor_listens_whispers_and_barges(centre: LiveCentre) -> None:
    (phone,) = await centre.agents(1)
    boss = await centre.lab.agent("1002", centre.password("1002"))
    caller = await centre.dial_queue(await centre.caller())
    line = await phone.answers()
    await centre.agent_is("1001", "connected")
    await on_talk(centre, "listen")
    ear = await boss.answers()
    speak((caller, CUSTOMER), (ear, SUPERVISOR))
    await hear((ear, CUSTOMER), (line, CUSTOMER))
    await asyncio.gather(caller.silent(SOON), line.loses_tone(SUPERVISOR, SOON))

    await on_talk(centre, "whisper")
    await asyncio.sleep(0.5)
    speak((ear, SUPERVISOR))
    await hear((line, SUPERVISOR))
    await caller.silent(SOON)
    await line.loses_tone(SUPERVISOR, 15.0)

    await centre.kill_controller()
    await centre.start_controller()
    await centre.until(lambda state: state["switch_up"], "the switch to be found")
    for mode in ("listen", "whisper", "barge"):
        await on_talk(centre, mode)
    await asyncio.sleep(0.5)
    speak((ear, SUPERVISOR))
    await hear((line, SUPERVISOR), (caller, SUPERVISOR))

    await caller.hang_up()
    await ear.ended(3.0)
    await centre.agent_is("1001", "wrap_up")
    rows = await centre.rows(Monitoring)
    assert [(row.number, row.by, row.agent, row.mode) for row in rows] == [
        (1, "ann", "1001", "listen"), (2, "ann", "1001", "whisper"), (3, "ann", "1001", "listen"),
        (4, "ann", "1001", "whisper"), (5, "ann", "1001", "barge"),
    ]  # fmt: skip
    assert all(row.ended_at and row.ended_at >= row.began_at for row in rows)

    (contact,) = await centre.rows(Contact)
    await centre.tell("1001", "dispose", contact=contact.call, code="other", note="no picture")
    await centre.agent_is("1001", "ready")
    (said,) = await centre.rows(Disposition)
    assert (said.queue, said.code, said.note) == ("tech", "other", "no picture")
    await centre.check_books()


async def on_talk(centre: LiveCentre, mode: str) -> None:
    await centre.tell("1001", mode, by="ann", device="PJSIP/1002")


async def test_an_agent_dials_a_customer_and_calls_a_colleague(centre: LiveCentre) -> None:
    phone, other = await centre.agents(2)
    outside = await centre.lab.agent(OUTSIDE, centre.password(OUTSIDE))
    await centre.tell("1001", "dial", number=OUTSIDE, queue="tech")
    line = await phone.answers()
    customer = await outside.answers()
    await centre.agent_is("1001", "connected")
    speak((line, AGENT), (customer, CUSTOMER))
    await hear((line, CUSTOMER), (customer, AGENT))
    await line.hang_up()
    await customer.ended(3.0)
    await centre.agent_is("1001", "wrap_up")
    await centre.tell("1001", "dispose", contact="tandem-dialled-1", code="solved")
    await centre.agent_is("1001", "ready")

    await centre.tell("1001", "dial", number=OUTSIDE, queue="tech")
    line = await phone.answers()
    await outside.declines()
    await line.ended(3.0)
    await centre.agent_is("1001", "ready")

    await centre.tell("1001", "call", colleague="1002")
    line = await phone.answers()
    there = await other.answers()
    await centre.agent_is("1002", "connected", "internal call")
    speak((line, AGENT), (there, SUPERVISOR))
    await hear((line, SUPERVISOR), (there, AGENT))
    await there.hang_up()
    await line.ended(3.0)
    await centre.agent_is("1001", "ready")
    await centre.agent_is("1002", "ready")
    await centre.tell("1001", "call", colleague="1002")
    line = await phone.answers()
    await other.declines()
    await line.ended(3.0)
    await centre.agent_is("1001", "ready")

    rows = sorted(await centre.rows(Dial), key=lambda row: row.asked_at)
    assert [(row.kind, row.number, row.outcome) for row in rows] == [
        ("outbound", OUTSIDE, "answered"), ("outbound", OUTSIDE, "busy"),
        ("internal", "1002", "answered"), ("internal", "1002", "busy"),
    ]  # fmt: skip
    contacts = sorted(await centre.rows(Contact), key=lambda row: row.started_at)
    assert [(row.direction, row.outcome) for row in contacts] == [("outbound", "served"), ("outbound", "busy")]
    assert contacts[0].talk_seconds > 0.5
    await centre.check_books()


async def test_a_controller_killed_while_the_customers_phone_rings_dials_nobody_twice(centre: LiveCentre) -> None:
    (phone,) = await centre.agents(1)
    outside = await centre.lab.agent(OUTSIDE, centre.password(OUTSIDE))
    await centre.tell("1001", "dial", number=OUTSIDE, queue="tech")
    line = await phone.answers()
    customer = await outside.rings()
    await centre.kill_controller()
    await customer.answer()
    await centre.start_controller()
    await centre.agent_is("1001", "connected")
    speak((line, AGENT), (customer, CUSTOMER))
    await hear((line, CUSTOMER), (customer, AGENT))
    await customer.hang_up()
    await line.ended(5.0)
    await centre.agent_is("1001", "wrap_up")
    assert len(outside.calls) == 1
    (row,) = await centre.rows(Dial)
    assert (row.kind, row.outcome) == ("outbound", "answered")
    await centre.check_books()
