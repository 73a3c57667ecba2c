"""Who comes when."""

from itertools import islice, pairwise
from random import Random

import pytest

from tandem.sim.arrivals import Caller, by_quarter_hour, poisson, together


def test_poisson_arrivals_come_at_their_rate_and_are_as_irregular_as_they_should_be() -> None:
    times = [caller.at for caller in islice(poisson(Random(1), 4.0, "q"), 40_000)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    mean = sum(gaps) / len(gaps)
    variance = sum((gap - mean) ** 2 for gap in gaps) / len(gaps)
    assert mean == pytest.approx(0.25, rel=0.02)
    assert variance / mean**2 == pytest.approx(1.0, rel=0.05)


def test_patience_is_exponential_and_the_same_seed_gives_the_same_callers() -> None:
    callers = list(islice(poisson(Random(1), 4.0, "q", 9.0, 0.5), 20_000))
    assert sum(caller.patience for caller in callers) / len(callers) == pytest.approx(2.0, rel=0.03)
    assert callers[0].boost == 9.0
    assert callers == list(islice(poisson(Random(1), 4.0, "q", 9.0, 0.5), 20_000))


def test_quarter_hours_get_their_own_numbers() -> None:
    callers = list(by_quarter_hour(Random(1), [1000, 0, 4000], 7200.0, lambda at: Caller(at, "q")))
    quarters = [int((caller.at - 7200) // 900) for caller in callers]
    assert quarters.count(0) == pytest.approx(1000, abs=150)
    assert quarters.count(1) == 0
    assert quarters.count(2) == pytest.approx(4000, abs=300)
    assert set(quarters) <= {0, 2}


def test_sources_are_merged_by_time() -> None:
    both = together(iter([Caller(1.0, "a"), Caller(4.0, "a")]), iter([Caller(2.0, "b"), Caller(3.0, "b")]))
    assert [caller.queue for caller in both] == ["a", "b", "b", "a"]
