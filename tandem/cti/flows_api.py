"""The handlers for admins: drafts, versions and trials of flows."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Protocol, TypeVar

import msgspec
from aiohttp import web

from tandem.cti.admins import Author, ByWhom, Words, answers, body_of, wish_of
from tandem.cti.answers import Refused

NAME = "[a-z][a-z0-9_]*"
Name = Annotated[str, msgspec.Meta(pattern=f"^{NAME}$", max_length=64)]
Share = Annotated[float, msgspec.Meta(gt=0, le=0.5)]


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A flow's file and the files of its flow tests, by name; null keeps the tests that are in force."""

    source: str
    tests: dict[str, str] | None = None


class Basis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody began to change: version `number` in force, and the draft of the time `draft`; 0 is none."""

    number: int = 0
    draft: float = 0.0


class SaveDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keep what somebody works at; the tests as in Written. Not where somebody else has changed what it is based
    `on`; without that, whatever there is."""

    author: Author
    source: str
    tests: dict[str, str] | None = None
    message: Words = ""
    on: Basis | None = None


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


T = TypeVar("T")


class FlowsApi:
    """The routes, for `make_app`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers. Each answers JSON; what is refused says why, with the problems found."""
        shelf = self._shelf
        return [
            web.get("/flows", answers(lambda _: shelf.overview())),
            web.post("/flows", answers(self._publish)),
            web.get("/flows/export", answers(self._export)),
            web.post("/flows/import", answers(self._restore)),
            web.get("/flows/{flow}", answers(lambda request: shelf.history(flow_of(request)))),
            web.get("/flows/{flow}/versions/{number:[0-9]{1,9}}", answers(self._version)),
            web.get("/flows/{flow}/diff", answers(self._difference)),
            web.get("/flows/{flow}/draft", answers(lambda request: shelf.draft(flow_of(request)))),
            web.put("/flows/{flow}/draft", answers(self._told(SaveDraft, shelf.save_draft))),
            web.delete("/flows/{flow}/draft", answers(lambda request: shelf.drop_draft(flow_of(request)))),
            web.post("/flows/{flow}/rollback", answers(self._told(RollBack, shelf.roll_back))),
            web.get("/flows/{flow}/canary", answers(lambda request: shelf.canary(flow_of(request)))),
            web.post("/flows/{flow}/canary", answers(self._told(StartCanary, shelf.start_canary))),
            web.delete("/flows/{flow}/canary", answers(self._told(ByWhom, shelf.stop_canary))),
            web.post("/flows/{flow}/canary/promote", answers(self._told(ByWhom, shelf.promote_canary))),
        ]

    async def _publish(self, request: web.Request) -> object:
        return await self._shelf.publish(await wish_of(request, Publish))

    async def _version(self, request: web.Request) -> object:
        return await self._shelf.version(flow_of(request), int(request.match_info["number"]))

    async def _difference(self, request: web.Request) -> object:
        """`from` and `to`: version numbers, or `draft`; by default from the version in force to the draft."""
        return await self._shelf.difference(
            flow_of(request), request.query.get("from", ""), request.query.get("to", "draft")
        )

    async def _export(self, _: web.Request) -> object:
        return web.Response(body=await self._shelf.export(), content_type="application/jsonl")

    async def _restore(self, request: web.Request) -> object:
        return await self._shelf.restore(await body_of(request))

    def _told(self, kind: type[T], do: Callable[[str, T], Awaitable[object]]) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> object:
            return await do(flow_of(request), await wish_of(request, kind))

        return handle


def flow_of(request: web.Request) -> str:
    """The name of the flow in the path; Refused when it is none."""
    flow = request.match_info["flow"]
    if not re.fullmatch(NAME, flow):
        raise Refused(404, "no_flow", f"{flow!r} is no name of a flow: small letters, digits and _ are.")
    return flow
