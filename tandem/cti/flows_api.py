"""The handlers for admins: drafts, versions and trials of flows."""

import re
from typing import Annotated, Protocol

import msgspec
from aiohttp import web

from tandem.cti.admins import Author, ByWhom, Words, body_of, wishes
from tandem.cti.answers import Refused
from tandem.cti.contract import asks, gives, reads
from tandem.cti.shapes import (
    Dropped,
    FlowDifference,
    FlowDraft,
    FlowHistory,
    FlowInForce,
    FlowVersion,
    Published,
    Saved,
    Started,
    Stopped,
    Trials,
)

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


class Between(msgspec.Struct, frozen=True, rename={"old": "from", "new": "to"}):
    """Two versions of a flow: numbers, `draft`, or nothing for the one in force."""

    old: str = ""
    new: str = "draft"


class FlowsApi:
    """The routes, for `make_app`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers. Each answers JSON; what is refused says why, with the problems found."""
        return [
            web.get("/flows", self.overview),
            web.post("/flows", self.publish),
            web.get("/flows/export", self.export),
            web.post("/flows/import", self.restore),
            web.get("/flows/{flow}", self.history),
            web.get("/flows/{flow}/versions/{number:[0-9]{1,9}}", self.version),
            web.get("/flows/{flow}/diff", self.difference),
            web.get("/flows/{flow}/draft", self.draft),
            web.put("/flows/{flow}/draft", self.save_draft),
            web.delete("/flows/{flow}/draft", self.drop_draft),
            web.post("/flows/{flow}/rollback", self.roll_back),
            web.get("/flows/{flow}/canary", self.canary),
            web.post("/flows/{flow}/canary", self.start_canary),
            web.delete("/flows/{flow}/canary", self.stop_canary),
            web.post("/flows/{flow}/canary/promote", self.promote_canary),
        ]

    @gives(list[FlowInForce])
    async def overview(self, _: web.Request) -> object:
        """Every flow: its version in force, since when and by whom; its newest version, draft and trial."""
        return await self._shelf.overview()

    @wishes(Publish)
    @gives(Published)
    async def publish(self, _: web.Request, wish: Publish) -> object:
        """Bring flows into force together; or nothing, when one is not right. Calls in progress keep their versions."""
        return await self._shelf.publish(wish)

    @gives(str, media="application/jsonl")
    async def export(self, _: web.Request) -> object:
        """Everything that is kept, a line of JSON each."""
        return web.Response(body=await self._shelf.export(), content_type="application/jsonl")

    @reads("application/jsonl")
    @gives(list[FlowInForce])
    async def restore(self, request: web.Request) -> object:
        """Take in an export, and bring into force what it says is."""
        return await self._shelf.restore(await body_of(request))

    @gives(FlowHistory)
    async def history(self, request: web.Request) -> object:
        """All versions of a flow, without their texts, and what was in force when and by whose doing."""
        return await self._shelf.history(flow_of(request))

    @gives(FlowVersion)
    async def version(self, request: web.Request) -> object:
        """One version with its text, its tests and its sub-flows."""
        return await self._shelf.version(flow_of(request), int(request.match_info["number"]))

    @asks(Between)
    @gives(FlowDifference)
    async def difference(self, request: web.Request, between: Between) -> object:
        """`from` and `to`: version numbers, or `draft`; by default from the version in force to the draft."""
        return await self._shelf.difference(flow_of(request), between.old, between.new)

    @gives(FlowDraft)
    async def draft(self, request: web.Request) -> object:
        """What somebody works at."""
        return await self._shelf.draft(flow_of(request))

    @wishes(SaveDraft)
    @gives(Saved)
    async def save_draft(self, request: web.Request, wish: SaveDraft) -> object:
        """Keep a draft, right or not; told is what keeps it from being published."""
        return await self._shelf.save_draft(flow_of(request), wish)

    @gives(Dropped)
    async def drop_draft(self, request: web.Request) -> object:
        """Forget a draft."""
        return await self._shelf.drop_draft(flow_of(request))

    @wishes(RollBack)
    @gives(Published)
    async def roll_back(self, request: web.Request, wish: RollBack) -> object:
        """Bring an earlier version into force again, just as it was."""
        return await self._shelf.roll_back(flow_of(request), wish)

    @gives(Trials)
    async def canary(self, request: web.Request) -> object:
        """The trial that is on, with its figures, and the earlier ones."""
        return await self._shelf.canary(flow_of(request))

    @wishes(StartCanary)
    @gives(Started)
    async def start_canary(self, request: web.Request, wish: StartCanary) -> object:
        """Give a version to some of the callers; it is proved before, and there is no force."""
        return await self._shelf.start_canary(flow_of(request), wish)

    @wishes(ByWhom)
    @gives(Stopped)
    async def stop_canary(self, request: web.Request, wish: ByWhom) -> object:
        """Give all new calls the version in force."""
        return await self._shelf.stop_canary(flow_of(request), wish)

    @wishes(ByWhom)
    @gives(Published)
    async def promote_canary(self, request: web.Request, wish: ByWhom) -> object:
        """Publish the version on trial, and the sub-flows that it was tried with."""
        return await self._shelf.promote_canary(flow_of(request), wish)


def flow_of(request: web.Request) -> str:
    """The name of the flow in the path; Refused when it is none."""
    flow = request.match_info["flow"]
    if not re.fullmatch(NAME, flow):
        raise Refused(404, "no_flow", f"{flow!r} is no name of a flow: small letters, digits and _ are.")
    return flow
