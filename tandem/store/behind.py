"""The contacts behind every number of history.py.

A number and the list behind it are made of the same rows by the same condition: `Behind.total` is the number. Times are
epoch seconds; a range holds `since` and all up to, not with, `until`.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tandem.control.work import about
from tandem.store import heard, queries
from tandem.store.heard import TalkHeard
from tandem.store.history import FLOW_OUTCOMES, NOT_ANSWERED, OUTCOMES, QUARTER_HOUR, in_interval, was_walked, within
from tandem.store.models import Contact, Interval, Leg, Link, Offer, Wait

MOST_ROWS = 500


class BehindRow(msgspec.Struct, frozen=True):
    """One of those behind a number. `at`: when it came to the queue, was offered, began, or last changed."""

    call: str
    at: float
    queue: str
    caller: str
    flow: str
    outcome: str
    waited: float | None
    agent: str
    talk_seconds: float | None


class Behind(msgspec.Struct, frozen=True):
    """The contacts behind a number: `total` in all, some of them in `rows`."""

    total: int
    rows: list[BehindRow]


class StillWaiting(msgspec.Struct, frozen=True):
    """Somebody who waits now: of them there is no record yet."""

    call: str
    queue: str
    arrived_at: float
    enqueued_at: float


class Page(msgspec.Struct, frozen=True):
    """Which part of a list."""

    offset: int = 0
    limit: int = 100


async def of_queue(
    engine: AsyncEngine, since: float, until: float, queue: str, figure: str, page: Page,
    waiting: Sequence[StillWaiting] = (),
) -> Behind:  # fmt: skip
    """Those behind a figure (one of QUEUE_FIGURES) of a queue, of all its quarter-hours that began in the range.

    `waiting` are all who wait now; those of the queue and the range are listed first.
    """
    quarters = within(Interval.start, since, until)
    still = [row for row in waiting if row.queue == queue and since <= _quarter_of(row.arrived_at) < until]
    asks = figure in ("offered", "waiting")
    first = [_still(row) for row in still] if asks else []
    if figure == "waiting":
        return Behind(len(first), first[page.offset : page.offset + page.limit])
    statement = (
        select(Wait, Contact)
        .join(Interval, in_interval())
        .outerjoin(Contact, Contact.call == Wait.call)
        .where(Interval.queue == queue, *quarters, *_figure(figure))
        .order_by(Wait.enqueued_at, Wait.call)
    )
    rest = Page(max(0, page.offset - len(first)), max(0, page.limit - len(first[page.offset :])))
    total, rows = await _part(engine, statement, rest)
    shown = first[page.offset : page.offset + page.limit] + [_waited(wait, contact) for wait, contact in rows]
    return Behind(total + len(first), shown)


async def of_agent(engine: AsyncEngine, since: float, until: float, agent: str, figure: str, page: Page) -> Behind:
    """The offers behind a figure (one of AGENT_FIGURES) of an agent."""
    outcomes = {"answered": ("answered",), "not_answered": NOT_ANSWERED}.get(figure)
    statement = (
        select(Offer, Contact)
        .outerjoin(Contact, Contact.call == Offer.call)
        .where(Offer.agent == agent, *within(Offer.offered_at, since, until))
        .order_by(Offer.offered_at, Offer.offer)
    )
    if outcomes is not None:
        statement = statement.where(Offer.outcome.in_(outcomes))
    total, rows = await _part(engine, statement, page)
    about_calls = await _contacts(engine, {about(offer.call) for offer, contact in rows if contact is None})
    return Behind(total, [_offered(offer, contact or about_calls.get(about(offer.call))) for offer, contact in rows])


async def of_flow(
    engine: AsyncEngine, since: float, until: float, flow: str, figure: str, page: Page, channel: str = "voice"
) -> Behind:  # fmt: skip
    """The contacts behind a figure (one of FLOW_FIGURES) of a flow on a channel."""
    statement = (
        select(Contact)
        .where(Contact.flow == flow, Contact.channel == channel, *within(Contact.started_at, since, until))
        .order_by(Contact.started_at, Contact.call)
    )
    if figure == "other":
        statement = statement.where(Contact.outcome.not_in(("", *FLOW_OUTCOMES)))
    elif figure != "contacts":
        statement = statement.where(Contact.outcome == ("" if figure == "open" else figure))
    total, rows = await _part(engine, statement, page)
    return Behind(total, [_began(contact) for (contact,) in rows])


async def of_link(engine: AsyncEngine, since: float, until: float, purpose: str, figure: str, page: Page) -> Behind:
    """The contacts behind a figure (one of LINK_FIGURES) of the links of a purpose, once for each link."""
    statement = (
        select(Link, Contact)
        .outerjoin(Contact, Contact.call == Link.call)
        .where(Link.purpose == purpose, *within(Link.at, since, until))
        .order_by(Link.at, Link.call, Link.link)
    )
    if figure == "done":
        statement = statement.where(was_walked())
    elif figure != "links":
        statement = statement.where(Link.status == figure)
    total, rows = await _part(engine, statement, page)
    return Behind(total, [_linked(link, contact) for link, contact in rows])


class Whole(msgspec.Struct, frozen=True):
    """All that is recorded of one contact, as plain data."""

    contact: dict[str, Any]
    heard: list[TalkHeard]
    steps: list[dict[str, Any]]
    waits: list[dict[str, Any]]
    offers: list[dict[str, Any]]
    legs: list[dict[str, Any]]
    forms: list[dict[str, Any]]
    links: list[dict[str, Any]]
    messages: list[dict[str, Any]]


async def whole(engine: AsyncEngine, call: str) -> Whole | None:
    """One contact; None when there is none of this name."""
    found = await queries.contact(engine, call)
    if found is None:
        return None
    async with AsyncSession(engine) as session:
        rest = [
            (await session.scalars(select(model).where(model.call == call).order_by(order))).all()
            for model, order in ((Wait, Wait.enqueued_at), (Offer, Offer.offered_at), (Leg, Leg.ended_at))
        ]
        sent = (await session.scalars(select(Link).where(Link.call == call).order_by(Link.link))).all()
    steps = await queries.timeline(engine, call)
    forms, messages = await queries.forms(engine, call), await queries.messages(engine, call)
    parts = (steps, *rest, forms, sent, messages)
    talks = await heard.of_call(engine, call)
    return Whole(_plain(found), talks, *([_plain(row) for row in rows] for rows in parts))


def _figure(figure: str) -> tuple[ColumnElement[bool], ...]:
    if figure == "offered":
        return (Wait.outcome.in_(OUTCOMES),)
    outcome = figure.removesuffix("_in_target")
    in_time = () if outcome == figure else (Wait.left_at - Wait.since <= Interval.target,)
    return (Wait.outcome == outcome, *in_time)


async def _part(engine: AsyncEngine, statement: Any, page: Page) -> tuple[int, Sequence[Any]]:
    count = select(func.count()).select_from(statement.order_by(None).subquery())
    async with AsyncSession(engine) as session:
        total = await session.scalar(count) or 0
        rows = (await session.execute(statement.offset(page.offset).limit(page.limit))).all()
        session.expunge_all()
    return total, rows


async def _contacts(engine: AsyncEngine, calls: set[str]) -> dict[str, Contact]:
    """The contacts of these names."""
    async with AsyncSession(engine, expire_on_commit=False) as session:
        return {row.call: row for row in await session.scalars(select(Contact).where(Contact.call.in_(calls)))}


def _still(row: StillWaiting) -> BehindRow:
    return BehindRow(row.call, row.arrived_at, row.queue, "", "", "waiting", None, "", None)


def _waited(wait: Wait, contact: Contact | None) -> BehindRow:
    return BehindRow(
        wait.call, wait.enqueued_at, wait.queue, *_who(contact), wait.outcome, wait.left_at - wait.since,
        wait.agent or "", contact.talk_seconds if contact else None,
    )  # fmt: skip


def _offered(offer: Offer, contact: Contact | None) -> BehindRow:
    talked = contact.talk_seconds if contact and contact.call == offer.call else None
    return BehindRow(
        offer.call, offer.offered_at, offer.queue, *_who(contact), offer.outcome, None, offer.agent, talked
    )


def _began(contact: Contact) -> BehindRow:
    outcome, talked = contact.outcome or "open", contact.talk_seconds
    return BehindRow(contact.call, contact.started_at, "", *_who(contact), outcome, None, "", talked)


def _linked(link: Link, contact: Contact | None) -> BehindRow:
    return BehindRow(link.call, link.at, "", *_who(contact), link.status, None, "", None)


def _who(contact: Contact | None) -> tuple[str, str]:
    return (contact.caller, contact.flow) if contact else ("", "")


def _plain(row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def _quarter_of(moment: float) -> float:
    return moment // QUARTER_HOUR * QUARTER_HOUR
