"""The handlers for operators who look back: figures of quarter-hours and days, and the contacts behind each."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control.work import about
from tandem.cti.answers import Refused, answer
from tandem.cti.contract import asks, gives
from tandem.cti.identity import needs
from tandem.store import behind, heard, history
from tandem.store.behind import MOST_ROWS, Behind, Page, StillWaiting
from tandem.store.database import reason
from tandem.store.heard import TalkHeard
from tandem.store.report import rows_as_csv

log = structlog.get_logger()
T = TypeVar("T")

CSV = "text/csv"
LOOK_EVERY = 1.0
"""Seconds after which it is looked whether somebody still waits."""
LONGEST = 32 * 86400.0
"""Seconds of a range: a month of quarter-hours."""
Moment = Annotated[float, msgspec.Meta(ge=0, le=1e11)]
Text = Annotated[str, msgspec.Meta(max_length=200)]


class Range(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From `since` to, not with, `until` (epoch seconds), as JSON or CSV."""

    since: Moment
    until: Moment
    format: Literal["json", "csv"] = "json"


class OfQueue(Range, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one queue, or of all."""

    queue: Text = ""


class Worst(Range, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The talks that scored less than `below` (the mean opinion score), of one `device`, or of all."""

    below: Annotated[float, msgspec.Meta(ge=1, le=5)] = 5.0
    device: Text = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_ROWS)] = 100


