"""What several days of a scenario show together: every figure with its interval."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from tandem.sim.diary import Diary, Figures
from tandem.sim.scenario import Scenario
from tandem.sim.statistics import Estimate, estimate
from tandem.sim.trial import trial

CONFIDENCE = 0.95
Estimates = dict[str, Estimate]


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
    pairs = [(day.queues(), day.groups()) for day in days]
    queues, groups = zip(*pairs, strict=True)
    return Report(name, len(pairs), CONFIDENCE, _estimates(queues), _estimates(groups))


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
    """The reports side by side, as text in columns; figures have their order from the first."""
    first = reports[0]
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
    return (
        f"{found.mean:.5g} ± {found.half_width:.2g}"
        if abs(found.mean) < 1e5
        else f"{found.mean:,.0f} ± {found.half_width:.2g}"
    )
