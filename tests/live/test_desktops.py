"""A desktop during a real call: the pop before the answer, and nothing missed when the controller is killed."""

import pytest

from tests.live.centre import LiveCentre
from tests.live.desktop import desktop

pytestmark = pytest.mark.live


async def test_the_pop_comes_before_the_answer_and_a_kill_makes_no_gap(centre: LiveCentre) -> None:
    async with desktop(centre.url, centre.token, "1001") as desk:
        agent = await centre.agent("1001")
        await desk.until(lambda: desk.agent["state"] == "ready", "the agent to be ready")
        caller = await centre.caller("13800000001")
        line = await centre.dial_service(caller)
        await desk.until(lambda: desk.contacts, "the pop")
        pop = desk.events("ContactOffered")[0]
        assert (pop["contact"]["number"], pop["contact"]["queue"]) == ("13800000001", "service")
        assert pop["story"][0]["what"] == "entered"
        talk = await agent.answers()
        await desk.until(lambda: desk.events("ContactConnected"), "the talk")
        assert desk.events("ContactConnected")[0]["contact"]["contact"] == pop["contact"]["contact"]

        await centre.kill_controller()
        await centre.start_controller()
        await desk.until(lambda: any(one["type"] == "resumed" for one in desk.seen), "the desktop to be back")
        assert [one["type"] for one in desk.seen].count("snapshot") == 1

        await line.hang_up()
        await desk.until(lambda: not desk.contacts, "the end of the contact")
        await desk.until(lambda: desk.agent["state"] == "wrap_up", "the wrap-up")
        await desk.do("ready")
        await desk.until(lambda: desk.agent["state"] == "ready", "the agent to be ready again")
        await talk.ended()
