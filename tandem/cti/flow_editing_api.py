"""The handlers for the flow editor: what is found while an admin writes, and who is where in the flows."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Protocol, TypeVar

import msgspec
from aiohttp import web

from tandem.cti.admins import answers, wish_of
from tandem.cti.flows_api import Written, flow_of
from tandem.cti.identity import only_reads

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


T = TypeVar("T")


class FlowEditingApi:
    """The routes, for `make_app`; nothing here changes anything."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers. Each answers JSON."""
        bench = self._bench
        return [
            web.get("/flows/schema", answers(self._schema)),
            web.get("/flows/centre", answers(self._centre)),
            web.get("/flows/{flow}/callers", answers(self._callers)),
            web.post("/flows/{flow}/check", self._told(Written, bench.check)),
            web.post("/flows/{flow}/test", self._told(Written, bench.test)),
            web.post("/flows/{flow}/walk", self._told(WalkWish, bench.walk)),
        ]

    async def _schema(self, _: web.Request) -> object:
        return self._bench.schema()

    async def _centre(self, _: web.Request) -> object:
        return self._bench.centre()

    async def _callers(self, request: web.Request) -> object:
        return self._bench.callers(flow_of(request))

    def _told(self, kind: type[T], do: Callable[[str, T], Awaitable[object]]) -> Callable[[web.Request], Any]:
        async def ask(request: web.Request) -> object:
            return await do(flow_of(request), await wish_of(request, kind))

        return only_reads(answers(ask))
