"""Customers as CSV: all that is right goes in, all that is not is told of with its line, its field and a way out."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.store.customers import importing
from tandem.store.customers.history import history
from tandem.store.customers.importing import Imported, Problem, export_csv, import_csv
from tandem.store.customers.people import People
from tandem.store.customers.rows import rows_of
from tandem.store.records import Batch, RecordWriter
from tandem.store.report import harmless
from tests.store import examples

HEAD = "name,tier,language,tags,notes,phone,email,external\n"
ANN = 'Ann,gold,en,tv;loud,"likes tea, and\nbiscuits",138 0000 0001;13900000002,ann@a.example,C-1\n'


async def chunks(text: str | bytes, size: int = 7) -> AsyncIterator[bytes]:
    """The text in small pieces, which part characters too."""
    data = text.encode() if isinstance(text, str) else text
    for first in range(0, len(data), size):
        yield data[first : first + size]


async def taken(engine: AsyncEngine, text: str | bytes, *, dry_run: bool = False) -> Imported:
    return await import_csv(engine, chunks(text), "CN", 10.0, dry_run=dry_run)


async def exported(engine: AsyncEngine) -> str:
    return b"".join([part async for part in export_csv(engine)]).decode()


async def test_a_line_is_a_person(engine: AsyncEngine) -> None:
    report = await taken(engine, HEAD + ANN)
    assert report == Imported(lines=1, created=1)
    ann = await People(engine).known_by("phone:+8613900000002")
    assert ann is not None
    assert (ann.name, ann.tier, ann.tags, ann.notes) == ("Ann", "gold", ("tv", "loud"), "likes tea, and\nbiscuits")
    assert set(ann.identities) == {
        "phone:+8613800000001", "phone:+8613900000002", "email:ann@a.example", "external:C-1",
    }  # fmt: skip


async def test_who_is_known_is_changed_by_what_is_written_and_keeps_the_rest(engine: AsyncEngine) -> None:
    await taken(engine, HEAD + ANN)
    again = await taken(engine, "phone,name,tier,email\n13800000001,,vip,ann@b.example\n")
    assert again == Imported(lines=1, changed=1)
    ann = await People(engine).known_by("email:ann@b.example")
    assert ann is not None
    assert (ann.name, ann.tier, ann.change, ann.tags) == ("Ann", "vip", 2, ("tv", "loud"))
    assert await taken(engine, "phone,tier\n13800000001,vip\n") == Imported(lines=1, unchanged=1)


async def test_a_trial_run_says_what_would_come_of_it(engine: AsyncEngine) -> None:
    report = await taken(engine, HEAD + ANN + "Bob,,,,,nonsense,,\n", dry_run=True)
    assert (report.lines, report.created, report.refused) == (2, 1, 1)
    assert await People(engine).page(10, "") == []


async def test_lines_of_one_file_find_each_other(engine: AsyncEngine) -> None:
    report = await taken(engine, "phone,email,name\n13800000001,,Ann\n,a@a.example,Anna\n13800000001,a@a.example,A\n")
    assert (report.created, report.refused) == (2, 1)
    report = await taken(engine, "phone,email,name\n13800000009,,Bo\n13800000009,b@a.example,Bob\n")
    assert (report.created, report.changed) == (1, 1)
    bob = await People(engine).known_by("email:b@a.example")
    assert bob is not None
    assert (bob.name, bob.change) == ("Bob", 1)


@pytest.mark.parametrize(
    ("line", "field", "why"),
    [
        ("Ann,,,,,12x,,", "phone", "'12x' is none: write it as +8613800000001"),
        ("Ann,,,,,,ann@a,", "email", "write it as ann@shop.example"),
        ("Ann,,,,,,,", "", "nobody can be known by it: fill in one of phone"),
        ("Ann,,,,138", "", "it has 5 cells, and there are 8 columns: check commas and quotes"),
        (f"{'x' * 201},,,,,13800000001,,", "name", "it has 201 characters: at most 200"),
    ],
)
async def test_what_is_wrong_is_told_with_its_line_and_a_way_out(
    engine: AsyncEngine, line: str, field: str, why: str
) -> None:
    report = await taken(engine, HEAD + ANN + "\n" + line + "\n" + "Bob,,,,,13900000009,,\n")
    (problem,) = report.problems
    assert (problem.line, problem.field) == (5, field), "the one before has two lines, and there is an empty one"
    assert why in problem.text
    assert (report.lines, report.created, report.refused) == (3, 2, 1)


async def test_what_is_no_csv_is_told_of_and_nothing_breaks(engine: AsyncEngine) -> None:
    text = "phone,name\n13800000001,old\rMac\n" + "x" * 250_000 + "\n13800000002,Ann\n"
    report = await import_csv(engine, chunks(text, 65536), "CN", 10.0)
    assert report.created == 1
    assert {problem.line for problem in report.problems} >= {2, 3}
    assert all("check commas and quotes" in problem.text for problem in report.problems)
    (head,) = (await taken(engine, "phone\rname\r")).problems[:1]
    assert "there is no such column" in head.text
    many = ";".join(f"1380000{n:04}" for n in range(51))
    assert "is it one person?" in (await taken(engine, f"phone\n{many}\n")).problems[0].text


async def test_a_quote_that_is_never_closed_costs_a_bounded_part(engine: AsyncEngine) -> None:
    lines = "".join(f"1380{n:07},N\n" for n in range(9000))
    report = await import_csv(engine, chunks('phone,name\n13900000001,"Ann\n' + lines, 65536), "CN", 10.0)
    assert report.problems
    assert report.created > 1000


async def test_one_line_for_two_customers_says_whom_to_merge(engine: AsyncEngine) -> None:
    await taken(engine, "phone,name\n13800000001,Ann\n13800000002,Bob\n")
    (problem,) = (await taken(engine, "phone\n13800000001;13800000002\n")).problems
    assert "belong to 2 customers" in problem.text
    assert "merge them first" in problem.text


@pytest.mark.parametrize(
    ("head", "field", "why"),
    [
        ("phone,colour", "colour", "there is no such column: the columns are name, tier"),
        ("phone,phone", "phone", "it stands there twice"),
        ("name,tier", "", "give one of phone, email, chat, external"),
        ("", "", "there is nothing in it: begin with a line of name,tier"),
    ],
)
async def test_a_wrong_first_line_stops_it(engine: AsyncEngine, head: str, field: str, why: str) -> None:
    report = await taken(engine, f"{head}\n" if head else "")
    assert (report.problems[0].field, report.lines) == (field, 0)
    assert why in report.problems[0].text


async def test_what_is_not_utf_8_is_said(engine: AsyncEngine) -> None:
    report = await taken(engine, b"phone,name\n13800000001," + "王".encode("gb18030") + b"\n")
    assert report.problems == [Problem(2, "name", "it is not UTF-8: save the file as UTF-8")]
    assert (await taken(engine, "\ufeffphone,name\n13800000001,王\n")).created == 1


async def test_the_problems_told_are_bounded_and_all_are_counted(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MOST_PROBLEMS", 3)
    report = await taken(engine, "phone\n" + "x\n" * 9)
    assert (report.refused, len(report.problems)) == (9, 3)


async def test_batches_meet(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    lines = "".join(f"1380000{n % 5:04},N{n}\n" for n in range(11))
    report = await taken(engine, "phone,name\n" + lines)
    assert (report.created, report.changed) == (5, 6)
    assert [one.name for one in await People(engine).search("N10")] == ["N10"]


async def test_contacts_of_before_are_joined(engine: AsyncEngine) -> None:
    writer = await RecordWriter.open(engine)
    rows = [examples.contact("c1", 1.0, caller="13800000001"), examples.contact("c2", 2.0, caller="anonymous")]
    await writer._write(
        [Batch(writer.progress + 1, 1.0, [*rows, examples.contact("c3", 3.0, identity="phone:+8613800000001")])]
    )
    await taken(engine, "phone\n13800000001\n", dry_run=True)
    await taken(engine, "phone\n13800000001\n")
    ann = await People(engine).known_by("phone:+8613800000001")
    assert ann is not None
    assert [entry.contact for entry in await history(engine, ann.customer, 9)] == ["c3", "c1"]


async def test_what_is_written_out_comes_in_again(engine: AsyncEngine) -> None:
    await taken(engine, HEAD + ANN + "'=SUM(A1),,,,,,,@odd\n" + "=x,,,,,13800000007,,\n")
    written = await exported(engine)
    assert "'=SUM" in written
    assert "'@odd" in written
    assert (await taken(engine, written)).unchanged == 3
    async with engine.begin() as connection:
        for table in ("customers", "customer_identities"):
            await connection.execute(text(f"DELETE FROM {table}"))
    assert (await taken(engine, written)).created == 3
    assert sorted((await exported(engine)).splitlines()) == sorted(written.splitlines())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.text("ab,\"\n;'", max_size=6), min_size=2, max_size=3), max_size=6), st.integers(1, 9))
async def test_rows_are_read_as_they_were_written_whatever_is_in_them(rows: list[list[str]], size: int) -> None:
    written = importing._written(rows).decode() if rows else ""
    read = [cells async for _, cells in rows_of(chunks(written, size))]
    assert read == [[str(harmless(cell)) for cell in row] for row in rows]
