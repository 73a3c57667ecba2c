"""Exact figures against answers from outside and against the simulator; the least staff."""

import json
from math import inf
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tandem.sim.erlang import Model, Queue, erlang_a, erlang_b, erlang_c, least_agents
from tandem.sim.reading import read_scenario
from tandem.sim.report import rehearse
from tandem.sim.staffing import LEVEL, OutOfReachError, least_staff

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "golden/oracles/cases.json").read_bytes())
ERLANG = [case for case in CASES if case["family"] in ("erlang_a", "erlang_c")]
PYWORKFORCE: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "golden/oracles/erlang_c_pyworkforce.json").read_bytes()
)
HOTLINE = Queue(1000 / 3600, 120.0, 180.0)


@pytest.mark.parametrize("case", ERLANG, ids=lambda case: str(case["id"]))
def test_the_formulas_give_the_answers_from_outside(case: dict[str, Any]) -> None:
    params, expect = case["params"], case["expect"]
    patience = 1 / params["theta"] if "theta" in params else inf
    found = erlang_a(Queue(params["lam"], 1 / params["mu"], patience), params["c"], params.get("t", 0.0))
    assert found.wait == pytest.approx(expect["ASA"], rel=1e-9)
    assert found.occupancy == pytest.approx(expect.get("occ", expect.get("rho")), rel=1e-9)
    assert found.abandonment == pytest.approx(expect.get("Pab", 0.0), rel=1e-9)
    level = next((value for name, value in expect.items() if name.startswith("SL")), None)
    assert level is None or found.level == pytest.approx(level, rel=1e-9)


def test_erlang_b_of_the_tables() -> None:
    assert erlang_b(10.0, 10) == pytest.approx(0.2146, abs=0.0001)


def test_much_patience_is_erlang_c_and_overload_is_borne() -> None:
    patient = erlang_a(HOTLINE._replace(patience=1e9), 38, 20.0)
    assert patient.level == pytest.approx(erlang_c(HOTLINE, 38, 20.0).level, abs=1e-5)
    assert erlang_c(HOTLINE, 33, 20.0).level == 0.0
    flood = erlang_a(Queue(3000.0, 180.0, 600.0), 1000, 20.0)  # 540 times what these agents can do
    assert flood.abandonment == pytest.approx(1 - 1000 / 540_000, rel=1e-6)
    assert flood.level < 1e-6


@pytest.mark.parametrize(("model", "agents"), [(erlang_a, 35), (erlang_c, 38)])
def test_the_least_agents_hold_the_target_and_one_less_does_not(model: Model, agents: int) -> None:
    assert least_agents(model, HOTLINE, 0.8, 20.0).agents == agents
    assert model(HOTLINE, agents, 20.0).level >= 0.8 > model(HOTLINE, agents - 1, 20.0).level


def test_erlang_c_is_that_of_pyworkforce_over_a_grid() -> None:
    for per_hour, handling, agents, within, waits, level, occupancy in PYWORKFORCE["grid"]:
        found = erlang_c(Queue(per_hour / 3600, handling), agents, within)
        assert found.level == pytest.approx(level, abs=1e-12), (per_hour, handling, agents, within)
        assert found.occupancy == pytest.approx(occupancy, rel=1e-12)
        # The mean wait follows from the probability of waiting: W = P / (c mu - lambda).
        assert found.wait * (agents / handling - per_hour / 3600) == pytest.approx(waits, rel=1e-9, abs=1e-12)


def test_the_least_agents_are_those_of_pyworkforce() -> None:
    for per_hour, handling, target, within, agents in PYWORKFORCE["least"]:
        found = least_agents(erlang_c, Queue(per_hour / 3600, handling), target, within)
        assert found.agents == agents, (per_hour, handling, target, within)


SINGLE = """
start: "08:00"
end: "13:00"
measure_from: "08:30"
queues: {q: {wrap_up_seconds: 20}}
groups: {g: {count: 34}}
contacts: {q: {per_hour: 1000, handling: {law: exponential, mean: 100}, patience: {law: exponential, mean: 180}}}
"""


def test_a_scenario_agrees_with_the_exact_formula() -> None:
    text = SINGLE.replace("wrap_up_seconds: 20", "wrap_up_seconds: 0").replace("mean: 100}", "mean: 120}")
    found = rehearse(read_scenario(text, "s"), 6)
    exact = erlang_a(HOTLINE, 34, 20.0)
    figures, staff = found.queues["q"], found.groups["g"]
    for name, value in (
        (LEVEL, exact.level),
        ("abandonment", exact.abandonment),
        ("mean wait of the answered", exact.wait),
    ):
        assert figures[name].mean == pytest.approx(value, abs=2 * figures[name].half_width), name
        assert figures[name].half_width < 0.3 * value
    assert staff["occupancy"].mean == pytest.approx(exact.occupancy, abs=0.01)


def test_the_least_staff_of_one_group_is_that_of_the_formula() -> None:
    text = SINGLE.replace("count: 34", "count: 7").replace("per_hour: 1000", "per_hour: 120")
    found, report = least_staff(read_scenario(text, "s"), 0.8, 3)
    exact = least_agents(erlang_a, Queue(120 / 3600, 120.0, 180.0), 0.8, 20.0)
    assert found.groups["g"].count == pytest.approx(exact.agents, abs=1)
    assert report.queues["q"][LEVEL].mean >= 0.8


TWO = """
start: "08:00"
end: "10:00"
queues: {a: {needs: {a: 1}, wrap_up_seconds: 0}, b: {needs: {b: 1}, wrap_up_seconds: 0}}
groups: {only a: {count: 8, skills: {a: 1}}, only b: {count: 8, skills: {b: 1}}, both: {count: 8, skills: {a: 1, b: 1}}}
contacts:
  a: {per_hour: 60, handling: {law: exponential, mean: 180}, patience: {law: exponential, mean: 180}}
  b: {per_hour: 60, handling: {law: exponential, mean: 180}, patience: {law: exponential, mean: 180}}
"""


def test_the_least_staff_of_several_skills_cannot_spare_anybody() -> None:
    scenario = read_scenario(TWO, "s")
    found, report = least_staff(scenario, 0.8, 3)
    counts = {name: group.count for name, group in found.groups.items()}
    assert 7 <= sum(counts.values()) <= 12, counts  # the load is 6 agents
    assert all(report.queues[name][LEVEL].mean >= 0.8 for name in "ab")
    for name, group in found.groups.items():
        if group.count:
            fewer = found.groups | {name: replace(group, count=group.count - 1)}
            worse = rehearse(replace(found, groups=fewer), 3)
            assert min(worse.queues[queue][LEVEL].mean for queue in "ab") < 0.8


def test_a_target_out_of_reach_is_told() -> None:
    never = SINGLE.replace("count: 34", "count: 1, answer_after: 30").replace("per_hour: 1000", "per_hour: 4")
    with pytest.raises(OutOfReachError, match="not even"):
        least_staff(read_scenario(never, "s"), 0.8, 2)
