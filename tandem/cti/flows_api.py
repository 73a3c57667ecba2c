"""The handlers for admins: drafts, versions and trials of flows, under the operators' token."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Protocol, TypeVar

import msgspec
from aiohttp import web

from tandem.cti.guard import answer, refusal
from tandem.cti.identity import IDENTITY, PROGRAM, Identity

BODY_LIMIT = 8 * 2**20
"""Bytes: forty flows of the longest kind."""

NAME = "[a-z][a-z0-9_]*"
Author = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Words = Annotated[str, msgspec.Meta(max_length=500)]
Name = Annotated[str, msgspec.Meta(pattern=f"^{NAME}$", max_length=64)]
Share = Annotated[float, msgspec.Meta(gt=0, le=0.5)]


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A flow's file and the files of its flow tests, by name; null keeps the tests that are in force."""

    source: str
    tests: dict[str, str] | None = None


class SaveDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keep what somebody works at; the tests as in Written."""

    author: Author
    source: str
    tests: dict[str, str] | None = None
    message: Words = ""


class Publish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bring `flows`, and the drafts of the flows named in `drafts`, into force together. `force` is why they must be
    although tests fail or queues are not served."""

    author: Author
    flows: dict[Name, Written] = {}
    drafts: tuple[Name, ...] = ()
    message: Words = ""
    force: Words = ""


class RollBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bring an earlier version back into force: `number`, or the one before the present one."""

    author: Author
    number: int | None = None
    message: Words = ""


class StartCanary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Put version `number`, or the draft, or `flows` (the flow and its sub-flows) on trial with `percent` of the
    callers; the margins as control.canary.Margins has them."""

    author: Author
    percent: Annotated[float, msgspec.Meta(gt=0, lt=100)]
    number: int | None = None
    flows: dict[Name, Written] = {}
    message: Words = ""
    containment: Share = 0.05
    abandonment: Share = 0.05
    errors: Share = 0.02
    enough: Annotated[int, msgspec.Meta(ge=20)] = 100


class ByWhom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a wish that needs no more."""

    author: Author
    message: Words = ""


class Refused(Exception):  # noqa: N818 - no error of ours
    """What was wished for is not done: `code` for programs, the text for people, and the problems found, if any.

    `status` is that of HTTP: 404 there is no such thing, 409 not as things stand, 422 the flows are not right.
    """

    def __init__(self, status: int, code: str, message: str, problems: object = ()) -> None:
        super().__init__(message)
        self.status, self.code, self.problems = status, code, problems


class Shelf(Protocol):
    """Where flows are kept and brought into force. Everything returned is plain data; all may raise Refused."""

    async def overview(self) -> object: ...
    async def history(self, flow: str) -> object: ...
    async def version(self, flow: str, number: int) -> object: ...
    async def draft(self, flow: str) -> object: ...
    async def save_draft(self, flow: str, wish: SaveDraft) -> object: ...
    async def drop_draft(self, flow: str) -> object: ...
    async def difference(self, flow: str, old: str, new: str) -> object: ...
    async def publish(self, wish: Publish) -> object: ...
    async def roll_back(self, flow: str, wish: RollBack) -> object: ...
    async def canary(self, flow: str) -> object: ...
    async def start_canary(self, flow: str, wish: StartCanary) -> object: ...
    async def stop_canary(self, flow: str, wish: ByWhom) -> object: ...
    async def promote_canary(self, flow: str, wish: ByWhom) -> object: ...
    async def export(self) -> bytes: ...
    async def restore(self, export: bytes) -> object: ...


Handler = Callable[[web.Request], Awaitable[web.Response]]
T = TypeVar("T")


class FlowsApi:
    """The routes, for `make_app`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers. Each answers JSON; what is refused says why, with the problems found."""
        shelf = self._shelf
        return [
            web.get("/flows", _answers(lambda _: shelf.overview())),
            web.post("/flows", _answers(self._publish)),
            web.get("/flows/export", _answers(self._export)),
            web.post("/flows/import", _answers(self._restore)),
            web.get("/flows/{flow}", _answers(lambda request: shelf.history(_flow(request)))),
            web.get("/flows/{flow}/versions/{number:[0-9]{1,9}}", _answers(self._version)),
            web.get("/flows/{flow}/diff", _answers(self._difference)),
            web.get("/flows/{flow}/draft", _answers(lambda request: shelf.draft(_flow(request)))),
            web.put("/flows/{flow}/draft", _answers(self._told(SaveDraft, shelf.save_draft))),
            web.delete("/flows/{flow}/draft", _answers(lambda request: shelf.drop_draft(_flow(request)))),
            web.post("/flows/{flow}/rollback", _answers(self._told(RollBack, shelf.roll_back))),
            web.get("/flows/{flow}/canary", _answers(lambda request: shelf.canary(_flow(request)))),
            web.post("/flows/{flow}/canary", _answers(self._told(StartCanary, shelf.start_canary))),
            web.delete("/flows/{flow}/canary", _answers(self._told(ByWhom, shelf.stop_canary))),
            web.post("/flows/{flow}/canary/promote", _answers(self._told(ByWhom, shelf.promote_canary))),
        ]

    async def _publish(self, request: web.Request) -> object:
        return await self._shelf.publish(await _wish(request, Publish))

    async def _version(self, request: web.Request) -> object:
        return await self._shelf.version(_flow(request), int(request.match_info["number"]))

    async def _difference(self, request: web.Request) -> object:
        """`from` and `to`: version numbers, or `draft`; by default from the version in force to the draft."""
        return await self._shelf.difference(
            _flow(request), request.query.get("from", ""), request.query.get("to", "draft")
        )

    async def _export(self, _: web.Request) -> object:
        return web.Response(body=await self._shelf.export(), content_type="application/jsonl")

    async def _restore(self, request: web.Request) -> object:
        return await self._shelf.restore(await _body(request))

    def _told(self, kind: type[T], do: Callable[[str, T], Awaitable[object]]) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> object:
            return await do(_flow(request), await _wish(request, kind))

        return handle


def _answers(ask: Callable[[web.Request], Awaitable[object]]) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        try:
            told = await ask(request)
            return told if isinstance(told, web.Response) else answer(told)
        except Refused as error:
            refused = {"error": {"code": error.code, "message": str(error)}, "problems": error.problems}
            return answer(refused, error.status)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return refusal(400, "bad_json", str(error))

    return handle


def _flow(request: web.Request) -> str:
    flow = request.match_info["flow"]
    if not re.fullmatch(NAME, flow):
        raise Refused(404, "no_flow", f"{flow!r} is no name of a flow: small letters, digits and _ are.")
    return flow


async def _wish(request: web.Request, kind: type[T]) -> T:
    """The body as `kind`. Its author is who signed in; a program says whom it speaks for."""
    wish = msgspec.json.decode(await _body(request) or b"{}", type=kind)
    who: Identity = request.get(IDENTITY, PROGRAM)
    return wish if who is PROGRAM else msgspec.structs.replace(wish, author=who.name)  # type: ignore[type-var]


async def _body(request: web.Request) -> bytes:
    """Flows are longer than what all others may send."""
    return await request.clone(client_max_size=BODY_LIMIT).read()
