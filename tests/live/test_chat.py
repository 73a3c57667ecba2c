"""A customer writes, from the bot to an agent to the survey, while the controller is killed twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tandem.store import queries
from tandem.store.models import Answer, Offer, Wait
from tests.cti.customers import Customer, connection
from tests.live.centre import HOTLINE, LiveCentre

pytestmark = pytest.mark.live

AGENT = "1001"


async def test_a_chat_goes_from_the_bot_to_an_agent_to_the_survey_through_two_kills(centre: LiveCentre) -> None:
    async with connection(centre.url) as customer:
        await customer.send("hello", line=HOTLINE, name="王", language="zh-CN", number="13800000001")
        customer.token = (await customer.until("welcome"))["token"]
        await customer.says(1, "3")
        await customer.says(2, "1")
        await customer.until("state", state="queued")
    seen = customer.texts
    assert seen[0] == "您好，欢迎致电云岭电器。"
    assert seen[-1] == "好的，马上为您转接技术顾问，请稍候。"
    chat = (await centre.state())["chats"][0]["chat"]

    await kill(centre)
    await centre.agent(AGENT)
    offered = await on_desk(centre, offered=True)
    assert offered["messages"][-2]["text"] == "1"
    await centre.desk(AGENT, chat, "accept", offer=offered["offer"])
    async with back(centre, customer, seen) as customer:
        await customer.until("state", state="connected")
        await centre.desk(AGENT, chat, "say", number=1, text="您好，请问电视有什么问题？")
        await customer.until("message", number=len(seen) + 2)
        await customer.send("say", number=3, text="没有图像。")
        await kill(centre)

    async with back(centre, customer, seen) as customer:
        await customer.says(3, "没有图像。")
        for _ in range(2):  # an agent's side that did not hear back sends it again
            (talk,) = await centre.desk(AGENT, chat, "say", number=2, text="请检查电源线。")
            assert talk["heard"] == 2
        await centre.desk(AGENT, chat, "close")
        await customer.until("state", state="flow")
        await customer.says(4, "5")
        await customer.until("state", state="ended")
        assert await customer.closed() == 1000
    seen += customer.texts
    assert seen[-9:] == [
        "客服已接入，为您服务。", "您好，请问电视有什么问题？", "没有图像。", "请检查电源线。", "客服已离开对话。",
        "请为本次服务打分，五分非常满意，一分非常不满意，请按一到五。", "5", "谢谢您的评价。",
        "感谢您的来电，祝您生活愉快，再见！",
    ]  # fmt: skip

    contact = (await centre.contacts())["13800000001"]
    assert (contact.channel, contact.outcome, contact.dialled) == ("chat", "served", HOTLINE)
    assert contact.talk_seconds > 0
    (wait,) = await centre.rows(Wait)
    assert (wait.call, wait.outcome, wait.agent) == (chat, "answered", AGENT)
    assert [offer.outcome for offer in await centre.rows(Offer)] == ["answered"]
    assert [(answer.call, answer.answer) for answer in await centre.rows(Answer)] == [(chat, "5")]
    written = await centre.records(queries.messages, chat)
    assert [message.number for message in written] == list(range(1, len(seen) + 1))
    (figures,) = await centre.records(queries.intervals)
    assert (figures.offered, figures.answered) == (1, 1)
    await centre.agent_is(AGENT, "ready")


async def kill(centre: LiveCentre) -> None:
    """`kill -9`, and start it again."""
    await centre.kill_controller()
    await centre.start_controller()
    await centre.until(lambda state: state["switch_up"], "the switch")


@asynccontextmanager
async def back(centre: LiveCentre, before: Customer, seen: list[str]) -> AsyncIterator[Customer]:
    """The customer comes back with what they have seen, which grows by what they were sent before."""
    if before.texts != seen:
        seen += before.texts
    async with connection(centre.url) as customer:
        customer.token = before.token
        await customer.send("hello", token=before.token, seen=len(seen))
        await customer.until("welcome")
        yield customer


async def on_desk(centre: LiveCentre, offered: bool) -> dict[str, Any]:
    """The only chat on the agent's desk, once it is there."""
    async with asyncio.timeout(10):
        while True:
            for chat in await centre.desk(AGENT):
                if bool(chat["offer"]) == offered:
                    return chat
            await asyncio.sleep(0.05)
