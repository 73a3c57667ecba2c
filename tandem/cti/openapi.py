"""The OpenAPI document: made from the routes there are, and what is marked on their handlers."""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial
from http import HTTPStatus
from typing import Any

import msgspec
from aiohttp import web

from tandem.cti.codes import ALL, CODES
from tandem.cti.contract import Contract, contract_of, gives
from tandem.cti.guard import COOKIE, CSRF, SAFE, is_open
from tandem.cti.identity import needed_for, needs

REF = "#/components/schemas/{name}"
PART = "[^{}/]+"
"""The pattern of a part of a path for which a route names none."""
ABOUT = """Times are epoch seconds, durations seconds. Fields may be added in later versions: pass over those you don't
know.

The role that a way asks for stands at its security: `agent` (their own desk), `supervisor`, `admin`. Programs send the
operators' token, and may all; people sign in by POST /session, and send `X-CSRF-Token` with all that changes something.

Whatever is refused is answered by a `Refusal`, with one of these codes:

| status | codes |
|---|---|
"""


class Error(msgspec.Struct, frozen=True):
    """`code` for programs, `message` for people."""

    code: str
    message: str


class Refusal(msgspec.Struct, frozen=True):
    """What was asked is not done. `problems`: what was found wrong, where that is more than one thing."""

    error: Error
    problems: list[Any] = []


class Operation(msgspec.Struct, frozen=True):
    """One method of one path. `body` and `answers` are types; `parts` the path's, with their patterns."""

    path: str
    method: str
    handler: Any
    body: Any
    parts: Mapping[str, str]
    summary: str
    description: str

    @property
    def contract(self) -> Contract:
        """What is marked on its handler."""
        return contract_of(self.handler)


class OpenApi:
    """The route of the document."""

    def routes(self) -> list[web.RouteDef]:
        """The route and its handler."""
        return [web.get("/openapi.json", self.show)]

    @needs("agent")
    @gives(dict[str, Any])
    async def show(self, request: web.Request) -> object:
        """This document: OpenAPI 3.1, made from the routes as they are."""
        return document(request.app.router.routes())


def document(routes: Iterable[web.AbstractRoute]) -> dict[str, Any]:
    """The document of these routes."""
    operations = [each for route in routes for each in _operations(route)]
    schemas = _Schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation, schemas)
    table = "".join(f"| {status} | {', '.join(sorted(codes))} |\n" for status, codes in CODES.items())
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tandem", "version": "1", "description": ABOUT + table},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(_tag(operation) for operation in operations)],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "responses": {"Refusal": _content("Refused; the code says why.", "application/json", schemas.of(Refusal))},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A program, with the operators' token."},
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
                "csrf": {"type": "apiKey", "in": "header", "name": CSRF},
            },
        },
    }


