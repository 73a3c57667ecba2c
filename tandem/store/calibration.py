"""How well waits were foretold: the estimates made when they began, held against what happened."""

from collections.abc import Sequence
from math import sqrt

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tandem.store.models import Wait

TENTHS = 10
_ENOUGH = 50


class Calibration(msgspec.Struct, frozen=True):
    """Of the waits of a queue that ended with an agent: all of them, or a tenth of them by the estimate, the shortest
    first (where there are fifty at least).

    `mean_estimate`, `mean_wait`, `mean_error` (above 0: callers were told too much) and `rmse`, the root of the mean
    squared error, are seconds. `in_range`: the share within the range told, which should be 0.6; `below_range` should
    be 0.2. `not_answered`: so many others with an estimate gave up, or left another way; they are not scored, because
    how long they would have waited is not known.
    """

    queue: str
    part: str
    waits: int
    not_answered: int | None
    mean_estimate: float | None
    mean_wait: float | None
    mean_error: float | None
    rmse: float | None
    in_range: float | None
    below_range: float | None


async def calibration(engine: AsyncEngine, since: float, until: float) -> list[Calibration]:
    """Of each queue, for the waits with an estimate that began in the range (epoch seconds, without `until`)."""
    chosen = select(Wait).where(Wait.enqueued_at >= since, Wait.enqueued_at < until, Wait.estimated.is_not(None))
    async with AsyncSession(engine) as session:
        rows = (await session.scalars(chosen.order_by(Wait.queue, Wait.estimated, Wait.call))).all()
    by_queue: dict[str, list[Wait]] = {}
    for row in rows:
        by_queue.setdefault(row.queue, []).append(row)
    return [line for queue, waits in by_queue.items() for line in _of_queue(queue, waits)]


def _of_queue(queue: str, waits: Sequence[Wait]) -> list[Calibration]:
    answered = [wait for wait in waits if wait.outcome == "answered"]
    lines = [_line(queue, "all", answered, len(waits) - len(answered))]
    if len(answered) >= _ENOUGH:
        ends = [len(answered) * tenth // TENTHS for tenth in range(TENTHS + 1)]
        parts = (answered[ends[tenth] : ends[tenth + 1]] for tenth in range(TENTHS))
        lines += [_line(queue, f"tenth {number}", part, None) for number, part in enumerate(parts, 1)]
    return lines


def _line(queue: str, part: str, waits: Sequence[Wait], not_answered: int | None) -> Calibration:
    number = len(waits)
    if not number:
        return Calibration(queue, part, 0, not_answered, None, None, None, None, None, None)
    told = [wait.estimated or 0.0 for wait in waits]
    lasted = [wait.left_at - wait.enqueued_at for wait in waits]
    errors = [estimate - seconds for estimate, seconds in zip(told, lasted, strict=True)]
    ranges = [(wait.earliest or 0.0, seconds, wait.latest or 0.0) for wait, seconds in zip(waits, lasted, strict=True)]
    return Calibration(
        queue=queue,
        part=part,
        waits=number,
        not_answered=not_answered,
        mean_estimate=sum(told) / number,
        mean_wait=sum(lasted) / number,
        mean_error=sum(errors) / number,
        rmse=sqrt(sum(error * error for error in errors) / number),
        in_range=sum(earliest <= seconds <= latest for earliest, seconds, latest in ranges) / number,
        below_range=sum(seconds < earliest for earliest, seconds, _ in ranges) / number,
    )
