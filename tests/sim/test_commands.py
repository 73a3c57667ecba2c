"""The command `tandem sim`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tandem.simulate import simulator

GOLDEN = Path(__file__).parents[1] / "golden/bank/two_weeks.csv.gz"
PEAK_DAY = Path("tandem/sim/scenarios/peak_day.yaml")
SMALL = """
end: "01:00"
queues: {q: {}}
groups: {g: {count: 3}}
contacts: {q: {per_hour: 60, handling: {law: exponential, mean: 100}}}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return path


def sim(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(simulator, list(map(str, words)))
    assert result.exit_code == code, result.output
    return result.output


def test_a_scenario_is_reported_as_text_and_as_json(scenario: Path) -> None:
    assert "service level: answered in target / offered" in sim("run", scenario, "--seeds", 3)
    report = json.loads(sim("run", scenario, "--seeds", 3, "--json"))
    mean, half_width = report["queues"]["q"]["offered"]
    assert mean == pytest.approx(60, abs=20)
    assert half_width > 0
    assert report["confidence"] == 0.95
    assert sim("run", scenario, "--seeds", 3, "--json") == sim("run", scenario, "--seeds", 3, "--json")


def test_a_wrong_scenario_is_told_by_line_and_field(scenario: Path) -> None:
    scenario.write_text(SMALL.replace("count: 3", "count: many"))
    assert f"tandem: {scenario}:4: groups.g.count: Expected `int`, got `str`" in sim("run", scenario, code=2)


def test_a_change_stands_beside_the_day(scenario: Path, tmp_path: Path) -> None:
    change = tmp_path / "change.yaml"
    change.write_text("groups: {g: {count: 4}}")
    text = sim("whatif", scenario, "--change", change, "--seeds", 2)
    assert text.splitlines()[2].split() == ["before", "after", "difference"]
    change.write_text("groups: {PS extra: {count: 1, skills: {PS: 1}}}")
    text = sim("whatif", "1999-01-23", "--calls", GOLDEN, "--change", change, "--seeds", 2)
    assert text.splitlines()[2].split() == ["recorded", "before", "after", "difference"]


def test_a_day_that_is_not_there_is_told(tmp_path: Path) -> None:
    change = tmp_path / "change.yaml"
    change.write_text("name: same")
    assert "1971-01-01" in sim("whatif", "1971-01-01", "--calls", GOLDEN, "--change", change, code=2)
    assert "--calls" in sim("whatif", "1999-01-23", "--change", change, code=2)


def test_staff_by_formula_and_by_simulation(scenario: Path) -> None:
    lines = sim("staff", "--load", 1000, "--handling", 120).splitlines()
    assert [line.split()[2] for line in lines[1:]] == ["34", "35", "37", "38"]
    assert "together" in sim("staff", "--scenario", scenario, "--seeds", 2)
    sim("staff", code=2)


def test_the_peak_day_is_as_large_as_it_says_and_runs_in_small() -> None:
    report = json.loads(sim("run", PEAK_DAY, "--seeds", 2, "--scale", 0.01, "--json"))
    assert report["queues"]["all"]["contacts"][0] == pytest.approx(16_000, rel=0.02)
    assert report["groups"]["all"]["agents"][0] == pytest.approx(18, abs=1)


def test_waits_are_foretold_on_a_scenario_and_on_recorded_calls(scenario: Path) -> None:
    scenario.write_text(SMALL.replace("per_hour: 60", "per_hour: 150"))
    rows = sim("foretell", scenario, "--seeds", 2, "--learning", 1).splitlines()
    assert [row.split()[0] for row in rows[1:3]] == ["all", "q"]
    assert "the router" in sim("foretell", "--calls", GOLDEN)
    assert "say a SCENARIO, or --calls FILE" in sim("foretell", code=2)
