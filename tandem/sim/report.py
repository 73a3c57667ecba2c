"""What several days of a scenario show together: every figure with its interval."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tandem.sim.diary import RARE, Diary, Figures
from tandem.sim.scenario import Scenario
from tandem.sim.statistics import Estimate, estimate
from tandem.sim.trial import trial

CONFIDENCE = 0.95
Estimates = dict[str, Estimate]
SECTIONS = {"queues": "queue", "tiers": "queue and tier", "groups": "agents", "agents": "agent"}
Tables = dict[str, Mapping[str, Figures]]
"""One day's figures: by section, then by whose they are."""


class Report(msgspec.Struct, frozen=True):
    """Figures by queue (queue and tier, group of agents, agent) and name, each as the mean over the seeds and half of
    its interval: 0, which says nothing, when there was one seed."""

    name: str
    seeds: int
    confidence: float
    queues: dict[str, Estimates]
    tiers: dict[str, Estimates] = {}
    groups: dict[str, Estimates] = {}
    agents: dict[str, Estimates] = {}


def rehearse(scenario: Scenario, seeds: int) -> Report:
    """Run the scenario with seeds 1, 2, ..."""
    return report_of(scenario.name, (trial(scenario, seed) for seed in range(1, seeds + 1)))


def report_of(name: str, days: Iterable[Diary]) -> Report:
    """The report on these days."""
    return _report(name, [_figures_of(day) for day in days])


def compare(before: Scenario, after: Scenario, seeds: int) -> tuple[Report, Report, Report]:
    """Both, and how much more of everything there is after; every seed has the same luck in both, so that the interval
    of the difference is a narrow one."""
    numbers = range(1, seeds + 1)
    old, new = ([_figures_of(trial(scenario, seed)) for seed in numbers] for scenario in (before, after))
    change = [
        {section: _more(before[section], after[section]) for section in SECTIONS}
        for before, after in zip(old, new, strict=True)
    ]
    return _report("before", old), _report("after", new), _report("difference", change)


def recorded(queues: Mapping[str, Figures]) -> Report:
    """A column of figures that are known."""
    known = {scope: {name: Estimate(value, 0.0) for name, value in found.items()} for scope, found in queues.items()}
    return Report("recorded", 1, CONFIDENCE, known)


def _figures_of(day: Diary) -> Tables:
    return {section: getattr(day, section)() for section in SECTIONS}


def _more(before: Mapping[str, Figures], after: Mapping[str, Figures]) -> Mapping[str, Figures]:
    return {
        scope: {name: value - before[scope][name] for name, value in after[scope].items() if name in before[scope]}
        for scope in after
        if scope in before
    }


def _report(name: str, days: Sequence[Tables]) -> Report:
    return Report(name, len(days), CONFIDENCE, **{s: _estimates([day[s] for day in days]) for s in SECTIONS})


def _estimates(days: Sequence[Mapping[str, Figures]]) -> dict[str, Estimates]:
    """A figure that was not defined on some days is estimated from the others, if there are two."""
    values: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for day in days:
        for scope, figures in day.items():
            for name, value in figures.items():
                values[scope][name].append(value)
    return {
        scope: {name: _estimate(found) for name, found in by_name.items() if len(found) > 1 or len(days) == 1}
        for scope, by_name in values.items()
    }


def _estimate(values: Sequence[float]) -> Estimate:
    return estimate(values, CONFIDENCE) if len(values) > 1 else Estimate(values[0], 0.0)


def lines_of(*reports: Report, agents: bool = False) -> list[str]:
    """The reports side by side, as text in columns; a figure without ± is a known or a constant one. `agents`: with
    those of every agent."""
    lines = [_seeds(reports[-1])]
    if len(reports) > 1:
        lines += ["", f"{'':70}" + "".join(f"{report.name:>24}" for report in reports)]
    for section, title in SECTIONS.items():
        if section == "agents" and not agents:
            continue
        tables: list[dict[str, Estimates]] = [getattr(report, section) for report in reports]
        for scope in dict.fromkeys(scope for table in tables for scope in table):
            lines += ["", f"{title}: {scope}"]
            columns = [table.get(scope, {}) for table in tables]
            names = dict.fromkeys(name for column in columns for name in column)
            lines += [_line(name, columns) for name in names if _happened(name, columns)]
    return lines


def _happened(name: str, columns: Iterable[Estimates]) -> bool:
    """Whether the figure is worth a line of text: what is rare is not told where it never was."""
    return name not in RARE or any(column[name].mean for column in columns if name in column)


def _seeds(report: Report) -> str:
    if report.seeds == 1:
        return "1 seed: no interval can be told; take more to know how sure the figures are"
    return f"{report.seeds} seeds; ± is half of the {report.confidence:.0%} interval over the seeds (Student's t)"


def _line(name: str, columns: Iterable[Estimates]) -> str:
    return f"  {name:68}" + "".join(f"{_shown(column.get(name)):>24}" for column in columns)


def _shown(found: Estimate | None) -> str:
    if found is None:
        return "-"
    value = f"{found.mean:.5g}" if abs(found.mean) < 1e5 else f"{found.mean:,.0f}"
    return f"{value} ± {found.half_width:.2g}" if found.half_width else value
