"""The handlers for the flow editor: what is found while an admin writes, and who is where in the flows."""

from typing import Annotated, Any, Protocol

import msgspec
from aiohttp import web

from tandem.cti.admins import wishes
from tandem.cti.contract import gives
from tandem.cti.flows_api import Written, flow_of
from tandem.cti.identity import only_reads
from tandem.cti.shapes import AtNodes, Findings, NamesThere, TestOutcome, Walked

Action = Annotated[str, msgspec.Meta(max_length=500)]
MOST_ACTIONS = 200


class WalkWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A walk through `source` from its beginning: `given` and `do` as in flow tests, `answers` those of systems
    outside, in the order in which they are asked."""

    source: str
    given: dict[str, Any] = {}
    do: Annotated[tuple[Action, ...], msgspec.Meta(max_length=MOST_ACTIONS)] = ()
    answers: Annotated[tuple[Action, ...], msgspec.Meta(max_length=MOST_ACTIONS)] = ()


class Workbench(Protocol):
    """What can be said of a flow in the making. Everything returned is plain data; all may raise Refused."""

    def schema(self) -> object: ...
    async def check(self, flow: str, wish: Written) -> object: ...
    async def test(self, flow: str, wish: Written) -> object: ...
    async def walk(self, flow: str, wish: WalkWish) -> object: ...
    def callers(self, flow: str) -> object: ...
    def centre(self) -> object: ...


class FlowEditingApi:
    """The routes, for `make_app`; nothing here changes anything."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers. Each answers JSON."""
        return [
            web.get("/flows/schema", self.schema),
            web.get("/flows/centre", self.centre),
            web.get("/flows/{flow}/callers", self.callers),
            web.post("/flows/{flow}/check", self.check),
            web.post("/flows/{flow}/test", self.test),
            web.post("/flows/{flow}/walk", self.walk),
        ]

    @gives(dict[str, Any])
    async def schema(self, _: web.Request) -> object:
        """The JSON schema of flows."""
        return self._bench.schema()

    @gives(NamesThere)
    async def centre(self, _: web.Request) -> object:
        """The names that flows may use."""
        return self._bench.centre()

    @gives(AtNodes)
    async def callers(self, request: web.Request) -> object:
        """How many callers are where in a flow now, whatever version of it they walk."""
        return self._bench.callers(flow_of(request))

    @only_reads
    @wishes(Written)
    @gives(Findings)
    async def check(self, request: web.Request, wish: Written) -> object:
        """All that is found by lint."""
        return await self._bench.check(flow_of(request), wish)

    @only_reads
    @wishes(Written)
    @gives(list[TestOutcome])
    async def test(self, request: web.Request, wish: Written) -> object:
        """What comes of each flow test: of those written, or, with nothing said of them, of those in force."""
        return await self._bench.test(flow_of(request), wish)

    @only_reads
    @wishes(WalkWish)
    @gives(Walked)
    async def walk(self, request: web.Request, wish: WalkWish) -> object:
        """Walk a flow that lint lets through."""
        return await self._bench.walk(flow_of(request), wish)
