"""What will still come today, on days whose truth is known."""

from itertools import islice
from random import Random
from statistics import fmean

import pytest

from tandem.sim.erlang import Queue, erlang_a
from tandem.sim.forecast import UNCERTAIN, _probabilities, forecast, spread_of, staff_needed

QUARTERS = 96
USUAL = [20 + 60 * (30 <= quarter < 72) for quarter in range(QUARTERS)]
SPREAD = 0.04


def poisson(dice: Random, mean: float) -> int:
    at, count = dice.expovariate(1.0), 0
    while at < mean:
        at, count = at + dice.expovariate(1.0), count + 1
    return count


def day(dice: Random, factor: float) -> list[int]:
    return [poisson(dice, usual * factor) for usual in USUAL]


def days(dice: Random, number: int) -> list[list[int]]:
    return [day(dice, dice.gammavariate(1 / SPREAD, SPREAD)) for _ in range(number)]


def test_the_first_forecast_is_what_is_usual() -> None:
    found = forecast([[10, 20, 30], [20, 20, 10], [30, 20, 50]], [])
    assert [quarter.expected for quarter in found.quarters] == [20, 20, 30]
    assert (found.factor, found.ratio, found.weight) == (1.0, None, 0.0)


def test_the_ratio_counts_as_far_as_it_can_be_trusted() -> None:
    # Totals 200, 300, 400: variance 10,000, less the mean 300, by 300 squared.
    past = [[100, 100], [150, 150], [200, 200]]
    spread = (10_000 - 300) / 90_000
    found = forecast(past, [300])
    weight = 150 * spread / (1 + 150 * spread)
    assert found.ratio == 2
    assert found.weight == pytest.approx(weight)
    assert found.factor == pytest.approx(1 + weight)
    assert found.quarters[0].expected == pytest.approx(150 * (1 + weight))


def test_days_that_are_all_alike_leave_nothing_to_learn_from_today() -> None:
    found = forecast([[100, 100]] * 5, [150])
    assert (found.factor, found.weight) == (1, 0)
    low, high = found.quarters[0].low, found.quarters[0].high
    assert (low, high) == (87, 113)  # of the Poisson tables, mean 100: P(X <= 87) = .1049, P(X <= 113) = .9070


def test_few_days_are_taken_to_be_uncertain() -> None:
    assert spread_of([100]) == spread_of([100, 300]) == UNCERTAIN
    assert spread_of([0, 0, 0]) == 0


def test_the_factor_of_a_day_is_found_and_the_forecast_is_better_than_the_usual_day() -> None:
    dice = Random(5)
    past = days(dice, 40)
    assert spread_of([sum(one) for one in past]) == pytest.approx(SPREAD, rel=0.5)
    updated = usual = 0.0
    for truth in (0.7, 0.85, 1.0, 1.2, 1.5):
        today = day(dice, truth)
        found = forecast(past, today[:48])
        assert found.factor == pytest.approx(truth, rel=0.08)
        for quarter in found.quarters:
            updated += (quarter.expected - USUAL[quarter.number] * truth) ** 2
            usual += (USUAL[quarter.number] - USUAL[quarter.number] * truth) ** 2
    assert updated < usual / 10


def test_shrinking_beats_the_bare_ratio_early_in_the_day() -> None:
    dice = Random(6)
    past = days(dice, 40)
    shrunk, bare = [], []
    for _ in range(60):
        truth = dice.gammavariate(1 / SPREAD, SPREAD)
        found = forecast(past, day(dice, truth)[:1])
        assert found.ratio is not None
        shrunk.append((found.factor - truth) ** 2)
        bare.append((found.ratio - truth) ** 2)
    assert fmean(shrunk) < 0.75 * fmean(bare)


def test_four_of_five_quarter_hours_lie_in_the_range() -> None:
    dice = Random(7)
    past = days(dice, 40)
    inside = []
    for _ in range(40):
        today = day(dice, dice.gammavariate(1 / SPREAD, SPREAD))
        inside += [q.low <= today[q.number] <= q.high for q in forecast(past, today[:40]).quarters]
    assert fmean(inside) == pytest.approx(0.82, abs=0.04)


@pytest.mark.parametrize("shape", [None, 0.5, 30.0])
def test_the_probabilities_have_their_mean_and_variance(shape: float | None) -> None:
    found = list(islice(_probabilities(12.0, shape), 2000))
    mean = sum(count * probability for count, probability in enumerate(found))
    second = sum(count**2 * probability for count, probability in enumerate(found))
    assert sum(found) == pytest.approx(1)
    assert mean == pytest.approx(12)
    assert second - mean**2 == pytest.approx(12 + (144 / shape if shape else 0))


def test_a_quarter_hour_in_which_nobody_ever_comes() -> None:
    assert forecast([[0, 5], [0, 6], [0, 7]], []).quarters[0][1:] == (0.0, 0, 0)
    assert forecast([[0, 5], [0, 6], [0, 7]], [3]).ratio is None


@pytest.mark.parametrize(("past", "today"), [([], []), ([[1, 2], [1]], []), ([[1, 2]], [1, 2, 3])])
def test_days_that_do_not_fit_are_refused(past: list[list[int]], today: list[int]) -> None:
    with pytest.raises(ValueError, match="past days"):
        forecast(past, today)


def test_the_staff_of_a_quarter_hour_holds_the_target_and_one_less_does_not() -> None:
    agents = staff_needed(250, 120, 180, 0.8, 20)
    queue = Queue(250 / 900, 120, 180)
    assert erlang_a(queue, agents, 20).level >= 0.8 > erlang_a(queue, agents - 1, 20).level
    assert staff_needed(0, 120, 180, 0.8, 20) == 0
