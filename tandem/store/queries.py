"""Questions to the records. Times are epoch seconds; a range holds `since` and all up to, not with, `until`."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tandem.store.models import (
    Activity,
    AgentTransfer,
    Alarm,
    Answer,
    Base,
    Callback,
    CallbackAttempt,
    Contact,
    Disposition,
    Form,
    Interval,
    Link,
    Message,
    QueueStep,
    Step,
    Wait,
)

QUARTER_HOUR = 900.0
OUTCOMES = ("answered", "abandoned", "overflowed_out", "called_back", "self_served", "lost")
Model = TypeVar("Model", bound=Base)


class IntervalFigures(msgspec.Struct, frozen=True):
    """The figures of a queue for those who arrived in the quarter-hour from `start`.

    offered = answered + abandoned + overflowed_out + called_back + self_served + lost + waiting.
    service_level = answered in target / answered.
    service_level_2 = (answered in target + abandoned in target) / (answered + abandoned).
    Both are the two formulas that Asterisk's queues name so; None where nobody counts. mean_wait: of the answered.
    """

    queue: str
    start: float
    offered: int
    answered: int
    abandoned: int
    overflowed_out: int
    called_back: int
    self_served: int
    lost: int
    waiting: int
    target: float
    service_level: float | None
    service_level_2: float | None
    mean_wait: float | None


class AgentTime(msgspec.Struct, frozen=True):
    """How long an agent was in a state (for a reason) within the range, over `times` stretches.

    A stretch counts once it is over; one that reaches over the range's edge counts with the part inside.
    """

    agent: str
    state: str
    reason: str
    times: int
    seconds: float


class DispositionCount(msgspec.Struct, frozen=True):
    """How many contacts of a queue had this disposition set within the range, as their agents said last."""

    queue: str
    code: str
    contacts: int


class CallbackFigures(msgspec.Struct, frozen=True):
    """The callbacks of a queue that were booked in the range: each is open, or ended in one of the other ways.

    booked = reached + rejoined + failed + expired + cancelled + open. `dials` are the attempts. `mean_wait`: of the
    reached, seconds from their age to the talk; None where nobody was reached.
    """

    queue: str
    booked: int
    reached: int
    rejoined: int
    failed: int
    expired: int
    cancelled: int
    open: int
    dials: int
    mean_wait: float | None


class SurveyCount(msgspec.Struct, frozen=True):
    """How often a question got an answer."""

    question: str
    answer: str
    times: int


class Difference(msgspec.Struct, frozen=True):
    """A figure of an interval that is not what the waits give."""

    queue: str
    start: float
    figure: str
    interval: float
    waits: float


async def contact(engine: AsyncEngine, call: str) -> Contact | None:
    """The contact of `call`."""
    async with _session(engine) as session:
        return await session.get(Contact, call)


async def contacts(engine: AsyncEngine, since: float, until: float) -> Sequence[Contact]:
    """The contacts that began in the range, in order."""
    return await _all(engine, _in_range(Contact, Contact.started_at, since, until))


async def timeline(engine: AsyncEngine, call: str) -> Sequence[Step]:
    """The steps of `call`, in order, those on its pages and in guides for it among them."""
    its_own = or_(Step.call == call, Step.call.startswith(f"{call}/", autoescape=True))
    return await _all(engine, select(Step).where(its_own).order_by(Step.at, Step.call, Step.number))


async def forms(engine: AsyncEngine, call: str) -> Sequence[Form]:
    """The forms that the contact of `call` filled in, as they stand."""
    return await _all(engine, select(Form).where(Form.call == call).order_by(Form.form))


async def messages(engine: AsyncEngine, call: str) -> Sequence[Message]:
    """What was written in the chat `call`, in order."""
    return await _all(engine, select(Message).where(Message.call == call).order_by(Message.number))


async def links(engine: AsyncEngine, since: float, until: float) -> Sequence[Link]:
    """The links whose status last changed in the range."""
    return await _all(engine, _in_range(Link, Link.at, since, until))


async def alarms(engine: AsyncEngine, since: float, until: float) -> Sequence[Alarm]:
    """The alarms raised in the range, in order."""
    return await _all(engine, _in_range(Alarm, Alarm.at, since, until))


async def transfers(engine: AsyncEngine, since: float, until: float) -> Sequence[AgentTransfer]:
    """Whom agents left callers to in the range, in order."""
    return await _all(engine, _in_range(AgentTransfer, AgentTransfer.at, since, until))


async def queue_steps(engine: AsyncEngine, since: float, until: float) -> Sequence[QueueStep]:
    """Which conditions of queues' plans began to hold or ended in the range, in order."""
    return await _all(engine, _in_range(QueueStep, QueueStep.at, since, until))


async def intervals(engine: AsyncEngine, since: float, until: float) -> list[IntervalFigures]:
    """The figures of each queue and quarter-hour that began in the range."""
    rows = await _all(engine, _in_range(Interval, Interval.start, since, until).order_by(Interval.queue))
    return [_figures(row) for row in rows]


async def agents(engine: AsyncEngine, since: float, until: float) -> list[AgentTime]:
    """The time of each agent in each state."""
    statement = select(Activity).where(Activity.until > since, Activity.since < until)
    stretches: dict[tuple[str, str, str], list[float]] = {}
    for row in await _all(engine, statement.order_by(Activity.agent, Activity.state, Activity.reason)):
        seconds = min(row.until, until) - max(row.since, since)
        stretches.setdefault((row.agent, row.state, row.reason), []).append(seconds)
    return [AgentTime(*key, times=len(seconds), seconds=sum(seconds)) for key, seconds in stretches.items()]


