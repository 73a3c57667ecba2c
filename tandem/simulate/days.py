"""Brings a day from a centre's home folder, its records and its journal, to the simulator; and writes it down."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.exc import DatabaseError

from tandem.control import wire
from tandem.control.events import SettingsLoaded
from tandem.control.plane import Plane
from tandem.control.settings import Settings
from tandem.sim.centre_day import Day, scenario_of
from tandem.sim.scenario import Scenario
from tandem.store.database import RECORDS, AsyncEngine, Where, name_of, open_readers, reason
from tandem.store.days import rows_of_day
from tandem.store.journal import JournalReader
from tandem.store.postgresql import server_at
from tandem.store.sqlite_journal_reader import JOURNAL, SqliteJournalReader

T = TypeVar("T")


class DayError(Exception):
    """The day can't be had; the text says what to do."""


def recorded_day(home: Path, day: str, zone: str, *, names: bool, database: str = "") -> Scenario:
    """The day (2026-11-22), by the clock of `zone` (empty: this machine's), of the centre whose journal is in `home`,
    and its records in `database` or in `home` too.

    `names`: agents are called as in the settings, not by numbers. DayError, JournalError.
    """
    since, until = _bounds(day, zone)
    rows = of_records(home, database, lambda records: rows_of_day(records, since, until))
    settings = settings_before(SqliteJournalReader(home / JOURNAL), until)
    try:
        recorded = msgspec.convert(rows._asdict(), Day, from_attributes=True)
        return scenario_of(recorded, settings.acd, settings.callbacks, day, since, names=names)
    except ValueError as error:
        raise DayError(f"{day} can't be tried again: {error}") from error


def settings_before(reader: JournalReader, until: float) -> Settings:
    """The settings that were in force at `until` (epoch seconds), or the first that the journal still knows."""
    snapshot = reader.snapshot_before(at=until) or reader.oldest_snapshot()
    settings = Plane.restore(snapshot.state).state.settings if snapshot else None
    for entry in reader.entries(snapshot.seq if snapshot else 0):
        if entry.at >= until and settings is not None:
            break
        if SettingsLoaded.__name__.encode() in entry.event:
            event = wire.decode(entry.event)
            settings = event.settings if isinstance(event, SettingsLoaded) else settings
    if settings is None:
        raise DayError("the journal knows no settings: nothing has run")
    return settings


def written(scenario: Scenario) -> str:
    """The scenario as text that `tandem sim` reads, one entry a line: JSON, which is YAML too."""
    sections: list[str] = []
    for name, section in msgspec.to_builtins(scenario).items():
        body = _text(section)
        if name == "contacts":
            body = "{" + ",".join(f"\n  {_text(queue)}: {_contacts(own)}" for queue, own in section.items()) + "\n }"
        elif name in ("queues", "groups"):
            body = "{" + ",".join(f"\n  {_text(entry)}: {_text(own)}" for entry, own in section.items()) + "\n }"
        sections.append(f" {_text(name)}: {body}")
    return "{\n" + ",\n".join(sections) + "\n}\n"


def _contacts(contacts: dict[str, object]) -> str:
    recorded = contacts.pop("recorded", ())
    assert isinstance(recorded, list | tuple)
    lines = ",".join(f"\n    {_text(one)}" for one in recorded)
    return f'{_text(contacts)[:-1]}, "recorded": [{lines}]}}'


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _bounds(day: str, zone: str) -> tuple[float, float]:
    """The day's first moment and the next day's, epoch seconds."""
    first = date.fromisoformat(day)
    where = ZoneInfo(zone) if zone else None
    begins, ends = (datetime.combine(one, time(), where) for one in (first, first + timedelta(days=1)))
    return begins.timestamp(), ends.timestamp()


def of_records(home: Path, database: str, ask: Callable[[AsyncEngine], Awaitable[T]]) -> T:
    """What the records at the address `database` answer, or those in `home`; DayError: there are none, or they can't
    be read."""
    if not database and not (home / RECORDS).exists():
        raise DayError(f"there are no records in {home}: say the centre's home folder, and that something has run")
    return asyncio.run(_asked(_where(home, database), ask))


def _where(home: Path, database: str) -> Where:
    try:
        return server_at(database) if database else home / RECORDS
    except ValueError as error:
        raise DayError(f"--database: {error}") from error


async def _asked(where: Where, ask: Callable[[AsyncEngine], Awaitable[T]]) -> T:
    database = open_readers(where)
    try:
        return await ask(database)
    except DatabaseError as error:
        raise DayError(
            f"{name_of(database)} can't be read: {reason(error)}. Start this version's controller once, it brings the "
            "records up to date"
        ) from error
    finally:
        await database.dispose()
