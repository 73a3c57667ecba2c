"""What a route takes and gives, marked on its handler: read by the handler's callers here, and by the OpenAPI document.

A handler is `(self, request)`, and what `takes` and `asks` read comes after it: that of the mark nearest to it first.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from tandem.cti.answers import Refused, answer, body_as
from tandem.cti.words.findings import language_of

_CONTRACT = "_contract"
JSON = "application/json"
Handler = Callable[..., Awaitable[Any]]
Answering = Callable[..., Awaitable[web.StreamResponse]]
Reads = Callable[[web.Request, Any], Awaitable[Any]]
H = TypeVar("H", bound=Callable[..., Any])


class Given(msgspec.Struct, frozen=True):
    """An answer: its status, what it is (a type, None without a body to speak of), and as which media type. `headers`
    that it has are named with what they say."""

    status: int
    kind: Any
    media: str = JSON
    headers: Mapping[str, str] = {}


class Contract(msgspec.Struct, frozen=True):
    """All that is marked on a handler. `takes` is the type of the body, as `media`; None: there is none. `says_body`:
    whether that is said at all. `asks` is the type of the query, `headers` the names of headers it heeds with what they
    say. `verbs`: the last part of the path is one of these, with its body, and with what `beside` has."""

    takes: Any = None
    media: str = JSON
    says_body: bool = False
    asks: Any = None
    headers: Mapping[str, str] = {}
    gives: tuple[Given, ...] = ()
    verbs: Mapping[str, type] = {}
    beside: Any = None


def contract_of(handler: object) -> Contract:
    """What is marked on a handler."""
    found: Contract = getattr(handler, _CONTRACT, Contract())
    return found


def takes(kind: Any, read: Reads = body_as) -> Callable[[Handler], Handler]:
    """Marks a handler whose body is `kind`, and which is given that; None: it has no body."""

    def mark(handler: Handler) -> Handler:
        if kind is None:
            return _marked(handler, says_body=True)

        @wraps(handler)
        async def handle(self: Any, request: web.Request, *more: Any) -> Any:
            return await handler(self, request, await read(request, kind), *more)

        return _marked(handle, takes=kind, says_body=True)

    return mark


def reads(media: str) -> Callable[[H], H]:
    """Marks a handler that reads a body of this media type itself."""
    return lambda handler: _marked(handler, takes=str, media=media, says_body=True)


def verbs(among: Mapping[str, type], beside: Any = None) -> Callable[[H], H]:
    """Marks a handler whose path ends in `{verb}`, one of `among`: its body is that verb's, with what `beside` has."""
    return lambda handler: _marked(handler, verbs=among, beside=beside, says_body=True)


def heeds(**headers: str) -> Callable[[H], H]:
    """Marks a handler that heeds these headers (If_Match: what it is for)."""
    named = {name.replace("_", "-"): what for name, what in headers.items()}
    return lambda handler: _marked(handler, headers=named)


def asks(kind: Any) -> Callable[[Handler], Handler]:
    """Marks a handler whose query is `kind`, and which is given that."""

    def mark(handler: Handler) -> Handler:
        @wraps(handler)
        async def handle(self: Any, request: web.Request, *more: Any) -> Any:
            return await handler(self, request, query_as(request, kind), *more)

        return _marked(handle, asks=kind)

    return mark


def gives(kind: Any, status: int = 200, media: str = JSON, **headers: str) -> Callable[[Handler], Answering]:
    """Marks a handler that answers with `kind`. It may return that as it is, or a response. Of several marks the one
    nearest to the handler says which status what it returns gets."""
    named = {name.replace("_", "-"): what for name, what in headers.items()}

    def mark(handler: Handler) -> Answering:
        @wraps(handler)
        async def handle(*given: Any) -> web.StreamResponse:
            told = await handler(*given)
            return told if isinstance(told, web.StreamResponse) else answer(told, status, language_of(given[1]))

        return _marked(handle, gives=(*contract_of(handler).gives, Given(status, kind, media, named)))

    return mark


def query_as(request: web.Request, kind: Any) -> Any:
    """The query as `kind`; what it has no field for is passed over. Refused: it is not one."""
    try:
        return msgspec.convert(dict(request.query), kind, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(400, "bad_query", str(error).replace("Object", "The query", 1)) from None


def _marked(handler: H, **marks: Any) -> H:
    setattr(handler, _CONTRACT, msgspec.structs.replace(contract_of(handler), **marks))
    return handler
