"""How figures are shown."""

import json

import pytest

from bench.figure import Figure, delays, json_line, machine, shown, table


def test_the_table_is_aligned_markdown() -> None:
    figures = [Figure("core", "events", 12345.6, "per s"), Figure("calls", "CPU", 0.5, "ms a call")]
    assert table(figures).splitlines() == [
        "| benchmark | figure |  value | unit      |",
        "|-----------|--------|-------:|-----------|",
        "| core      | events | 12,346 | per s     |",
        "| calls     | CPU    |  0.500 | ms a call |",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1234, "0.123"), (1.234, "1.23"), (12.34, "12.3"), (100.0, "100"), (5, "5"), (81234.5, "81,234")],
)
def test_three_digits_count(value: float, text: str) -> None:
    assert shown(value) == text


def test_delays_are_the_median_and_the_99th_percentile_in_milliseconds() -> None:
    seconds = [number / 1000 for number in range(101)]
    median, p99 = delays("keys", "key", seconds)
    assert (median.name, median.unit, p99.name, p99.unit) == ("key, median", "ms", "key, p99", "ms")
    assert [median.value, p99.value] == pytest.approx([50, 99])


def test_the_json_line_is_one_line_with_every_figure_and_the_machine() -> None:
    line = json_line([Figure("core", "events", 12345.6, "per s")], {"cpu": "2 x Some"})
    assert "\n" not in line
    assert json.loads(line) == {
        "machine": {"cpu": "2 x Some"},
        "figures": [{"bench": "core", "name": "events", "value": 12345.6, "unit": "per s"}],
    }


def test_the_machine_is_described() -> None:
    about = machine()
    assert set(about) == {"cpu", "memory", "kernel", "python"}
    assert int(about["cpu"].split()[0]) >= 1
    assert int(about["memory"].removesuffix(" GiB")) >= 1
