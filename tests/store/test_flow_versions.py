"""The versions of flows, on a real database."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.store.flow_versions import FlowDraft, FlowStore, FlowVersion, Publication
from tandem.store.versions import VersionStoreError
from tests.databases import migrated


def version(number: int = 1, flow: str = "hotline", source: str = "name: hotline\n") -> FlowVersion:
    return FlowVersion(
        flow, number, f"hash{number}", source, {"a.yaml": "flow: x"}, {"inner": "y"}, "ann", "why", 1000.5
    )


def publication(turn: int, number: int, flow: str = "hotline", what: str = "published") -> Publication:
    return Publication(flow, turn, number, 1000.0 + turn, what, "ann", "why", "", [])


def draft(source: str = "name: draft") -> FlowDraft:
    return FlowDraft("hotline", source, {}, "bob", "", 3.0)


async def test_what_was_published_last_is_in_force(engine: AsyncEngine) -> None:
    store = FlowStore(engine)
    await store.add([version(1), version(2), version(1, "other")], [publication(1, 1), publication(1, 1, "other")])
    await store.add([], [publication(2, 2), publication(3, 1, what="rolled_back")])
    assert {flow: each.number for flow, each in (await store.in_force()).items()} == {"hotline": 1, "other": 1}
    assert {flow: each.number for flow, each in (await store.newest()).items()} == {"hotline": 2, "other": 1}
    assert await store.versions("hotline") == [version(1), version(2)]
    assert [each.what for each in await store.publications("hotline")] == ["published", "published", "rolled_back"]


async def test_a_version_is_never_written_over_and_nothing_of_its_transaction_stays(engine: AsyncEngine) -> None:
    store = FlowStore(engine)
    await store.add([version(1)], [publication(1, 1)])
    with pytest.raises(VersionStoreError, match="same moment"):
        await store.add([version(2), version(1, source="else")], [publication(2, 2)])
    assert await store.versions("hotline") == [version(1)]
    assert len(await store.publications("hotline")) == 1


async def test_a_draft_is_one_a_flow_and_none_when_it_is_published(engine: AsyncEngine) -> None:
    store = FlowStore(engine)
    await store.save_draft(draft("a"))
    await store.save_draft(draft("b"))
    assert await store.drafts() == {"hotline": draft("b")}
    await store.add([version(1)], [publication(1, 1)])
    assert await store.drafts() == {}
    assert await store.drop_draft("hotline") is False


async def test_the_files_seen_are_remembered(engine: AsyncEngine) -> None:
    store = FlowStore(engine)
    await store.see_files({"a": "1", "b": "1"})
    await store.see_files({"a": "2"})
    assert await store.seen_files() == {"a": "2", "b": "1"}


text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
texts = st.dictionaries(text, text, max_size=3)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=text, tests=texts, message=text, problems=st.lists(text, max_size=3))
async def test_an_export_comes_back_to_the_byte(
    tmp_path_factory: pytest.TempPathFactory, source: str, tests: dict[str, str], message: str, problems: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("stores")
    one, other = FlowStore(await migrated(folder / "one")), FlowStore(await migrated(folder / "other"))
    odd = msgspec.structs.replace(version(2), source=source, tests=tests, message=message)
    forced = msgspec.structs.replace(publication(2, 2), forced=message, problems=problems)
    await one.add([odd, version(1), version(1, "a")], [forced, publication(1, 1)])
    await one.save_draft(draft(source))
    export = await one.export()
    await other.restore(export)
    assert await other.export() == export
    assert await other.versions("hotline") == [version(1), odd]
    await other.restore(export)
    assert await other.export() == export
    for store in (one, other):
        await store._engine.dispose()


async def test_the_same_content_gives_the_same_export_however_it_was_put_in(tmp_path: Path) -> None:
    exports = []
    for n, tests in enumerate(({"a": "1", "b": "2"}, {"b": "2", "a": "1"})):
        store = FlowStore(await migrated(tmp_path / f"{n}"))
        await store.add([msgspec.structs.replace(version(), tests=tests)])
        exports.append(await store.export())
        await store._engine.dispose()
    assert exports[0] == exports[1]


async def test_an_import_that_does_not_fit_changes_nothing(engine: AsyncEngine) -> None:
    store = FlowStore(engine)
    await store.add([version(1), version(1, "a")])
    export = (await store.export()).replace(b"name: hotline", b"name: another").replace(b'"a"', b'"b"')
    with pytest.raises(VersionStoreError, match="another FlowVersion hotline 1 here"):
        await store.restore(export)
    assert set(await store.newest()) == {"hotline", "a"}


@pytest.mark.parametrize("export", [b"", b"nonsense", b'"tandem flows 1"\n{}', b'"tandem flows 1"\n{"X": {}}', b"[1]"])
async def test_what_is_no_export_is_told(engine: AsyncEngine, export: bytes) -> None:
    with pytest.raises(VersionStoreError, match="no export"):
        await FlowStore(engine).restore(export)
