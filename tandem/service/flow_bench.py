"""What the flow editor asks of a flow in the making; `cti.flow_editing_api` asks for it, over HTTP."""

import asyncio
from collections.abc import Callable

import msgspec

from tandem.control.settings import Settings
from tandem.control.state import PlaneState
from tandem.control.whereabouts import callers_at
from tandem.cti.answers import Refused
from tandem.cti.flow_editing_api import WalkWish
from tandem.cti.flows_api import Written
from tandem.ivr.flow import Flow
from tandem.ivr.given import Given
from tandem.ivr.problems import FlowErrors
from tandem.ivr.reader import read_flow
from tandem.ivr.release import Outcome, Release, Source, outcomes, release
from tandem.ivr.schema import flow_schema
from tandem.ivr.walk import Walk, walk
from tandem.service.flow_cli import centre_check
from tandem.service.flow_library import Library
from tandem.service.flow_publisher import problems_of
from tandem.store.flow_versions import FlowStore


class Bench:
    """Beside a Shelf of the same `store`: it only reads. `settings` are the centre's, `state` is as a Publisher's."""

    def __init__(
        self, store: FlowStore, state: Callable[[], PlaneState | None], settings: Callable[[], Settings]
    ) -> None:
        self._library, self._state, self._settings = Library(store), state, settings

    def schema(self) -> object:
        """The JSON Schema of flows."""
        return flow_schema()

    def centre(self) -> object:
        """The names that flows may use: queues and services."""
        settings = self._settings()
        return {"queues": sorted(settings.acd.queues), "services": sorted(settings.services)}

    def callers(self, flow: str) -> object:
        """How many callers are at each node of a flow now, whatever version of it they walk."""
        state = self._state()
        return {"callers": callers_at(state, flow) if state else {}}

    async def check(self, flow: str, wish: Written) -> object:
        """All that is found by lint: `broken` can't be published, `doubtful` only by force."""
        sources = await self._library.sources() | {flow: Source(wish.source)}
        made = await asyncio.to_thread(release, sources, [flow], centre_check(self._settings()))
        return {
            "broken": problems_of(Release(broken=made.broken)),
            "doubtful": problems_of(Release(doubtful=made.doubtful)),
        }

    async def test(self, flow: str, wish: Written) -> list[Outcome]:
        """What comes of each flow test: of those written, or, with nothing said of them, of those in force."""
        in_force = await self._library.sources()
        tests = in_force.get(flow, Source("")).tests if wish.tests is None else wish.tests
        read = await self._read(flow, wish.source)
        return await asyncio.to_thread(lambda: list(outcomes(tests, read)))

    async def walk(self, flow: str, wish: WalkWish) -> Walk:
        """Walk a flow that lint lets through."""
        try:
            given = msgspec.convert(wish.given, Given)
        except (msgspec.ValidationError, ValueError) as error:
            raise Refused(422, "bad_given", f"given: {error}") from error
        read = await self._read(flow, wish.source)
        return await asyncio.to_thread(walk, read, given, wish.do, wish.answers)

    async def _read(self, flow: str, source: str) -> Flow:
        sources = await self._library.sources()

        def load(name: str) -> str | None:
            return sources[name].source if name in sources else None

        try:
            return await asyncio.to_thread(read_flow, source, f"{flow}.yaml", load)
        except FlowErrors as errors:
            found = problems_of(Release(broken={flow: errors.problems}))
            raise Refused(422, "not_right", "Mend what lint finds first.", found) from None
