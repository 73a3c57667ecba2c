"""The versions of settings, on a real database."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.store.settings_versions import SettingsChange, SettingsStore, SettingsVersion
from tandem.store.versions import VersionStoreError


def version(number: int, digest: str = "") -> SettingsVersion:
    return SettingsVersion(number, digest or f"d{number}", {"queues": {"tv": {}}}, "ann", "why", 1000.5)


def change(turn: int, number: int, what: str = "applied") -> SettingsChange:
    return SettingsChange(turn, number, 1000.0 + turn, what, "ann", "why", ["queue tv: added"], ["odd"])


async def test_what_was_applied_last_is_in_force(engine: AsyncEngine) -> None:
    store = SettingsStore(engine)
    assert (await store.in_force(), await store.newest(), await store.last_change()) == (None, None, None)
    await store.add(version(1), change(1, 1))
    await store.add(version(2), change(2, 2))
    await store.add(None, change(3, 1, "rolled_back"))
    assert await store.in_force() == version(1)
    assert await store.newest() == await store.same("d2") == version(2)
    assert await store.changes() == [change(1, 1), change(2, 2), change(3, 1, "rolled_back")]
    assert (await store.version(3), await store.same("d3")) == (None, None)


@pytest.mark.parametrize(
    "clash", [(version(1), change(2, 1)), (version(2, "d1"), change(2, 2)), (version(2), change(1, 2))]
)
async def test_nothing_is_written_over_and_a_version_never_comes_alone(
    engine: AsyncEngine, clash: tuple[SettingsVersion, SettingsChange]
) -> None:
    store = SettingsStore(engine)
    await store.add(version(1), change(1, 1))
    with pytest.raises(VersionStoreError, match="same moment"):
        await store.add(*clash)
    assert await store.newest() == version(1)
    assert await store.changes() == [change(1, 1)]


async def test_the_file_seen_is_remembered(engine: AsyncEngine) -> None:
    store = SettingsStore(engine)
    assert await store.seen_file("a") is None
    await store.see_file("a", "1")
    await store.see_file("b", "2")
    await store.see_file("a", "3")
    assert (await store.seen_file("a"), await store.seen_file("b")) == ("3", "2")
