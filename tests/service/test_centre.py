from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tandem.acd.plan import Condition, Step
from tandem.service.centre import CentreError, read_centre
from tandem.service.config import PROJECT


def problems(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "centre.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CentreError) as raised:
        read_centre(file)
    return [problem.removeprefix(f"{file}") for problem in raised.value.problems]


def test_the_demos_centre_is_right() -> None:
    centre = read_centre(PROJECT / "demo/centre.yaml")
    assert centre.lines == {"4008": "hotline"}
    assert centre.acd.agents["1001"].device == "PJSIP/1001"
    assert centre.acd.queues["tech"].needs == {"tech": 2}
    assert centre.customers["2002"].boost == 300


def test_every_problem_is_told_with_its_line_and_field(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "lines: 3\n"
        "queues:\n"
        "  a: {needs: {x: 9}, ring: 3}\n"
        "  b: {needs: {zz: 1}}\n"
        "agents:\n"
        '  "1": {skills: {x: 8}}\n'
        "foo: 1\n",
    )
    assert [problem.split(": ")[0:2] for problem in found] == [
        [":7", "foo"],
        [":3", "queues.a"],
        [":1", "lines"],
        [":4", "queues.b.needs"],
        [":6", "agents.1.skills.x"],
    ]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "a: [", "lines: {a: &x *x}", "queues: 3", "agents: {1001: 5}", "\x00", "lines: {4008: [1]}"],
)
def test_nothing_an_admin_writes_is_a_traceback(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CentreError, match="can't be read"):
        read_centre(tmp_path / "none.yaml")


def test_needs_people_and_the_day_a_certificate_ends(tmp_path: Path) -> None:
    path = tmp_path / "centre.yaml"
    path.write_text(
        "time_zone: Asia/Shanghai\n"
        "queues:\n"
        "  a: {needs: \"x >= 2 and language == 'en'\"}\n"
        "agents:\n"
        '  "1": {skills: {x: 3}, certified_until: {x: 2026-12-31}, team: t, vendor: v,\n'
        "        attributes: {language: [en, zh]}}\n"
    )
    agent = read_centre(path).acd.agents["1"]
    assert agent.certified_until == {"x": datetime(2027, 1, 1, tzinfo=timezone(timedelta(hours=8))).timestamp()}
    assert (agent.team, agent.vendor, agent.attributes) == ("t", "v", {"language": ("en", "zh")})


def test_a_need_that_nobody_can_read_or_meet(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "time_zone: Mars\n"
        "queues:\n"
        "  a: {needs: 'x >='}\n"
        "  b: {needs: 'x >= 4'}\n"
        "agents:\n"
        '  "1": {skills: {x: 3}, certified_until: {x: soon}}\n',
    )
    assert [problem.partition(": ")[0] for problem in found] == [":3", ":1", ":6", ":4"]
    assert "character 5: a value is missing" in found[0]


def test_a_plan(tmp_path: Path) -> None:
    path = tmp_path / "centre.yaml"
    path.write_text(
        "order: service_objective\n"
        "queues:\n"
        "  a:\n"
        "    needs: {x: 3}\n"
        "    plan:\n"
        "      - {after: 20, team: blended}\n"
        "      - {when: {measure: length, on: 5, off: 2}, offer: callback}\n"
        "      - {after: 90, move: b}\n"
        "  b: {}\n"
        "agents:\n"
        '  "1": {skills: {}, team: blended}\n'
    )
    acd = read_centre(path).acd
    assert acd.order == "service_objective"
    assert acd.queues["a"].plan == (
        Step(after=20, team="blended"),
        Step(when=Condition("length", 5, 2), offer="callback"),
        Step(after=90, move="b"),
    )


def test_a_plan_that_leads_nowhere(tmp_path: Path) -> None:
    [found] = problems(tmp_path, "queues:\n  a: {plan: [{after: 9, move: c}]}\nagents: {1: {skills: {}}}\norder: age\n")
    assert ":2: queues.a.plan[0].move: there is no queue 'c'" in found
    [found] = problems(tmp_path, "queues:\n  a: {plan: [{when: {measure: mood, on: 3}}]}\nagents: {1: {skills: {}}}\n")
    assert "Invalid enum value 'mood'" in found
