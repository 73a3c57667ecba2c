"""What the store of flows has, asked for as admins ask; Refused where it is not there."""

import asyncio
from collections.abc import Iterable

import msgspec
import structlog

from tandem.control.publishing.versions import flow_key
from tandem.control.state import PlaneState
from tandem.cti.answers import Refused
from tandem.ivr.flow import Flow
from tandem.ivr.problems import FlowErrors
from tandem.ivr.reader import read_flow
from tandem.ivr.release import Source
from tandem.store.flow_versions import FlowDraft, FlowStore, FlowVersion

log = structlog.get_logger()


class Library:
    """Reads `store`, and changes nothing."""

    def __init__(self, store: FlowStore) -> None:
        self._store = store

    async def sources(self) -> dict[str, Source]:
        """The flows in force."""
        return {name: Source(each.source, each.tests) for name, each in (await self._store.in_force()).items()}

    async def callers(self, changed: Iterable[str]) -> list[str]:
        """The flows in force that call one of those that change, directly or through others."""
        names = set(changed)
        in_force = await self._store.in_force()
        return [name for name, version in in_force.items() if name not in names and names & version.flows.keys()]

    async def versions(self, flow: str) -> list[FlowVersion]:
        """All versions of a flow, the oldest first; there is at least one."""
        versions = await self._store.versions(flow)
        if not versions:
            raise Refused(404, "no_flow", f"There is no version of a flow {flow!r}.")
        return versions

    async def version(self, flow: str, number: int) -> FlowVersion:
        """One version."""
        for version in await self.versions(flow):
            if version.number == number:
                return version
        raise Refused(404, "no_version", f"There is no version {number} of {flow}.")

    async def draft(self, flow: str) -> FlowDraft:
        """What somebody works at."""
        drafts = await self._store.drafts()
        if flow not in drafts:
            raise Refused(404, "no_draft", f"There is no draft of {flow!r}.")
        return drafts[flow]

    async def named(self, flow: str, which: str) -> FlowVersion:
        """A version by its number; `draft` as if it were one; or, with nothing said, the version in force."""
        in_force = (await self._store.in_force()).get(flow)
        if which == "draft":
            draft, sources = await self.draft(flow), await self.sources()
            flows = {name: sources[name].source for name in (in_force.flows if in_force else ()) if name in sources}
            return FlowVersion(flow, 0, "", draft.source, draft.tests, flows, draft.author, draft.message, draft.at)
        if which.isdecimal() and len(which) < 10:
            return await self.version(flow, int(which))
        if which or in_force is None:
            raise Refused(404, "no_version", f"There is no version {which!r} of {flow}: give a number, or draft.")
        return in_force

    async def before(self, flow: str) -> FlowVersion:
        """The version that was in force before the present one."""
        publications = await self._store.publications(flow)
        for publication in reversed(publications):
            if publication.number != publications[-1].number:
                return await self.version(flow, publication.number)
        raise Refused(409, "no_version_before", f"No other version of {flow} was in force before this one.")


async def flows_in_force(store: FlowStore, state: PlaneState | None) -> list[Flow]:
    """The flows that new calls get: as the plane has them, or as the store does where no controller runs."""
    if state is not None:
        return [state.flows[flow_key(name, version)] for name, version in state.published.items()]
    kept = [await read_version(version) for version in (await store.in_force()).values()]
    return [flow for flow in kept if flow is not None]


async def read_version(version: FlowVersion) -> Flow | None:
    """The flow; None, logged, when this Tandem's lint does not let it through any more."""
    try:
        return await asyncio.to_thread(read_flow, version.source, f"{version.flow}.yaml", version.flows.get)
    except FlowErrors as errors:
        problems = list(map(str, errors.problems))
        log.error("a kept flow can't be read; what is in force stays", number=version.number, problems=problems)
        return None


def without_source(kept: FlowVersion | FlowDraft) -> dict[str, object]:
    """What is known of a version or a draft, but not its text."""
    shown: dict[str, object] = msgspec.to_builtins(kept)
    return {name: value for name, value in shown.items() if name not in ("source", "tests", "flows")}
