"""Customers are called back: the line released, an agent reserved, the phone rung, both in talk, the old time kept."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.control.commands import Utterance
from tandem.service.history import why
from tandem.service.journals import read_journal
from tandem.store import queries
from tandem.store.models import Answer, Callback, CallbackAttempt, Leg, Offer, Wait
from tests.live.centre import AFTER_TALK, AGENTS, LiveCentre, State, live_centre
from tests.phones import Agent, Line, tone

pytestmark = pytest.mark.live

CUSTOMER = "2001"
VOICE, REPLY = 700, 1100
"""The agent's and the customer's, in hertz."""
TEXTS = {
    "again": "We will call you back as soon as somebody is free. Press two to wait on the line.",
    "menu": "Please press two for a person.",
    "place": "If you do not want to wait on the line, please press one to be called back.",
    "booked": "Thank you, we will call you back as soon as an agent has time for you.",
    "no": "We can not call you back.",
    "rate": "How did you like our service? Please rate us from one to five.",
    "sorry": "We are sorry.",
    "bye": "Goodbye.",
}
FLOW = """
name: back
languages: [en]
start: known
apology: sorry
nodes:
  known: {type: branch, cases: [{when: callback.booked, next: again}], else: menu}
  again: {type: menu, text: again, choices: {2: agent}, tries: 1, no_input: no, wrong_key: no, failed: bye}
  menu: {type: menu, text: menu, choices: {2: agent}, tries: 3, no_input: no, wrong_key: no, failed: bye}
  agent:
    type: queue
    queue: tech
    while_waiting: {announce_after: 1, announce_every: 30, offers: [{key: '1', text: place, next: call_me}]}
    next: rate
  call_me: {type: callback, queue: tech, next: booked, refused: no}
  booked: {type: end, text: booked}
  no: {type: say, text: no, next: agent}
  rate: {type: survey, question: satisfied, text: rate, keys: '12345', next: bye}
  bye: {type: end, text: bye}
texts:
""" + "".join(f"  {name}: {{en: '{text}'}}\n" for name, text in TEXTS.items())
GREETING = "Good day, this is your callback."
CENTRE = """
lines: {"4008": back}
queues:
  tech:
    ring_seconds: 5
    wrap_up_seconds: 1
    callback: {quiet_hours: "", ring_seconds: 5, busy: {minutes: 0.03, tries: 3}, no_answer: {minutes: 0.03, tries: 2}
    MORE}
