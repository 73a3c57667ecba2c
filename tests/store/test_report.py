import csv
import io

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control import commands
from tandem.store.report import REPORTS, report, timeline, to_csv, to_table
from tests.store.examples import ALL, contact, interval
from tests.store.test_queries import write


def test_columns_are_aligned_also_with_wide_characters() -> None:
    assert to_table(("tier", "calls"), [["金卡会员", 7], ["none", None], ["plain", 12]]) == (
        "tier      calls\n金卡会员  7\nnone\nplain     12\n"
    )


def test_a_callers_name_cannot_steer_the_terminal() -> None:
    assert to_table(("name",), [["\x1b[2Jgone\r\n"]]) == "name\n?[2Jgone??\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@sum", "'@sum"),
        ("+cmd|x", "'+cmd|x"),
        ("-2+3", "'-2+3"),
        ("+8613800000000", "'+8613800000000"),
        ("a=b",) * 2,
    ],
)
def test_csv_holds_no_formula(text: str, written: str) -> None:
    assert list(csv.reader(io.StringIO(to_csv(("a",), [[text]])))) == [["a"], [written]]


def test_csv_keeps_numbers_and_quotes_text() -> None:
    assert to_csv(("a", "b"), [[-1.5, 'say "hi", now']]) == 'a,b\r\n-1.5,"say ""hi"", now"\r\n'


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("as_csv", [False, True])
async def test_every_report_prints_rows_and_an_empty_range(engine: AsyncEngine, name: str, as_csv: bool) -> None:
    await write(engine, [*ALL, commands.RecordWait("c9", "sales", 1000.0, 1001.0, "lost", None, 1000.0)])
    full = await report(engine, name, 0.0, 2000.0, as_csv=as_csv)
    empty = await report(engine, name, 5000.0, 6000.0, as_csv=as_csv)
    assert len(full.splitlines()) >= 2
    assert len(empty.splitlines()) == 1


async def test_the_interval_report_reads_well(engine: AsyncEngine) -> None:
    await write(engine, [interval(900.0, offered=3, answered=3, answered_in_target=2, wait_answered=31.0)])
    head, row = (await report(engine, "intervals", 0.0, 2000.0)).splitlines()
    assert head.split("  ")[0] == "queue"
    assert row.startswith("help ")
    assert row.split()[-4:] == ["20.0", "66.7%", "66.7%", "10.3"]


async def test_the_timeline_counts_from_the_calls_beginning(engine: AsyncEngine) -> None:
    await write(
        engine,
        [contact(), *(commands.RecordStep("c1", n, 1000.0 + n * 1.5, "node", f"n{n}") for n in (1, 2, 3))],
    )
    assert (await timeline(engine, "c1")).splitlines()[1:] == [
        "0.0      node  n1",
        "1.5      node  n2",
        "3.0      node  n3",
    ]
    assert (await timeline(engine, "c9")).splitlines() == ["seconds  what  detail"]
