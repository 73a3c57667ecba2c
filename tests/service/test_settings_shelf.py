"""Settings, from an admin's wish to the plane: a real store, and a plane that is fed at once."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from tandem.control import events
from tandem.control.centre.reading import read_source
from tandem.control.plane import Plane
from tandem.cti.answers import Refused
from tandem.cti.settings_api import Apply, Compare, RollBack, Written
from tandem.ivr.reader import read_flow
from tandem.service.centre import CentreError, as_yaml
from tandem.service.flow_library import flows_in_force
from tandem.service.settings_shelf import SettingsShelf
from tandem.store.flow_versions import FlowStore
from tandem.store.settings_versions import SettingsStore
from tests.ivr.playbook import wrap

CENTRE = "queues: {tv: {ring_seconds: 20, needs: {tv: 1}}}\nagents: {'1': {skills: {tv: 3}}}\n"
OTHER = CENTRE.replace("20", "30")
QUEUED = wrap("wait: {type: queue, queue: tv, next: bye}\nbye: {type: end}", {}, name="queued")


class Centre:
    """A shelf and the plane it tells; with `plane`, a controller's start on the same store."""

    def __init__(self, engine: AsyncEngine, file: Path, plane: Plane | None = None) -> None:
        self.store, self.file = SettingsStore(engine), file
        self.plane = plane or Plane()
        self.told: list[events.Event] = []
        flows = FlowStore(engine)
        self.shelf = SettingsShelf(
            self.store,
            lambda: self.plane.state,
            self.emit,
            lambda: flows_in_force(flows, self.plane.state),
            lambda: 1000.0,
        )

    def emit(self, event: events.Event) -> None:
        self.told.append(event)
        self.plane.handle(event, 1000.0 + len(self.told))

    async def start(self, text: str | None = None) -> None:
        if text is not None:
            await asyncio.to_thread(self.file.write_text, text)
        await self.shelf.take_file(self.file)

    async def apply(self, text: str, on: int | None = None, note: str = "") -> object:
        return await self.shelf.apply(Apply(author="ann", source=text, note=note), on)

    @property
    def ring(self) -> float:
        return self.plane.state.settings.acd.queues["tv"].ring_seconds

    async def history(self) -> list[tuple[int, str, str]]:
        return [(each.number, each.what, each.author) for each in await self.store.changes()]


@pytest.fixture
def centre(engine: AsyncEngine, tmp_path: Path) -> Centre:
    return Centre(engine, tmp_path / "centre.yaml")


def problems(refused: Refused) -> list[Any]:
    return list(refused.problems)  # type: ignore[call-overload, no-any-return]


async def test_the_first_start_takes_the_file(centre: Centre) -> None:
    await centre.start(CENTRE)
    assert (centre.ring, centre.plane.state.settings_version) == (20, 1)
    assert await centre.history() == [(1, "applied", "file")]
    assert centre.shelf.settings == centre.plane.state.settings


async def test_applying_is_one_event_and_one_row_that_says_who_what_when_and_why(centre: Centre) -> None:
    await centre.start(CENTRE)
    await centre.apply(OTHER, note="longer rings")
    assert [type(event) for event in centre.told] == [events.SettingsLoaded] * 2
    assert (centre.ring, centre.plane.state.settings_version) == (30, 2)
    change = await centre.store.last_change()
    assert change is not None
    assert (change.number, change.author, change.note, change.at) == (2, "ann", "longer rings", 1000.0)
    assert change.changes == ["queue tv: ring_seconds 20 -> 30"]


async def test_what_is_in_force_already_is_no_change(centre: Centre) -> None:
    await centre.start(CENTRE)
    applied = await centre.apply(f"# only a remark\n{CENTRE}")
    assert msgspec.to_builtins(applied) == {"version": 1, "unchanged": True, "changes": [], "warnings": []}
    assert len(centre.told) == len(await centre.history()) == 1


async def test_the_next_start_comes_up_with_the_version_in_force_not_with_an_old_file(
    centre: Centre, engine: AsyncEngine
) -> None:
    await centre.start(CENTRE)
    await centre.apply(OTHER)
    for plane in (Plane.restore(centre.plane.snapshot()), Plane()):  # its journal kept, or lost
        again = Centre(engine, centre.file, plane)
        await again.start()
        assert (again.ring, again.plane.state.settings_version, again.shelf.settings.acd.queues["tv"].ring_seconds) == (
            30, 2, 30,
        )  # fmt: skip
    assert len(await centre.history()) == 2


async def test_a_file_that_changed_is_applied_at_the_next_start(centre: Centre, engine: AsyncEngine) -> None:
    await centre.start(CENTRE)
    await centre.apply(OTHER)
    again = Centre(engine, centre.file, centre.plane)
    await again.start(CENTRE.replace("20", "40"))
    assert again.ring == 40
    assert (await again.history())[-1] == (3, "applied", "file")


async def test_of_a_broken_file_the_version_in_force_stays_and_a_later_start_looks_again(
    centre: Centre, engine: AsyncEngine
) -> None:
    with pytest.raises(CentreError, match=r"centre\.yaml:1: queues: must be names"):
        await centre.start("queues: 3")
    await centre.start(CENTRE)
    again = Centre(engine, centre.file, centre.plane)
    for text in ("queues: 3", "queues: 3", "queues: ["):
        with capture_logs() as logs:
            await again.start(text)
        assert logs[0]["event"] == "the centre file can't be used; the settings in force stay"
    assert again.ring == 20
    await again.start(OTHER)
    assert again.ring == 30


