"""Estimates of waits, held against what happened."""

import pytest
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control import commands
from tandem.store.calibration import calibration
from tandem.store.report import report
from tests.store.examples import wait
from tests.store.test_queries import write


def foretold(call: str, at: float, lasted: float, told: float, outcome: str = "answered") -> commands.RecordWait:
    known = wait(call, at, at + lasted, outcome)
    return replace(known, estimated=told, earliest=told / 2, latest=told * 2)


async def test_errors_and_ranges_are_of_the_answered(engine: AsyncEngine) -> None:
    rows = [
        foretold("c1", 1000, 10, 13),
        foretold("c2", 1010, 30, 26),
        foretold("c3", 1020, 10, 40),
        foretold("c4", 1030, 5, 40, "abandoned"),
        foretold("late", 2000, 5, 40),
        wait("not asked", 1040, 1041, "answered"),
        replace(foretold("other", 1050, 7, 7, "abandoned"), queue="tv"),
    ]
    await write(engine, [*rows])
    help_, tv = await calibration(engine, 1000, 2000)
    assert (help_.queue, help_.part, help_.waits, help_.not_answered) == ("help", "all", 3, 1)
    assert help_.mean_estimate == pytest.approx(79 / 3)
    assert help_.mean_wait == pytest.approx(50 / 3)
    assert help_.mean_error == pytest.approx(29 / 3)
    assert help_.rmse == pytest.approx(((9 + 16 + 900) / 3) ** 0.5)
    assert (help_.in_range, help_.below_range) == pytest.approx((2 / 3, 1 / 3))
    assert (tv.queue, tv.waits, tv.not_answered, tv.rmse) == ("tv", 0, 1, None)


async def test_of_many_each_tenth_by_the_estimate_has_a_line(engine: AsyncEngine) -> None:
    await write(engine, [foretold(f"c{n}", 1000 + n, lasted=n + 5, told=n) for n in range(55)])
    everyone, *tenths = await calibration(engine, 0, 2000)
    assert everyone.waits == 55
    assert [line.part for line in tenths] == [f"tenth {number}" for number in range(1, 11)]
    assert sum(line.waits for line in tenths) == 55
    assert tenths[0].mean_estimate == 2.0
    assert tenths[-1].mean_estimate == 51.5
    assert {line.mean_error for line in tenths} == {-5.0}


async def test_the_report_shows_shares_as_percent(engine: AsyncEngine) -> None:
    await write(engine, [foretold("c1", 1000, 10, 13)])
    head, row = (await report(engine, "calibration", 0, 2000)).splitlines()
    assert head.split()[-4:] == ["in", "range", "below", "range"]
    assert row.split()[-2:] == ["100.0%", "0.0%"]
