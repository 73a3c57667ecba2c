"""What several days of a scenario show together: every figure with its interval."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tandem.sim.diary import Diary, Figures
from tandem.sim.scenario import Scenario
from tandem.sim.statistics import Estimate, estimate
from tandem.sim.trial import trial

CONFIDENCE = 0.95
Estimates = dict[str, Estimate]
Tables = tuple[Mapping[str, Figures], Mapping[str, Figures]]
"""One day's figures, by queue and by group of agents."""


class Report(msgspec.Struct, frozen=True):
    """Figures by queue (or group of agents) and name, each as the mean over the seeds and half of its interval."""

    name: str
    seeds: int
    confidence: float
    queues: dict[str, Estimates]
    groups: dict[str, Estimates]


def rehearse(scenario: Scenario, seeds: int) -> Report:
    """Run the scenario with seeds 1, 2, ... (two at least)."""
    return report_of(scenario.name, (trial(scenario, seed) for seed in range(1, seeds + 1)))


def report_of(name: str, days: Iterable[Diary]) -> Report:
    """The report on these days, two at least."""
    return _report(name, [_figures_of(day) for day in days])


def compare(before: Scenario, after: Scenario, seeds: int) -> tuple[Report, Report, Report]:
    """Both, and how much more of everything there is after; every seed has the same luck in both, so that the interval
    of the difference is a narrow one."""
    numbers = range(1, seeds + 1)
    old, new = ([_figures_of(trial(scenario, seed)) for seed in numbers] for scenario in (before, after))
    change = [tuple(map(_more, *days)) for days in zip(old, new, strict=True)]
    return _report("before", old), _report("after", new), _report("difference", change)


def recorded(queues: Mapping[str, Figures]) -> Report:
    """A column of figures that are known."""
    known = {scope: {name: Estimate(value, 0.0) for name, value in found.items()} for scope, found in queues.items()}
    return Report("recorded", 1, CONFIDENCE, known, {})


def _figures_of(day: Diary) -> Tables:
    return day.queues(), day.groups()


def _more(before: Mapping[str, Figures], after: Mapping[str, Figures]) -> Mapping[str, Figures]:
    return {
        scope: {name: value - before[scope][name] for name, value in after[scope].items() if name in before[scope]}
        for scope in after
        if scope in before
    }


def _report(name: str, days: Sequence[tuple[Mapping[str, Figures], ...]]) -> Report:
    queues, groups = zip(*days, strict=True)
    return Report(name, len(days), CONFIDENCE, _estimates(queues), _estimates(groups))


def _estimates(days: Iterable[Mapping[str, Figures]]) -> dict[str, Estimates]:
    """A figure that was not defined on some days is estimated from the others, if there are two."""
    values: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for day in days:
        for scope, figures in day.items():
            for name, value in figures.items():
                values[scope][name].append(value)
    return {
        scope: {name: estimate(found, CONFIDENCE) for name, found in by_name.items() if len(found) > 1}
        for scope, by_name in values.items()
    }


def lines_of(*reports: Report) -> list[str]:
    """The reports side by side, as text in columns; a figure without ± is a known or a constant one."""
    first = reports[-1]
    lines = [f"{first.seeds} seeds; ± is half of the {first.confidence:.0%} interval over the seeds (Student's t)"]
    if len(reports) > 1:
        lines += ["", f"{'':70}" + "".join(f"{report.name:>24}" for report in reports)]
    for title, tables in (("queue", [r.queues for r in reports]), ("agents", [r.groups for r in reports])):
        for scope in dict.fromkeys(scope for table in tables for scope in table):
            lines += ["", f"{title}: {scope}"]
            columns = [table.get(scope, {}) for table in tables]
            lines += [_line(name, columns) for name in dict.fromkeys(name for column in columns for name in column)]
    return lines


def _line(name: str, columns: Iterable[Estimates]) -> str:
    return f"  {name:68}" + "".join(f"{_shown(column.get(name)):>24}" for column in columns)


def _shown(found: Estimate | None) -> str:
    if found is None:
        return "-"
    value = f"{found.mean:.5g}" if abs(found.mean) < 1e5 else f"{found.mean:,.0f}"
    return f"{value} ± {found.half_width:.2g}" if found.half_width else value
