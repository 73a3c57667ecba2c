"""Writes the records that the plane asks for, behind the calls: a slow database delays reports, never a call.

An entry's records are written once, whoever writes them: how far the records are is read first in each transaction,
and what another controller has written is passed over.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import cache, partial
from itertools import chain
from typing import Any, Self

import msgspec
import structlog
from sqlalchemy import Dialect, Insert, Table, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tandem.control import commands
from tandem.store import models
from tandem.store.database import be_alone, insert_into, reason, table_of
from tandem.store.webhook_outbox import KEY, rows_of

log = structlog.get_logger()

MODELS: dict[type[commands.Command], type[models.Base]] = {
    commands.RecordContact: models.Contact,
    commands.RecordLeg: models.Leg,
    commands.RecordWait: models.Wait,
    commands.RecordOffer: models.Offer,
    commands.RecordActivity: models.Activity,
    commands.RecordPause: models.Pause,
    commands.RecordAgentOrder: models.AgentOrder,
    commands.RecordMonitoring: models.Monitoring,
    commands.RecordContactOrder: models.ContactOrder,
    commands.RecordDisposition: models.Disposition,
    commands.RecordDial: models.Dial,
    commands.RecordAnswer: models.Answer,
    commands.RecordForm: models.Form,
    commands.RecordLink: models.Link,
    commands.RecordMessage: models.Message,
    commands.RecordChatTalk: models.ChatTalk,
    commands.RecordVoicemail: models.Voicemail,
    commands.RecordRecording: models.Recording,
    commands.RecordStep: models.Step,
    commands.RecordTransfer: models.AgentTransfer,
    commands.RecordTalkQuality: models.TalkQuality,
    commands.RecordQueueStep: models.QueueStep,
    commands.RecordInterval: models.Interval,
    commands.RecordCanary: models.FlowCanary,
    commands.RecordCallback: models.Callback,
    commands.RecordCallbackAttempt: models.CallbackAttempt,
    commands.RaiseAlarm: models.Alarm,
}
RECORD_TYPES: tuple[type[commands.Command], ...] = (*MODELS, commands.TellReceivers)
WEBHOOKS = table_of(models.WebhookItem)
PROGRESS = "records"
# A link that is opened after its call ended is recorded by a plane that has forgotten the rest.
# Who is in a contact may have been learnt while it went on.
KEPT_WHEN_EMPTY = {"links": ("purpose", "adapter"), "contacts": ("customer",)}
BATCHES = 500
"""Batches in one transaction at most."""
MOST_PATIENT = 15.0
"""Seconds from one try to the next."""
Row = dict[str, Any]


class Batch(msgspec.Struct, frozen=True):
    """The records that journal entry `seq` gave at `at` (epoch seconds)."""

    seq: int
    at: float
    records: Sequence[commands.Command]


class RecordWriter:
    """Writes batches in order, each with the progress in one transaction; so after a crash the engine feeds what a
    replay gives for the entries after `progress`, and nothing is missing or doubled.

    `progress`: the records of all entries up to this one are written; None: the database is away, and nobody knows.
    `failures` counts transactions that were tried again, `refused` how often the queue was found full, `failing` is
    so while nothing can be written. `webhooks_written` is called when there is something new for receivers. The first
    batch of a transaction waits `gather_seconds` for more: a transaction costs far more than the rows in it. Between
    tries are `retry_seconds`, then twice as many, to MOST_PATIENT.

    Who is `behind` takes no more by `feed`, so that `progress` tells the truth: service.catching_up brings the rest
    from the journal by `take`, and ends it by `rejoin`. That is so when the queue was full, and for who has not seen
    by itself what became of the entries up to `last_seq` (`leave_to_journal`).
    """

    def __init__(
        self,
        engine: AsyncEngine,
        progress: int | None,
        *,
        last_seq: int = 0,
        capacity: int = 20_000,
        retry_seconds: float = 1.0,
        gather_seconds: float = 0.2,
    ) -> None:
        self.progress = progress or 0
        self.failures = 0
        self.refused = 0
        self.webhooks_written: Callable[[], object] = lambda: None
        self.failing = False
        self.behind = asyncio.Event()
        self._caught_up = asyncio.Event()
        self._caught_up.set()
        self._engine = engine
        self._retry_seconds = retry_seconds
        self._gather_seconds = gather_seconds
        self._queue: asyncio.Queue[Batch] = asyncio.Queue(capacity)
        self._unwritten = 0
        self._taken = self.progress
        self._missed = 0
        self._last_missed = 0
        self._journal_end: int | None = None
        if progress is None:
            self.leave_to_journal(last_seq)

    @classmethod
    async def open(cls, engine: AsyncEngine, **options: Any) -> Self:
        """A writer that goes on where the database ends; `options` are the constructor's."""
        async with engine.connect() as connection:
            return cls(engine, await _progress(connection), **options)

    def leave_to_journal(self, last_seq: int) -> None:
        """What the database lacks comes from the journal, which ends at entry `last_seq` now: others have written, or
        nobody knows how far the records are."""
        self._journal_end = last_seq
        self._taken = min(self._taken, last_seq)
        self._miss(last_seq)

    @property
    def lag(self) -> int:
        """Batches that are not yet written."""
        return self._unwritten + self._missed

    def feed(self, seq: int, at: float, records: Sequence[commands.Command]) -> bool:
        """Take the records (of RECORD_TYPES) of entry `seq`; those already taken are passed over. False: behind."""
        if seq <= self._taken:
            return True
        if self._queue.full() and not self.behind.is_set():
            log.warning("records fall behind; they will be written from the journal", seq=seq, progress=self.progress)
            self.refused += 1
            self.behind.set()
        if self.behind.is_set():
            self._miss(seq)
            return False
        self._queue.put_nowait(self._batch(seq, at, records))
        return True

    async def resume(self) -> int:
        """Return when all that was taken is written, and the database is there: up to which entry it has records."""
        await self._queue.join()
        await self._surely(self._learn)
        return self.progress

    async def take(self, seq: int, at: float, records: Sequence[commands.Command]) -> None:
        """The same as `feed`, for who catches up: waits until there is room."""
        if seq > self._taken:
            await self._queue.put(self._batch(seq, at, records))

    def rejoin(self, seq: int) -> bool:
        """All up to entry `seq` was taken. True: so nothing is missed any more, and `feed` takes again what follows."""
        if seq < self._last_missed:
            return False
        self._missed = 0
        self.behind.clear()
        self._caught_up.set()
        return True

    async def run(self) -> None:
        """Write for ever; a database that can't be written is tried again."""
        while True:
            batches = [await self._queue.get()]
            if self._queue.qsize() < BATCHES:
                await asyncio.sleep(self._gather_seconds)
            while not self._queue.empty() and len(batches) < BATCHES:
                batches.append(self._queue.get_nowait())
            await self._surely(partial(self._write, batches))
            self._unwritten -= len(batches)
            for _ in batches:
                self._queue.task_done()

    async def flush(self) -> None:
        """Return when all that was fed is written, what has to come from the journal too."""
        await self._caught_up.wait()
        await self._queue.join()

    def _batch(self, seq: int, at: float, records: Sequence[commands.Command]) -> Batch:
        self._taken = seq
        self._unwritten += 1
        return Batch(seq, at, records)

    def _miss(self, seq: int) -> None:
        self.behind.set()
        self._caught_up.clear()
        self._missed += 1
        self._last_missed = seq

    async def _surely(self, work: Callable[[], Awaitable[None]]) -> None:
        pause = self._retry_seconds
        while True:
            try:
                await work()
                self.failing = False
                return
            except SQLAlchemyError as error:
                self.failures += 1
                self.failing = True
                log.warning("records not written, trying again", error=reason(error), waiting=self.lag)
                await asyncio.sleep(pause)
                pause = min(2 * pause, max(MOST_PATIENT, self._retry_seconds))

    async def _learn(self) -> None:
        async with self._engine.begin() as connection:
            await be_alone(connection)
            progress = await _progress(connection)
            end = progress if self._journal_end is None else self._journal_end
            if end < progress:
                log.warning("the records know of more than the journal has", seq=end, progress=progress)
                await _go_back(connection, end)
        self.progress = self._taken = min(progress, end)
        self._journal_end = None

    async def _write(self, batches: Sequence[Batch]) -> None:
        async with self._engine.begin() as connection:
            await be_alone(connection)
            # A commit whose answer was lost is done; and what another controller wrote is as new, or newer.
            written = await _progress(connection)
            rows = _by_table([batch for batch in batches if batch.seq > written])
            for table, values in rows.items():
                await connection.execute(_upsert(connection.dialect, table), values)
        self.progress = max(written, batches[-1].seq)
        if WEBHOOKS in rows:
            self.webhooks_written()


