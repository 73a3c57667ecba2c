"""What the router decides reaches callers: an offer of the plan, the agent of the last time, a snooze by key."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.control.callback import asking
from tandem.ivr import standard
from tandem.store.models import Callback, CallbackAttempt, Leg, Offer
from tests.live.centre import AGENTS, LiveCentre, live_centre
from tests.live.test_callbacks import hear_each_other
from tests.phones import Agent, Line

pytestmark = pytest.mark.live

CUSTOMER = "2001"
FLOW = """
name: offers
languages: [en]
start: tech
apology: sorry
texts: {sorry: {en: We are sorry.}}
nodes:
  tech: {type: queue, queue: tech, sticky: {agent: last, seconds: 6}, next: done}
  done: {type: end}
"""
CENTRE = """
lines: {"4008": offers}
queues:
  tech:
    ring_seconds: 5
    wrap_up_seconds: 1
    plan: [{after: 3, offer: callback}]
    callback: {quiet_hours: "", ring_seconds: 5, ask: true, snooze_minutes: 0.05}
agents:
AGENTS
customers: {"2001": {name: Wang}}
caller_phones: ["2001"]
dial_plan: {numbers: ["2001"], caller_id: "4008"}
""".replace("AGENTS", "\n".join(f'  "{name}": {{skills: {{}}}}' for name in AGENTS))
SPOKEN = {
    utterance.key: utterance for utterance in (*standard.prompts(), *asking.prompts()) if utterance.language == "en"
}


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    """A queue whose plan offers a callback after three seconds, for which the flow has prepared nothing."""
    async with live_centre(tmp_path, CENTRE, FLOW) as live:
        for utterance in SPOKEN.values():  # as `tandem setup` does
            await live.sound(utterance)
        yield live
        await live.check_books()


async def customer(live: LiveCentre) -> Agent:
    return await live.lab.agent(CUSTOMER, live.password(CUSTOMER))


async def hears(live: LiveCentre, line: Line, key: str) -> None:
    """Wait until the line has heard what the centre says of itself."""
    await line.hears(await live.sound(SPOKEN[key]))


async def books(live: LiveCentre, phone: Agent) -> float:
    """The customer waits, is offered a callback in the midst of the music, and takes it; since when they waited."""
    line = await phone.dial("4008")
    call = await live.call_is(CUSTOMER, "queued")
    await line.hears_part_of(live.music, 10)
    await hears(live, line, "tandem-offers/callback.1")
    assert time.time() - call["enqueued_at"] < 10.0
    await line.press("1")
    await hears(live, line, "tandem-offers/booked")
    await line.ended()
    await live.until(lambda state: not state["calls"], "the line to be free")
    return float(call["enqueued_at"])


async def test_an_offer_of_the_plan_is_taken_by_key_and_the_customer_called_with_the_old_time(
    centre: LiveCentre,
) -> None:
    phone = await customer(centre)
    waited_since = await books(centre, phone)
    agent = await centre.agent("1001")
    at_work = await agent.answers()
    line = await phone.answers()
    await hears(centre, line, "tandem-answered/ask")
    await line.press("1")
    await hear_each_other(at_work, line)
    await at_work.hang_up()
    await line.ended()
    await centre.idle()
    (row,) = await centre.rows(Callback)
    assert (row.outcome, row.agent, row.enqueued_at) == ("reached", "1001", waited_since)


async def test_who_is_called_back_may_have_it_later_and_then_not_any_more(centre: LiveCentre) -> None:
    phone = await customer(centre)
    await books(centre, phone)
    agent = await centre.agent("1001")
    at_work = await agent.answers()
    line = await phone.answers()
    await hears(centre, line, "tandem-answered/ask")
    await line.press("2")
    await at_work.ended()
    await line.ended()
    at_work = await agent.answers()
    line = await phone.answers()
    await line.press("3")
    await at_work.ended()
    await line.ended()
    await centre.agent_is("1001", "ready")
    await centre.idle()
    (row,) = await centre.rows(Callback)
    assert (row.outcome, row.dials) == ("cancelled", 2)
    attempts = [(row.attempt, row.outcome) for row in await centre.rows(CallbackAttempt)]
    assert attempts == [(1, "snoozed"), (2, "cancelled")]


async def test_the_agent_of_the_last_time_comes_first_and_another_when_they_do_not_come_in_time(
    centre: LiveCentre,
) -> None:
    """1002 is longer idle; the second time 1001 talks with somebody else."""
    caller, other = await centre.caller(), await centre.caller("13800000002")
    known = await centre.agent("1001")
    line = await caller.dial("4008")
    await (await known.answers()).hang_up()
    await line.ended()
    idle = await centre.agent("1002")
    await centre.tell("1001", "pause", "lunch")
    await centre.tell("1001", "ready")

    line = await caller.dial("4008")
    at_work = await known.answers()
    await centre.call_is(caller.number, "connected")
    await at_work.hang_up()
    await line.ended()
    await centre.agent_is("1001", "ready")

    await centre.tell("1002", "pause", "lunch")
    talking = await other.dial("4008")
    busy = await known.answers()
    await centre.agent_is("1001", "connected")
    await centre.tell("1002", "ready")
    line = await caller.dial("4008")
    since = (await centre.call_is(caller.number, "queued"))["enqueued_at"]
    at_work = await idle.answers()
    assert time.time() - since >= 6.0
    for end in (at_work, line, busy, talking):
        await end.hang_up()
    await centre.idle()
    assert [leg.agent for leg in await centre.rows(Leg)][:2] == ["1001", "1001"]
    assert {offer.agent for offer in await centre.rows(Offer)} == {"1001", "1002"}
