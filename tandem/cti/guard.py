"""Who may ask for what over HTTP: host names, tokens, security headers, errors as JSON."""

import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import msgspec
import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from tandem.store.outbox import OutboxError

log = structlog.get_logger()

PAGE, PAGE_LIVE, PAGE_SCRIPT = "/l/{token}", "/l/{token}/live", "/page-{hash}.js"
CALLERS = {PAGE, PAGE_LIVE, PAGE_SCRIPT}
"""The caller's page: for everybody, on any host name, without the operator's token."""
WITHOUT_TOKEN = CALLERS | {"/health", "/metrics"}

HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
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
    response.headers.update(HEADERS)


def answer(content: object, status: int = 200) -> web.Response:
    """`content` as JSON."""
    return web.Response(body=msgspec.json.encode(content), status=status, content_type="application/json")


def refusal(status: int, code: str, message: str) -> web.Response:
    """An error as JSON: a `code` for programs, a `message` for people."""
    return answer({"error": {"code": code, "message": message}}, status)


def guard(token: str, hosts: frozenset[str]) -> Middleware:
    """The middleware that lets in requests to one of `hosts` that bear `token`."""
    if not token:
        raise ValueError("the HTTP interface needs a token")

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        path = resource.canonical if resource else ""
        # A page elsewhere whose name was pointed at this machine (DNS rebinding) still sends its own name.
        if path not in CALLERS and _host(request) not in hosts:
            return refusal(421, "unknown_host", "Ask by one of the names this server is set up for.")
        if path not in WITHOUT_TOKEN and not _bears(request, token):
            return refusal(401, "unauthorized", "Send the header Authorization: Bearer <token>.")
        try:
            return await handler(request)
        except web.HTTPException as error:
            return refusal(error.status, CODES.get(error.status, "refused"), error.reason)
        except OutboxError as error:
            log.error("outbox can't be used", error=str(error))
            return refusal(503, "unavailable", "Try again in a minute.")

    return check


def _host(request: web.Request) -> str | None:
    try:
        return urlsplit("//" + request.headers.get("Host", "")).hostname
    except ValueError:
        return None


def _bears(request: web.Request, token: str) -> bool:
    given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
    return hmac.compare_digest(given, b"Bearer " + token.encode())
