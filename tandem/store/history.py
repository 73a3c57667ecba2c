"""What is told of past quarter-hours and days.

Times are epoch seconds; a range holds `since` and all up to, not with, `until`. The contacts behind each number are in
behind.py.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, ScalarSelect, Select, String, and_, case, cast, exists, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import aliased

from tandem.store import queries
from tandem.store.models import Activity, ChatTalk, Contact, Interval, Leg, Link, Offer, Step, Wait

QUARTER_HOUR = queries.QUARTER_HOUR
NOT_ANSWERED = ("no_answer", "declined", "busy", "unreachable", "failed")
CUT_OFF = "cut off"
"""What came of a leg whose voice was lost while the talk went on."""
RINGS = ("reserved", "ringing", "connecting")


class QueueQuarter(msgspec.Struct, frozen=True):
    """A queue's figures for those who came in the quarter-hour from `start`.

    offered = answered + abandoned + overflowed_out + called_back + self_served + lost + waiting.
    service_level_answered = answered in target / answered.
    service_level_offered = answered in target / offered.
    service_level_patient = answered in target / (answered + abandoned after target): what plans and the board go by.
    service_level_kept = (answered in target + abandoned in target) / (answered + abandoned).
    abandonment = abandoned / offered. mean_wait: the average speed of answer.
    mean_talk: by phone from the first word to the last, holds among it; in a chat from when the agent came until they
    left; at a mail while the agent was at it. mean_handling: with the wrap-up that followed at once. Both are of the
    `handled` talks, those that are over. Seconds; None where there is nothing to divide by.
    """

    queue: str
    start: float
    target: float
    offered: int
    answered: int
    abandoned: int
    overflowed_out: int
    called_back: int
    self_served: int
    lost: int
    waiting: int
    answered_in_target: int
    abandoned_in_target: int
    service_level_answered: float | None
    service_level_offered: float | None
    service_level_patient: float | None
    service_level_kept: float | None
    abandonment: float | None
    mean_wait: float | None
    handled: int
    mean_talk: float | None
    mean_handling: float | None


class AgentDay(msgspec.Struct, frozen=True):
    """An agent within the range; seconds in each state, of stretches that are over.

    occupancy = (talk + hold + wrap_up) / (talk + hold + wrap_up + ready). `not_answered`: offers that rang in vain.
    """

    agent: str
    signed_in: float
    ready: float
    ringing: float
    talk: float
    hold: float
    wrap_up: float
    paused: float
    not_ready: float
    offers: int
    answered: int
    not_answered: int
    occupancy: float | None


class FlowFigures(msgspec.Struct, frozen=True):
    """The contacts that began in a flow within the range, by how they ended; `open` have not.

    contacts = the sum of all that follow up to `open`; `other` are those that walked no flow and were served nowhere:
    mails that were withdrawn, customers whom an agent dialled in vain. containment = contained / (contacts - open).
    """

    flow: str
    channel: str
    contacts: int
    served: int
    contained: int
    abandoned: int
    left_menu: int
    transferred: int
    called_back: int
    voicemail: int
    lost: int
    other: int
    open: int
    containment: float | None


class LinkFigures(msgspec.Struct, frozen=True):
    """The links of a purpose whose status last changed in the range, by that status; the page of those that are `done`
    was walked to its end.

    completion = done / links.
    """

    purpose: str
    links: int
    requested: int
    delivered: int
    opened: int
    failed: int
    revoked: int
    done: int
    completion: float | None


OUTCOMES = queries.OUTCOMES
QUEUE_FIGURES = ("offered", *OUTCOMES, "waiting", "answered_in_target", "abandoned_in_target")
AGENT_FIGURES = ("offers", "answered", "not_answered")
FLOW_OUTCOMES = ("served", "contained", "abandoned", "left_menu", "transferred", "called_back", "voicemail", "lost")
FLOW_FIGURES = ("contacts", *FLOW_OUTCOMES, "other", "open")
LINK_STATES = ("requested", "delivered", "opened", "failed", "revoked")
LINK_FIGURES = ("links", *LINK_STATES, "done")


async def queues(engine: AsyncEngine, since: float, until: float, queue: str = "") -> list[QueueQuarter]:
    """Each queue (or one) and quarter-hour that began in the range, in order."""
    statement = select(Interval).where(Interval.start >= since, Interval.start < until)
    if queue:
        statement = statement.where(Interval.queue == queue)
    talked = await _talks(engine, since, until)
    async with AsyncSession(engine) as session:
        rows = (await session.scalars(statement.order_by(Interval.start, Interval.queue))).all()
    return [_quarter(row, *talked.get((row.queue, row.start), (0, 0.0, 0.0))) for row in rows]


async def agents(engine: AsyncEngine, since: float, until: float) -> list[AgentDay]:
    """Every agent of whom something is recorded in the range."""
    seconds: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for time in await queries.agents(engine, since, until):
        seconds[time.agent][time.state] += time.seconds  # type: ignore[assignment]
    offers: defaultdict[str, Counter[str]] = defaultdict(Counter)
    statement = select(Offer.agent, Offer.outcome, func.count()).where(*within(Offer.offered_at, since, until))
    async with AsyncSession(engine) as session:
        for agent, outcome, times in await session.execute(statement.group_by(Offer.agent, Offer.outcome)):
            offers[agent][outcome] = times
    return [_agent_day(name, seconds[name], offers[name]) for name in sorted(seconds.keys() | offers.keys())]


async def flows(engine: AsyncEngine, since: float, until: float) -> list[FlowFigures]:
    """Each flow and channel in which contacts began in the range; what walks no flow, as mails, under an empty name."""
    ended: dict[tuple[str, str], Counter[str]] = {}
    columns = Contact.flow, Contact.channel, Contact.outcome
    statement = select(*columns, func.count()).where(*within(Contact.started_at, since, until)).group_by(*columns)
    async with AsyncSession(engine) as session:
        for flow, channel, outcome, times in await session.execute(statement):
            ended.setdefault((flow, channel), Counter())[outcome or "open"] += times
    return [_flow(flow, channel, counts) for (flow, channel), counts in sorted(ended.items())]


async def links(engine: AsyncEngine, since: float, until: float) -> list[LinkFigures]:
    """Each purpose of links."""
    states: defaultdict[str, Counter[str]] = defaultdict(Counter)
    columns = Link.purpose, Link.status, was_walked()
    statement = select(*columns, func.count()).where(*within(Link.at, since, until)).group_by(*columns)
    async with AsyncSession(engine) as session:
        for purpose, status, walked, times in await session.execute(statement):
            states[purpose].update({status: times, "links": times, "done": times if walked else 0})
    return [
        LinkFigures(
            purpose, **{name: counts[name] for name in LINK_FIGURES}, completion=_ratio(counts["done"], counts["links"])
        )
        for purpose, counts in sorted(states.items())
    ]


def was_walked() -> ColumnElement[bool]:
    """Whether a link's page was walked to its end, which is in the page's own timeline."""
    page = Link.call.concat("/").concat(cast(Link.link, String))
    return exists().where(Step.call == page, Step.what == "page done").correlate(Link)


def _quarter(row: Interval, handled: int, talk: float, wrap_up: float) -> QueueQuarter:
    counts = {name: getattr(row, name) for name in QueueQuarter.__struct_fields__[:13]}
    in_target, ended = row.answered_in_target, row.answered + row.abandoned
    return QueueQuarter(
        **counts,
        service_level_answered=_ratio(in_target, row.answered),
        service_level_offered=_ratio(in_target, row.offered),
        service_level_patient=_ratio(in_target, ended - row.abandoned_in_target),
        service_level_kept=_ratio(in_target + row.abandoned_in_target, ended),
        abandonment=_ratio(row.abandoned, row.offered),
        mean_wait=_ratio(row.wait_answered, row.answered),
        handled=handled,
        mean_talk=_ratio(talk, handled),
        mean_handling=_ratio(talk + wrap_up, handled),
    )


async def _talks(engine: AsyncEngine, since: float, until: float) -> dict[tuple[str, float], tuple[int, float, float]]:
    """By queue and quarter-hour: the talks that are over, their seconds, and those of the wrap-ups."""
    over = union_all(*(each.where(*within(Interval.start, since, until)) for each in _over())).subquery()
    wrapped_up = and_(Activity.agent == over.c.agent, Activity.since == over.c.ended_at, Activity.state == "wrap_up")
    statement = (
        select(
            over.c.queue, over.c.start, func.count(), func.sum(over.c.talk), func.sum(Activity.until - Activity.since)
        )
        .outerjoin(Activity, wrapped_up)
        .group_by(over.c.queue, over.c.start)
    )
    async with AsyncSession(engine) as session:
        rows = await session.execute(statement)
        return {(queue, start): (times, talk, wrap or 0.0) for queue, start, times, talk, wrap in rows}


def _over() -> Iterator[Select[Any]]:
    """Talks by phone, in chats and at mails that are over: where they were counted, with whom, how long, until when."""

    def each(agent: Any, talk: Any, ended_at: Any) -> Select[Any]:
        counted = select(
            Interval.queue, Interval.start, agent.label("agent"), talk.label("talk"), ended_at.label("ended_at")
        )
        return counted.join(Wait, in_interval()).where(Wait.outcome == "answered")

    leg = and_(Leg.call == Wait.call, Leg.agent == Wait.agent, Leg.bridged_at == Wait.left_at)
    ended_at = case((Leg.outcome == CUT_OFF, func.coalesce(_taken_up_until(), Leg.ended_at)), else_=Leg.ended_at)
    yield each(Leg.agent, ended_at - Leg.bridged_at, ended_at).join(Leg, leg)
    chat = and_(ChatTalk.call == Wait.call, ChatTalk.agent == Wait.agent, ChatTalk.connected_at == Wait.left_at)
    yield each(ChatTalk.agent, ChatTalk.ended_at - ChatTalk.connected_at, ChatTalk.ended_at).join(ChatTalk, chat)
    mail = and_(Contact.call == Wait.call, Contact.channel == "mail", Contact.outcome == "served")
    later = aliased(Wait)  # of a mail that came back to its queue, the last agent has the time of all
    again = exists().where(later.call == Wait.call, later.outcome == "answered", later.left_at > Wait.left_at)
    yield each(Wait.agent, Contact.talk_seconds, Contact.ended_at).join(Contact, mail).where(~again)


def _taken_up_until() -> ScalarSelect[float | None]:
    """Until when a talk went on, on other channels, whose first was cut off; null where it was not taken up again."""
    then, later = aliased(Leg), aliased(Wait)
    anew = exists().where(
        later.call == Wait.call,
        later.outcome == "answered",
        later.left_at > Wait.left_at,
        later.left_at <= then.bridged_at,
    )
    on = then.call == Wait.call, then.agent == Wait.agent, then.bridged_at >= Leg.ended_at
    return select(func.max(then.ended_at)).where(*on, ~anew).correlate(Wait, Leg).scalar_subquery()


def _agent_day(agent: str, seconds: Counter[str], offers: Counter[str]) -> AgentDay:
    busy = seconds["connected"] + seconds["hold"] + seconds["wrap_up"]
    return AgentDay(
        agent=agent,
        signed_in=float(sum(time for state, time in seconds.items() if state != "signed_out")),
        ready=float(seconds["ready"]),
        ringing=float(sum(seconds[state] for state in RINGS)),
        talk=float(seconds["connected"]),
        hold=float(seconds["hold"]),
        wrap_up=float(seconds["wrap_up"]),
        paused=float(seconds["paused"]),
        not_ready=float(seconds["not_ready"]),
        offers=offers.total(),
        answered=offers["answered"],
        not_answered=sum(offers[outcome] for outcome in NOT_ANSWERED),
        occupancy=_ratio(busy, busy + seconds["ready"]),
    )


def _flow(flow: str, channel: str, ended: Counter[str]) -> FlowFigures:
    over = ended.total() - ended["open"]
    counts = {outcome: ended[outcome] for outcome in FLOW_OUTCOMES}
    other = over - sum(counts.values())
    containment = _ratio(ended["contained"], over)
    return FlowFigures(flow, channel, ended.total(), **counts, other=other, open=ended["open"], containment=containment)


def in_interval() -> ColumnElement[bool]:
    """Joins a wait to the quarter-hour in which it is counted."""
    begins = and_(Interval.start <= Wait.enqueued_at, Wait.enqueued_at < Interval.start + QUARTER_HOUR)
    return and_(Interval.queue == Wait.queue, begins)


def within(column: Any, since: float, until: float) -> tuple[ColumnElement[bool], ...]:
    """Whether a moment is in the range."""
    return (column >= since, column < until)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
