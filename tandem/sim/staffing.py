"""How many agents a scenario needs, by simulation: the answer where agents differ and no formula holds."""

from collections.abc import Iterator

from msgspec.structs import replace

from tandem.sim.report import Report, rehearse
from tandem.sim.scenario import Scenario

LEVEL = "service level: answered in target / offered"
_MOST_GROWTHS = 30


class OutOfReachError(Exception):
    """More of these agents do not help."""


def least_staff(scenario: Scenario, target: float, seeds: int) -> tuple[Scenario, Report]:
    """The scenario with as few agents as keep every queue's mean `LEVEL` at `target`, and its report.

    All groups grow by a tenth until it holds; then, in ever smaller lots, agents go from the least occupied group first
    for as long as it does. In the end no group can spare one agent; other mixes may do with fewer. Every attempt has
    the same luck, so that differences are those of the staff. Raises OutOfReachError.
    """
    report = rehearse(scenario, seeds)
    for _ in range(_MOST_GROWTHS):
        if _holds(report, target):
            break
        scenario = _grown(scenario)
        report = rehearse(scenario, seeds)
    else:
        raise OutOfReachError(f"not even {_count(scenario)} of these agents keep a level of {target:g} in every queue")
    lot = max(group.count for group in scenario.groups.values()) // 4 or 1
    while lot:
        smaller = next(((s, r) for s, r in _attempts(scenario, report, lot, seeds) if _holds(r, target)), None)
        if smaller:
            scenario, report = smaller
        else:
            lot //= 2
    return scenario, report


def _attempts(scenario: Scenario, report: Report, lot: int, seeds: int) -> Iterator[tuple[Scenario, Report]]:
    """One group less by a lot, the least occupied group first."""
    for name in sorted(scenario.groups, key=lambda name: _occupancy(report, name)):
        count = scenario.groups[name].count
        if count >= lot:
            fewer = replace(
                scenario, groups=scenario.groups | {name: replace(scenario.groups[name], count=count - lot)}
            )
            yield fewer, rehearse(fewer, seeds)


def _occupancy(report: Report, group: str) -> float:
    found = report.groups[group].get("occupancy")
    return found.mean if found else 0.0


def _holds(report: Report, target: float) -> bool:
    return all(figures[LEVEL].mean >= target for figures in report.queues.values() if LEVEL in figures)


def _grown(scenario: Scenario) -> Scenario:
    groups = {
        name: replace(group, count=group.count + max(group.count // 10, 1)) for name, group in scenario.groups.items()
    }
    return replace(scenario, groups=groups)


def _count(scenario: Scenario) -> int:
    return sum(group.count for group in scenario.groups.values())
