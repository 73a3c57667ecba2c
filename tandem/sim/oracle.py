"""Oracle cases: known answers, held against what the production router does under virtual time."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import msgspec

from tandem.sim.families import FAMILIES
from tandem.sim.model import GROWTH, Figures
from tandem.sim.statistics import Estimate, estimate

PASSED, FAILED, SKIPPED = "passed", "FAILED", "skipped"
EXACT, SIMULATED, LIMIT = 0.01, 0.03, 0.06
"""How far from the expected value is near enough, when the interval does not cover it."""

PRECISION = 0.1
"""A case is run again until half of every interval is at most this part of its middle, or it was run often enough."""

LIMITS = frozenset({"halfin_whitt", "garnett"})
DIVERGES = "diverges"

Expected = float | list[float] | str


class Case(msgspec.Struct, frozen=True):
    """One case of an oracle file; the file is a list of these. `how` says whether it was computed or simulated."""

    id: str
    family: str
    params: dict[str, Any]
    expect: dict[str, Expected]
    how: str = ""


class Verdict(msgspec.Struct, frozen=True):
    """One figure of a case. `got` is None where nothing was measured: an unknown family (skipped), figure (failed)."""

    case: str
    figure: str
    expected: float | str
    got: Estimate | None
    verdict: str


def check(case: Case, replications: int, contacts: int, most: int = 0) -> list[Verdict]:
    """Simulate `case` with seeds 1, 2, ..., at least `contacts` in each replication; a verdict on each figure.

    While an interval is wider than PRECISION asks for there are as many replications again, up to `most` (a sequential
    procedure: Chow and Robbins 1965). What is expected has no say in what is simulated, nor for how long.
    Raises msgspec.ValidationError when the parameters do not fit the family.
    """
    expected = dict(_flat(case.expect))
    family = FAMILIES.get(case.family)
    if family is None:
        return [Verdict(case.id, name, value, None, SKIPPED) for name, value in expected.items()]
    runs: list[dict[str, float | str]] = []
    got: dict[str, Estimate] = {}
    while not runs or (len(runs) < most and _is_vague(got, expected)):
        dice = [Random(len(runs) + seed) for seed in range(1, replications + 1)]  # noqa: S311 - not for secrets
        runs += [dict(_flat(family(case.params, own, contacts))) for own in dice]
        got = {name: estimate([float(run[name]) for run in runs]) for name in runs[0]}
    return [_verdict(case, name, value, got) for name, value in expected.items()]


def _is_vague(got: Mapping[str, Estimate], asked: Mapping[str, Expected]) -> bool:
    """True while the interval of some figure that is asked for is too wide. One that diverges has no width to reach."""
    settling = [got[name] for name, value in asked.items() if name in got and value != DIVERGES]
    return any(found.half_width > PRECISION * abs(found.mean) for found in settling)


def _verdict(case: Case, name: str, expected: float | str, got: Mapping[str, Estimate]) -> Verdict:
    if expected == DIVERGES:
        name += GROWTH
    found = got.get(name)
    fits = found is not None and _fits(case, name, expected, found)
    return Verdict(case.id, name, expected, found, PASSED if fits else FAILED)


def _fits(case: Case, name: str, expected: float | str, got: Estimate) -> bool:
    """True when the interval covers the expected value, or its middle is near enough; for growth: all above zero."""
    if isinstance(expected, str):
        return expected == DIVERGES and got.mean > got.half_width
    return got.covers(expected) or abs(got.mean - expected) <= _tolerance(case, name) * abs(expected)


def _tolerance(case: Case, name: str) -> float:
    if case.family in LIMITS and not name.startswith("exact"):
        return LIMIT
    return SIMULATED if "simulation" in case.how else EXACT


def _flat(figures: Mapping[str, Expected] | Figures) -> Iterator[tuple[str, float | str]]:
    """Each figure by name; those of a list by name and number: W[0], W[1], ..."""
    for name, value in figures.items():
        if isinstance(value, list):
            yield from ((f"{name}[{number}]", item) for number, item in enumerate(value))
        else:
            yield name, value
