"""Figures of the talks in chats, by queue and quarter-hour, and by agent. docs/chat.md tells where each comes from."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tandem.store.models import ChatTalk
from tandem.store.queries import QUARTER_HOUR


class ChatFigures(msgspec.Struct, frozen=True):
    """Of some talks; None where nothing counts.

    `first_response_from_queue` and `first_response_from_join`: mean seconds to the agent's first message since the
    customer began to wait, and since the agent joined; `unanswered` talks had none, and count in neither.
    `average_response`: all seconds of responses / all responses. `duration`: mean seconds of a talk. `concurrency`: all
    seconds of talks / seconds in which their agents had one or more of these talks.
    """

    talks: int
    unanswered: int
    customer_messages: int
    agent_messages: int
    first_response_from_queue: float | None
    first_response_from_join: float | None
    average_response: float | None
    duration: float | None
    concurrency: float | None


class ChatInterval(ChatFigures, frozen=True, kw_only=True):
    """The talks of a queue that began in the quarter-hour from `start`, with this many `agents`."""

    queue: str
    start: float
    agents: int
    chats_per_agent: float


class ChatAgent(ChatFigures, frozen=True, kw_only=True):
    """The talks of an agent that began in the range, in so many `chats`; `most_at_once` of them at one time."""

    agent: str
    chats: int
    most_at_once: int


async def by_queue(engine: AsyncEngine, since: float, until: float) -> list[ChatInterval]:
    """The figures of each queue and quarter-hour with a talk that began in the range, by time."""
    talks = await _talks(engine, since, until)
    keyed = sorted(talks, key=lambda talk: (_quarter(talk), talk.queue))
    groups = groupby(keyed, key=lambda talk: (_quarter(talk), talk.queue))
    return [_interval(queue, start, list(group)) for (start, queue), group in groups]


async def by_agent(engine: AsyncEngine, since: float, until: float) -> list[ChatAgent]:
    """The figures of each agent with a talk that began in the range."""
    talks = sorted(await _talks(engine, since, until), key=attrgetter("agent"))
    return [_agent(agent, list(group)) for agent, group in groupby(talks, key=attrgetter("agent"))]


def _interval(queue: str, start: float, talks: list[ChatTalk]) -> ChatInterval:
    agents = len({talk.agent for talk in talks})
    more = {"queue": queue, "start": start, "agents": agents, "chats_per_agent": len(talks) / agents}
    return msgspec.convert(_figures(talks) | more, ChatInterval)


def _agent(agent: str, talks: list[ChatTalk]) -> ChatAgent:
    more = {"agent": agent, "chats": len({talk.call for talk in talks}), "most_at_once": _most_at_once(talks)}
    return msgspec.convert(_figures(talks) | more, ChatAgent)


def _figures(talks: list[ChatTalk]) -> dict[str, object]:
    first = [talk for talk in talks if talk.first_response_at is not None]
    responses = sum(talk.responses for talk in talks)
    seconds = sum(talk.ended_at - talk.connected_at for talk in talks)
    busy = sum(_busy(group) for group in _by_agent(talks))
    return {
        "talks": len(talks),
        "unanswered": len(talks) - len(first),
        "customer_messages": sum(talk.customer_messages for talk in talks),
        "agent_messages": sum(talk.agent_messages for talk in talks),
        "first_response_from_queue": _mean(_first_response(talk) - talk.enqueued_at for talk in first),
        "first_response_from_join": _mean(_first_response(talk) - talk.connected_at for talk in first),
        "average_response": sum(talk.response_seconds for talk in talks) / responses if responses else None,
        "duration": _mean(talk.ended_at - talk.connected_at for talk in talks),
        "concurrency": seconds / busy if busy else None,
    }


def _first_response(talk: ChatTalk) -> float:
    assert talk.first_response_at is not None
    return talk.first_response_at


def _by_agent(talks: Iterable[ChatTalk]) -> Iterable[list[ChatTalk]]:
    for _, group in groupby(sorted(talks, key=attrgetter("agent")), key=attrgetter("agent")):
        yield list(group)


def _busy(talks: Iterable[ChatTalk]) -> float:
    """Seconds with one or more of an agent's talks."""
    total, covered = 0.0, 0.0
    for talk in sorted(talks, key=attrgetter("connected_at")):
        total += max(0.0, talk.ended_at - max(talk.connected_at, covered))
        covered = max(covered, talk.ended_at)
    return total


def _most_at_once(talks: Iterable[ChatTalk]) -> int:
    """One that ends as another begins was not at the same time."""
    changes = sorted([(talk.ended_at, -1) for talk in talks] + [(talk.connected_at, 1) for talk in talks])
    now = most = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most


def _quarter(talk: ChatTalk) -> float:
    return talk.connected_at // QUARTER_HOUR * QUARTER_HOUR


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return sum(listed) / len(listed) if listed else None


async def _talks(engine: AsyncEngine, since: float, until: float) -> Sequence[ChatTalk]:
    within = select(ChatTalk).where(ChatTalk.connected_at >= since, ChatTalk.connected_at < until)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        return (await session.scalars(within)).all()
