"""The caller's self-service page: who may see it, and that it was opened."""

import ipaddress
from collections import Counter
from collections.abc import Callable

from aiohttp import web

from tandem.control.events import Event, LinkOpened
from tandem.cti.page_text import CONTENT_SECURITY_POLICY, not_found, page
from tandem.store.outbox import Outbox

LIFETIME_SECONDS = 24 * 3600.0
MISSES_A_MINUTE = 20
CLIENTS = 10_000


class Misses:
    """Counts wrong addresses by client, so that guessing is hopeless. Many callers may share one client address."""

    def __init__(self) -> None:
        self._minute = 0
        self._counts: Counter[str] = Counter()

    def add(self, client: str, now: float) -> None:
        """A wrong address; past CLIENTS in a minute the newcomers share one count."""
        self._turn(now)
        self._counts[self._key(client)] += 1

    def too_many(self, client: str, now: float) -> bool:
        """Whether the client has to wait for the next minute."""
        self._turn(now)
        return self._counts[self._key(client)] >= MISSES_A_MINUTE

    def _key(self, client: str) -> str:
        return client if client in self._counts or len(self._counts) < CLIENTS else "others"

    def _turn(self, now: float) -> None:
        if now // 60 != self._minute:
            self._minute = int(now // 60)
            self._counts.clear()


class Page:
    """Shows the page of a link for LIFETIME_SECONDS after it was made."""

    def __init__(self, outbox: Outbox, emit: Callable[[Event], None], clock: Callable[[], float]) -> None:
        self._outbox = outbox
        self._emit = emit
        self._clock = clock
        self._misses = Misses()

    async def show(self, request: web.Request) -> web.Response:
        """The page; the same 404 for an address that is wrong, expired, or asked for by a client that guesses."""
        now, client = self._clock(), client_of(request)
        if self._misses.too_many(client, now):
            return _html(not_found(), 404)
        item = await self._outbox.by_token(request.match_info["token"])
        if item is None or now >= item.created_at + LIFETIME_SECONDS:
            self._misses.add(client, now)
            return _html(not_found(), 404)
        if request.method == "GET" and await self._outbox.open(item, now):
            self._emit(LinkOpened(item.call, item.link))
        return _html(page(item.purpose, item.language), 200)


def client_of(request: web.Request) -> str:
    """The client's address; behind a proxy on this machine, the one that the proxy saw."""
    peer = request.remote or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(forwarded)) if ipaddress.ip_address(peer).is_loopback else peer
    except ValueError:
        return peer


def _html(text: str, status: int) -> web.Response:
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)
