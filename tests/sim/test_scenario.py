"""A scenario file, and what is said of one that is wrong."""

import re
from math import sqrt
from random import Random
from statistics import fmean, stdev

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.sim.laws import Law
from tandem.sim.reading import ScenarioError, read_change, read_scenario
from tandem.sim.scenario import Scenario, seconds_of

GOOD = """\
name: small
start: "08:00"
end: "10:00"
queues:
  voice: {needs: {voice: 2}, ageing: 1.5, plan: [{after: 30, needs: {voice: 1}}]}
groups:
  own: {count: 2, skills: {voice: 3}}
  lent:
    count: 1
    skills: {voice: 1}
    breaks:
      - {at: "09:00", lasts: 600}
contacts:
  voice:
    per_hour: 12.5
    handling: {law: fixed, mean: 60}
"""


NEEDS = "needs: {voice: 2}, ageing: 1.5, plan: [{after: 30, needs: {voice: 1}}]}"


def read(text: str = GOOD) -> Scenario:
    return read_scenario(text, "day.yaml")


def problems(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read(text)
    return caught.value.problems


def test_a_scenario_becomes_the_routers_settings() -> None:
    settings = read().settings()
    assert list(settings.agents) == ["own 0", "own 1", "lent 0"]
    assert settings.queues["voice"].ageing == 1.5
    assert settings.queues["voice"].plan[0].after == 30


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("count: 2", "count: two", "day.yaml:7: groups.own.count: Expected `int`, got `str`"),
        ("count: 1", "cuont: 1", "day.yaml:9: groups.lent.cuont: is not known here; there are count, skills, team"),
        ('at: "09:00"', 'at: "9h"', "day.yaml:12: groups.lent.breaks[0]: '9h' is no time of the day"),
        ("after: 30", "after: soon", "day.yaml:5: queues.voice.plan[0].after: Expected `float`, got `str`"),
        (NEEDS, "needs: {fax: 2}}", "day.yaml:5: queues.voice.needs: no group has {'fax': 2}"),
        ("  voice:\n    per", "  mail:\n    per", "day.yaml:14: contacts.mail: there is no such queue"),
        ("voice: 3}", "voice: 9}", "day.yaml:7: groups.own: skills.voice: 9 is not a proficiency"),
        ("needs: {voice: 1}", "move: fax", "day.yaml:5: queues.voice.plan[0].move: there is no queue 'fax'"),
        ('end: "10:00"', 'end: "07:00"', "day.yaml:1: measure_from lies from start (08:00) to before end (07:00)"),
        ("law: fixed, mean: 60", "law: fixed", "day.yaml:16: contacts.voice.handling: a time that is fixed needs its"),
        ("name: small", "nmae: small", "day.yaml:1: nmae: is not a section; the sections are queues, groups"),
        ("    count: 1\n", "", "day.yaml:8: groups.lent: Object missing required field `count`"),
        ("    per_hour: 12.5", "    per_hour: 12.5\n    by_quarter_hour: [1]", "day.yaml:14: contacts.voice: arrivals"),
        ("name: small", "name: [", "day.yaml:3: "),
        ('start: "08:00"', "start: morning", "day.yaml:2: start: 'morning' is no time of the day; write it in quotes"),
        ('start: "08:00"', "start: 8", "day.yaml:2: start: Expected `str`, got `int`"),
        ("ageing: 1.5", "ageing: .nan", "day.yaml:5: queues.voice.ageing: is not a number that can be reckoned with"),
        ("per_hour: 12.5", "per_hour: .inf", "day.yaml:15: contacts.voice.per_hour: is not a number"),
        ("per_hour: 12.5", "per_hour: 1e12", "day.yaml:15: contacts.voice.per_hour: Expected `float` <= "),
        ("count: 2", "count: 1000000000", "day.yaml:7: groups.own.count: Expected `int` <= 100000"),
        (
            "per_hour: 12.5",
            "chat: {share: 1, queue: online}",
            "day.yaml:15: contacts.voice.chat.queue: nothing is said of 'online' in contacts",
        ),
        (
            "per_hour: 12.5",
            "callback_attempts: {busy: 0.8, machine: 0.3}",
            "day.yaml:15: contacts.voice.callback_attempts: the shares are 1.1 together: 1 at most",
        ),
        (
            "per_hour: 12.5",
            "callback_attempts: {asleep: 1}",
            "day.yaml:15: contacts.voice.callback_attempts.asleep",
        ),
    ],
)
def test_what_is_wrong_is_told_with_line_field_and_a_way_out(old: str, new: str, says: str) -> None:
    assert old in GOOD
    found = problems(GOOD.replace(old, new, 1))
    assert any(problem.startswith(says) for problem in found), found


