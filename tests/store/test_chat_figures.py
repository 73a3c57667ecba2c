"""Figures of talks, against ones worked out by hand."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control.commands import RecordChatTalk
from tandem.store.chat_figures import ChatAgent, ChatInterval, by_agent, by_queue
from tests.store.test_queries import write

TALKS = [
    # queue, agent, waited since, joined, ended, first response, messages of both, responses and their seconds
    RecordChatTalk("chat-1", 1, "tech", "1001", 80.0, 100.0, 400.0, 110.0, 5, 4, 3, 60.0),
    RecordChatTalk("chat-2", 1, "tech", "1001", 190.0, 200.0, 300.0, 204.0, 2, 3, 1, 20.0),
    RecordChatTalk("chat-3", 1, "tech", "1001", 390.0, 400.0, 500.0, None, 1, 0, 0, 0.0),
    RecordChatTalk("chat-4", 1, "tech", "1002", 100.0, 100.0, 200.0, 130.0, 0, 1, 0, 0.0),
    RecordChatTalk("chat-1", 2, "tech", "1001", 880.0, 900.0, 1000.0, 905.0, 1, 1, 1, 9.0),
    RecordChatTalk("chat-5", 1, "sales", "1002", 850.0, 860.0, 960.0, 861.0, 1, 1, 1, 3.0),
]


async def test_the_figures_of_a_queue_by_quarter_hour(engine: AsyncEngine) -> None:
    await write(engine, TALKS)
    by = {(row.start, row.queue): row for row in await by_queue(engine, 0.0, 1800.0)}
    assert list(by) == [(0.0, "sales"), (0.0, "tech"), (900.0, "tech")]
    assert by[0.0, "tech"] == ChatInterval(
        queue="tech",
        start=0.0,
        talks=4,
        unanswered=1,
        customer_messages=8,
        agent_messages=8,
        first_response_from_queue=(30.0 + 14.0 + 30.0) / 3,
        first_response_from_join=(10.0 + 4.0 + 30.0) / 3,
        average_response=80.0 / 4,
        duration=(300.0 + 100.0 + 100.0 + 100.0) / 4,
        # 1001 is busy from 100 to 500, 1002 from 100 to 200
        concurrency=600.0 / 500.0,
        agents=2,
        chats_per_agent=2.0,
    )
    assert by[900.0, "tech"].talks == by[0.0, "sales"].talks == 1


async def test_the_figures_of_an_agent(engine: AsyncEngine) -> None:
    await write(engine, TALKS)
    mine, theirs = await by_agent(engine, 0.0, 1800.0)
    assert (mine.agent, mine.talks, mine.chats, mine.most_at_once, mine.unanswered) == ("1001", 4, 3, 2, 1)
    assert mine.concurrency == pytest.approx(600.0 / 500.0)
    assert mine.average_response == pytest.approx(89.0 / 5)
    assert (theirs.agent, theirs.most_at_once, theirs.concurrency) == ("1002", 1, 1.0)
    assert isinstance(mine, ChatAgent)


async def test_a_talk_belongs_to_where_it_began_and_nothing_is_none(engine: AsyncEngine) -> None:
    await write(engine, TALKS)
    assert await by_queue(engine, 2000.0, 3000.0) == []
    (only,) = await by_agent(engine, 400.0, 401.0)
    assert (only.first_response_from_queue, only.first_response_from_join, only.average_response) == (None, None, None)
