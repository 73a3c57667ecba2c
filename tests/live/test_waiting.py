"""What callers do while they wait for an agent: their place is kept, whatever they do, until they are done."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.control.commands import Utterance
from tandem.store import queries
from tests.live.centre import HOTLINE, LiveCentre, live_centre

pytestmark = pytest.mark.live

FLOW = r"""
name: hotline
languages: [en]
start: tech
apology: sorry
keys: {slow: '9'}
texts:
  sorry: {en: We are sorry.}
  offer: {en: To cancel an order press one.}
  order: {en: Please type the number of your order.}
  is_it: {en: 'You typed {number|digits}. Press one if that is right.'}
  rate: {en: Please rate us.}
  bye: {en: It is cancelled. Goodbye.}
nodes:
  tech:
    type: queue
    queue: tech
    while_waiting:
      announce_after: 300
      offers: [{key: '1', text: offer, next: order}]
    next: rate
  order:
    type: collect
    text: order
    variable: number
    min: 3
    max: 3
    pattern: '4\d\d'
    read_back: is_it
    no_input: order
    invalid: sorry
    next: bye
    failed: tech
  rate: {type: survey, question: satisfaction, text: rate, keys: '12345', wait: 1, next: done}
  bye: {type: end, text: bye}
  done: {type: end}
"""


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    """A centre where an order can be cancelled while one waits."""
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows/hotline.yaml").write_text(FLOW)
    async with live_centre(tmp_path, flows=tmp_path / "flows") as running:
        yield running
        await running.check_books()


async def test_who_helps_themselves_while_waiting_leaves_the_queue_self_served(centre: LiveCentre) -> None:
    caller = await centre.caller()
    line = await caller.dial(HOTLINE)
    await line.hears_part_of(centre.music, 15)
    await line.press("1")  # in the midst of the music
    await line.hears(await centre.prompt("order", "en"))
    await centre.call_is(caller.number, "queued")
    await line.press("123")
    await line.hears(await centre.prompt("sorry", "en"))
    await line.press("456")
    await line.hears(await centre.prompt("is_it", "en"))
    await line.press("9")
    await line.hears(await centre.sound(Utterance("en", "You typed", "hotline/is_it.1", slow=True)))
    await line.press("1")
    await line.hears(await centre.prompt("bye", "en"))
    await line.ended()
    await centre.idle()
    assert (await centre.contacts())[caller.number].outcome == "contained"
    (interval,) = await centre.records(queries.intervals)
    assert (interval.offered, interval.self_served, interval.waiting) == (1, 1, 0)


async def test_an_agent_answers_in_the_midst_of_a_question(centre: LiveCentre) -> None:
    caller = await centre.caller()
    line = await caller.dial(HOTLINE)
    await line.hears_part_of(centre.music, 15)
    await line.press("1")
    await line.hears(await centre.prompt("order", "en"))
    agent = await centre.agent("1001")
    call = await agent.answers()
    await centre.agent_is("1001", "connected")
    await call.hang_up()
    await line.hears(await centre.prompt("rate", "en"), 10)
    await line.ended(15)
    await centre.idle()
    assert (await centre.contacts())[caller.number].outcome == "served"