class List(Range, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Part of those behind the `figure` of `name`; of a flow on `channel`."""

    name: Text = ""
    figure: Text
    channel: Text = "voice"
    offset: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_ROWS)] = 100


class Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In which language."""

    language: Literal["en", "zh-CN"] = "en"


class Told(msgspec.Struct, frozen=True):
    """What was decided, and why, at a moment."""

    at: float
    text: str


Why = Callable[[str, Literal["en", "zh-CN"]], list[Told]]
"""The life of a contact in words; may take a while, and so is called in a thread. LookupError: nothing is known."""


class HistoryApi:
    """One method a route. `waiting` gives those who wait now."""

    def __init__(self, database: AsyncEngine, waiting: Callable[[], list[StillWaiting]], why: Why) -> None:
        self._database = database
        self._waiting = waiting
        self._why = why

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers."""
        return [
            web.get("/history/queues", self.queues),
            web.get("/history/agents", self.agents),
            web.get("/history/flows", self.flows),
            web.get("/history/links", self.links),
            web.get("/history/talks", self.talks),
            web.get("/history/queues/contacts", self.behind_queue),
            web.get("/history/agents/contacts", self.behind_agent),
            web.get("/history/flows/contacts", self.behind_flow),
            web.get("/history/links/contacts", self.behind_link),
            web.get("/history/contacts/{call}", self.contact),
            web.get("/history/contacts/{call}/why", self.why),
        ]

    @needs("supervisor")
    @asks(OfQueue)
    @gives(list[history.QueueQuarter])
    @gives(str, media=CSV)
    async def queues(self, request: web.Request, asked: OfQueue) -> web.Response:
        """The figures of queues by quarter-hour."""
        _check(asked)
        work = history.queues(self._database, asked.since, asked.until, asked.queue)
        rows = await while_asked(request, work)
        return _table(asked, history.QueueQuarter, rows)

    @needs("supervisor")
    @asks(Range)
    @gives(list[history.AgentDay])
    @gives(str, media=CSV)
    async def agents(self, request: web.Request, asked: Range) -> web.Response:
        """The figures of agents."""
        _check(asked)
        rows = await while_asked(request, history.agents(self._database, asked.since, asked.until))
        return _table(asked, history.AgentDay, rows)

    @needs("supervisor")
    @asks(Range)
    @gives(list[history.FlowFigures])
    @gives(str, media=CSV)
    async def flows(self, request: web.Request, asked: Range) -> web.Response:
        """What flows did themselves."""
        _check(asked)
        rows = await while_asked(request, history.flows(self._database, asked.since, asked.until))
        return _table(asked, history.FlowFigures, rows)

    @needs("supervisor")
    @asks(Range)
    @gives(list[history.LinkFigures])
    @gives(str, media=CSV)
    async def links(self, request: web.Request, asked: Range) -> web.Response:
        """What became of links."""
        _check(asked)
        rows = await while_asked(request, history.links(self._database, asked.since, asked.until))
        return _table(asked, history.LinkFigures, rows)

    @needs("supervisor")
    @asks(Worst)
    @gives(list[TalkHeard])
    @gives(str, media=CSV)
    async def talks(self, request: web.Request, asked: Worst) -> web.Response:
        """How talks that ended then were heard, the worst first."""
        _check(asked)
        worst = heard.worst(self._database, asked.since, asked.until, asked.below, asked.device, asked.limit)
        found = await while_asked(request, worst)
        return _table(asked, TalkHeard, found)

    @needs("supervisor")
    @asks(List)
    @gives(Behind)
    @gives(str, media=CSV)
    async def behind_queue(self, request: web.Request, asked: List) -> web.Response:
        """The contacts behind a figure of a queue."""
        _check_figure(asked, history.QUEUE_FIGURES)
        return await self._behind(request, asked, behind.of_queue, waiting=self._waiting())

    @needs("supervisor")
    @asks(List)
    @gives(Behind)
    @gives(str, media=CSV)
    async def behind_agent(self, request: web.Request, asked: List) -> web.Response:
        """The offers behind a figure of an agent."""
        _check_figure(asked, history.AGENT_FIGURES)
        return await self._behind(request, asked, behind.of_agent)

    @needs("supervisor")
    @asks(List)
    @gives(Behind)
    @gives(str, media=CSV)
    async def behind_flow(self, request: web.Request, asked: List) -> web.Response:
        """The contacts behind a figure of a flow."""
        _check_figure(asked, history.FLOW_FIGURES)
        return await self._behind(request, asked, behind.of_flow, channel=asked.channel)

    @needs("supervisor")
    @asks(List)
    @gives(Behind)
    @gives(str, media=CSV)
    async def behind_link(self, request: web.Request, asked: List) -> web.Response:
        """The contacts behind a figure of links."""
        _check_figure(asked, history.LINK_FIGURES)
        return await self._behind(request, asked, behind.of_link)

    @needs("supervisor")
    @gives(behind.Whole)
    async def contact(self, request: web.Request) -> web.Response:
        """One contact: its path, waits, offers, talks. A consultation or a voicemail leads to the one it is about."""
        found = await while_asked(request, behind.whole(self._database, about(request.match_info["call"])))
        if found is None:
            raise Refused(404, "unknown_contact", "There is no such contact in the records.")
        return answer(found)

    @needs("supervisor")
    @asks(Language)
    @gives(list[Told])
    async def why(self, request: web.Request, asked: Language) -> web.Response:
        """Each decision of its life in words, with the reasons."""
        try:
            return answer(await asyncio.to_thread(self._why, about(request.match_info["call"]), asked.language))
        except LookupError as error:
            raise Refused(404, "unknown_contact", str(error)) from None

    async def _behind(
        self, request: web.Request, asked: List, of: Callable[..., Coroutine[Any, Any, Behind]], **more: Any
    ) -> web.Response:
        page = Page(asked.offset, asked.limit)
        work = of(self._database, asked.since, asked.until, asked.name, asked.figure, page, **more)
        found = await while_asked(request, work)
        if asked.format == "csv":
            return _table(asked, behind.BehindRow, found.rows)
        return answer(found)


async def while_asked(request: web.Request, work: Coroutine[Any, Any, T]) -> T:
    """What the records answer. It ends, in the database too, when nobody waits for it any more.

    Refused: the records are away, or it took too long.
    """
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait([task], timeout=LOOK_EVERY))[0]:
            if request.transport is None or request.transport.is_closing():
                raise Refused(503, "unavailable", "Nobody waits for this any more.")
        return task.result()
    except SQLAlchemyError as error:
        log.warning("the records did not answer", path=request.path, reason=reason(error))
        raise Refused(
            503, "unavailable", "The records don't answer now, or not in time. Ask for less, or try again in a minute."
        ) from error
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _check(asked: Range) -> None:
    """Refused: that is no range, or too long a one."""
    if not 0 < asked.until - asked.since <= LONGEST:
        raise Refused(400, "bad_range", f"until must be after since, by {LONGEST / 86400:g} days at most.")


def _check_figure(asked: List, figures: Iterable[str]) -> None:
    _check(asked)
    if asked.figure not in figures:
        raise Refused(400, "unknown_figure", f"There is no figure {asked.figure!r}; there are {', '.join(figures)}.")


def _table(asked: Range, kind: type[msgspec.Struct], rows: Sequence[msgspec.Struct]) -> web.Response:
    if asked.format == "json":
        return answer(rows)
    name = f"{kind.__name__.lower()}-{asked.since:.0f}-{asked.until:.0f}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    text = rows_as_csv(kind.__struct_fields__, rows)
    return web.Response(text=text, content_type=CSV, charset="utf-8", headers=headers)
