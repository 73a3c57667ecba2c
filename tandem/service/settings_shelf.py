"""What admins do with settings while calls run; `cti.settings_api` asks for it, over HTTP.

What is in force is what the store says; the centre file feeds it (docs/decisions/0007).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import structlog

from tandem.control import events
from tandem.control.centre.difference import difference, shown
from tandem.control.centre.findings import Finding, dotted
from tandem.control.centre.reading import Content, Reading, read_content, read_source
from tandem.control.centre.schema import schema
from tandem.control.settings import Settings
from tandem.control.state import PlaneState
from tandem.cti.answers import Refused
from tandem.cti.settings_api import Applied, Apply, Compare, RollBack, Written
from tandem.ivr.flow import Flow
from tandem.said import said
from tandem.service.catching_up import settings_as_they_were
from tandem.service.centre import CentreError, as_yaml, not_right, text_of, texts
from tandem.service.config import Config
from tandem.service.flow_cli import missing_in_centre
from tandem.service.flow_library import flows_in_force
from tandem.service.journals import read_journal
from tandem.service.telling import tell
from tandem.store.database import AsyncEngine, RecordsAwayError, open_database, upgrade
from tandem.store.flow_versions import FlowStore
from tandem.store.journal import JournalError
from tandem.store.settings_versions import SettingsChange, SettingsStore, SettingsVersion
from tandem.store.versions import VersionStoreError

log = structlog.get_logger()

FILE = "file"
"""The author of what came into force because the centre file changed."""
FILE_CHANGED = "the centre file changed"


class SettingsShelf:
    """The settings of one centre. One thing is done at a time, so that what was proved is what comes into force.

    `state` gives the plane's state, None where no controller runs: what is applied comes into force at its next start
    then. `flows` gives the flows in force, `clock` the epoch seconds.
    """

    def __init__(
        self,
        store: SettingsStore,
        state: Callable[[], PlaneState | None],
        emit: Callable[[events.Event], None],
        flows: Callable[[], Awaitable[Sequence[Flow]]],
        clock: Callable[[], float],
    ) -> None:
        self._store, self._state, self._emit, self._flows, self._clock = store, state, emit, flows, clock
        self._lock = asyncio.Lock()
        self.settings = Settings()
        """Those in force, or just about to be."""

    # --- at a start ------------------------------------------------------------------------------------------------

    async def take_file(self, path: Path) -> None:
        """Apply the centre file if it has changed: if it is neither as it was at the last start nor as the newest
        version. Of one that is broken the version in force stays; CentreError where there is none. Then the plane is
        told of what is in force, where it works by something else.
        """
        async with self._at_work():
            state = self._state()
            self.settings = state.settings if state else self.settings
            try:
                await self._take(path)
            except CentreError as error:
                if await self._store.in_force() is None and (state is None or state.settings == Settings()):
                    raise
                log.error("the centre file can't be used; the settings in force stay", problems=error.problems)
            await self._tell_plane()

    async def tell_plane(self) -> None:
        """Tell of the version in force if the plane works by another."""
        async with self._at_work():
            await self._tell_plane()

    async def _take(self, path: Path) -> None:
        text = text_of(path)
        digest = sha256(text.encode()).hexdigest()
        if await self._store.seen_file(str(path)) == digest:
            return
        reading = await asyncio.to_thread(read_source, text, str(path))
        if reading.settings is None:
            raise not_right(reading)
        newest = await self._store.newest()
        if newest is None or newest.content != reading.content:
            warnings = [*reading.warnings, *await self._broken_flows(reading.settings)]
            await self._keep(reading.content, "applied", FILE, FILE_CHANGED, texts(warnings))
        await self._store.see_file(str(path), digest)

    async def _tell_plane(self) -> None:
        state, version = self._state(), await self._store.in_force()
        settings = (await asyncio.to_thread(read_content, version.content)).settings if version else None
        if version is None or settings is None:
            if version is not None:
                log.error("kept settings can't be read; what is in force stays", number=version.number)
            self.settings = state.settings if state else Settings()
            return
        self.settings = settings
        if state is not None and (state.settings, state.settings_version) != (settings, version.number):
            tell(self._emit, events.SettingsLoaded(settings, version.number))

    # --- what there is -----------------------------------------------------------------------------------------------

    async def current(self, whole: bool = True) -> dict[str, Any]:
        """The version in force, how it came to be so, and what it says; unless `whole`, without what may be private."""
        async with self._at_work():
            version, change = await self._version(None), await self._store.last_change()
        told: dict[str, Any] = msgspec.to_builtins(change)
        return told | {"digest": version.digest, "settings": version.content if whole else shown(version.content)}

    def schema(self) -> object:
        """The JSON schema of what may be written."""
        return schema()

    async def version(self, number: int) -> SettingsVersion:
        """One version with what it says."""
        async with self._at_work():
            return await self._version(number)

    async def export(self, number: int | None) -> str:
        """A version, or the one in force, as a centre file."""
        async with self._at_work():
            version = await self._version(number)
        return await asyncio.to_thread(as_yaml, version.content)

    async def history(self) -> list[SettingsChange]:
        """What was in force when, by whose doing and what it changed, the newest first."""
        async with self._at_work():
            return (await self._store.changes())[::-1]

    async def check(self, wish: Written) -> object:
        """What is wrong or odd with settings, and what they would change."""
        async with self._at_work():
            reading, findings = await self._proved(wish)
            in_force = await self._store.in_force()
        changes = await asyncio.to_thread(difference, in_force.content if in_force else {}, reading.content)
        return {"findings": _told(findings), "changes": changes}

    async def difference(self, wish: Compare) -> object:
        """Field by field, from one version to another or to what is written."""
        async with self._at_work():
            old = await self._version(wish.old)
            if wish.source is None and wish.settings is None:
                new = (await self._version(wish.new)).content
            else:
                new = (await self._read(wish)).content
        return {"changes": await asyncio.to_thread(difference, old.content, new)}

    # --- bringing into force ---------------------------------------------------------------------------------------

    async def apply(self, wish: Apply, on: int | None) -> Applied:
        """Bring settings into force, in one event, for everything that happens from now on; or nothing, when one thing
        is not right, or another version than `on` is in force (None: whatever is).
        """
        async with self._at_work():
            await self._refuse_stale(on)
            reading, findings = await self._proved(wish)
            return await self._bring_in(reading, findings, "applied", wish.author, wish.note)

    async def roll_back(self, wish: RollBack, on: int | None) -> Applied:
        """Bring an earlier version into force again; the check is the same."""
        async with self._at_work():
            await self._refuse_stale(on)
            target = await self._version(wish.number) if wish.number else await self._before()
            reading, findings = await self._proved(Written(settings=target.content, file=f"version {target.number}"))
            return await self._bring_in(reading, findings, "rolled_back", wish.author, wish.note)

    async def _bring_in(self, reading: Reading, findings: list[Finding], what: str, author: str, note: str) -> Applied:
        errors = [finding for finding in findings if finding.severity == "error"]
        if errors or reading.settings is None:
            how = "Nothing was changed: the settings are not right. Mend them."
            raise Refused(422, "not_right", how, _told(findings))
        warnings = texts([finding for finding in findings if finding.severity == "warning"])
        in_force = await self._store.in_force()
        if in_force is not None and in_force.content == reading.content:
            return Applied(in_force.number, True, [], warnings)
        change = await self._keep(reading.content, what, author, note, warnings)
        await self._tell_plane()
        return Applied(change.number, False, change.changes, warnings)

    async def _keep(self, content: Content, what: str, author: str, note: str, warnings: list[str]) -> SettingsChange:
        """Keep a version that comes into force, and that it does; what says the same as an earlier one is that one."""
        digest = sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
        last, newest, same = await self._store.last_change(), await self._store.newest(), await self._store.same(digest)
        before = await self._store.in_force()
        number = same.number if same else newest.number + 1 if newest else 1
        now = self._clock()
        version = None if same else SettingsVersion(number, digest, content, author, note, now)
        changes = await asyncio.to_thread(difference, before.content if before else {}, content)
        words = [change.words for change in changes] if before else []
        change = SettingsChange(last.turn + 1 if last else 1, number, now, what, author, note, words, warnings)
        await self._store.add(version, change)
        return change

    async def _proved(self, wish: Written) -> tuple[Reading, list[Finding]]:
        """Settings, and all that is wrong or odd with them, flows that they break included."""
        reading = await self._read(wish)
        broken = await self._broken_flows(reading.settings) if reading.settings else []
        return reading, [*reading.findings, *broken]

    async def _read(self, wish: Written) -> Reading:
        if (wish.source is None) == (wish.settings is None):
            raise Refused(422, "nothing", "Send the settings: as YAML in source, or as data in settings.")
        flows = [flow.name for flow in await self._flows()] or None
        if wish.source is not None:
            return await asyncio.to_thread(read_source, wish.source, wish.file, flows)
        return await asyncio.to_thread(read_content, wish.settings or {}, flows)

    async def _broken_flows(self, settings: Settings) -> list[Finding]:
        """What flows in force use that is there now, and would not be."""
        findings = []
        for flow in await self._flows():
            missing = missing_in_centre(flow, self.settings)
            for found in missing_in_centre(flow, settings):
                if found.path not in [each.path for each in missing]:
                    path = f"flows.{flow.name}.{dotted(found.path)}"
                    what = said("the flow in force needs it: {what}", what=found.what)
                    findings.append(Finding(path, what, found.how_to_mend))
        return findings

    async def _refuse_stale(self, on: int | None) -> None:
        """412 with what changed in between, when another version is in force than the change was made on."""
        change = await self._store.last_change()
        if on is None or (change is not None and change.number == on):
            return
        seen, now = await self._version(on), await self._version(None)
        between = await asyncio.to_thread(difference, seen.content, now.content)
        problems = [msgspec.to_builtins(each) | {"text": each.words} for each in between]
        by = f", by {change.author}" if change else ""
        message = f"Version {now.number} is in force{by}; the change was made on version {on}. Make it anew on that."
        raise Refused(412, "changed_meanwhile", message, problems)

    async def _version(self, number: int | None) -> SettingsVersion:
        found = await (self._store.in_force() if number is None else self._store.version(number))
        if found is None:
            which = "in force yet: apply some, or start the controller" if number is None else f"of number {number}"
            raise Refused(404, "no_version", f"There is no version of the settings {which}.")
        return found

    async def _before(self) -> SettingsVersion:
        """The version that was in force before the present one."""
        changes = await self._store.changes()
        for change in reversed(changes):
            if change.number != changes[-1].number:
                return await self._version(change.number)
        raise Refused(409, "no_version_before", "No other version of the settings was in force before this one.")

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        async with self._lock:
            try:
                yield
            except VersionStoreError as error:
                raise Refused(409, "store", str(error)) from error


def shelf_at_rest(database: AsyncEngine) -> SettingsShelf:
    """The settings while no controller runs: what is applied comes into force at its next start."""
    flows = FlowStore(database)
    return SettingsShelf(
        SettingsStore(database), lambda: None, lambda _: None, lambda: flows_in_force(flows, None), time.time
    )


async def settings_in_force(config: Config) -> Settings:
    """What a controller that starts now will work by; CentreError when there is nothing."""
    config.home.mkdir(parents=True, exist_ok=True)
    database = open_database(config.records)
    try:
        await upgrade(database)
        shelf = shelf_at_rest(database)
        await shelf.take_file(config.centre)
        return shelf.settings
    except RecordsAwayError:
        with suppress(JournalError):
            return await asyncio.to_thread(settings_as_they_were, read_journal(config))
        raise
    finally:
        await database.dispose()


def _told(findings: list[Finding]) -> list[dict[str, Any]]:
    return [finding.told() for finding in findings]
