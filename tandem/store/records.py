"""Writes the records that the plane asks for, behind the calls: a slow database delays reports, never a call.

An entry's records are written once, whoever writes them: a transaction takes the progress on from where its writer
believes it to be, and where another controller has been faster, what that one wrote is passed over.
"""

import asyncio
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any, Self

import msgspec
import structlog
from sqlalchemy import Dialect, Insert, Table, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tandem.control import commands
from tandem.store import models
from tandem.store.database import insert_into, table_of

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
    commands.RecordStep: models.Step,
    commands.RecordTransfer: models.AgentTransfer,
    commands.RecordQueueStep: models.QueueStep,
    commands.RecordInterval: models.Interval,
    commands.RecordCanary: models.FlowCanary,
    commands.RecordCallback: models.Callback,
    commands.RecordCallbackAttempt: models.CallbackAttempt,
    commands.RaiseAlarm: models.Alarm,
}
RECORD_TYPES = tuple(MODELS)
PROGRESS = "records"
# A link that is opened after its call ended is recorded by a plane that has forgotten the rest.
# Who is in a contact may have been learnt while it went on.
KEPT_WHEN_EMPTY = {"links": ("purpose", "adapter"), "contacts": ("customer",)}
BATCHES = 500
"""Batches in one transaction at most."""
Row = dict[str, Any]


class Batch(msgspec.Struct, frozen=True):
    """The records that journal entry `seq` gave at `at` (epoch seconds)."""

    seq: int
    at: float
    records: Sequence[commands.Command]


class RecordWriter:
    """Writes batches in order, each with the progress in one transaction; so after a crash the engine feeds what a
    replay gives for the entries after `progress`, and nothing is missing or doubled.

    `progress`: the records of all entries up to this one are written. `failures` counts transactions that were
    tried again, `refused` the batches that found the queue full. The first batch of a transaction waits
    `gather_seconds` for more: a transaction costs far more than the rows in it.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        progress: int,
        *,
        capacity: int = 20_000,
        retry_seconds: float = 1.0,
        gather_seconds: float = 0.2,
    ) -> None:
        self.progress = progress
        self.failures = 0
        self.refused = 0
        self._engine = engine
        self._retry_seconds = retry_seconds
        self._gather_seconds = gather_seconds
        self._queue: asyncio.Queue[Batch] = asyncio.Queue(capacity)
        self._unwritten = 0

    @classmethod
    async def open(cls, engine: AsyncEngine, **options: Any) -> Self:
        """A writer that goes on where the database ends; `options` are the constructor's."""
        async with engine.begin() as connection:
            begun = insert_into(connection.dialect, table_of(models.Progress)).values(name=PROGRESS, seq=0)
            await connection.execute(begun.on_conflict_do_nothing())
            progress = await _progress(connection)
        return cls(engine, progress, **options)

    @property
    def lag(self) -> int:
        """Batches that are not yet written."""
        return self._unwritten

    def feed(self, seq: int, at: float, records: Sequence[commands.Command]) -> bool:
        """Take the records (of RECORD_TYPES) of entry `seq`; those already written are passed over.

        False: the queue is or was full. From then on nothing is taken, so that `progress` tells the truth, and the
        next start writes the rest from the journal.
        """
        if seq <= self.progress:
            return True
        if self.refused or self._queue.full():
            self._refuse(seq)
            return False
        self._queue.put_nowait(Batch(seq, at, records))
        self._unwritten += 1
        return True

    async def run(self) -> None:
        """Write for ever; a database that can't be written is tried again."""
        while True:
            batches = [await self._queue.get()]
            if self._queue.qsize() < BATCHES:
                await asyncio.sleep(self._gather_seconds)
            while not self._queue.empty() and len(batches) < BATCHES:
                batches.append(self._queue.get_nowait())
            await self._write_surely(batches)
            self._unwritten -= len(batches)
            for _ in batches:
                self._queue.task_done()

    async def pass_over_written(self) -> None:
        """Forget what another controller has written, for who is fed but does not `run`. SQLAlchemyError."""
        async with self._engine.connect() as connection:
            self.progress = await _progress(connection)
        fed = [self._queue.get_nowait() for _ in range(self._queue.qsize())]
        for batch in fed:
            self._queue.task_done()
            if batch.seq > self.progress:
                self._queue.put_nowait(batch)
        self._unwritten = self._queue.qsize()

    async def begin_again(self) -> bool:
        """Forget what was fed, and that there was too much of it; whoever feeds begins again after `progress`.

        False: the database can't be read, so it is left to the next start.
        """
        try:
            await self.pass_over_written()
        except SQLAlchemyError as error:
            log.warning("the records can't be read", error=str(error.__cause__ or error))
            return False
        self.refused = 0
        while not self._queue.empty():
            self._queue.get_nowait()
            self._queue.task_done()
        self._unwritten = 0
        return True

    async def flush(self) -> None:
        """Return when all that was fed is written."""
        await self._queue.join()

    def _refuse(self, seq: int) -> None:
        if not self.refused:
            log.error("records fall behind; restart to write them from the journal", seq=seq, progress=self.progress)
        self.refused += 1

    async def _write_surely(self, batches: Sequence[Batch]) -> None:
        while True:
            try:
                if await self._write(batches):
                    return
                batches = [batch for batch in batches if batch.seq > self.progress]
                if not batches:
                    return
            except SQLAlchemyError as error:
                self.failures += 1
                log.warning("records not written, trying again", error=str(error.__cause__ or error), waiting=self.lag)
                await asyncio.sleep(self._retry_seconds)

    async def _write(self, batches: Sequence[Batch]) -> bool:
        """False: another controller has written meanwhile, nothing was done and `progress` is the true one."""
        rows: dict[Table, list[Row]] = {}
        for table, row in chain.from_iterable(map(_rows, batches)):
            rows.setdefault(table, []).append(row)
        async with self._engine.begin() as connection:
            if not await self._take_on(connection, batches[-1].seq):
                self.progress = await _progress(connection)
                return False
            for table, values in rows.items():
                await connection.execute(_upsert(connection.dialect, table), values)
        self.progress = batches[-1].seq
        return True

    async def _take_on(self, connection: AsyncConnection, seq: int) -> bool:
        """Take the progress on to `seq`, if it is where we believe."""
        mine = (models.Progress.name == PROGRESS, models.Progress.seq == self.progress)
        taken = await connection.execute(update(models.Progress).where(*mine).values(seq=seq))
        return taken.rowcount == 1


async def _progress(connection: AsyncConnection) -> int:
    found = await connection.scalar(select(models.Progress.seq).where(models.Progress.name == PROGRESS))
    return found or 0


def _rows(batch: Batch) -> Iterator[tuple[Table, Row]]:
    for number, record in enumerate(batch.records):
        row = msgspec.structs.asdict(record)
        if isinstance(record, commands.RaiseAlarm):
            row |= {"seq": batch.seq, "number": number, "at": batch.at}
        yield table_of(MODELS[type(record)]), row


@cache
def _upsert(dialect: Dialect, table: Table) -> Insert:
    """Made once: making it costs more than carrying it out."""
    statement = insert_into(dialect, table)
    fresh: dict[str, Any] = {column.name: statement.excluded[column.name] for column in table.columns}
    for name in KEPT_WHEN_EMPTY.get(table.name, ()):
        fresh[name] = func.coalesce(func.nullif(fresh[name], ""), table.columns[name])
    return statement.on_conflict_do_update(index_elements=table.primary_key, set_=fresh)
