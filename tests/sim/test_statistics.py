"""Intervals."""

from random import Random

import pytest

from tandem.sim.statistics import Estimate, estimate, student


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 63.6567), (2, 9.9248), (3, 5.8409), (8, 3.3554), (10, 3.1693), (19, 2.8609), (29, 2.7564), (100, 2.6259)],
)
def test_the_quantile_is_that_of_the_tables(freedom: int, quantile: float) -> None:
    assert student(0.99, freedom) == pytest.approx(quantile, abs=0.0001)


@pytest.mark.parametrize(("freedom", "quantile"), [(1, 12.7062), (2, 4.3027), (4, 2.7764), (19, 2.0930)])
def test_a_lower_confidence_has_a_table_of_its_own(freedom: int, quantile: float) -> None:
    assert student(0.95, freedom) == pytest.approx(quantile, abs=0.0001)


def test_an_interval_by_hand() -> None:
    found = estimate([float(value) for value in range(1, 10)])
    # The standard deviation of 1..9 is sqrt(7.5), that of the mean sqrt(7.5 / 9), and t is 3.355.
    assert found.mean == 5.0
    assert found.half_width == pytest.approx(3.0628, abs=0.001)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    dice = Random(1)
    covered = sum(estimate([dice.gauss(7.0, 2.0) for _ in range(20)]).covers(7.0) for _ in range(2000))
    assert 0.983 < covered / 2000 < 0.997


def test_what_lies_outside_is_not_covered() -> None:
    assert Estimate(1.0, 0.5).covers(1.5)
    assert not Estimate(1.0, 0.5).covers(1.51)
