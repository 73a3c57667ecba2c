"""Oracle cases: right answers pass, wrong ones fail, and what isn't known is said."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tandem.sim.families import FAMILIES
from tandem.sim.oracle import Case, Verdict, check

GOLDEN = Path(__file__).parents[1] / "golden/oracles/cases.json"
CASES = {case.id: case for case in msgspec.json.decode(GOLDEN.read_bytes(), type=list[Case])}
QUICK = ["erlangC-1", "erlangA-1", "blend-12", "nsystem-0.9"]


def verdicts(case: Case, contacts: int = 500) -> dict[str, str]:
    return {verdict.figure: verdict.verdict for verdict in check(case, 20, contacts)}


@pytest.mark.parametrize("name", QUICK)
def test_a_short_run_agrees_with_the_known_answer(name: str) -> None:
    assert set(verdicts(CASES[name]).values()) == {"passed"}


def changed(name: str, **expect: Any) -> Case:
    return msgspec.structs.replace(CASES[name], expect=expect)


@pytest.mark.parametrize(
    ("name", "figure", "wrong"),
    [
        ("erlangC-1", "rho", 0.8),
        ("erlangC-1", "SL", 0.7),
        ("erlangA-1", "Pab", 0.06),
        ("blend-12", "outbound", 7.0),
        ("nsystem-0.8", "class1_wait_longest_waiting", "diverges"),
        ("nsystem-0.8", "class1_wait_longest_waiting", 28.9),
    ],
)
def test_a_wrong_answer_fails(name: str, figure: str, wrong: float | str | list[float]) -> None:
    assert "FAILED" in verdicts(changed(name, **{figure: wrong})).values()


def test_an_unknown_family_is_skipped_and_an_unknown_figure_fails() -> None:
    assert verdicts(Case("x", "astrology", {}, {"luck": 7.0})) == {"luck": "skipped"}
    assert verdicts(changed("erlangC-1", rho=0.7, luck=7.0)) == {"rho": "passed", "luck": "FAILED"}


def test_expected_values_are_no_input() -> None:
    [right] = check(changed("erlangC-1", PW=0.18), 20, 500)
    [wrong] = check(changed("erlangC-1", PW=0.99), 20, 500)
    assert right.got == wrong.got


def test_a_case_is_run_again_while_an_interval_that_is_asked_for_is_wide() -> None:
    vague, precise = changed("erlangC-1", PW=0.18), changed("erlangC-1", rho=0.7)
    [once], [again] = check(vague, 20, 100), check(vague, 20, 100, most=40)
    assert once.got and again.got
    assert again.got.half_width < once.got.half_width
    assert check(precise, 20, 500, most=40) == check(precise, 20, 500)
    diverging = changed("nsystem-0.9", class1_wait_static_priority="diverges")
    assert check(diverging, 20, 100, most=40) == check(diverging, 20, 100)


def test_parameters_that_do_not_fit_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="mu"):
        check(msgspec.structs.replace(CASES["erlangC-1"], params={"lam": 1, "c": 2}), 20, 500)


def test_the_same_seeds_give_the_same_verdicts() -> None:
    first: list[Verdict] = check(CASES["blend-8"], 20, 200)
    assert first == check(CASES["blend-8"], 20, 200)


def test_every_family_has_a_case_in_the_golden_file() -> None:
    assert {entry["family"] for entry in json.loads(GOLDEN.read_text())} >= FAMILIES.keys()


def test_nobody_is_turned_away_who_could_wait_and_erlang_b_turns_away_all_others() -> None:
    # Erlang B with two agents and a load of 2: 2 / (1 + 2 + 2).
    case = Case("b", "erlang_k", {"load": 2, "mu": 1, "c": 2, "K": 0}, {"block": 0.4, "ASA": 0.0})
    assert verdicts(case, 2000) == {"block": "passed", "ASA": "passed"}
