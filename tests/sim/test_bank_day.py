"""A recorded day as a scenario, and beside itself under a change."""

import gzip
from pathlib import Path

import pytest

from tandem.sim.as_recorded import figures_of
from tandem.sim.bank import BankCall, read_calls
from tandem.sim.bank_day import scenario_of
from tandem.sim.diary import ALL
from tandem.sim.reading import read_change
from tandem.sim.report import compare
from tandem.sim.scenario import seconds_of
from tandem.sim.staffing import LEVEL
from tandem.sim.trial import trial

GOLDEN = Path(__file__).parents[1] / "golden/bank/two_weeks.csv.gz"


def served(
    arrive: float, waited: float, talk: float, agent: str = "A", kind: str = "PS", priority: int = 0
) -> BankCall:
    return BankCall("d", arrive, kind, priority, waited, "AGENT", talk, agent)


def hung_up(arrive: float, waited: float, kind: str = "PS") -> BankCall:
    return BankCall("d", arrive, kind, 0, waited, "HANG")


DAY = [served(100, 0, 50), served(120, 40, 60), served(600, 0, 30, "B", "NE", 2), hung_up(610, 20), served(1000, 5, 9)]


def test_agents_are_there_from_the_first_talk_to_the_last_but_for_pauses() -> None:
    groups = scenario_of(DAY).groups
    assert (seconds_of(groups["A"].start), seconds_of(groups["A"].end)) == (100, 1015)
    assert [(seconds_of(pause.at), pause.lasts) for pause in groups["A"].breaks] == [(220, 785)]
    assert groups["B"].skills == {"NE": 1}


def test_after_a_talk_agents_are_away_as_long_as_they_were_when_somebody_waited() -> None:
    assert scenario_of(DAY).queues["PS"].wrap_up_seconds == 10  # the talk till 150, the next from 160


def test_patience_fits_those_who_gave_up_and_those_who_did_not() -> None:
    contacts = scenario_of(DAY).contacts["PS"]
    assert contacts.patience.mean == 65  # all waited for 65 s, one gave up
    assert [(one.patience, one.endured) for one in contacts.recorded] == [(None, 0), (None, 40), (20, 0), (None, 5)]
    assert contacts.recorded[0].talk == 50


def test_a_type_that_nobody_served_is_open_to_all_and_the_internal_ones_are_left_out() -> None:
    day = scenario_of([*DAY, hung_up(5, 9, "PE"), served(6, 0, 1, "C", "IN")])
    assert day.queues["PE"].needs == {}
    assert "IN" not in day.queues


def test_the_favoured_get_the_head_start_of_the_bank() -> None:
    day = scenario_of([served(0, 0, 100), served(10, 90, 50), served(60, 90, 30, priority=2)])
    waits = trial(day, 1).queues()["PS"]
    assert waits["wait, 99 %"] > 100  # the favoured comes before the one who came at 10


def test_what_was_recorded_is_counted() -> None:
    found = figures_of(scenario_of(DAY))["PS"]
    assert (found["answered"], found["abandoned"]) == (3, 1)
    assert found[LEVEL] == 2 / 4
    assert figures_of(scenario_of(DAY))[ALL]["offered"] == 5


def test_more_agents_help_and_the_difference_is_surer_than_the_parts() -> None:
    with gzip.open(GOLDEN, "rt") as lines:
        day = [call for call in read_calls(lines) if call.date == "1999-01-19"]
    base = scenario_of(day)
    extra = 'groups: {extra: {count: 2, skills: {PS: 1, NE: 1, NW: 1}, start: "10:00", end: "16:00"}}'
    before, after, difference = compare(base, read_change(extra, "change", base), 4)
    wait = "mean wait of the answered"
    old, new, less = (report.queues[ALL][wait] for report in (before, after, difference))
    assert less.mean == pytest.approx(new.mean - old.mean)
    assert less.mean < -less.half_width
    assert less.half_width < old.half_width + new.half_width
    assert old.mean == pytest.approx(figures_of(base)[ALL][wait], rel=0.5)


def test_no_change_makes_no_difference() -> None:
    base = scenario_of(DAY)
    difference = compare(base, base, 2)[2]
    assert {figure.mean for figures in difference.queues.values() for figure in figures.values()} == {0.0}