def test_every_problem_is_told_at_once() -> None:
    assert len(problems(GOOD.replace("count: 2", "count: -1").replace("12.5", "many"))) == 2


def test_a_change_replaces_what_it_names_and_null_takes_away() -> None:
    change = "groups:\n  own: {count: 5}\n  lent: null\nqueues:\n  voice: {plan: []}\n"
    changed = read_change(change, "change.yaml", read())
    assert {name: group.count for name, group in changed.groups.items()} == {"own": 5}
    assert changed.groups["own"].skills == {"voice": 3}
    assert changed.queues["voice"].plan == ()
    assert changed.queues["voice"].ageing == 1.5
    assert changed.contacts == read().contacts


def test_a_wrong_change_is_told_with_its_own_line() -> None:
    with pytest.raises(ScenarioError, match=r"change.yaml:2: groups.own.count: Expected `int`"):
        read_change("groups:\n  own: {count: many}", "change.yaml", read())


def test_a_scale_multiplies_agents_and_contacts() -> None:
    half = read().scaled(0.5)
    assert [group.count for group in half.groups.values()] == [1, 1]
    assert half.contacts["voice"].per_hour == 6.25


def test_the_clock() -> None:
    assert seconds_of("26:30") == 26.5 * 3600
    assert seconds_of("00:00:07") == 7


@pytest.mark.parametrize(
    ("law", "mean", "deviation"),
    [(Law("exponential", 100.0), 100, 100), (Law("lognormal", 100.0, 50.0), 100, 50), (Law("fixed", 100.0), 100, 0)],
)
def test_a_law_has_its_mean_and_deviation(law: Law, mean: float, deviation: float) -> None:
    draw = law.drawn_with(Random(3))
    seen = [draw() for _ in range(20_000)]
    assert fmean(seen) == pytest.approx(mean, abs=4 * deviation / sqrt(len(seen)))
    assert stdev(seen) == pytest.approx(deviation, rel=0.05)


SPOILT = st.sampled_from(
    ("-1", "0", "1e308", ".nan", ".inf", "[]", "{}", "null", "''", "x", "true", "[1]", "{a: 1}", "'25:99'", "*a", "\t",
     "99999999999999999999", "2020-01-01", "0x1f", "[[[]]]", "<<: 3", "{null: 1}", "- a", "? b", "&a 1", "!!binary x")
)  # fmt: skip
PLACES = [match.span() for match in re.finditer(r"(?<=: )[^,{}\[\]\n]+|[{}\[\],:]|\w+(?=:)", GOOD)]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), SPOILT)
def test_whatever_is_written_is_read_or_told(place: tuple[int, int], value: str) -> None:
    text = GOOD[: place[0]] + value + GOOD[place[1] :]
    try:
        scenario = read(text)
    except ScenarioError as error:
        assert all(re.match(r"day\.yaml:\d+: ", problem) for problem in error.problems), error.problems
    else:
        scenario.settings()


def test_a_file_written_as_json_is_read_and_its_mistakes_have_lines() -> None:
    text = msgspec.json.format(msgspec.json.encode(msgspec.to_builtins(read())), indent=1).decode()
    assert read(text) == read()
    line = text.splitlines().index('   "count": 2,') + 1
    assert problems(text.replace('"count": 2', '"count": "two"')) == [
        f"day.yaml:{line}: groups.own.count: Expected `int`, got `str`"
    ]


def test_an_agent_who_is_not_at_work_may_still_be_the_one_that_a_queue_asks_for() -> None:
    assert read(GOOD.replace("count: 2", "count: 0")).groups["own"].count == 0
