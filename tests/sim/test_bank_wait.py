"""How well waits in a bank's recorded days would have been foretold."""

import gzip
from pathlib import Path

import pytest

from tandem.sim.bank import BankCall, read_calls
from tandem.sim.bank_wait import lines_of, score

GOLDEN = Path(__file__).parents[1] / "golden/bank/two_weeks.csv.gz"


@pytest.fixture(scope="module")
def calls() -> list[BankCall]:
    with gzip.open(GOLDEN, "rt") as lines:
        return read_calls(lines)


def test_the_router_foretells_better_than_what_the_field_tells(calls: list[BankCall]) -> None:
    found = score(calls)
    assert found.days == 4
    assert found.waits > 800
    assert found.router < min(0.93, found.average, found.length)
    assert found.router < 0.85 * min(found.last, found.head)
    assert found.covered == pytest.approx(0.6, abs=0.03)
    assert any(f"{found.router:.4f}" in line for line in lines_of(found))


def day(*waits: float, date: str = "1", outcome: str = "AGENT", kind: str = "PS") -> list[BankCall]:
    """One agent, who takes 100 s for each; the first does not wait."""
    first = BankCall(date, 0.0, kind, 0, 0.0, "AGENT", 100.0, "A1")
    return [first, *(BankCall(date, 100.0 - wait, kind, 0, wait, outcome, 100.0, "A1") for wait in waits)]


def test_the_last_days_are_foretold_from_the_first() -> None:
    found = score([*day(40.0), *day(50.0, date="2"), *day(60.0, date="3"), *day(80.0, date="4")])
    assert (found.days, found.waits, found.mean) == (1, 1, 80)
    assert found.average == pytest.approx(30 / 80)  # 50 s in the mean before
    assert found.last == 1.0  # nobody had waited yet on that day
    assert found.head == 1.0


def test_those_who_hung_up_do_not_count_and_calls_with_agents_of_their_own_are_left_out() -> None:
    days = [*day(40.0), *day(50.0, date="2"), *day(60.0, date="3"), *day(80.0, 30.0, date="4")]
    assert score([*days, *day(70.0, date="4", outcome="HANG")[1:], *day(9.0, date="4", kind="IN")]).waits == 2


def test_too_few_days_are_told() -> None:
    with pytest.raises(ValueError, match="too few calls"):
        score(day(40.0))
