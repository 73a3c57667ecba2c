"""kill -9 of the controller at random moments, while calls come and go."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.live.centre import AGENTS, HOTLINE, LiveCentre, live_centre, numbers
from tests.live.offers import check_offers

pytestmark = pytest.mark.live

FLOW = """
name: hotline
languages: [en]
start: hello
apology: sorry
texts:
  hello: {en: Hello and welcome.}
  rate: {en: Please rate us.}
  bye: {en: Goodbye.}
  sorry: {en: We are sorry.}
nodes:
  hello: {type: say, text: hello, next: agent}
  agent: {type: queue, queue: tech, next: rate}
  rate: {type: survey, question: satisfaction, text: rate, keys: '12345', wait: 1, next: bye}
  bye: {type: end, text: bye}
"""
SEED = 4
CALLS, KILLS = 24, 4


@pytest.fixture
async def short_calls(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    """Callers need to press nothing."""
    async with live_centre(tmp_path, flow=FLOW) as running:
        yield running
        await running.check_books()


async def test_calls_that_come_and_go_survive_kills_at_random_moments(short_calls: LiveCentre) -> None:
    centre, dice = short_calls, random.Random(SEED)
    for agent in await centre.agents(4):
        agent.auto_answers(after=0.3, talk=1.0)
    patience = {number: dice.choice((2.0, 60.0, 60.0, 60.0)) for number in numbers(CALLS)}

    async def call(number: str) -> None:
        line = await (await centre.caller(number)).dial(HOTLINE, 20)
        try:
            await line.ended(patience[number])
        except AssertionError:
            await line.hang_up()

    async def kill_now_and_then() -> None:
        for _ in range(KILLS):
            await asyncio.sleep(dice.uniform(0.5, 2.5))
            await centre.kill_controller()
            await centre.start_controller()

    async with asyncio.TaskGroup() as group:
        group.create_task(kill_now_and_then())
        for number in patience:
            group.create_task(call(number))
            await asyncio.sleep(0.4)
    await centre.idle()

    for name in AGENTS[:4]:
        await centre.agent_is(name, "ready")
    contacts = await centre.contacts()
    patient = [number for number, seconds in patience.items() if seconds == 60.0]
    assert {number: contacts[number].outcome for number in patient} == dict.fromkeys(patient, "served")
    assert set(contacts) == set(patience)
    assert {contact.outcome for contact in contacts.values()} <= {"served", "abandoned", "left_menu"}
    await check_offers(centre)
    assert (await centre.metrics())["tandem_replay_differing_total"] == 0