async def test_a_plane_from_before_there_were_versions_keeps_its_settings_when_the_file_is_broken(
    centre: Centre,
) -> None:
    settings = read_source(CENTRE, "").settings
    assert settings is not None
    centre.emit(events.SettingsLoaded(settings))
    with capture_logs():
        await centre.start("queues: [")
    assert centre.shelf.settings == centre.plane.state.settings == settings
    with pytest.raises(Refused, match="no version of the settings in force yet"):
        await centre.shelf.current()


async def test_what_is_not_right_changes_nothing(centre: Centre) -> None:
    await centre.start(CENTRE)
    with pytest.raises(Refused, match="Nothing was changed") as refused:
        await centre.apply("queues:\n  tv: {ring_secs: 5}\n")
    (finding,) = problems(refused.value)
    assert (finding["path"], finding["line"], finding["severity"]) == ("queues.tv.ring_secs", 2, "error")
    assert "Perhaps ring_seconds is meant" in str(finding["text"])
    for wish in (Apply(author="ann"), Apply(author="ann", source=CENTRE, settings={})):
        with pytest.raises(Refused, match="as YAML in source, or as data in settings"):
            await centre.shelf.apply(wish, None)
    assert len(centre.told) == len(await centre.history()) == 1


async def test_a_queue_that_a_flow_in_force_needs_cannot_go(centre: Centre) -> None:
    await centre.start(CENTRE)
    centre.emit(events.FlowPublished(read_flow(QUEUED, "queued.yaml"), "ann", ""))
    with pytest.raises(Refused) as refused:
        await centre.apply(CENTRE.replace("{tv: {ring", "{hifi: {ring"))
    (finding,) = problems(refused.value)
    assert (finding["path"], finding["severity"]) == ("flows.queued.nodes.wait.queue", "error")
    assert "the centre has no queue 'tv'" in str(finding["text"])
    told = await centre.shelf.check(Written(source=CENTRE.replace("{tv: {ring", "{hifi: {ring")))
    assert [each["path"] for each in told["findings"]] == ["flows.queued.nodes.wait.queue"]  # type: ignore[index]


async def test_a_file_may_take_away_what_a_flow_needs_for_flows_come_after_it_but_it_is_told(
    centre: Centre, engine: AsyncEngine
) -> None:
    await centre.start(CENTRE)
    centre.emit(events.FlowPublished(read_flow(QUEUED, "queued.yaml"), "ann", ""))
    again = Centre(engine, centre.file, centre.plane)
    await again.start(CENTRE.replace("{tv: {ring", "{hifi: {ring"))
    change = await centre.store.last_change()
    assert change is not None
    assert list(centre.plane.state.settings.acd.queues) == ["hifi"]
    assert any("the flow in force needs it" in warning for warning in change.warnings)


async def test_a_queue_that_nobody_serves_is_a_warning(centre: Centre) -> None:
    await centre.start(CENTRE)
    applied = await centre.shelf.apply(Apply(author="ann", source=CENTRE.replace("tv: 1}", "tv: 5}")), None)
    assert applied.version == 2
    assert "no agent can ever serve this queue" in applied.warnings[0]


async def test_a_change_made_on_an_old_version_is_refused_with_what_changed_in_between(centre: Centre) -> None:
    await centre.start(CENTRE)
    await centre.apply(OTHER, on=1)
    with pytest.raises(Refused, match="Version 2 is in force, by ann") as refused:
        await centre.apply(CENTRE.replace("20", "40"), on=1)
    assert refused.value.status == 412
    assert [each["text"] for each in problems(refused.value)] == ["queue tv: ring_seconds 20 -> 30"]
    with pytest.raises(Refused, match="no version of the settings of number 9"):
        await centre.apply(CENTRE, on=9)
    assert centre.ring == 30
    await centre.apply(CENTRE.replace("20", "40"), on=2)
    assert centre.ring == 40


async def test_rolling_back_brings_back_the_version_itself(centre: Centre) -> None:
    await centre.start(CENTRE)
    with pytest.raises(Refused, match="No other version"):
        await centre.shelf.roll_back(RollBack(author="bob"), None)
    await centre.apply(OTHER)
    await centre.shelf.roll_back(RollBack(author="bob", note="too long"), 2)
    assert (centre.ring, centre.plane.state.settings_version) == (20, 1)
    await centre.shelf.roll_back(RollBack(author="bob", number=2), None)
    assert centre.ring == 30
    assert await centre.history() == [
        (1, "applied", "file"), (2, "applied", "ann"), (1, "rolled_back", "bob"), (2, "rolled_back", "bob"),
    ]  # fmt: skip
    assert [each.turn for each in await centre.shelf.history()] == [4, 3, 2, 1]


async def test_a_difference_between_versions_and_to_what_is_written(centre: Centre) -> None:
    await centre.start(CENTRE)
    await centre.apply(OTHER)

    async def words(**wish: object) -> list[str]:
        told = await centre.shelf.difference(msgspec.convert(wish, Compare))
        return [change.words for change in told["changes"]]  # type: ignore[index]

    assert await words(old=1) == ["queue tv: ring_seconds 20 -> 30"]
    assert await words(old=2, new=1) == ["queue tv: ring_seconds 30 -> 20"]
    assert await words(settings={"queues": {"tv": {}}}) == [
        "queue tv: needs tv 1 -> none", "queue tv: ring_seconds 30 -> 20", "agent 1: removed",
    ]  # fmt: skip


names = st.text(st.sampled_from("abcxyz019-_ :#'\"{}é"), max_size=8)
values = st.recursive(
    st.booleans() | st.integers(-(2**40), 2**40) | names | st.floats(allow_nan=False, allow_infinity=False, width=16),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["queues", "agents", "lines", "fallback"]), values, min_size=1))
def test_an_export_reads_back_as_the_same(content: dict[str, object]) -> None:
    once = read_source(as_yaml(content), "").content
    assert read_source(as_yaml(once), "").content == once
    assert once.keys() == content.keys()
