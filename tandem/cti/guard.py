"""Who may ask for what over HTTP: host names, who they are, security headers, errors as answers."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Protocol
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from sqlalchemy.exc import SQLAlchemyError

from tandem.cti.answers import Refused, refusal
from tandem.cti.identity import DETAIL, IDENTITY, PROGRAM, Identity, needed_for, needs_right, reads_only
from tandem.cti.proxied import client_of
from tandem.cti.words.findings import language_of
from tandem.store.chat_archive import ChatArchiveError
from tandem.store.customers.people import CustomerStoreError
from tandem.store.outbox import OutboxError
from tandem.store.users import UserStoreError

log = structlog.get_logger()

PAGE, PAGE_LIVE, PAGE_SCRIPT = "/l/{token}", "/l/{token}/live", "/page-{hash}.js"
CHAT, CHAT_FILES, CHAT_FILE, CHAT_HISTORY = "/chat", "/chat/files", "/chat/files/{file}", "/chat/history"
WIDGET = "/widget.js"
CALLERS = {PAGE, PAGE_LIVE, PAGE_SCRIPT, CHAT, CHAT_FILES, CHAT_FILE, CHAT_HISTORY, WIDGET}
"""The caller's page and the customer's chat: for everybody, on any host name, whoever asks."""
PAGES = {"/desk": "desk.html", "/board": "board.html", "/admin": "admin.html", "/editor": "editor.html"}
"""Addresses of the pages for people who sign in, and their files in web/dist."""
WEB_FILE = "/web/assets/{name}"
"""Pages hold nothing of anybody's; what they show they ask for as whoever signed in."""
WAYS, OIDC, OIDC_BACK = "/session/ways", "/session/oidc", "/session/oidc/back"
"""How one may sign in, and the way by a provider."""
WITHOUT_TOKEN = CALLERS | {WAYS, OIDC, OIDC_BACK, "/health", "/metrics", WEB_FILE, *PAGES}

SESSION = "/session"
COOKIE, CSRF = "tandem_session", "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

FROM_ELSEWHERE = {"Cross-Origin-Resource-Policy": "cross-origin"}
"""For what pages of other sites may load."""
HEADERS = {
    "Referrer-Policy": "same-origin",
    "Server": "Tandem",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
NOTHING_ELSE = "default-src 'none'; frame-ancestors 'none'"
CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_big"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Put the security headers on every response; a page may have a content policy of its own, a file may be kept."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Content-Security-Policy", NOTHING_ELSE)
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    response.headers.update(HEADERS)


class People(Protocol):
    """Who signs in with a browser, and where what they change is written down."""

    async def identify(self, request: web.Request) -> Identity | None: ...
    async def note(self, name: str, what: str, detail: str, address: str) -> None: ...


def guard(token: str, hosts: frozenset[str], people: People | None = None) -> Middleware:
    """The middleware that lets in requests to one of `hosts` from programs that bear `token`, and from `people` who
    signed in and have the role that the handler needs."""
    if not token:
        raise ValueError("the HTTP interface needs a token")

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        path = resource.canonical if resource else ""
        # A page elsewhere whose name was pointed at this machine (DNS rebinding) still sends its own name.
        if path not in CALLERS and _host(request) not in hosts:
            return refusal(421, "unknown_host", "Ask by one of the names this server is set up for.")
        try:
            if not is_open(path, request.method) and (refused := await _identify(request, token, people)):
                return refused
            return await _noted(request, handler, people)
        except Refused as error:
            return error.answer(language_of(request))
        except web.HTTPException as error:
            return refusal(error.status, CODES.get(error.status, "refused"), error.reason)
        except (ChatArchiveError, CustomerStoreError, OutboxError, SQLAlchemyError, UserStoreError) as error:
            log.error("the database can't be used", error=str(error.__cause__ or error))
            return refusal(503, "unavailable", "Try again in a minute.")

    return check


def is_open(path: str, method: str) -> bool:
    """Whether everybody may ask this of a route, by its path as the route has it."""
    return path in WITHOUT_TOKEN or (path == SESSION and method == "POST")


async def _identify(request: web.Request, token: str, people: People | None) -> web.Response | None:
    """Note who asks; what is to be answered when they may not."""
    if _bears(request, token):
        request[IDENTITY] = PROGRAM
        return None
    who = await people.identify(request) if people else None
    if who is None:
        return refusal(401, "unauthorized", "Sign in, or send the header Authorization: Bearer <token>.")
    request[IDENTITY] = who
    return _refused(request, who)


def _refused(request: web.Request, who: Identity) -> web.Response | None:
    """Why somebody who signed in may not ask this; None: they may."""
    role, agent = needed_for(request.match_info.handler), request.match_info.get("agent")
    if not request.path.startswith(SESSION) and who.must_change:
        return refusal(403, "change_password", "Change your one-time password first: PUT /session/password.")
    if not who.may(role):
        return refusal(403, "not_allowed", f"This is for those with the role {role}.")
    if needs_right(request.match_info.handler) and not who.hears_recordings:
        return refusal(403, "not_allowed", "This is for those with the right hears_recordings, which an admin gives.")
    if agent is not None and not who.may_act_as(agent):
        return refusal(403, "not_yours", "An agent may do this for themselves only.")
    if request.method not in SAFE and not _from_our_page(request):
        return refusal(403, "bad_csrf", f"Send the header {CSRF} with what GET /session gives as csrf.")
    return None


def _from_our_page(request: web.Request) -> bool:
    """Whether it was a page of ours that sent this, which knows what other sites' pages can't read."""
    wanted = csrf_of(request.cookies.get(COOKIE, ""))
    return hmac.compare_digest(request.headers.get(CSRF, "").encode(errors="surrogateescape"), wanted.encode())


async def _noted(request: web.Request, handler: Handler, people: People | None) -> web.StreamResponse:
    """What the handler answers, once the audit log has it. Whoever leaves in the middle has had some of it too."""
    try:
        response = await handler(request)
    except ConnectionError:
        await _note(request, None, people)
        raise
    await _note(request, response, people)
    return response


async def _note(request: web.Request, response: web.StreamResponse | None, people: People | None) -> None:
    """Whatever was changed by somebody is in the audit log; the agents' own doings are in their records, but for what
    they do about their session and password."""
    who = request.get(IDENTITY)
    is_done = response is None or response.status < 400
    changed = request.method not in SAFE and is_done and not reads_only(request.match_info.handler)
    if people and who and (who.role != "agent" or request.path.startswith(SESSION)) and changed:
        detail = request.get(DETAIL, "")
        await people.note(who.name, f"{request.method} {request.path}", detail, client_of(request))


def csrf_of(token: str) -> str:
    """What goes with a session's cookie: a page elsewhere can make a browser send the cookie, but not read this."""
    return hashlib.sha256(f"csrf {token}".encode(errors="surrogateescape")).hexdigest()


def is_our_page(request: web.Request, public_url: str) -> bool:
    """Whether a browser says that it was a page of ours that opened this connection."""
    return request.headers.get("Origin") in (public_url, f"{request.scheme}://{request.host}")


def _host(request: web.Request) -> str | None:
    try:
        return urlsplit("//" + request.headers.get("Host", "")).hostname
    except ValueError:
        return None


def _bears(request: web.Request, token: str) -> bool:
    given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
    return hmac.compare_digest(given, b"Bearer " + token.encode())
