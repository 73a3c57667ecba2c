"""Customers as CSV, in and out: a line is a person, and who is known by one of its identities is changed, not doubled.

The first line names the columns. Several values in a cell are parted by semicolons. What is read and written is never
more than a few hundred lines at once, however long the file.
"""

import csv
import io
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tandem.control.identities import KINDS, identity, parts_of
from tandem.store.customers.people import (
    CONTACTS,
    IDENTITIES,
    PEOPLE,
    People,
    Person,
    join_contacts,
    new_id,
    reading,
    row_of,
    writing,
)
from tandem.store.customers.rows import rows_of
from tandem.store.report import harmless

FIELDS = ("name", "tier", "language", "tags", "notes")
COLUMNS = (*FIELDS, *KINDS)
BATCH = 500
"""Lines in one transaction."""
MOST_KNOWN_BY = 50
"""Identities in one line."""
MOST_PROBLEMS = 1000
"""That are told of; all are counted."""
LONGEST: dict[str, int] = {"name": 200, "tier": 64, "language": 35, "tags": 1000, "notes": 10_000}
"""Characters."""
EXAMPLES = {
    "phone": "write it as +8613800000001, or as it is dialled here",
    "email": "write it as ann@shop.example",
    "chat": "use up to 100 letters, digits and signs of ASCII, no semicolon",
    "external": "use up to 100 letters, digits and signs of ASCII, no semicolon",
}


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a line, where, and what to do about it. `line` counts from 1, the columns' names."""

    line: int
    field: str
    text: str


class Imported(msgspec.Struct):
    """What came of an import: people `created`, `changed`, left as they were, and lines with problems."""

    lines: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    problems: list[Problem] = []


class Line(msgspec.Struct, frozen=True):
    """One line that can be understood: the fields that it fills, and identities."""

    number: int
    fields: dict[str, Any]
    identities: tuple[str, ...]


async def import_csv(
    engine: AsyncEngine, data: AsyncIterable[bytes], country: str, now: float, *, dry_run: bool = False
) -> Imported:
    """Take in all lines that are right; the others are told of, and change nothing.

    An empty cell leaves what is known. `country` is that of numbers without a plus. `dry_run` says what would come of
    it, where a new person on two lines that are more than BATCH apart counts twice. Raises CustomerStoreError.
    """
    report = Imported()
    columns: list[str] = []
    batch: list[Line] = []
    async for number, cells in rows_of(data):
        if not columns:
            columns = [cell.strip().lower() for cell in cells]
            report.problems += _wrong_columns(columns)
            if report.problems:
                return report
            continue
        report.lines += 1
        if (line := _understood(report, number, columns, cells, country)) is not None:
            batch.append(line)
        if len(batch) >= BATCH:
            await _write(engine, batch, report, now, dry_run)
            batch = []
    await _write(engine, batch, report, now, dry_run)
    if not columns:
        report.problems.append(Problem(1, "", f"there is nothing in it: begin with a line of {','.join(COLUMNS)}"))
    elif not dry_run:
        await join_old_contacts(engine, country)
    return report


async def export_csv(engine: AsyncEngine) -> AsyncIterator[bytes]:
    """All customers, as `import_csv` takes them. Raises CustomerStoreError."""
    people, after = People(engine), ""
    yield _written([COLUMNS])
    while page := await people.page(BATCH, after):
        yield _written([_cells(person) for person in page])
        after = page[-1].customer


async def join_old_contacts(engine: AsyncEngine, country: str) -> None:
    """Contacts that came before their customers were known belong to them from now on."""
    after = ""
    query = select(CONTACTS.c.call, CONTACTS.c.caller).where(
        CONTACTS.c.identity == "",
        CONTACTS.c.caller != "",
        CONTACTS.c.channel == "voice",
        CONTACTS.c.call > bindparam("after"),
    )
    while True:  # those written before contacts had identities
        async with reading(engine) as connection:
            old = (await connection.execute(query.order_by(CONTACTS.c.call).limit(BATCH), {"after": after})).all()
        if not old:
            break
        after = old[-1].call
        known = [{"its": row.call, "by": identity("phone", row.caller, country) or ""} for row in old]
        async with writing(engine) as connection:
            named = update(CONTACTS).where(CONTACTS.c.call == bindparam("its")).values(identity=bindparam("by"))
            await connection.execute(named, [row for row in known if row["by"]] or [{"its": "", "by": ""}])
    async with writing(engine) as connection:
        await join_contacts(connection, select(IDENTITIES.c.identity))


# --- reading -----------------------------------------------------------------------------------------------------


def _wrong_columns(columns: Sequence[str]) -> list[Problem]:
    known = f"the columns are {', '.join(COLUMNS)}"
    unknown = [Problem(1, name, f"there is no such column: {known}") for name in columns if name not in COLUMNS]
    twice = [Problem(1, name, "it stands there twice") for name in dict.fromkeys(columns) if columns.count(name) > 1]
    nobody = [] if set(columns) & set(KINDS) else [Problem(1, "", f"give one of {', '.join(KINDS)} at least")]
    return unknown + twice + nobody


def _understood(report: Imported, number: int, columns: Sequence[str], cells: list[str], country: str) -> Line | None:
    """The line; None: it is wrong, and that is in the report."""
    given = dict(zip(columns, map(_plain, cells), strict=False))
    problems = list(_problems(number, columns, cells, given, country))
    if problems:
        refuse(report, problems)
        return None
    fields: dict[str, Any] = {name: given[name] for name in FIELDS if given.get(name)}
    if "tags" in fields:
        fields["tags"] = _several(fields["tags"])
    found = [identity(kind, value, country) for kind in KINDS for value in _several(given.get(kind, ""))]
    return Line(number, fields, tuple(dict.fromkeys(known for known in found if known)))


