"""What admins do with flows while calls run; `cti.flows_api` asks for it, over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from tandem.control import events
from tandem.control.publishing.canary import Margins
from tandem.control.state import PlaneState
from tandem.cti.admins import ByWhom
from tandem.cti.answers import Refused
from tandem.cti.flows_api import Basis, Publish, RollBack, SaveDraft, StartCanary, Written
from tandem.ivr.diff import Difference, difference
from tandem.ivr.reader import Check
from tandem.ivr.release import Source, release
from tandem.service.flow_library import Library, without_source
from tandem.service.flow_publisher import Act, Published, Publisher, Sources, problems_of
from tandem.store.flow_versions import FlowDraft, FlowStore, FlowVersion
from tandem.store.versions import VersionStoreError


class Shelf:
    """The flows of one centre. One thing is done at a time, so that what was proved is what comes into force.

    The parameters are a Publisher's.
    """

    def __init__(
        self,
        store: FlowStore,
        state: Callable[[], PlaneState | None],
        emit: Callable[[events.Event], None],
        check: Callable[[], Check],
        clock: Callable[[], float],
    ) -> None:
        self._store, self._library = store, Library(store)
        self._publisher = Publisher(store, state, emit, check, clock)
        self._state, self._check, self._clock = state, check, clock
        self._lock = asyncio.Lock()

    # --- what there is -------------------------------------------------------------------------------------------

    async def overview(self) -> object:
        """Every flow: its version in force, since when and by whom; its newest version, draft and trial."""
        async with self._at_work():
            newest, drafts = await self._store.newest(), await self._store.drafts()
            current, in_force = await self._store.last_publications(), await self._store.in_force()
        state = self._state()
        return [
            {
                "flow": flow,
                "version": in_force[flow].version if flow in in_force else None,
                "in_force": current.get(flow),
                "newest": newest[flow].number if flow in newest else None,
                "draft": without_source(drafts[flow]) if flow in drafts else None,
                "canary": state.canaries.get(flow) if state else None,
            }
            for flow in sorted(newest.keys() | drafts.keys())
        ]

    async def history(self, flow: str) -> object:
        """All versions of a flow, without their sources, and what was in force when and by whose doing."""
        async with self._at_work():
            versions = await self._library.versions(flow)
            publications = await self._store.publications(flow)
        return {"versions": [without_source(version) for version in versions], "publications": publications}

    async def version(self, flow: str, number: int) -> FlowVersion:
        """One version with its source, its tests and its sub-flows."""
        async with self._at_work():
            return await self._library.version(flow, number)

    async def difference(self, flow: str, old: str, new: str) -> Difference:
        """From version `old` to `new`: numbers, `draft`, or nothing for the version in force."""
        async with self._at_work():
            before, after = await self._library.named(flow, old), await self._library.named(flow, new)
        labels = f"{flow} {old or 'in force'}", f"{flow} {new or 'in force'}"
        return difference(before.source, after.source, before.flows, after.flows, labels)

    async def export(self) -> bytes:
        """Everything that is kept, as store.flow_versions writes it."""
        async with self._at_work():
            return await self._store.export()

    async def restore(self, export: bytes) -> object:
        """Take in an export, and bring into force what it says is."""
        async with self._at_work():
            await self._store.restore(export)
            await self._publisher.tell_plane()
        return await self.overview()

    # --- drafts --------------------------------------------------------------------------------------------------

    async def draft(self, flow: str) -> FlowDraft:
        """What somebody works at."""
        async with self._at_work():
            return await self._library.draft(flow)

    async def save_draft(self, flow: str, wish: SaveDraft) -> object:
        """Keep a draft, right or not; told is what keeps it from being published."""
        async with self._at_work():
            await self._as_it_was(flow, wish.on)
            (written,) = (await self._written({flow: Written(wish.source, wish.tests)})).values()
            draft = FlowDraft(flow, written.source, written.tests, wish.author, wish.message, self._clock())
            await self._store.save_draft(draft)
            sources = await self._library.sources() | {flow: written}
        made = await asyncio.to_thread(release, sources, [flow], self._check())
        return {"saved": without_source(draft), "problems": problems_of(made)}

    async def drop_draft(self, flow: str) -> object:
        """Forget a draft."""
        async with self._at_work():
            return {"dropped": await self._store.drop_draft(flow)}

    # --- bringing into force -------------------------------------------------------------------------------------

    async def publish(self, wish: Publish) -> Published:
        """Bring flows into force together, with new versions of all that call them; or nothing, when one is not right.

        Calls in progress keep their versions.
        """
        async with self._at_work():
            drafts = {name: await self._library.draft(name) for name in wish.drafts}
            changes = await self._written({**wish.flows, **drafts})
            if not changes:
                raise Refused(422, "nothing", "Name flows, or drafts, to publish.")
            message = wish.message or "; ".join(draft.message for draft in drafts.values() if draft.message)
            act = Act("published", wish.author, message, wish.force)
            return await self._publisher.bring_in(changes, act)

    async def roll_back(self, flow: str, wish: RollBack) -> Published:
        """Bring an earlier version into force again, just as it was."""
        async with self._at_work():
            if wish.number is None:
                target = await self._library.before(flow)
            else:
                target = await self._library.version(flow, wish.number)
            return await self._publisher.bring_back(target, Act("rolled_back", wish.author, wish.message))

    async def take_files(self, files: Sources) -> None:
        """As Publisher.take_files, at the start of a controller."""
        async with self._at_work():
            await self._publisher.take_files(files)

    async def tell_plane(self) -> None:
        """As Publisher.tell_plane, when the controller has begun to serve."""
        async with self._at_work():
            await self._publisher.tell_plane()

    # --- trials --------------------------------------------------------------------------------------------------

    async def canary(self, flow: str) -> object:
        """The trial that is on, with its figures, and the earlier ones."""
        state = self._state()
        async with self._at_work():
            earlier = [row for row in await self._store.canaries(flow) if row["ended_at"] is not None]
        return {"running": state.canaries.get(flow) if state else None, "earlier": earlier}

    async def start_canary(self, flow: str, wish: StartCanary) -> object:
        """Give a version to some of the callers; it is proved before, and there is no force."""
        async with self._at_work():
            state = self._running_state()
            if flow in state.canaries:
                raise Refused(409, "on_trial", f"A version of {flow} is on trial. Stop or promote it first.")
            sources = await self._library.sources() | await self._on_trial(flow, wish)
            if flow not in sources:
                raise Refused(404, "no_flow", f"There is no flow {flow!r}.")
            made = (await self._publisher.proved(sources, [flow], "")).flows[flow]
            if state.published.get(flow) in (None, made.version):
                raise Refused(409, "no_comparison", f"There is no other version of {flow} in force to compare with.")
            version, is_new = await self._publisher.kept(made, sources, Act("", wish.author, wish.message))
            await self._store.add([version] if is_new else [])
            margins = Margins(wish.containment, wish.abandonment, wish.errors, wish.enough)
            self._publisher.emit(events.CanaryStarted(made, wish.percent, margins, wish.author))
        return {"started": without_source(version), "percent": wish.percent, "margins": margins}

    async def stop_canary(self, flow: str, wish: ByWhom) -> object:
        """Give all new calls the version in force."""
        self._version_on_trial(flow)
        self._publisher.emit(events.CanaryStopped(flow, wish.author))
        return {"stopped": flow}

    async def promote_canary(self, flow: str, wish: ByWhom) -> Published:
        """Publish the version on trial, and the sub-flows that it was tried with."""
        async with self._at_work():
            on_trial = self._version_on_trial(flow)
            version = next(each for each in await self._library.versions(flow) if each.version == on_trial)
            changes = await self._changed_sub_flows(version) | {flow: Source(version.source, version.tests)}
            return await self._publisher.bring_in(changes, Act("promoted", wish.author, wish.message))

    async def _as_it_was(self, flow: str, on: Basis | None) -> None:
        """Refused when a draft was saved, or a version came into force, since what a change is based on."""
        draft, publication = (await self._store.drafts()).get(flow), (await self._store.last_publications()).get(flow)
        if on is None:
            return
        if draft is not None and draft.at != on.draft:
            raise Refused(412, "changed", f"{draft.author} has saved a draft of {flow} meanwhile.")
        if publication is not None and publication.number != on.number:
            raise Refused(412, "changed", f"{publication.author} has brought another version of {flow} into force.")

    async def _on_trial(self, flow: str, wish: StartCanary) -> dict[str, Source]:
        if wish.flows:
            return await self._written(wish.flows)
        if wish.number is None:
            return await self._written({flow: await self._library.draft(flow)})
        version = await self._library.version(flow, wish.number)
        return await self._changed_sub_flows(version) | {flow: Source(version.source, version.tests)}

    async def _changed_sub_flows(self, version: FlowVersion) -> dict[str, Source]:
        """The sub-flows of a version that are not in force as they are there."""
        in_force = await self._library.sources()
        return {
            name: Source(source, in_force[name].tests if name in in_force else {})
            for name, source in version.flows.items()
            if name not in in_force or in_force[name].source != source
        }

    def _version_on_trial(self, flow: str) -> str:
        canary = self._running_state().canaries.get(flow)
        if canary is None:
            raise Refused(409, "not_on_trial", f"No version of {flow} is on trial.")
        return canary.version

    def _running_state(self) -> PlaneState:
        state = self._state()
        if state is None:
            raise Refused(409, "not_running", "Start the controller first: a trial needs calls.")
        return state

    async def _written(self, flows: Mapping[str, Written | FlowDraft]) -> dict[str, Source]:
        """As they were written; tests that nothing is said of are those in force."""
        in_force = await self._library.sources()
        nothing = Source("")
        return {
            name: Source(each.source, in_force.get(name, nothing).tests if each.tests is None else each.tests)
            for name, each in flows.items()
        }

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        async with self._lock:
            try:
                yield
            except VersionStoreError as error:
                raise Refused(409, "store", str(error)) from error
