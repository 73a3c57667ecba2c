"""Publishing, from an admin's wish to the plane: a real store, and a plane that is fed at once."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from tandem.control import events
from tandem.control.commands import RaiseAlarm
from tandem.control.plane import Plane
from tandem.cti.admins import ByWhom
from tandem.cti.answers import Refused
from tandem.cti.flows_api import Publish, RollBack, SaveDraft, StartCanary, Written
from tandem.ivr.flow import Flow
from tandem.ivr.lint import queues
from tandem.ivr.problems import Finding, FlowErrors
from tandem.ivr.release import Source
from tandem.service.flow_shelf import Shelf
from tandem.store.flow_versions import FlowStore
from tests.control.playbook import SETTINGS, these
from tests.databases import migrated
from tests.ivr.playbook import wrap

LINE = wrap("one: {type: call, flow: greeting, next: bye}\nbye: {type: end, text: bye}", {"bye": "Bye."}, name="line")
GREETING = wrap("say: {type: say, text: hi, next: bye}\nbye: {type: end}", {"hi": "Hello."}, name="greeting")
OTHER = wrap("bye: {type: end, text: bye}", {"bye": "Bye."}, name="other")
QUEUED = wrap("wait: {type: queue, queue: nowhere, next: bye}\nbye: {type: end}", {}, name="queued")
TESTS = "flow: line\ntests:\n  - {name: hello, do: [], expect: {words: [Hello.]}}\n"
FILES = {"line": Source(LINE, {"line.yaml": TESTS}), "greeting": Source(GREETING), "other": Source(OTHER)}


class Centre:
    """A shelf and the plane it tells; `fresh` is a controller's start on the same store, its journal lost or kept."""

    def __init__(self, engine: AsyncEngine, plane: Plane | None = None) -> None:
        self.store = FlowStore(engine)
        self.plane = plane or Plane()
        self.told: list[events.Event] = []
        self.alarms: list[RaiseAlarm] = []
        self.now = 1000.0
        self.emit(events.SettingsLoaded(SETTINGS))
        self.told.clear()
        self.shelf = Shelf(self.store, lambda: self.plane.state, self.emit, lambda: served, lambda: self.now)

    def emit(self, event: events.Event) -> None:
        self.now += 1
        self.told.append(event)
        self.alarms += these(RaiseAlarm, self.plane.handle(event, self.now))

    @property
    def published(self) -> dict[str, str]:
        return dict(self.plane.state.published)

    async def in_force(self) -> dict[str, int]:
        return {flow: version.number for flow, version in (await self.store.in_force()).items()}

    async def publish(self, force: str = "", **flows: str) -> Any:
        written = {name: Written(source) for name, source in flows.items()}
        return await self.shelf.publish(Publish("ann", written, message="better", force=force))

    async def last(self, flow: str) -> tuple[int, str, str]:
        publication = (await self.store.publications(flow))[-1]
        return publication.number, publication.what, publication.author


def served(flow: Flow) -> Iterable[Finding]:
    return queues.find(flow, {"tech"}, {"tech"})


@pytest.fixture
async def centre(engine: AsyncEngine) -> Centre:
    centre = Centre(engine)
    await centre.shelf.take_files(FILES)
    centre.told.clear()
    return centre


# --- the folder and the store ------------------------------------------------------------------------------------


async def test_an_empty_store_is_filled_from_the_folder(engine: AsyncEngine) -> None:
    centre = Centre(engine)
    await centre.shelf.take_files(FILES)
    assert await centre.in_force() == {"line": 1, "greeting": 1, "other": 1}
    assert set(centre.published) == {"line", "greeting", "other"}
    assert await centre.last("line") == (1, "published", "file")
    assert centre.alarms == []


async def test_a_start_with_the_same_files_tells_nothing(centre: Centre) -> None:
    await centre.shelf.take_files(FILES)
    assert centre.told == []


async def test_a_file_that_changed_comes_into_force_at_the_next_start_and_back_again(centre: Centre) -> None:
    first = centre.published["other"]
    await centre.shelf.take_files(FILES | {"other": Source(OTHER.replace("Bye.", "Ciao."))})
    assert await centre.in_force() == {"line": 1, "greeting": 1, "other": 2}
    assert [type(event) for event in centre.told] == [events.FlowPublished]
    await centre.shelf.take_files(FILES)
    assert await centre.last("other") == (1, "published", "file")
    assert centre.published["other"] == first


