"""Whoever hangs up, and whenever: the records say so, and no agent is left in a wrong state."""

import asyncio
import contextlib

import pytest

from tandem.store import queries
from tandem.store.models import Leg, Offer, Wait
from tests.live.centre import AFTER_TALK, AGENTS, LiveCentre, State, numbers
from tests.phones import CallFailedError, Line, NotHeardError, tone

pytestmark = pytest.mark.live

AT_ONCE = 1.0
"""Seconds within which a phone stops to ring when the caller is gone."""


async def outcomes(centre: LiveCentre) -> dict[str, list[str]]:
    """What became of every offer, leg and wait."""
    return {
        "offers": [offer.outcome for offer in await centre.rows(Offer)],
        "legs": [leg.outcome for leg in await centre.rows(Leg)],
        "waits": [wait.outcome for wait in await centre.rows(Wait)],
    }


async def free_after_wrap_up(centre: LiveCentre, agent: str) -> None:
    """See the agent wrap up, then ready."""
    await centre.agent_is(agent, "wrap_up")
    await centre.agent_is(agent, "ready")


async def test_callers_who_hang_up_in_the_menu_or_in_the_queue_reach_nobody(centre: LiveCentre) -> None:
    browser, waiter = await centre.caller("13800000001"), await centre.caller("13800000002")
    in_menu, in_queue = await asyncio.gather(centre.dial_menu(browser), centre.dial_service(waiter))
    await centre.call_is(browser.number, "flow")
    await centre.call_is(waiter.number, "queued")
    await asyncio.gather(in_menu.hang_up(), in_queue.hang_up())
    await centre.idle()
    await centre.agent("1001")
    await centre.agent_is("1001", "ready")

    contacts = await centre.contacts()
    assert (contacts[browser.number].outcome, contacts[waiter.number].outcome) == ("left_menu", "abandoned")
    assert await outcomes(centre) == {"offers": [], "legs": [], "waits": ["abandoned"]}


async def test_a_caller_who_hangs_up_while_a_phone_rings_silences_it_at_once(centre: LiveCentre) -> None:
    agent, caller = await centre.agent("1001"), await centre.caller()
    line = await centre.dial_service(caller)
    ringing = await agent.rings()
    await centre.agent_is("1001", "ringing")
    await line.hang_up()
    assert line.ended_at is not None
    assert await ringing.ended() - line.ended_at < AT_ONCE
    await centre.idle()
    await centre.agent_is("1001", "ready")

    assert (await centre.contacts())[caller.number].outcome == "abandoned"
    assert await outcomes(centre) == {"offers": ["withdrawn"], "legs": ["withdrawn"], "waits": ["abandoned"]}


async def test_callers_who_hang_up_just_when_the_agent_answers_leave_nobody_talking_to_themselves(
    centre: LiveCentre,
) -> None:
    """Asterisk's Bridge() can lose the hang-up then; the switch has to hang up again."""
    agents = await centre.agents(4)

    async def call_and_hang_up(number: str) -> None:
        caller = await centre.caller(number)
        line = await centre.dial_service(caller)
        state = await centre.until(lambda seen: agent_of(seen, number), "an agent to ring")
        ringing = await agents[AGENTS.index(agent_of(state, number))].rings()
        await asyncio.gather(answer_if_it_rings_still(ringing), line.hang_up())
        await ringing.ended(3)

    await asyncio.gather(*map(call_and_hang_up, numbers(4)))
    await centre.idle()
    for name in AGENTS[:4]:
        await centre.agent_is(name, "ready")
    assert {contact.outcome for contact in (await centre.contacts()).values()} <= {"abandoned", "served"}
    # Asterisk may tell first that the agent's leg ended, and only then that the caller's did.
    assert set((await outcomes(centre))["legs"]) <= {"withdrawn", "served", "failed"}


def agent_of(state: State, caller: str) -> str:
    """Who is offered the call of a caller's number; empty for nobody."""
    return next((call["agent"] for call in state["calls"] if call["caller"] == caller), None) or ""


async def answer_if_it_rings_still(ringing: Line) -> None:
    """Pick up; the call may be gone at that very moment."""
    with contextlib.suppress(NotHeardError, CallFailedError):
        await ringing.answer()


async def test_a_caller_who_hangs_up_in_talk_was_served(centre: LiveCentre) -> None:
    agent, caller = await centre.agent("1001"), await centre.caller()
    line = await centre.dial_service(caller)
    call = await agent.answers()
    call.says(tone(700))
    await line.hears_tone(700)
    await line.hang_up()
    await call.ended()
    await free_after_wrap_up(centre, "1001")
    await centre.idle()

    contact = (await centre.contacts())[caller.number]
    assert contact.outcome == "served"
    assert contact.talk_seconds > 0.1  # a third of the half second in which a tone is looked for shows it
    assert await outcomes(centre) == {"offers": ["answered"], "legs": ["served"], "waits": ["answered"]}
    assert await centre.records(queries.survey) == []


async def test_when_the_agent_hangs_up_the_caller_goes_on_to_the_survey(centre: LiveCentre) -> None:
    agent, caller = await centre.agent("1001"), await centre.caller()
    line = await centre.dial_service(caller)
    call = await agent.answers()
    await centre.agent_is("1001", "connected")
    await call.hang_up()
    await free_after_wrap_up(centre, "1001")
    await line.hears(await centre.prompt("survey"), seconds=AFTER_TALK)
    await centre.call_is(caller.number, "flow")
    await line.hang_up()
    await centre.idle()

    assert (await centre.contacts())[caller.number].outcome == "served"
    assert await outcomes(centre) == {"offers": ["answered"], "legs": ["served"], "waits": ["answered"]}


async def test_a_blind_transfer_to_the_hotline_frees_the_agent_and_the_flow_goes_on(centre: LiveCentre) -> None:
    agent, caller = await centre.agent("1001"), await centre.caller()
    line = await centre.dial_service(caller)
    call = await agent.answers()
    await centre.agent_is("1001", "connected")
    before = await centre.call_is(caller.number, "connected")
    call.says(tone(700, seconds=10))
    await line.hears_tone(700)
    await call.hold()
    await centre.agent_is("1001", "hold")
    await line.hears_part_of(centre.music)
    await call.blind_transfer("4008")
    await call.ended()
    await free_after_wrap_up(centre, "1001")
    await line.hears(await centre.prompt("survey"), seconds=AFTER_TALK)
    after = await centre.call_is(caller.number, "flow")
    assert (after["call"], after["node"]) == (before["call"], "survey")
    await line.press("5")
    await line.hears(await centre.prompt("survey_thanks"))
    await line.ended(15)
    await centre.idle()

    (contact,) = await centre.records(queries.contacts)
    assert (contact.caller, contact.outcome) == (caller.number, "served")
    assert await outcomes(centre) == {"offers": ["answered"], "legs": ["served"], "waits": ["answered"]}
    (answer,) = await centre.records(queries.survey)
    assert answer.answer == "5"
