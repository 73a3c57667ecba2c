"""The handlers for operators who look back: figures of quarter-hours and days, and the contacts behind each."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.cti.answers import Refused, answer
from tandem.cti.identity import needs
from tandem.store import behind, history
from tandem.store.behind import MOST_ROWS, Behind, Page, StillWaiting
from tandem.store.report import rows_as_csv

LONGEST = 32 * 86400.0
"""Seconds of a range: a month of quarter-hours."""
Moment = Annotated[float, msgspec.Meta(ge=0, le=1e11)]
Text = Annotated[str, msgspec.Meta(max_length=200)]
T = TypeVar("T")


class Range(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From `since` to, not with, `until` (epoch seconds), as JSON or CSV."""

    since: Moment
    until: Moment
    format: Literal["json", "csv"] = "json"


class OfQueue(Range, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one queue, or of all."""

    queue: Text = ""


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
            web.get("/history/queues/contacts", self.behind_queue),
            web.get("/history/agents/contacts", self.behind_agent),
            web.get("/history/flows/contacts", self.behind_flow),
            web.get("/history/links/contacts", self.behind_link),
            web.get("/history/contacts/{call}", self.contact),
            web.get("/history/contacts/{call}/why", self.why),
        ]

    @needs("supervisor")
    async def queues(self, request: web.Request) -> web.Response:
        """The figures of queues by quarter-hour."""
        asked = _asked(request, OfQueue)
        rows = await history.queues(self._database, asked.since, asked.until, asked.queue)
        return _table(asked, history.QueueQuarter, rows)

    @needs("supervisor")
    async def agents(self, request: web.Request) -> web.Response:
        """The figures of agents."""
        asked = _asked(request, Range)
        return _table(asked, history.AgentDay, await history.agents(self._database, asked.since, asked.until))

    @needs("supervisor")
    async def flows(self, request: web.Request) -> web.Response:
        """What flows did themselves."""
        asked = _asked(request, Range)
        return _table(asked, history.FlowFigures, await history.flows(self._database, asked.since, asked.until))

    @needs("supervisor")
    async def links(self, request: web.Request) -> web.Response:
        """What became of links."""
        asked = _asked(request, Range)
        return _table(asked, history.LinkFigures, await history.links(self._database, asked.since, asked.until))

    @needs("supervisor")
    async def behind_queue(self, request: web.Request) -> web.Response:
        """The contacts behind a figure of a queue."""
        asked = _list(request, history.QUEUE_FIGURES)
        return await self._behind(asked, behind.of_queue, waiting=self._waiting())

    @needs("supervisor")
    async def behind_agent(self, request: web.Request) -> web.Response:
        """The offers behind a figure of an agent."""
        return await self._behind(_list(request, history.AGENT_FIGURES), behind.of_agent)

    @needs("supervisor")
    async def behind_flow(self, request: web.Request) -> web.Response:
        """The contacts behind a figure of a flow."""
        asked = _list(request, history.FLOW_FIGURES)
        return await self._behind(asked, behind.of_flow, channel=asked.channel)

    @needs("supervisor")
    async def behind_link(self, request: web.Request) -> web.Response:
        """The contacts behind a figure of links."""
        return await self._behind(_list(request, history.LINK_FIGURES), behind.of_link)

    @needs("supervisor")
    async def contact(self, request: web.Request) -> web.Response:
        """One contact: its path, waits, offers and talks."""
        found = await behind.whole(self._database, request.match_info["call"])
        if found is None:
            raise Refused(404, "unknown_contact", "There is no such contact in the records.")
        return answer(found)

    @needs("supervisor")
    async def why(self, request: web.Request) -> web.Response:
        """Each decision of its life in words, with the reasons."""
        language = _asked(request, Language).language
        try:
            return answer(await asyncio.to_thread(self._why, request.match_info["call"], language))
        except LookupError as error:
            raise Refused(404, "unknown_contact", str(error)) from None

    async def _behind(self, asked: List, of: Callable[..., Awaitable[Behind]], **more: Any) -> web.Response:
        page = Page(asked.offset, asked.limit)
        found = await of(self._database, asked.since, asked.until, asked.name, asked.figure, page, **more)
        if asked.format == "csv":
            return _table(asked, behind.BehindRow, found.rows)
        return answer(found)


def _asked(request: web.Request, kind: type[T]) -> T:
    """What the address asks for. Refused: that is nothing."""
    try:
        asked = msgspec.convert(dict(request.query), kind, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(400, "bad_query", str(error)) from None
    if isinstance(asked, Range) and not 0 < asked.until - asked.since <= LONGEST:
        raise Refused(400, "bad_range", f"until must be after since, by {LONGEST / 86400:g} days at most.")
    return asked


def _list(request: web.Request, figures: Iterable[str]) -> List:
    asked = _asked(request, List)
    if asked.figure not in figures:
        raise Refused(400, "unknown_figure", f"There is no figure {asked.figure!r}; there are {', '.join(figures)}.")
    return asked


def _table(asked: Range, kind: type[msgspec.Struct], rows: Sequence[msgspec.Struct]) -> web.Response:
    if asked.format == "json":
        return answer(rows)
    name = f"{kind.__name__.lower()}-{asked.since:.0f}-{asked.until:.0f}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    text = rows_as_csv(kind.__struct_fields__, rows)
    return web.Response(text=text, content_type="text/csv", charset="utf-8", headers=headers)
