"""Retention: what it costs to forget a month of links among two million, and what others wait for it meanwhile.

On PostgreSQL, as it would run: every commit on the disk. Beside our own way, in small parts, stand one statement for
all, and dropping a partition.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import text

from bench.figure import Figure, delays
from tandem.control.commands import RecordStep
from tandem.store.chat_archive import ChatArchive
from tandem.store.database import AsyncEngine, Where, open_database, upgrade
from tandem.store.records import Batch, RecordWriter
from tandem.store.retention import DAY, Retention
from tests.postgres import Server, programs, running_server

ROWS = 2_000_000
DAYS = 365
FORGOTTEN = 30
FILL = """
INSERT INTO {table} SELECT 'call-' || n, 1, 'order_status', 'zh-CN', repeat('x', 120), '13800000000', 'PJSIP/trunk-1',
    'token-' || n, 'delivered', 'webhook', '', 1, n * {step}, n * {step}, NULL, '' FROM generate_series(1, {rows}) n
"""
PARTITIONED = """
CREATE TABLE parted (LIKE outbox, PRIMARY KEY (call, link, created_at)) PARTITION BY RANGE (created_at);
CREATE TABLE parted_old PARTITION OF parted FOR VALUES FROM (MINVALUE) TO ({edge});
CREATE TABLE parted_new PARTITION OF parted FOR VALUES FROM ({edge}) TO (MAXVALUE)
"""


def run(_: Path) -> list[Figure]:
    """Each way once, with somebody who writes beside it; nothing where there is no PostgreSQL."""
    if programs() is None:
        return []
    with running_server(fsync="on", full_page_writes="on", autovacuum="on", shared_buffers="128MB") as server:
        return asyncio.run(_on(server))


async def _on(server: Server) -> list[Figure]:
    figures: list[Figure] = []
    ways: dict[str, Callable[[AsyncEngine], Awaitable[None]]] = {
        "nothing forgotten for 5 s": _nothing, "in parts, as we do": _in_parts, "in one statement": _at_once,
        "by dropping a partition": _drop,
    }  # fmt: skip
    for name, way in ways.items():
        with server.empty() as where:
            async with _filled(where, parted=way is _drop) as engine:
                await asyncio.to_thread(server.ask, "CHECKPOINT")  # or the first way pays for the filling
                seconds, waited = await _beside(engine, way)
        figures.append(Figure("retention", f"a month of {ROWS:,} links, {name}", seconds, "s"))
        figures += delays("retention", f"a record written meanwhile ({name})", waited)
    return figures


@asynccontextmanager
async def _filled(where: Where, parted: bool) -> AsyncIterator[AsyncEngine]:
    engine = open_database(where)
    await upgrade(engine)
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL statement_timeout = 0"))
        if parted:
            for statement in PARTITIONED.format(edge=FORGOTTEN * DAY).split(";"):
                await connection.execute(text(statement))
        step = DAYS * DAY / ROWS
        await connection.execute(text(FILL.format(table="parted" if parted else "outbox", step=step, rows=ROWS)))
    yield engine
    await engine.dispose()


async def _beside(engine: AsyncEngine, way: Callable[[AsyncEngine], Awaitable[None]]) -> tuple[float, list[float]]:
    """Seconds that it took, and those of each record that was written while it did."""
    writer, waited, seq = await RecordWriter.open(engine), [0.0], 0
    began = time.perf_counter()
    task = asyncio.ensure_future(way(engine))
    while not task.done():
        seq, start = seq + 1, time.perf_counter()
        await writer._write([Batch(seq, 0.0, [RecordStep("c", seq, 0.0, "node", "")])])
        waited.append(time.perf_counter() - start)
        await asyncio.sleep(0.01)
    await task
    return time.perf_counter() - began, waited


async def _nothing(_: AsyncEngine) -> None:
    await asyncio.sleep(5)


async def _in_parts(engine: AsyncEngine) -> None:
    archive = ChatArchive(engine, Path(tempfile.gettempdir()) / "no chats")
    await Retention(engine, {"links": DAYS - FORGOTTEN}, lambda _: None, archive).prune(DAYS * DAY)


async def _at_once(engine: AsyncEngine) -> None:
    await _do(
        engine, f"DELETE FROM outbox WHERE created_at < {FORGOTTEN * DAY} AND state NOT IN ('pending', 'sending')"
    )


async def _drop(engine: AsyncEngine) -> None:
    await _do(engine, "DROP TABLE parted_old")


async def _do(engine: AsyncEngine, statement: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(statement))