async def callbacks(engine: AsyncEngine, since: float, until: float) -> Sequence[Callback]:
    """The callbacks booked in the range, in order."""
    return await _all(engine, _in_range(Callback, Callback.booked_at, since, until))


async def callback_attempts(engine: AsyncEngine, callback: str) -> Sequence[CallbackAttempt]:
    """The attempts of a callback, in order."""
    attempts = select(CallbackAttempt).where(CallbackAttempt.callback == callback).order_by(CallbackAttempt.attempt)
    return await _all(engine, attempts)


async def callback_figures(engine: AsyncEngine, since: float, until: float) -> list[CallbackFigures]:
    """What became of the callbacks of each queue."""
    by_queue: dict[str, list[Callback]] = {}
    for row in await callbacks(engine, since, until):
        by_queue.setdefault(row.queue, []).append(row)
    return [_callback_figures(queue, rows) for queue, rows in sorted(by_queue.items())]


async def survey(engine: AsyncEngine, since: float, until: float) -> list[SurveyCount]:
    """How often each answer was given in the range."""
    counts: dict[tuple[str, str], int] = {}
    for row in await _all(engine, _in_range(Answer, Answer.at, since, until)):
        counts[row.question, row.answer] = counts.get((row.question, row.answer), 0) + 1
    return [SurveyCount(*key, times=times) for key, times in sorted(counts.items())]


async def dispositions(engine: AsyncEngine, since: float, until: float) -> list[DispositionCount]:
    """How many contacts of each queue were about what, by when that was said."""
    rows = await _all(engine, _in_range(Disposition, Disposition.at, since, until))
    counts = Counter((row.queue, row.code) for row in rows)
    return [DispositionCount(*key, contacts=times) for key, times in sorted(counts.items())]


async def check_balance(engine: AsyncEngine, since: float, until: float) -> list[Difference]:
    """Make each interval that began in the range anew from the waits; list what differs. Empty is good.

    The waits of callbacks are not among them: they were counted when their lines were released.
    """
    async with _session(engine) as session:
        rows = (await session.scalars(_in_range(Interval, Interval.start, since, until))).all()
        counted = _in_range(Wait, Wait.enqueued_at, since, until).where(Wait.outcome.in_(OUTCOMES))
        waits = (await session.scalars(counted)).all()
    by_interval: dict[tuple[str, float], list[Wait]] = {(row.queue, row.start): [] for row in rows}
    for wait in waits:
        start = wait.enqueued_at // QUARTER_HOUR * QUARTER_HOUR
        by_interval.setdefault((wait.queue, start), []).append(wait)
    known = {(row.queue, row.start): row for row in rows}
    return [
        difference
        for (queue, start), group in sorted(by_interval.items())
        for difference in _differences(known.get((queue, start)) or _nothing(queue, start), group)
    ]


def _figures(row: Interval) -> IntervalFigures:
    in_target = row.answered_in_target + row.abandoned_in_target
    counts = {name: getattr(row, name) for name in IntervalFigures.__struct_fields__[:11]}
    return IntervalFigures(
        **counts,
        service_level=_ratio(row.answered_in_target, row.answered),
        service_level_2=_ratio(in_target, row.answered + row.abandoned),
        mean_wait=_ratio(row.wait_answered, row.answered),
    )


def _callback_figures(queue: str, rows: Sequence[Callback]) -> CallbackFigures:
    ends = Counter(row.outcome or "open" for row in rows)
    waits = [row.ended_at - row.enqueued_at for row in rows if row.outcome == "reached" and row.ended_at is not None]
    return CallbackFigures(
        queue=queue,
        booked=len(rows),
        **{name: ends[name] for name in ("reached", "rejoined", "failed", "expired", "cancelled", "open")},
        dials=sum(row.dials for row in rows),
        mean_wait=_ratio(sum(waits), len(waits)),
    )


def _ratio(part: float, whole: int) -> float | None:
    return part / whole if whole else None


def _nothing(queue: str, start: float) -> Interval:
    counts = {column.name: 0 for column in Interval.__table__.columns}
    return Interval(**counts | {"queue": queue, "start": start})


def _differences(row: Interval, waits: Iterable[Wait]) -> Iterable[Difference]:
    for figure, expected in _recount(row, list(waits)).items():
        if abs(getattr(row, figure) - expected) > 1e-3:
            yield Difference(row.queue, row.start, figure, getattr(row, figure), expected)


def _recount(row: Interval, waits: list[Wait]) -> dict[str, float]:
    def lengths(outcome: str) -> list[float]:
        return [wait.left_at - wait.since for wait in waits if wait.outcome == outcome]

    figures: dict[str, float] = {outcome: len(lengths(outcome)) for outcome in OUTCOMES}
    # Only those who still wait have no row among the waits.
    return figures | {
        "offered": len(waits) + row.waiting,
        "answered_in_target": sum(length <= row.target for length in lengths("answered")),
        "abandoned_in_target": sum(length <= row.target for length in lengths("abandoned")),
        "wait_answered": sum(lengths("answered")),
    }


def _in_range(model: type[Model], column: Any, since: float, until: float) -> Select[Any]:
    return select(model).where(column >= since, column < until).order_by(column)


async def _all(engine: AsyncEngine, statement: Select[Any]) -> Sequence[Any]:
    async with _session(engine) as session:
        return (await session.scalars(statement)).all()


def _session(engine: AsyncEngine) -> AsyncSession:
    return AsyncSession(engine, expire_on_commit=False)
