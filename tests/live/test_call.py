"""A real call, all the way: menu, link, queue, agent, survey."""

import pytest

from tandem.store import queries
from tests.live.centre import AFTER_TALK, LiveCentre
from tests.phones import tone

pytestmark = pytest.mark.live


async def test_a_caller_gets_a_link_then_an_agent_then_the_survey(centre: LiveCentre) -> None:
    caller = await centre.caller()
    line = await centre.dial_menu(caller)

    await line.press("1")
    await line.hears(await centre.prompt("orders"))
    await line.press("1")
    await line.hears(await centre.prompt("sending_link"))
    await line.hears(await centre.prompt("link_sent"), 15)

    await line.press("0")
    await centre.call_is(caller.number, "queued")
    agent = await centre.agent("1001")
    call = await agent.answers()
    await centre.agent_is("1001", "connected")
    line.says(tone(440, seconds=3))
    call.says(tone(660, seconds=3))
    await call.hears_tone(440)
    await line.hears_tone(660)

    await call.hang_up()
    await line.hears(await centre.prompt("survey"), 10, seconds=AFTER_TALK)
    await line.press("5")
    await line.hears(await centre.prompt("survey_thanks"), 10)
    await line.ended(15)
    await centre.idle()
    await centre.agent_is("1001", "ready")

    contact = (await centre.contacts())[caller.number]
    assert contact.outcome == "served"
    assert contact.talk_seconds > 0.5
    (answer,) = await centre.records(queries.survey)
    assert (answer.question, answer.answer, answer.times) == ("satisfaction", "5", 1)
    (link,) = await centre.records(queries.links)
    assert (link.purpose, link.status, link.adapter) == ("order_status", "delivered", "outbox")