async def test_what_was_published_or_rolled_back_by_hand_outlives_a_restart(centre: Centre) -> None:
    await centre.publish(other=OTHER.replace("Bye.", "Ciao."))
    in_force = centre.published
    restarted = Centre(centre.store._engine, centre.plane)
    await restarted.shelf.take_files(FILES)
    assert (restarted.told, restarted.published) == ([], in_force)
    await restarted.shelf.roll_back("other", RollBack("bob"))
    again = Centre(centre.store._engine, restarted.plane)
    await again.shelf.take_files(FILES | {"other": Source(OTHER.replace("Bye.", "Ciao."))})
    assert again.told == [], "the file is the newest version, and was rolled back on purpose"


async def test_a_controller_takes_up_what_was_published_while_it_was_down(centre: Centre) -> None:
    down = Shelf(centre.store, lambda: None, lambda _: None, lambda: served, lambda: 2000.0)
    await down.publish(Publish("ann", {"other": Written(OTHER.replace("Bye.", "Ciao."))}))
    assert centre.told == []
    await centre.shelf.take_files(FILES)
    (told,) = centre.told
    assert isinstance(told, events.FlowPublished)
    assert (told.flow.name, told.author) == ("other", "ann")


async def test_a_lost_journal_is_told_all_that_is_in_force(centre: Centre) -> None:
    await centre.publish(other=OTHER.replace("Bye.", "Ciao."))
    fresh = Centre(centre.store._engine)
    await fresh.shelf.take_files(FILES)
    assert fresh.published == centre.published


async def test_of_a_broken_file_the_version_in_force_stays_and_the_others_are_taken(centre: Centre) -> None:
    before = centre.published
    changed = {"other": Source(OTHER.replace("Bye.", "Ciao.")), "greeting": Source("name: [")}
    await centre.shelf.take_files(FILES | changed)
    assert centre.published["greeting"] == before["greeting"]
    assert centre.published["line"] == before["line"]
    assert centre.published["other"] != before["other"]
    with capture_logs() as logs:
        await centre.shelf.take_files(FILES | changed)
    assert [each["event"] for each in logs] == ["a flow can't be used; its published version stays"] * 2
    await centre.shelf.take_files(FILES | {"greeting": Source(GREETING.replace("Hello.", "Hello. Hello."))})
    assert centre.published["greeting"] != before["greeting"]


async def test_a_file_that_its_callers_cannot_bear_is_left_out(centre: Centre) -> None:
    before = centre.published
    await centre.shelf.take_files(
        FILES | {"greeting": Source(GREETING.replace("{", "{", 1) + "parameters: {x: text}\n")}
    )
    assert centre.published == before


async def test_a_broken_file_of_a_flow_that_is_not_in_force_is_an_error(engine: AsyncEngine) -> None:
    with pytest.raises(FlowErrors):
        await Centre(engine).shelf.take_files({"other": Source("name: [")})


async def test_a_file_whose_tests_fail_comes_into_force_with_an_alarm(centre: Centre) -> None:
    await centre.shelf.take_files(FILES | {"greeting": Source(GREETING.replace("Hello.", "Good day."))})
    publication = (await centre.store.publications("line"))[-1]
    assert (publication.what, publication.forced) == ("republished", "its file in the folder of flows changed")
    assert "'Hello.' was not said" in publication.problems[0]
    assert [(alarm.kind, alarm.subject) for alarm in centre.alarms] == [("flow forced", "line")]
    assert (await centre.store.publications("greeting"))[-1].forced == ""


# --- publishing --------------------------------------------------------------------------------------------------


async def test_publishing_tells_the_plane_and_keeps_who_and_why(centre: Centre) -> None:
    source = OTHER.replace("Bye.", "再见。") + "\r\n# to the byte"
    told = await centre.publish(other=source)
    assert [(each.flow, each.number, each.what) for each in told.published] == [("other", 2, "published")]
    version = await centre.shelf.version("other", 2)
    assert (version.source, version.author, version.message) == (source, "ann", "better")
    assert centre.published["other"] == version.version


async def test_a_sub_flow_brings_new_versions_of_all_that_call_it(centre: Centre) -> None:
    before = centre.published
    told = await centre.publish(greeting=GREETING.replace("Hello.", "Hello. Hello."), force="now", other=OTHER)
    assert [(each.flow, each.what) for each in told.published] == [("greeting", "published"), ("line", "republished")]
    assert told.unchanged == ["other"]
    assert centre.published["line"] != before["line"]
    assert (await centre.shelf.version("line", 2)).flows["greeting"] == GREETING.replace("Hello.", "Hello. Hello.")
    assert (await centre.shelf.version("line", 2)).tests == {"line.yaml": TESTS}


