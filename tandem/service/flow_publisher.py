"""Brings flows into force: proves them, keeps their versions, tells the plane. docs/decisions/0006 has the rules."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from hashlib import sha256
from itertools import chain
from typing import NamedTuple

import msgspec
import structlog

from tandem.control import events
from tandem.control.state import PlaneState
from tandem.cti.answers import Refused
from tandem.ivr.flow import Flow
from tandem.ivr.problems import FlowErrors
from tandem.ivr.reader import Check
from tandem.ivr.release import Release, Source, release
from tandem.service.flow_library import Library, read_version
from tandem.service.telling import tell
from tandem.store.flow_versions import FlowStore, FlowVersion, Publication

log = structlog.get_logger()

Sources = Mapping[str, Source]
FILE = "file"
"""The author of what was published because its file changed."""
FILE_CHANGED = "its file in the folder of flows changed"


class Act(NamedTuple):
    """What is done with the flows asked for, by whom, with what message, and why although there are problems."""

    what: str
    author: str
    message: str = ""
    force: str = ""


class Published(msgspec.Struct, frozen=True):
    """What came into force, and what was so already."""

    published: list[Publication]
    unchanged: list[str]


class Publisher:
    """`state` gives the plane's state, None where no controller runs: what is published comes into force at its next
    start then. `check` knows the queues, `clock` the epoch seconds.
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
        self._state, self._emit, self._check, self._clock = state, emit, check, clock

    async def bring_in(self, changes: Sources, act: Act) -> Published:
        """Publish flows together, with new versions of all that call them; Refused when one is not right."""
        sources = await self._library.sources() | dict(changes)
        made = await self.proved(sources, [*changes, *await self._library.callers(changes)], act.force)
        publications = await self._keep(made, sources, act, changes.keys())
        return self._published(made, publications)

    async def bring_back(self, target: FlowVersion, act: Act) -> Published:
        """Put a kept version into force just as it was, sub-flows included; what calls it gets new versions."""
        exact = await read_version(target)
        if exact is None:
            raise Refused(422, "unreadable", f"This Tandem can't read version {target.number} of {target.flow}.")
        sources = await self._library.sources() | {target.flow: Source(target.source, target.tests)}
        made = await self.proved(sources, await self._library.callers([target.flow]), "")
        made.flows = {target.flow: exact} | made.flows
        publications = await self._keep(made, sources, act, {target.flow}, target)
        return self._published(made, publications)

    async def take_files(self, files: Sources) -> None:
        """Publish the files that changed, and tell the plane of all that is in force and that it doesn't have.

        A file has changed when it is neither as it was at the last start nor as the newest version. Of one that is
        broken the version in force stays; FlowErrors where there is none.
        """
        seen, newest = await self._store.seen_files(), await self._store.newest()
        changed = {
            name: file
            for name, file in files.items()
            if seen.get(name) != _digest(file) and not (name in newest and _is(newest[name], file))
        }
        left = changed.keys() - await self._take(changed)
        await self._store.see_files({name: _digest(file) for name, file in files.items() if name not in left})
        await self.tell_plane()

    async def tell_plane(self) -> None:
        """Tell of every version that is in force and that the plane doesn't give to calls."""
        state = self._state()
        if state is None:
            return
        publications = await self._store.last_publications()
        for name, version in (await self._store.in_force()).items():
            if state.published.get(name) == version.version:
                continue
            if (flow := await read_version(version)) is not None:
                self._tell(flow, publications[name])

    async def proved(self, sources: Sources, names: Collection[str], force: str) -> Release:
        """The flows `names` of `sources`; Refused, with all problems, when one is not right."""
        made = await asyncio.to_thread(release, sources, names, self._check())
        if made.broken or (made.doubtful and not force):
            how = "Mend them." if made.broken else "Mend them, or publish with force and a reason."
            flows = ", ".join(sorted(made.broken | made.doubtful))
            raise Refused(422, "not_right", f"Nothing was done: {flows} can't be published. {how}", problems_of(made))
        return made

    async def kept(self, flow: Flow, sources: Sources, act: Act) -> tuple[FlowVersion, bool]:
        """The version with this content, and whether it is new and must be added yet."""
        own, flows = sources[flow.name], {name: sources[name].source for name in flow.flows}
        versions = await self._store.versions(flow.name)
        for version in versions:
            if version.content == (own.source, own.tests, flows):
                return version, False
        number, now = len(versions) + 1, self._clock()
        text = own.source, own.tests, flows
        return FlowVersion(flow.name, number, flow.version, *text, act.author, act.message, now), True

    async def _take(self, changed: dict[str, Source]) -> Collection[str]:
        """Publish what can be walked; tests that fail don't keep a file out of force, but are recorded and alarmed."""
        while changed:
            sources = await self._library.sources() | changed
            names = [*changed, *await self._library.callers(changed)]
            made = await asyncio.to_thread(release, sources, names, self._check())
            if not made.broken:
                await self._keep(made, sources, Act("published", FILE, "", FILE_CHANGED), changed)
                return changed
            for name in made.broken:
                self._leave_out(name, made)
            right = {name: file for name, file in changed.items() if name not in made.broken}
            changed = right if right != changed else {}  # what is broken is in force, and the change does not suit it
        return ()

    def _leave_out(self, name: str, made: Release) -> None:
        state, problems = self._state(), made.broken[name]
        if state is None or name not in state.published:
            raise FlowErrors(problems)
        log.error("a flow can't be used; its published version stays", problems=list(map(str, problems)))

    async def _keep(
        self, made: Release, sources: Sources, act: Act, asked_for: Collection[str], exact: FlowVersion | None = None
    ) -> list[Publication]:
        """Keep what is not in force yet, as versions and as publications; the plane is not told."""
        in_force, last = await self._store.in_force(), await self._store.last_publications()
        new: list[FlowVersion] = []
        publications: list[Publication] = []
        for name, flow in made.flows.items():
            is_exact = exact is not None and exact.flow == name
            version, is_new = (exact, False) if exact and is_exact else await self.kept(flow, sources, act)
            if name in in_force and in_force[name].number == version.number:
                continue
            new += [version] if is_new else []
            turn = last[name].turn + 1 if name in last else 1
            what = act.what if name in asked_for else "republished"
            problems = [str(problem) for problem in made.doubtful.get(name, ())]
            forced = act.force if problems else ""
            by = what, act.author, act.message, forced, problems
            publications.append(Publication(name, turn, version.number, self._clock(), *by))
        await self._store.add(new, publications)
        return publications

    def _published(self, made: Release, publications: list[Publication]) -> Published:
        for publication in publications:
            self._tell(made.flows[publication.flow], publication)
        return Published(publications, sorted(made.flows.keys() - {each.flow for each in publications}))

    def _tell(self, flow: Flow, publication: Publication) -> None:
        self.emit(events.FlowPublished(flow, publication.author, publication.forced))

    def emit(self, event: events.Event) -> None:
        """Tell the plane; Refused when it is hopelessly behind."""
        tell(self._emit, event)


def problems_of(made: Release) -> list[object]:
    """All that was found, each with its `text` for people."""
    found = chain(*made.broken.values(), *made.doubtful.values())
    return [problem.told() for problem in found]


def _digest(file: Source) -> str:
    return sha256(msgspec.json.encode(file, order="sorted")).hexdigest()


def _is(version: FlowVersion, file: Source) -> bool:
    return (version.source, version.tests) == (file.source, file.tests)
