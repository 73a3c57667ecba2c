"""Replay of real calls."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from tandem.sim.bank import Agreement, BankCall, read_calls, replay

GOLDEN = Path(__file__).parents[1] / "golden/bank/two_weeks.csv.gz"


@pytest.fixture(scope="module")
def calls() -> list[BankCall]:
    with gzip.open(GOLDEN, "rt") as lines:
        return read_calls(lines)


def test_the_bank_gave_its_favoured_customers_ninety_seconds(calls: list[BankCall]) -> None:
    shares = {seconds: replay(calls, seconds).share for seconds in (0, 45, 90, 135, 180)}
    assert max(shares, key=lambda seconds: shares[seconds]) == 90
    assert shares[90] == pytest.approx(0.69, abs=0.01)
    assert shares[0] < 0.6


def call(arrive: float, waited: float, priority: int = 0, **other: str) -> BankCall:
    return BankCall(
        other.get("date", "d"), arrive, other.get("kind", "PS"), priority, waited, other.get("outcome", "AGENT")
    )


def test_the_oldest_is_picked_and_then_the_other_is_alone() -> None:
    assert replay([call(0, 50), call(10, 60)], 0) == Agreement(1, 1)
    assert replay([call(0, 70), call(10, 40)], 0) == Agreement(1, 0)
    assert replay([], 0).share == 0.0


def test_a_head_start_turns_the_pick_to_the_favoured() -> None:
    waiting = [call(0, 200), call(60, 40, priority=2)]
    assert [replay(waiting, seconds).same for seconds in (0, 58, 59, 90)] == [0, 0, 1, 1]


def test_ties_within_a_second_count() -> None:
    assert replay([call(0, 100), call(1, 50)], 0) == Agreement(1, 1)
    assert replay([call(0, 100), call(2, 50)], 0) == Agreement(1, 0)


def others() -> Iterator[BankCall]:
    yield call(0, 500, kind="IN")
    yield call(0, 500, date="yesterday")
    yield call(0, 30)
    yield call(60, 30)
    yield call(40, 0)


def test_only_calls_of_the_day_that_wait_then_are_candidates() -> None:
    assert replay([call(50, 9), *others()], 0) == Agreement(0, 0)
    assert replay([call(50, 9), call(0, 500, outcome="HANG"), *others()], 0) == Agreement(3, 1)


def test_a_bad_line_is_named() -> None:
    with pytest.raises(ValueError, match=r"line 3: .*arrive_s"):
        read_calls(
            ["date,arrive_s,type,priority,q_time,outcome,ser_time,agent", "d,8,PS,2,1,HANG,0,", "d,x,PS,2,1,HANG,0,"]
        )