@pytest.mark.parametrize(
    ("flows", "found"),
    [
        ({"other": OTHER.replace("text: bye", "text: bey")}, "there is no text 'bey'"),
        ({"greeting": GREETING.replace("Hello.", "Good day.")}, "'Hello.' was not said"),
        ({"other": OTHER + "\n", "queued": QUEUED}, "the centre has no queue 'nowhere'"),
        ({"misnamed": OTHER}, "the flow is called other"),
    ],
)
async def test_a_refused_publish_changes_nothing(centre: Centre, flows: dict[str, str], found: str) -> None:
    before, kept = centre.published, await centre.store.export()
    with pytest.raises(Refused) as refused:
        await centre.publish(**flows)
    assert refused.value.status == 422
    assert found in str(refused.value.problems)
    assert (centre.told, centre.published, await centre.store.export()) == ([], before, kept)


async def test_force_goes_over_tests_and_queues_is_kept_and_alarmed(centre: Centre) -> None:
    await centre.publish(force="storm", queued=QUEUED)
    publication = (await centre.store.publications("queued"))[-1]
    assert publication.forced == "storm"
    assert "nowhere" in publication.problems[0]
    assert [(alarm.subject, alarm.detail) for alarm in centre.alarms] == [("queued", "ann: storm")]


async def test_force_does_not_go_over_what_no_caller_may_be_given(centre: Centre) -> None:
    with pytest.raises(Refused, match="Mend them"):
        await centre.publish(force="storm", other="name: [")


async def test_a_draft_may_be_wrong_is_published_when_it_is_right_and_is_gone_then(centre: Centre) -> None:
    told: Any = await centre.shelf.save_draft("other", SaveDraft("bob", "name: ["))
    assert "not YAML" in str(told["problems"][0]["text"])
    with pytest.raises(Refused):
        await centre.shelf.publish(Publish("ann", drafts=("other",)))
    await centre.shelf.save_draft("other", SaveDraft("bob", OTHER.replace("Bye.", "Ciao."), message="Italian"))
    assert (await centre.shelf.difference("other", "", "draft")).texts.changed == ["bye"]
    await centre.shelf.publish(Publish("ann", drafts=("other",)))
    assert (await centre.shelf.version("other", 2)).message == "Italian"
    with pytest.raises(Refused, match="no draft"):
        await centre.shelf.draft("other")


async def test_tests_that_nothing_is_said_of_stay(centre: Centre) -> None:
    await centre.publish(line=LINE.replace("Bye.", "Ciao."))
    assert (await centre.shelf.version("line", 2)).tests == {"line.yaml": TESTS}
    await centre.shelf.publish(Publish("ann", {"line": Written(LINE, {})}))
    assert (await centre.shelf.version("line", 3)).tests == {}


# --- rolling back ------------------------------------------------------------------------------------------------


async def test_rolling_back_brings_the_very_version_before_sub_flows_included(centre: Centre) -> None:
    first = centre.published
    await centre.publish(greeting=GREETING.replace("Hello.", "Hello. Hello."))
    told = await centre.shelf.roll_back("line", RollBack("bob", message="too much"))
    assert [(each.flow, each.number, each.what, each.author) for each in told.published] == [
        ("line", 1, "rolled_back", "bob")
    ]
    assert centre.published["line"] == first["line"]
    assert centre.published["greeting"] != first["greeting"]


async def test_rolling_back_a_sub_flow_rolls_back_what_calls_it(centre: Centre) -> None:
    first = centre.published
    await centre.publish(greeting=GREETING.replace("Hello.", "Hello. Hello."))
    await centre.shelf.roll_back("greeting", RollBack("bob"))
    assert centre.published == first
    assert await centre.last("line") == (1, "republished", "bob")


async def test_twice_back_is_forth_again_and_any_version_can_be_named(centre: Centre) -> None:
    for text in ("Two.", "Three."):
        await centre.publish(other=OTHER.replace("Bye.", text))
    await centre.shelf.roll_back("other", RollBack("bob"))
    assert (await centre.in_force())["other"] == 2
    await centre.shelf.roll_back("other", RollBack("bob"))
    assert (await centre.in_force())["other"] == 3
    await centre.shelf.roll_back("other", RollBack("bob", 1))
    assert (await centre.in_force())["other"] == 1
    assert len(await centre.store.versions("other")) == 3


@pytest.mark.parametrize(("flow", "number"), [("other", None), ("other", 9), ("nothing", None)])
async def test_what_cannot_be_rolled_back_is_told(centre: Centre, flow: str, number: int | None) -> None:
    with pytest.raises(Refused):
        await centre.shelf.roll_back(flow, RollBack("bob", number))
    assert centre.told == []