agents:
AGENTS
customers: {"2001": {name: Wang}}
caller_phones: ["2001"]
dial_plan: {numbers: ["2001"], caller_id: "4008"}
""".replace("AGENTS", "\n".join(f'  "{name}": {{skills: {{}}}}' for name in AGENTS))


class Centre:
    """A centre whose flow offers callbacks."""

    def __init__(self, live: LiveCentre) -> None:
        self.live = live
        self.phone: Agent

    async def prompt(self, text: str) -> Path:
        return await self.live.sound(Utterance("en", TEXTS.get(text, text), f"back/{text}" if text in TEXTS else ""))

    async def dials_in(self) -> Line:
        """The customer calls, and waits for a person."""
        line = await self.phone.dial("4008")
        await line.hears(await self.prompt("menu"))
        await line.press("2")
        return line

    async def books(self) -> float:
        """The customer waits, asks by key to be called back, and hangs up; since when they waited."""
        line = await self.dials_in()
        call = await self.live.call_is(CUSTOMER, "queued")
        await line.hears(await self.prompt("place"), seconds=AFTER_TALK)
        await line.press("1")
        await line.hears(await self.prompt("booked"), seconds=AFTER_TALK)
        await line.ended()
        await self.live.until(lambda state: not state["calls"], "the line to be free")
        return float(call["enqueued_at"])

    async def callback_is(self, state: str, within: float = 15.0) -> State:
        """Wait until the only callback is in a state."""
        seen = await self.live.until(
            lambda seen: [c["state"] for c in seen["callbacks"]] == [state], f"callback {state}", within
        )
        found: State = seen["callbacks"][0]
        return found


async def begin(live: LiveCentre) -> Centre:
    centre = Centre(live)
    centre.phone = await live.lab.agent(CUSTOMER, live.password(CUSTOMER))
    return centre


@pytest.fixture
async def centre(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Centre]:
    """Agents first, unless the test says otherwise."""
    file = CENTRE.replace("    MORE", getattr(request, "param", ""))
    async with live_centre(tmp_path, file, FLOW) as live:
        yield await begin(live)
        await live.check_books()


async def hear_each_other(agent: Line, customer: Line) -> None:
    agent.says(tone(VOICE, seconds=20))
    customer.says(tone(REPLY, seconds=20))
    await asyncio.gather(customer.hears_tone(VOICE), agent.hears_tone(REPLY))


async def test_from_the_queue_to_the_talk_and_the_survey(centre: Centre) -> None:
    waited_since = await centre.books()
    agent = await centre.live.agent("1001")
    at_work = await agent.answers()
    ringing = await centre.phone.rings()
    assert (await centre.callback_is("dialling"))["enqueued_at"] == waited_since
    await ringing.answer()
    await centre.live.agent_is("1001", "connected")
    await hear_each_other(at_work, ringing)
    await at_work.hang_up()
    await ringing.hears(await centre.prompt("rate"), seconds=AFTER_TALK)
    await ringing.press("5")
    await ringing.ended()
    await centre.live.idle()

    (row,) = await centre.live.rows(Callback)
    assert (row.outcome, row.agent, row.enqueued_at, row.dials) == ("reached", "1001", waited_since, 1)
    told = [words for _, words in why(read_journal(centre.live.config), row.callback, time.time())]
    assert told[0] == f"callback booked: {CUSTOMER}, tech"
    assert any(words.startswith("offered to 1001: rank 1 of 1") for words in told)
    assert told[-1] == "ended: served"
    waits = {(wait.outcome, wait.since) for wait in await centre.live.rows(Wait)}
    assert waits == {("called_back", waited_since), ("reached", waited_since)}
    outcomes = {contact.call: contact.outcome for contact in await centre.live.records(queries.contacts)}
    assert outcomes == {row.call: "called_back", row.reached: "served"}
    assert [(answer.call, answer.answer) for answer in await centre.live.rows(Answer)] == [(row.reached, "5")]
    assert [(leg.call, leg.outcome) for leg in await centre.live.rows(Leg)] == [(row.reached, "served")]
    assert [offer.outcome for offer in await centre.live.rows(Offer)] == ["answered"]


@pytest.mark.parametrize("centre", [", detect_machines: true"], indirect=True)
async def test_an_answering_machine_is_not_put_through_and_tried_again_later(centre: Centre) -> None:
    await centre.books()
    agent = await centre.live.agent("1001")
    first = await agent.answers()
    machine = await centre.phone.rings()
    await machine.answer()
    machine.says(tone(REPLY, seconds=10))
    await machine.ended(12.0)
    await first.ended()
    await centre.callback_is("asleep")
    await centre.live.agent_is("1001", "ready")
    (attempt,) = await centre.live.rows(CallbackAttempt)
    assert attempt.outcome == "machine"


@pytest.mark.parametrize("centre", [f", dialling: customer_first, greeting: {{en: '{GREETING}'}}"], indirect=True)
async def test_customer_first_the_customer_is_greeted_and_the_agent_rung(centre: Centre) -> None:
    waited_since = await centre.books()
    agent = await centre.live.agent("1001")
    customer = await centre.phone.answers()
    at_work = await agent.rings()
    await customer.hears(await centre.prompt(GREETING))
    await at_work.answer()
    await hear_each_other(at_work, customer)
    await customer.hang_up()
    await at_work.ended()
    await centre.live.idle()
    (row,) = await centre.live.rows(Callback)
    assert (row.outcome, row.enqueued_at) == ("reached", waited_since)


async def test_a_busy_customer_frees_the_agent_and_is_called_again(centre: Centre) -> None:
    waited_since = await centre.books()
    agent = await centre.live.agent("1001")
    first = await agent.answers()
    await centre.phone.declines()
    await first.ended()
    await centre.live.agent_is("1001", "ready")
    assert (await centre.callback_is("asleep"))["not_before"] > time.time()
    again = await agent.answers()
    await centre.phone.ignores()
    await again.ended()
    third = await agent.answers()
    customer = await centre.phone.answers()
    await hear_each_other(third, customer)
    await third.hang_up()
    await customer.hang_up()
    await centre.live.idle()
    attempts = [(row.attempt, row.outcome) for row in await centre.live.rows(CallbackAttempt)]
    assert attempts == [(1, "busy"), (2, "no_answer"), (3, "reached")]
    (row,) = await centre.live.rows(Callback)
    assert (row.outcome, row.enqueued_at, row.dials) == ("reached", waited_since, 3)


async def test_who_calls_again_is_recognised_and_keeps_the_old_place(centre: Centre) -> None:
    waited_since = await centre.books()
    line = await centre.phone.dial("4008")
    await line.hears(await centre.prompt("again"))
    await line.press("2")
    call = await centre.live.call_is(CUSTOMER, "queued")
    assert call["enqueued_at"] == waited_since
    agent = await centre.live.agent("1001")
    at_work = await agent.answers()
    await centre.live.call_is(CUSTOMER, "connected")
    await hear_each_other(at_work, line)
    await at_work.hang_up()
    await line.hang_up()
    await centre.live.idle()
    (row,) = await centre.live.rows(Callback)
    assert (row.outcome, row.enqueued_at, row.dials) == ("rejoined", waited_since, 0)
    waits = {(wait.outcome, wait.since) for wait in await centre.live.rows(Wait)}
    assert waits == {("called_back", waited_since), ("answered", waited_since)}


async def test_a_kill_between_booking_and_dialling_and_one_while_the_phone_rings_lose_nothing(centre: Centre) -> None:
    waited_since = await centre.books()
    await centre.live.kill_controller()
    await centre.live.start_controller()
    assert (await centre.callback_is("waiting"))["enqueued_at"] == waited_since
    agent = await centre.live.agent("1001")
    at_work = await agent.answers()
    ringing = await centre.phone.rings()
    await centre.callback_is("dialling")
    await centre.live.kill_controller()
    await centre.live.start_controller()
    await ringing.answer()
    await centre.live.agent_is("1001", "connected")
    await hear_each_other(at_work, ringing)
    await at_work.hang_up()
    await ringing.hears(await centre.prompt("rate"), seconds=AFTER_TALK)
    await ringing.hang_up()
    await centre.live.idle()
    assert len(centre.phone.calls) == 1
    (row,) = await centre.live.rows(Callback)
    assert (row.outcome, row.enqueued_at, row.dials) == ("reached", waited_since, 1)
