"""A number that was seen, and how numbers are shown."""

import json
import platform
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

import msgspec


class Figure(msgspec.Struct, frozen=True):
    """One number of benchmark `bench`; `name` and `unit` say what it is."""

    bench: str
    name: str
    value: float
    unit: str = ""


def delays(bench: str, name: str, seconds: Sequence[float]) -> list[Figure]:
    """The median and the 99th percentile of `seconds` (two or more), as milliseconds."""
    percentiles = quantiles(seconds, n=100, method="inclusive")
    return [
        Figure(bench, f"{name}, median", percentiles[49] * 1000, "ms"),
        Figure(bench, f"{name}, p99", percentiles[98] * 1000, "ms"),
    ]


def table(figures: Sequence[Figure]) -> str:
    """The figures as an aligned Markdown table, as docs/performance.md has it."""
    rows = [("benchmark", "figure", "value", "unit")]
    rows += [(figure.bench, figure.name, shown(figure.value), figure.unit) for figure in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [_line(row, widths) for row in rows]
    rule = "|".join("-" * (width + 1) + ("-:"[column == 2]) for column, width in enumerate(widths))
    return "\n".join([lines[0], f"|{rule}|", *lines[1:]])


def json_line(figures: Sequence[Figure], about: dict[str, str]) -> str:
    """The figures and what is known `about` the machine, as one line."""
    values = [msgspec.to_builtins(figure) for figure in figures]
    return json.dumps({"machine": about, "figures": values}, ensure_ascii=False)


def shown(value: float) -> str:
    """Three digits that count, and no point where it says nothing: 0.123, 1.23, 12.3, 123, 12,345."""
    size = abs(value)
    places = 0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:,.{places}f}"


def machine() -> dict[str, str]:
    """What the figures were seen on."""
    processors = _fields(Path("/proc/cpuinfo").read_text())
    memory = _fields(Path("/proc/meminfo").read_text())
    names = processors.get("model name", ["unknown"])
    return {
        "cpu": f"{len(processors.get('processor', []))} x {names[0]}",
        "memory": f"{int(memory['MemTotal'][0].split()[0]) / 2**20:.0f} GiB",
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    bench, name, value, unit = row
    return f"| {bench:{widths[0]}} | {name:{widths[1]}} | {value:>{widths[2]}} | {unit:{widths[3]}} |"


def _fields(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip(), []).append(value.strip())
    return found
