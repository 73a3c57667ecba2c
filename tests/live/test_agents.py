"""Agents who don't pick up, decline, hold, pause and unplug; and callers who are told their place meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.store.models import Activity, Leg, Offer, Wait
from tests.live.centre import CENTRE, FLOWS, LiveCentre, live_centre
from tests.phones import Line, tone

pytestmark = pytest.mark.live

RING_SECONDS = 2
VOICE = 700
"""The agent's, in hertz: no note of the music."""


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    """Phones ring shortly here, and the first announcement in the queue comes early."""
    flow = (FLOWS / "hotline.yaml").read_text(encoding="utf-8")
    flows = tmp_path / "flows"
    flows.mkdir()
    (flows / "hotline.yaml").write_text(flow.replace("announce_after: 15", "announce_after: 6"), encoding="utf-8")
    file = CENTRE.replace("ring_seconds: 4", f"ring_seconds: {RING_SECONDS}")
    async with live_centre(tmp_path, file, flows=flows) as running:
        yield running
        await running.check_books()


async def test_a_call_goes_from_agent_to_agent_and_keeps_its_place_and_age(centre: LiveCentre) -> None:
    caller = await centre.caller()
    first, second = await centre.agents(2)
    line = await centre.dial_queue(caller)

    async def wait_as_seen() -> tuple[str, int, float]:
        call = await centre.call_is(caller.number, "queued")
        return call["queue"], call["place"], call["enqueued_at"]

    waits = [await wait_as_seen()]
    missed = await first.ignores()
    assert missed.ended_at is not None
    assert RING_SECONDS - 0.5 < missed.ended_at - missed.began_at < RING_SECONDS + 1
    waits.append(await wait_as_seen())
    await second.declines()
    waits.append(await wait_as_seen())
    ringing_again = await first.rings()
    third = await centre.agent("1003")
    waits.append(await wait_as_seen())
    await ringing_again.ended()
    await centre.agent_is("1001", "paused", "ring no answer")
    call = await third.answers()
    await centre.agent_is("1003", "connected")
    assert waits == [("tech", 1, waits[0][2])] * 4

    await centre.tell("1001", "ready")
    await centre.agent_is("1001", "ready")
    await centre.agent_is("1002", "ready")
    await line.hang_up()
    await call.ended()
    await centre.idle()

    offers = [(offer.agent, offer.outcome) for offer in await centre.rows(Offer)]
    assert offers == [("1001", "no_answer"), ("1002", "busy"), ("1001", "no_answer"), ("1003", "answered")]
    legs = {(leg.agent, leg.outcome) for leg in await centre.rows(Leg)}
    assert legs == {("1001", "no_answer"), ("1002", "busy"), ("1003", "served")}
    (wait,) = await centre.rows(Wait)
    assert (wait.queue, wait.enqueued_at, wait.outcome, wait.agent) == ("tech", waits[0][2], "answered", "1003")
    assert (await centre.contacts())[caller.number].outcome == "served"


async def test_an_unplugged_phone_gets_no_call_until_it_is_back(centre: LiveCentre) -> None:
    agent = await centre.agent("1001")
    await agent.unplug()
    await centre.agent_is("1001", "not_ready", "device")
    caller = await centre.caller()
    line = await centre.dial_service(caller)
    await line.hears_part_of(centre.music)
    await centre.call_is(caller.number, "queued")

    await agent.plug_in()
    await agent.answers()
    await centre.agent_is("1001", "connected")
    await line.hang_up()
    await centre.agent_is("1001", "ready")
    assert [(offer.agent, offer.outcome) for offer in await centre.rows(Offer)] == [("1001", "answered")]


async def test_hold_plays_music_and_a_pause_in_talk_takes_effect_after_the_wrap_up(centre: LiveCentre) -> None:
    agent = await centre.agent("1001")
    caller = await centre.caller()
    line = await centre.dial_service(caller)
    call = await agent.answers()
    call.says(tone(VOICE, seconds=30))
    await line.hears_tone(VOICE)

    await call.hold()
    await centre.agent_is("1001", "hold")
    await line.loses_tone(VOICE)
    await line.hears_part_of(centre.music)
    await call.resume()
    await centre.agent_is("1001", "connected")
    await line.hears_tone(VOICE)

    await centre.tell("1001", "pause", "lunch")
    await centre.until(lambda state: state["board"]["agents"][0]["wants"] == "paused", "the pause to be asked for")
    await centre.agent_is("1001", "connected")
    await call.hang_up()
    await centre.agent_is("1001", "wrap_up")
    await centre.agent_is("1001", "paused", "lunch")
    await centre.tell("1001", "ready")
    await centre.agent_is("1001", "ready")
    await line.hang_up()
    await centre.idle()

    held, (leg,) = await held_seconds(centre), await centre.rows(Leg)
    contact = (await centre.contacts())[caller.number]
    assert 0.5 < held == leg.hold_seconds == contact.hold_seconds
    assert contact.talk_seconds > held
    states = [stretch.state for stretch in await centre.rows(Activity) if stretch.agent == "1001"]
    assert states[states.index("connected") :] == ["connected", "hold", "connected", "wrap_up", "paused"]


async def held_seconds(centre: LiveCentre) -> float:
    """How long agents were in the state `hold`."""
    return sum(stretch.until - stretch.since for stretch in await centre.rows(Activity) if stretch.state == "hold")


async def test_a_vip_who_comes_later_is_put_ahead_and_each_hears_their_place_in_their_language(
    centre: LiveCentre,
) -> None:
    guest, vip = await centre.caller(), await centre.caller("2002")
    guest_line, vip_line = await asyncio.gather(centre.dial_menu(guest), centre.dial_menu(vip))
    await guest_line.press("9")
    await guest_line.hears(await centre.prompt("main_menu", "en"))
    await centre.ask_for_agent(guest, guest_line)
    await centre.ask_for_agent(vip, vip_line)
    await asyncio.gather(
        hears_place_and_wait(centre, guest_line, "en", 2), hears_place_and_wait(centre, vip_line, "zh-CN", 1)
    )
    calls = [await centre.call_is(caller.number, "queued") for caller in (guest, vip)]
    assert [call["place"] for call in calls] == [2, 1]
    assert calls[0]["enqueued_at"] < calls[1]["enqueued_at"]

    agent = await centre.agent("1001")
    call = await agent.answers()
    await centre.call_is(vip.number, "connected")
    assert (await centre.call_is(guest.number, "queued"))["place"] == 1
    await vip_line.hang_up()
    await call.ended()
    await agent.answers()
    await centre.call_is(guest.number, "connected")
    await guest_line.hang_up()
    await centre.idle()

    contacts = await centre.contacts()
    assert [(c.tier, c.language, c.outcome) for c in (contacts[guest.number], contacts[vip.number])] == [
        ("", "en", "served"),
        ("vip", "zh-CN", "served"),
    ]


async def hears_place_and_wait(centre: LiveCentre, line: Line, language: str, place: int) -> None:
    """Music first, then both announcements, part by part."""
    await line.hears_part_of(centre.music)
    for part in await centre.sentence("queue_place", language, position=place):
        await line.hears(part, 15)
    await line.hears(await centre.prompt("queue_wait", language))
    await line.hears_part_of(centre.music, 15)