def _problems(
    number: int, columns: Sequence[str], cells: Sequence[str], given: dict[str, str], country: str
) -> Iterable[Problem]:
    if len(cells) != len(columns):
        counted = f"it has {len(cells)} cells, and there are {len(columns)} columns"
        yield Problem(number, "", f"{counted}: check commas and quotes")
        return
    for name, value in given.items():
        if fault := _fault(name, value, country):
            yield Problem(number, name, fault)
    if sum(len(_several(given.get(kind, ""))) for kind in KINDS) > MOST_KNOWN_BY:
        yield Problem(number, "", f"it names more than {MOST_KNOWN_BY} numbers, addresses and names: is it one person?")
    if not any(given.get(kind) for kind in KINDS):
        yield Problem(number, "", f"nobody can be known by it: fill in one of {', '.join(KINDS)}")


def _fault(name: str, value: str, country: str) -> str:
    """What is wrong with a cell, and what to do about it."""
    if "\ufffd" in value:
        return "it is not UTF-8: save the file as UTF-8"
    if len(value) > LONGEST.get(name, 1000):
        return f"it has {len(value)} characters: at most {LONGEST.get(name, 1000)}"
    parts = _several(value) if name in KINDS else ()
    wrong = next((part for part in parts if identity(name, part, country) is None), None)
    return "" if wrong is None else f"{wrong[:60]!r} is none: {EXAMPLES[name]}"


def refuse(report: Imported, problems: Sequence[Problem]) -> None:
    """A line is not taken."""
    report.refused += 1
    report.problems += problems[: MOST_PROBLEMS - len(report.problems)]


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _plain(cell: str) -> str:
    """Without the apostrophe that an export puts before what a spreadsheet would take for a formula."""
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) == cell else cell


# --- writing -----------------------------------------------------------------------------------------------------


async def _write(engine: AsyncEngine, batch: Sequence[Line], report: Imported, now: float, dry_run: bool) -> None:
    """One transaction; which of them are known is seen in it."""
    if not batch:
        return
    async with writing(engine) as connection:
        plan = _Plan(*await _known(connection, batch))
        for line in batch:
            plan.take(line, report, now)
        if not dry_run:
            await plan.write(connection, now)


async def _known(
    connection: AsyncConnection, batch: Sequence[Line]
) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
    """Whose the identities of these lines are, and the rows of those people."""
    wanted = [known_by for line in batch for known_by in line.identities]
    query = select(IDENTITIES.c.identity, IDENTITIES.c.customer).where(IDENTITIES.c.identity.in_(wanted))
    owners = {row.identity: row.customer for row in await connection.execute(query)}
    theirs = select(PEOPLE).where(PEOPLE.c.customer.in_(set(owners.values())))
    rows = {row["customer"]: dict(row) for row in (await connection.execute(theirs)).mappings()}
    return owners, rows


class _Plan:
    """What a batch comes to: `owners` by identity and `rows` by customer, as they stand and then as they will."""

    def __init__(self, owners: dict[str, str], rows: dict[str, dict[str, Any]]) -> None:
        self._owners, self._rows = owners, rows
        self._created: dict[str, None] = {}
        self._changed: dict[str, None] = {}
        self._added: list[dict[str, Any]] = []

    def take(self, line: Line, report: Imported, now: float) -> None:
        """One line: a new person, a known one, or one who is two."""
        known = dict.fromkeys(self._owners[one] for one in line.identities if one in self._owners)
        if len(known) > 1:
            text = f"its identities belong to {len(known)} customers ({', '.join(known)}): merge them first"
            refuse(report, [Problem(line.number, "", text)])
            return
        owner = next(iter(known), "") or self._new(line, now)
        fresh = [one for one in line.identities if one not in self._owners]
        row = self._rows[owner]
        differs = any(row[name] != value for name, value in line.fields.items())
        row |= line.fields
        self._owners |= dict.fromkeys(fresh, owner)
        self._added += [{"identity": one, "customer": owner, "added_at": now} for one in fresh]
        if not known:
            report.created += 1
        elif differs or fresh:
            report.changed += 1
            self._changed |= {owner: None} if owner not in self._created else {}
        else:
            report.unchanged += 1

    def _new(self, line: Line, now: float) -> str:
        row = row_of(Person(new_id(), created_at=now, changed_at=now)) | line.fields
        self._rows[row["customer"]] = row
        self._created[row["customer"]] = None
        return str(row["customer"])

    async def write(self, connection: AsyncConnection, now: float) -> None:
        """Make it so."""
        if self._created:
            await connection.execute(insert(PEOPLE), [self._rows[name] for name in self._created])
        if self._added:
            await connection.execute(insert(IDENTITIES), self._added)
        changed = [{"whose": name} | {field: self._rows[name][field] for field in FIELDS} for name in self._changed]
        if changed:
            values: dict[str, Any] = {field: bindparam(field) for field in FIELDS}
            statement = update(PEOPLE).where(PEOPLE.c.customer == bindparam("whose"))
            await connection.execute(statement.values(**values, changed_at=now, change=PEOPLE.c.change + 1), changed)


# --- export ------------------------------------------------------------------------------------------------------


def _cells(person: Person) -> list[str]:
    by_kind: dict[str, list[str]] = {}
    for known_by in person.identities:
        kind, value = parts_of(known_by)
        by_kind.setdefault(kind, []).append(value)
    row = row_of(person) | {"tags": ";".join(person.tags)}
    return [row[name] for name in FIELDS] + [";".join(by_kind.get(kind, ())) for kind in KINDS]


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode()