# --- trials ------------------------------------------------------------------------------------------------------


def trial(**flows: str) -> StartCanary:
    return StartCanary("ann", 20.0, flows={name: Written(source) for name, source in flows.items()})


async def test_a_trial_is_kept_as_a_version_that_is_not_in_force(centre: Centre) -> None:
    before = centre.published
    await centre.shelf.start_canary("other", trial(other=OTHER.replace("Bye.", "Ciao.")))
    canary = centre.plane.state.canaries["other"]
    assert canary.version == (await centre.shelf.version("other", 2)).version
    assert (canary.percent, canary.author, centre.published) == (20.0, "ann", before)
    assert (await centre.in_force())["other"] == 1
    shown: Any = msgspec.to_builtins(await centre.shelf.overview())
    assert next(each for each in shown if each["flow"] == "other")["canary"]["percent"] == 20.0
    await centre.shelf.stop_canary("other", ByWhom("bob"))
    assert centre.plane.state.canaries == {}


async def test_promoting_publishes_the_version_and_the_sub_flows_it_was_tried_with(centre: Centre) -> None:
    changed = GREETING.replace("Hello.", "Hello. Hello.")
    await centre.shelf.start_canary("line", trial(line=LINE.replace("Bye.", "Ciao."), greeting=changed))
    version = centre.plane.state.canaries["line"].version
    told = await centre.shelf.promote_canary("line", ByWhom("bob"))
    assert {each.flow: each.what for each in told.published} == {"line": "promoted", "greeting": "promoted"}
    assert centre.published["line"] == version
    assert (await centre.shelf.version("greeting", 2)).source == changed
    assert centre.plane.state.canaries == {}


async def test_an_earlier_version_can_be_tried_again(centre: Centre) -> None:
    await centre.publish(other=OTHER.replace("Bye.", "Ciao."))
    await centre.shelf.start_canary("other", StartCanary("ann", 20.0, number=1))
    assert centre.plane.state.canaries["other"].version == (await centre.shelf.version("other", 1)).version
    assert len(await centre.store.versions("other")) == 2


async def test_what_cannot_be_tried_is_told(centre: Centre) -> None:
    for flow, wish, status in (
        ("other", trial(other=OTHER), 409),
        ("other", trial(other="name: ["), 422),
        ("line", trial(greeting=GREETING.replace("Hello.", "Good day.")), 422),
        ("queued", trial(queued=wrap("bye: {type: end}", {}, name="queued")), 409),
        ("nothing", trial(other=OTHER), 404),
        ("other", StartCanary("ann", 20.0), 404),
    ):
        with pytest.raises(Refused) as refused:
            await centre.shelf.start_canary(flow, wish)
        assert (flow, refused.value.status) == (flow, status)
    assert centre.told == []
    await centre.shelf.start_canary("other", trial(other=OTHER.replace("Bye.", "Ciao.")))
    with pytest.raises(Refused, match="is on trial"):
        await centre.shelf.start_canary("other", trial(other=OTHER.replace("Bye.", "Adieu.")))


async def test_without_a_controller_there_is_no_trial(centre: Centre) -> None:
    down = Shelf(centre.store, lambda: None, lambda _: None, lambda: served, lambda: 2000.0)
    with pytest.raises(Refused, match="Start the controller"):
        await down.start_canary("other", trial(other=OTHER.replace("Bye.", "Ciao.")))


# --- taking along ------------------------------------------------------------------------------------------------


async def test_an_export_brings_another_centre_what_was_in_force(centre: Centre, tmp_path: Path) -> None:
    await centre.publish(other=OTHER.replace("Bye.", "Ciao."))
    elsewhere = await migrated(tmp_path / "elsewhere.sqlite3")
    other = Centre(elsewhere)
    export = await centre.shelf.export()
    await other.shelf.restore(export)
    assert other.published == centre.published
    assert await other.shelf.export() == export
    await elsewhere.dispose()


async def test_when_the_plane_is_hopelessly_behind_it_is_told_and_made_good_at_the_next_start(centre: Centre) -> None:
    def full(_: events.Event) -> None:
        raise asyncio.QueueFull

    shelf = Shelf(centre.store, lambda: centre.plane.state, full, lambda: served, lambda: 2000.0)
    with pytest.raises(Refused) as refused:
        await shelf.publish(Publish("ann", {"other": Written(OTHER.replace("Bye.", "Ciao."))}))
    assert refused.value.status == 503
    await centre.shelf.take_files(FILES)
    assert centre.published["other"] == (await centre.shelf.version("other", 2)).version
