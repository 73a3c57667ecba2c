"""The caller's self-service page: who may see it, on which device, and what is answered there."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple, get_args
from urllib.parse import urlsplit

from aiohttp import web

from tandem.control.events import Answer, Event, LinkOpened, PageAnswered, Way
from tandem.control.page.page import subject
from tandem.control.page.pages import PageShown
from tandem.cti import page_html
from tandem.cti.backend import Backend
from tandem.cti.contract import gives, reads
from tandem.cti.proxied import client_of, is_encrypted
from tandem.cti.watch import changed_within, told
from tandem.store.outbox import OutboxItem

MISSES_A_MINUTE = 20
ANSWERS_A_MINUTE = 120
"""To one page; what is typed is kept every second at most."""
CLIENTS = 10_000
LOOK_AGAIN = 5.0
"""Seconds after which a page that nothing was told of is looked at again: places in a queue move without a word."""
STREAMS = 4
"""That may be open to one page."""
COOKIE = "device"
COOKIE_SECONDS = 24 * 3600


class Counts:
    """Counts by client or page within a minute. Many callers may share one client address."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._minute = 0
        self._counts: Counter[str] = Counter()

    def add(self, key: str, now: float) -> None:
        """One more; past CLIENTS in a minute the newcomers share one count."""
        self._turn(now)
        self._counts[self._key(key)] += 1

    def too_many(self, key: str, now: float) -> bool:
        """Whether it has to wait for the next minute."""
        self._turn(now)
        return self._counts[self._key(key)] >= self._most

    def _key(self, key: str) -> str:
        return key if key in self._counts or len(self._counts) < CLIENTS else "others"

    def _turn(self, now: float) -> None:
        if now // 60 != self._minute:
            self._minute = int(now // 60)
            self._counts.clear()


class Visit(NamedTuple):
    """A request for a page that is there. `device` is what the device's cookie says, or, not `known` yet, a new secret
    for it."""

    item: OutboxItem
    device: str
    known: bool

    @property
    def page(self) -> str:
        """The page's id."""
        return subject(self.item.call, self.item.link)


class Page:
    """Shows pages, one device each: the first that answers, or looks on with a script."""

    def __init__(self, backend: Backend) -> None:
        self._outbox = backend.outbox
        self._tokens = backend.tokens
        self._emit = backend.emit
        self._look = backend.readers.page
        self._there = backend.readers.has_page
        self._watch = backend.watch
        self._clock = backend.clock
        self._misses = Counts(MISSES_A_MINUTE)
        self._answers = Counts(ANSWERS_A_MINUTE)
        self._closing = False

    @gives(str, media="text/html")
    @gives(str, 404, "text/html")
    @gives(str, 409, "text/html")
    @gives(str, 503, "text/html")
    async def show(self, request: web.Request) -> web.StreamResponse:
        """The page; the same 404 for an address that is wrong, expired or revoked, and for a client that guesses."""
        visit = await self._visit(request)
        if visit is None:
            return _html(page_html.not_found(), 404)
        if request.method == "HEAD":  # a preview opens nothing
            return _html("", 200)
        if not _may_look(visit.item, visit):  # looking claims nothing: a messenger's preview looks too
            return self._elsewhere(visit)
        view = await self._opened(visit)
        if view is None:
            return _html(page_html.notice(visit.item.language, "unavailable"), 503)
        response = _html(page_html.page(view), 200)
        _remember(request, response, visit)
        return response

    @reads("application/x-www-form-urlencoded")
    @gives(None, 303, Location="The page as it is now.")
    @gives(None, 204)
    @gives(str, 404, "text/html")
    @gives(str, 409, "text/html")
    @gives(str, 429, "text/html")
    @gives(str, 503, "text/html")
    async def answer(self, request: web.Request) -> web.StreamResponse:
        """What was posted; then the page as it is now, by a redirect. What is only kept (`save`) is answered by 204."""
        visit, now = await self._visit(request), self._clock()
        if visit is None or not _from_the_page(request):
            return _html(page_html.not_found(), 404)
        if self._answers.too_many(visit.page, now):
            return _html(page_html.notice(visit.item.language, "too_fast"), 429)
        self._answers.add(visit.page, now)
        given = await request.post()
        if "take_over" in given:
            return await self._take_over(request, visit)
        if not await self._claimed(visit):
            return self._elsewhere(visit)
        for answer in answers_in(given):
            if not await self._told(visit, PageAnswered(visit.page, _step(given), answer)):
                return _html(page_html.notice(visit.item.language, "unavailable"), 503)
        return web.Response(status=204) if "save" in given else _again(request)

    @gives(str, media="text/event-stream")
    @gives(str, 404, "text/html")
    @gives(None, 503)
    async def live(self, request: web.Request) -> web.StreamResponse:
        """A stream (server-sent events) of the page's mark, whenever it changes."""
        visit = await self._visit(request)
        if visit is None:
            return _html(page_html.not_found(), 404)
        if self._closing or self._watch.count(visit.page) >= STREAMS:
            return web.Response(status=503, headers={"Retry-After": "5"})
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        await stream.prepare(request)
        with self._watch.looking(visit.page) as changed, suppress(ConnectionResetError):
            mine, known = await self._claimed(visit), ""
            while not self._closing:
                mark = self._mark(visit.page) if mine else "elsewhere"
                await stream.write(f"data: {mark}\n\n".encode() if mark != known else b":\n\n")
                known = mark
                if await changed_within(changed, LOOK_AGAIN):
                    mine = await self._is_mine(visit)
        return stream

    async def close(self, _app: web.Application) -> None:
        """End all streams."""
        self._closing = True
        self._watch.wake_all()

    async def _visit(self, request: web.Request) -> Visit | None:
        """None when there is no such page for this client. A token that is not ours is refused unseen."""
        now, client = self._clock(), client_of(request)
        if self._misses.too_many(client, now):
            return None
        token = request.match_info["token"]
        item = await self._outbox.by_token(token) if self._tokens.genuine(token) else None
        if item is None or not self._there(subject(item.call, item.link)):
            self._misses.add(client, now)
            return None
        device = request.cookies.get(COOKIE)
        return Visit(item, device or secrets.token_urlsafe(18), bool(device))

    async def _opened(self, visit: Visit) -> PageShown | None:
        """What the page shows; the plane hears of the first time."""
        first = await self._outbox.open(visit.item, self._clock())
        view = self._look(visit.page)
        if view is None or first:
            await self._told(visit, LinkOpened(visit.item.call, visit.item.link))
            view = self._look(visit.page)
        return view

    async def _told(self, visit: Visit, event: Event) -> bool:
        """Tell the plane, and wait until it has dealt with it."""
        return await told(self._watch, visit.page, self._emit, event)

    async def _take_over(self, request: web.Request, visit: Visit) -> web.Response:
        await self._outbox.take_over(visit.item, _digest(visit.device))
        self._watch.wake(visit.page)
        response = _again(request)
        _remember(request, response, visit)
        return response

    def _elsewhere(self, visit: Visit) -> web.Response:
        return _html(page_html.notice(visit.item.language, "elsewhere", "take_over"), 409)

    async def _claimed(self, visit: Visit) -> bool:
        """Whether the page is this device's, by now at the latest. One that keeps no cookie can have none."""
        return visit.known and await self._outbox.claim(visit.item, _digest(visit.device))

    async def _is_mine(self, visit: Visit) -> bool:
        """Whether no other device has taken the page over."""
        item = await self._outbox.by_token(visit.item.token)
        return item is not None and visit.known and _may_look(item, visit)

    def _mark(self, page: str) -> str:
        view = self._look(page)
        return page_html.mark(view) if view else "gone"


@gives(str, media="text/javascript")
async def script(_: web.Request) -> web.Response:
    """The page's script; its name changes when it does."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return web.Response(body=page_html.SCRIPT, content_type="text/javascript", headers=headers)


def answers_in(given: Mapping[str, object]) -> list[Answer]:
    """What a page's form says, in order: what stands in its fields, then what was chosen."""
    texts = {name: value for name, value in given.items() if isinstance(value, str)}
    prefix = page_html.FIELD
    values = {name.removeprefix(prefix): value for name, value in texts.items() if name.startswith(prefix)}
    way = next((way for way in get_args(Way) if texts.get("way") == way), None)
    submitted = "submit" in texts
    answers = [Answer(values=values, submitted=submitted)] if values or submitted else []
    if way:
        return [*answers, Answer(way=way)]
    if texts.get("key"):
        return [*answers, Answer(key=texts["key"][:1])]
    return [*answers, Answer(text=texts["text"].strip())] if texts.get("text", "").strip() else answers


def _from_the_page(request: web.Request) -> bool:
    """Whether a browser sent the form of our own page. (Its cookie goes along with no other.)"""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin", "")
    return not origin or urlsplit(origin).netloc == request.headers.get("Host")


def _step(given: Mapping[str, object]) -> int:
    step = given.get("step", "")
    return int(step) if isinstance(step, str) and step.isascii() and step.isdecimal() and len(step) < 10 else -1


def _remember(request: web.Request, response: web.Response, visit: Visit) -> None:
    """Know the device again: by a cookie for this page alone, that no script reads and no other site sends."""
    response.set_cookie(
        COOKIE, visit.device, path=request.path, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax",
        secure=is_encrypted(request),
    )  # fmt: skip


def _may_look(item: OutboxItem, visit: Visit) -> bool:
    """Whether the page is open on no other device."""
    return item.device in ("", _digest(visit.device))


def _digest(device: str) -> str:
    return hashlib.sha256(device.encode()).hexdigest()[:32]


def _again(request: web.Request) -> web.Response:
    return web.Response(status=303, headers={"Location": request.path})


def _html(text: str, status: int) -> web.Response:
    headers = {"Content-Security-Policy": page_html.CONTENT_SECURITY_POLICY}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)