async def _progress(connection: AsyncConnection) -> int:
    """The records of all entries up to this one are in the database."""
    found = await connection.scalar(select(models.Progress.seq).where(models.Progress.name == PROGRESS))
    return found or 0


async def _go_back(connection: AsyncConnection, seq: int) -> None:
    """The journal ends at entry `seq`, before the progress: it is a new one, or lost its end. What comes is new."""
    where = models.Progress.name == PROGRESS
    await connection.execute(update(models.Progress).where(where).values(seq=seq))


def _by_table(batches: Sequence[Batch]) -> dict[Table, list[Row]]:
    """The rows of the batches, and how far they come."""
    rows: dict[Table, list[Row]] = {}
    for table, row in chain.from_iterable(map(_rows, batches)):
        rows.setdefault(table, []).append(row)
    if batches:
        rows[table_of(models.Progress)] = [{"name": PROGRESS, "seq": batches[-1].seq}]
    return rows


def _rows(batch: Batch) -> Iterator[tuple[Table, Row]]:
    for number, record in enumerate(batch.records):
        if isinstance(record, commands.TellReceivers):
            yield from ((WEBHOOKS, row) for row in rows_of(record))
            continue
        row = msgspec.structs.asdict(record)
        if isinstance(record, commands.RaiseAlarm):
            row |= {"seq": batch.seq, "number": number, "at": batch.at}
        yield table_of(MODELS[type(record)]), row


@cache
def _upsert(dialect: Dialect, table: Table) -> Insert:
    """Made once: making it costs more than carrying it out."""
    statement = insert_into(dialect, table)
    if table is WEBHOOKS:  # what became of an event that is there already is known better there
        return statement.on_conflict_do_nothing(index_elements=KEY)
    fresh: dict[str, Any] = {column.name: statement.excluded[column.name] for column in table.columns}
    for name in KEPT_WHEN_EMPTY.get(table.name, ()):
        fresh[name] = func.coalesce(func.nullif(fresh[name], ""), table.columns[name])
    return statement.on_conflict_do_update(index_elements=table.primary_key, set_=fresh)
