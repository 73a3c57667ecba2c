"""A day that was lived through the plane, brought back from its records and tried again."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tandem.control import events, wire
from tandem.sim.as_recorded import figures_of
from tandem.sim.diary import ALL, MEAN_WAIT, Figures
from tandem.sim.reading import read_change, read_scenario
from tandem.sim.report import compare
from tandem.sim.scenario import Scenario
from tandem.sim.trial import trial
from tandem.simulate import simulator
from tandem.simulate.days import DayError, recorded_day, settings_before, written
from tandem.store import queries
from tandem.store.database import RECORDS, open_database
from tandem.store.sqlite_journal import SqliteJournal
from tandem.store.sqlite_journal_reader import JOURNAL, SqliteJournalReader
from tests.simulate.working_day import DAY, MIDNIGHT, WorkingDay, settings

AGENTS = 9
COUNTS = ("offered", "answered", "abandoned", "called_back")


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day on which everybody picks up: nothing about it is left to chance."""
    return home(tmp_path_factory, WorkingDay(300, AGENTS))


@pytest.fixture(scope="module")
def rough(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day with missed offers, callbacks, and customers who are not there when they are called back."""
    return home(tmp_path_factory, WorkingDay(300, AGENTS, misses=0.05, books=0.2, away=0.4))


def home(folders: pytest.TempPathFactory, day: WorkingDay) -> Path:
    folder = folders.mktemp("home")
    asyncio.run(day.keep(folder))
    return folder


def sim(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(simulator, list(map(str, words)))
    assert result.exit_code == code, result.output
    return result.output


def brought_back(folder: Path) -> Scenario:
    """As `tandem sim day` writes it and `tandem sim whatif` reads it."""
    return read_scenario(sim("day", DAY, "--home", folder, "--zone", "UTC"), "day.yaml")


def of_intervals(folder: Path) -> dict[str, Figures]:
    """The recorded intervals of the day, by queue; `wait` is the sum of those of the answered."""

    async def ask() -> list[queries.IntervalFigures]:
        engine = open_database(folder / RECORDS)
        found = await queries.intervals(engine, MIDNIGHT, MIDNIGHT + 86400.0)
        await engine.dispose()
        return found

    sums: dict[str, Figures] = {}
    for row in asyncio.run(ask()):
        own = sums.setdefault(row.queue, dict.fromkeys((*COUNTS, "wait"), 0.0))
        for name in COUNTS:
            own[name] += getattr(row, name)
        own["wait"] += (row.mean_wait or 0.0) * row.answered
    return sums


def test_a_day_without_chance_comes_again_as_it_was(calm: Path) -> None:
    scenario, recorded = brought_back(calm), of_intervals(calm)
    again, known = trial(scenario, 1).queues(), figures_of(scenario)
    for queue, own in recorded.items():
        for name in COUNTS[:3]:
            assert again[queue][name] == known[queue][name] == own[name], (queue, name)
        assert again[queue][MEAN_WAIT] == pytest.approx(own["wait"] / own["answered"], rel=0.02)
    assert again[ALL]["abandonment"] > 0.02
    assert again[ALL][MEAN_WAIT] > 5.0
    assert again["repair"]["self-served"] > 0.05


def test_a_day_of_chance_comes_again_nearly(rough: Path) -> None:
    scenario, recorded = brought_back(rough), of_intervals(rough)
    again = [trial(scenario, seed).queues() for seed in (1, 2, 3)]
    for queue, own in recorded.items():
        assert figures_of(scenario)[queue]["answered"] == own["answered"]
        for name in ("offered", "answered"):
            mean = sum(day[queue][name] for day in again) / 3
            booked_in_the_menu = figures_of(scenario)[queue]["offered"] - own["offered"]
            expected = own[name] + (booked_in_the_menu if name == "offered" else 0.0)
            assert mean == pytest.approx(expected, rel=0.08), (queue, name)
    repair = [day["repair"] for day in again]
    assert all(day["callbacks taken"] >= 20 for day in repair)
    assert all(0.6 < day["callbacks kept"] <= 1.0 for day in repair)
    assert all(day["attempts to call back"] > day["called back"] for day in repair)


def test_what_is_estimated_is_what_was_so(rough: Path) -> None:
    scenario = recorded_day(rough, DAY, "UTC", names=True)
    assert scenario.contacts["repair"].callback_attempts.no_answer == pytest.approx(0.4, abs=0.15)
    misses = [group.no_answer for group in scenario.groups.values()]
    assert sum(misses) / AGENTS == pytest.approx(0.05, abs=0.04)
    first = scenario.groups["1001"]
    assert (first.start, first.end) == ("08:00:00", "10:30:00")
    (coffee,) = first.breaks
    assert coffee.reason == "coffee"
    assert coffee.lasts <= 300.0
    assert scenario.queues["repair"].wrap_up_seconds == pytest.approx(20.0, abs=0.2)
    assert scenario.groups["1002"].skills == {"repair": 3, "order": 2}
    assert scenario.contacts["repair"].patience.mean == pytest.approx(150.0, rel=0.5)


def test_order_and_tier_are_kept(calm: Path) -> None:
    recorded = recorded_day(calm, DAY, "UTC", names=True).contacts["order"].recorded
    assert {(one.tier, one.boost) for one in recorded} == {("", 15.0), ("vip", 45.0)}


def test_one_agent_more_shows_beside_the_day(calm: Path) -> None:
    base = recorded_day(calm, DAY, "UTC", names=True)
    extra = 'groups: {extra: {count: 1, skills: {repair: 3, order: 3}, start: "08:00", end: "10:30"}}'
    difference = compare(base, read_change(extra, "change", base), 2)[2]
    assert difference.queues[ALL][MEAN_WAIT].mean < -1.0
    assert difference.queues[ALL]["answered"].mean > 0


@pytest.mark.parametrize(
    "change",
    [
        "queues: {order: {needs: {order: null, repair: 1}}}",
        "queues: {repair: {plan: [{after: 10, priority: 2}]}}",
        "queues: {repair: {ageing: 3}}",
        "groups: {'1001': null}",
    ],
)
def test_another_rule_makes_a_difference_and_the_same_makes_none(calm: Path, change: str) -> None:
    base = recorded_day(calm, DAY, "UTC", names=True)
    same, other = (compare(base, read_change(text, "change", base), 2)[2] for text in ("name: same", change))
    assert {figure.mean for own in same.queues.values() for figure in own.values()} == {0.0}
    assert any(figure.mean for own in other.queues.values() for figure in own.values())


def test_nothing_of_anybody_leaves_the_house(rough: Path) -> None:
    text = sim("day", DAY, "--home", rough, "--zone", "UTC")
    assert not re.search(r"138\d{5}|call-\d|\"100\d|Agent 10|Ann", text)
    assert '"agent 1"' in text
    assert '"1001"' in sim("day", DAY, "--home", rough, "--zone", "UTC", "--names")


def test_what_is_written_is_read_as_it_was(rough: Path) -> None:
    scenario = recorded_day(rough, DAY, "UTC", names=True)
    assert read_scenario(written(scenario), "day.yaml") == scenario


def test_the_day_stands_beside_its_records_and_its_change(calm: Path, tmp_path: Path) -> None:
    change = tmp_path / "change.yaml"
    change.write_text("queues: {order: {wrap_up_seconds: 0}}")
    words = ("--change", change, "--seeds", 1)
    day = tmp_path / "day.yaml"
    day.write_text(sim("day", DAY, "--home", calm, "--zone", "UTC", "--names"))
    once = sim("whatif", DAY, "--home", calm, "--zone", "UTC", *words)
    assert once.splitlines()[2].split() == ["recorded", "before", "after", "difference"]
    assert sim("whatif", day, *words) == once
    assert "agent: 1001 0" in sim("whatif", day, *words, "--agents").splitlines()
    assert "agent: 1001 0" not in once.splitlines()
    found = json.loads(sim("whatif", day, *words, "--json"))
    assert [report["name"] for report in found] == ["recorded", "before", "after", "difference"]
    assert len(found[1]["agents"]) == AGENTS


def test_a_day_that_can_not_be_had_is_told(calm: Path, tmp_path: Path) -> None:
    assert "there are no records" in sim("day", DAY, "--home", tmp_path, code=2)
    assert "nobody waited" in sim("day", "2026-11-20", "--home", calm, "--zone", "UTC", code=2)
    assert "2026-11-22" in sim("day", "yesterday", "--home", calm, code=2)
    assert "Asia/Shanghai" in sim("day", DAY, "--home", calm, "--zone", "Mars", code=2)
    (tmp_path / RECORDS).write_bytes(b"no database at all, but long enough to be looked at" * 40)
    assert "can't be read" in sim("day", DAY, "--home", tmp_path, code=2).replace("\n", " ")


async def test_the_settings_are_those_in_force_at_the_end_of_the_day(tmp_path: Path) -> None:
    day = WorkingDay(1, 2)
    await day.keep(tmp_path)
    path = tmp_path / JOURNAL
    last = day.entries[-1]
    changed = wire.encode(events.SettingsLoaded(settings(5)))
    journal = await SqliteJournal.open(path)
    await journal.append([type(last)(last.seq + 1, MIDNIGHT + 90_000.0, changed, 0)])
    await journal.close()
    assert len(settings_before(SqliteJournalReader(path), MIDNIGHT + 86400.0).acd.agents) == 2
    assert len(settings_before(SqliteJournalReader(path), MIDNIGHT + 172_800.0).acd.agents) == 5
    empty = await SqliteJournal.open(tmp_path / "empty.sqlite3")
    await empty.close()
    with pytest.raises(DayError, match="nothing has run"):
        settings_before(SqliteJournalReader(tmp_path / "empty.sqlite3"), MIDNIGHT)


def test_chats_come_again_too(tmp_path: Path) -> None:
    asyncio.run(WorkingDay(200, AGENTS, chats=80).keep(tmp_path))
    scenario = brought_back(tmp_path)
    known, again = figures_of(scenario)["online"], trial(scenario, 1).queues()["online"]
    assert known["answered"] == again["answered"] == 80
    assert again[MEAN_WAIT] == pytest.approx(known[MEAN_WAIT], abs=2.0)
    assert scenario.contacts["online"].handling.mean == pytest.approx(200.0, rel=0.3)