class _Schemas:
    """The schemas of all types that operations have."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        kinds: dict[Any, Any] = {Refusal: Refusal}
        for each in operations:
            contract = each.contract
            kinds |= dict.fromkeys([each.body, contract.asks, *(given.kind for given in contract.gives)])
        kinds.pop(None, None)
        found, self.components = msgspec.json.schema_components(kinds, ref_template=REF)
        self._found = dict(zip(kinds, found, strict=True))
        self.components["Error"]["properties"]["code"]["enum"] = sorted(ALL)

    def of(self, kind: Any) -> dict[str, Any]:
        """What says what a type is, where it is used."""
        found: dict[str, Any] = self._found[kind]
        return found

    def fields(self, kind: Any) -> Iterator[tuple[str, dict[str, Any], bool]]:
        """The fields of a type, with whether they must be there; it is no component then."""
        name = self.of(kind)["$ref"].rpartition("/")[2]
        schema = self.components[name]
        for field, each in schema["properties"].items():
            yield field, each, field in schema.get("required", ())


def _operations(route: web.AbstractRoute) -> Iterator[Operation]:
    """The operation of a route; where its path ends in a verb, one for each."""
    if route.resource is None or route.method == "HEAD":
        return
    contract, path = contract_of(route.handler), route.resource.canonical
    parts = _parts(route.resource)
    made = partial(Operation, method=route.method, handler=route.handler)
    if not contract.verbs:
        yield made(path=path, body=contract.takes, parts=parts, **_words(route.handler))
        return
    del parts["verb"]
    for name, verb in contract.verbs.items():
        body = _body_of(verb, contract.beside, names_contact=not parts.keys() - {"agent"})
        yield made(path=path.replace("{verb}", name), body=body, parts=parts, **_words(verb, route.handler))


@cache
def _body_of(verb: type, beside: Any, names_contact: bool) -> type:
    """What is sent with a verb over REST; unless it `names_contact`, that is in the path."""
    own = [field for field in msgspec.structs.fields(verb) if field.name != "contact" or names_contact]
    more = msgspec.structs.fields(beside) if beside else ()
    return msgspec.defstruct(
        verb.__name__,
        [(field.name, field.type, _kept(field)) for field in (*own, *more)],
        namespace={"__doc__": verb.__doc__},
        module=verb.__module__,
        forbid_unknown_fields=True,
        kw_only=True,
    )


def _kept(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(default_factory=field.default_factory)
    return msgspec.field() if field.required else msgspec.field(default=field.default)


def _words(*documented: Any) -> dict[str, str]:
    """What docstrings say: the first sentence, and all."""
    text = "\n\n".join(inspect.getdoc(each) or "" for each in documented)
    first, _, _ = " ".join(text.split("\n\n")[0].split()).partition(". ")
    return {"summary": first.rstrip("."), "description": text}


def _parts(resource: web.AbstractResource) -> dict[str, str]:
    """The parts of a path that are given, with their patterns."""
    pattern = resource.get_info().get("pattern")
    return {name: _group(pattern.pattern, name) for name in pattern.groupindex} if pattern else {}


def _group(pattern: str, name: str) -> str:
    """What stands in a named group."""
    start = pattern.index(f"(?P<{name}>") + len(f"(?P<{name}>")
    depth, end = 1, start
    while depth:
        depth += {"(": 1, ")": -1}.get(pattern[end], 0)
        end += 1
    return pattern[start : end - 1]


def _described(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{operation.method.lower()}{operation.path}").strip("_"),
        "tags": [_tag(operation)],
        "summary": operation.summary,
        "description": operation.description,
        "security": _security(operation),
        "responses": _answers(operation, schemas),
    }
    if parameters := list(_parameters(operation, schemas)):
        told["parameters"] = parameters
    if operation.body is not None:
        body = {operation.contract.media: {"schema": schemas.of(operation.body)}}
        told["requestBody"] = {"content": body, "required": True}
    return told


def _tag(operation: Operation) -> str:
    return operation.path.split("/")[1].partition("-{")[0].partition(".")[0]


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    """Who may ask: the names in the lists are roles (OpenAPI 3.1.0, 4.8.30)."""
    if is_open(operation.path, operation.method):
        return []
    roles: list[str] = [needed_for(operation.handler)]
    person = {"session": roles} if operation.method in SAFE else {"session": roles, "csrf": roles}
    return [{"token": roles}, person]


def _parameters(operation: Operation, schemas: _Schemas) -> Iterator[dict[str, Any]]:
    contract = operation.contract
    for name, pattern in operation.parts.items():
        rule = {"minLength": 1} if pattern == PART else {"pattern": f"^{pattern}$"}
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string", **rule}}
    if contract.asks is not None:
        for name, schema, required in schemas.fields(contract.asks):
            yield {"name": name, "in": "query", "required": required, "schema": schema}
    for name, what in contract.headers.items():
        yield {"name": name, "in": "header", "required": False, "description": what, "schema": {"type": "string"}}


def _answers(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for given in operation.contract.gives:
        schema = schemas.of(given.kind) if given.kind is not None else None
        answer = _content(HTTPStatus(given.status).phrase, given.media, schema)
        if given.headers:
            named = {name: {"description": what, "schema": {"type": "string"}} for name, what in given.headers.items()}
            answer["headers"] = named
        if earlier := answers.get(str(given.status)):
            answer["content"] = {**earlier["content"], **answer["content"]}
        answers[str(given.status)] = answer
    return answers | {"default": {"$ref": "#/components/responses/Refusal"}}


def _content(description: str, media: str, schema: dict[str, Any] | None) -> dict[str, Any]:
    content = {} if schema is None else {"content": {media: {"schema": schema}}}
    return {"description": description, **content}
