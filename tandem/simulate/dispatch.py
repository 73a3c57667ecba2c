"""The worker of the quarter-hour dispatch: what the records of a home folder know of past days, for sim/outlook.py."""

import os
import resource
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control.dispatch.outlook import Outlook, Situation
from tandem.sim.outlook import WEEKS, Known, outlook
from tandem.simulate.days import of_records
from tandem.store import days, history
from tandem.store.history import QueueQuarter

DAY = 86400.0
LEARNT_FROM = 3 * DAY
"""Seconds back from now of which talks, wrap-ups and patience are learnt."""
KINDEST = 19
MOST_MEMORY = 2 * 1024**3
MOST_SECONDS = 300
"""Of CPU time; the controller gives up on it before."""


def keep_small() -> None:
    """Let this process harm nobody: the lowest priority, and bounds of memory and time past which it ends."""
    os.nice(KINDEST)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))


def foreseen(home: Path, situation: Situation, database: str = "") -> Outlook:
    """The outlook of the centre whose records are in `database`, else in `home`; DayError."""
    return outlook(situation, of_records(home, database, lambda records: _known(records, situation.now)))


async def _known(database: AsyncEngine, now: float) -> dict[str, Known]:
    arrivals = await days.arrivals(database, now - WEEKS * 7 * DAY - DAY, now)
    patience = await days.patience(database, now - LEARNT_FROM, now)
    rows = await history.queues(database, now - LEARNT_FROM, now)
    found: dict[str, Known] = {}
    for queue, came in arrivals.items():
        waited, gave_up = patience.get(queue, (0.0, 0))
        talk, wrap_up = _handling([row for row in rows if row.queue == queue and row.handled])
        found[queue] = Known(came, talk, wrap_up, gave_up, waited)
    return found


def _handling(rows: list[QueueQuarter]) -> tuple[float | None, float | None]:
    """The means of talks and of the wrap-ups after them, seconds; None where nobody has talked."""
    talks = sum(row.handled for row in rows)
    if not talks:
        return None, None
    talk = sum((row.mean_talk or 0.0) * row.handled for row in rows) / talks
    handling = sum((row.mean_handling or 0.0) * row.handled for row in rows) / talks
    return talk or None, max(handling - talk, 0.0)
