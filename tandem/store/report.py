"""Reports for people: what `tandem report` prints, as a table or as CSV."""

import csv
import io
import re
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.store import calibration, chat_figures, queries

Query = Callable[[AsyncEngine, float, float], Awaitable[Sequence[Any]]]
Cell = str | int | float | None

REPORTS: dict[str, tuple[Query, tuple[str, ...]]] = {
    "contacts": (
        queries.contacts,
        (
            "started_at",
            "call",
            "caller",
            "dialled",
            "flow",
            "language",
            "tier",
            "direction",
            "outcome",
            "talk_seconds",
            "ended_at",
        ),
    ),
    "intervals": (queries.intervals, queries.IntervalFigures.__struct_fields__),
    "agents": (queries.agents, queries.AgentTime.__struct_fields__),
    "chats": (chat_figures.by_queue, chat_figures.ChatInterval.__struct_fields__),
    "chat-agents": (chat_figures.by_agent, chat_figures.ChatAgent.__struct_fields__),
    "survey": (queries.survey, queries.SurveyCount.__struct_fields__),
    "callbacks": (queries.callback_figures, queries.CallbackFigures.__struct_fields__),
    "callback-list": (
        queries.callbacks,
        (
            "booked_at",
            "callback",
            "number",
            "queue",
            "enqueued_at",
            "not_before",
            "dials",
            "outcome",
            "ended_at",
            "agent",
            "reached",
        ),
    ),
    "calibration": (calibration.calibration, calibration.Calibration.__struct_fields__),
    "dispositions": (queries.dispositions, queries.DispositionCount.__struct_fields__),
    "links": (queries.links, ("at", "call", "link", "purpose", "adapter", "status")),
    "transfers": (queries.transfers, ("at", "call", "kind", "agent", "target", "colleague", "note")),
    "queue-steps": (queries.queue_steps, ("at", "queue", "step", "in_force", "what")),
    "alarms": (queries.alarms, ("at", "kind", "subject", "detail")),
    "balance": (queries.check_balance, queries.Difference.__struct_fields__),
}
TIMES = {"at", "start", "started_at", "ended_at", "booked_at", "enqueued_at", "not_before"}
SHARES = {"service_level", "service_level_2", "in_range", "below_range"}


async def report(engine: AsyncEngine, name: str, since: float, until: float, *, as_csv: bool = False) -> str:
    """The report `name` (one of REPORTS) over a range of epoch seconds, in the machine's time zone.

    CSV has plain numbers and ISO 8601 times; the table has rounded ones.
    """
    query, columns = REPORTS[name]
    rows = await query(engine, since, until)
    if as_csv:
        return rows_as_csv(columns, rows)
    return to_table(columns, [[_cell(column, getattr(row, column), exact=False) for column in columns] for row in rows])


def rows_as_csv(columns: Sequence[str], rows: Sequence[Any]) -> str:
    """These columns of the rows, with plain numbers and ISO 8601 times."""
    return to_csv(columns, [[_cell(column, getattr(row, column), exact=True) for column in columns] for row in rows])


async def timeline(engine: AsyncEngine, call: str) -> str:
    """The steps of a call, one a line, with seconds since its beginning."""
    steps = await queries.timeline(engine, call)
    cells = [[f"{step.at - steps[0].at:.1f}", step.what, step.detail] for step in steps]
    return to_table(("seconds", "what", "detail"), cells)


def to_table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Columns aligned for a terminal; control characters are shown as "?"."""
    lines = [[_printable(name.replace("_", " ")) for name in columns]]
    lines += [[_printable("" if cell is None else str(cell)) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "".join("  ".join(map(_pad, line, widths)).rstrip() + "\n" for line in lines)


def to_csv(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """CSV as in RFC 4180. Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([[harmless(cell) for cell in row] for row in rows])
    return out.getvalue()


def _cell(column: str, value: Any, *, exact: bool) -> Cell:
    if value is None or isinstance(value, str | int):
        return value
    if column in TIMES:
        moment = datetime.fromtimestamp(value).astimezone()
        return moment.isoformat() if exact else moment.strftime("%Y-%m-%d %H:%M:%S")
    if exact:
        return float(value)
    return f"{value:.1%}" if column in SHARES else f"{value:.1f}"


def harmless(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula: such a text gets an apostrophe in front."""
    if isinstance(cell, str) and re.match(r"[=@\t\r]|[+-](?!\d+$)", cell):
        return "'" + cell
    return cell


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
