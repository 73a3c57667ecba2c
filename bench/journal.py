"""What being crash-proof costs, and how fast a crash is mended: commits, replay, a restart with 1,000 waiting."""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from statistics import median

import aiohttp

from bench.day import Moment, day, entry, opening
from bench.figure import Figure, delays
from bench.place import place
from tandem.control import events, wire
from tandem.control.plane import Plane
from tandem.service.config import Config
from tandem.service.engine import BATCH, Engine, replay
from tandem.store.database import RECORDS, open_database, upgrade
from tandem.store.journal import Entry, Journal
from tandem.store.records import RecordWriter
from tandem.store.redis_server import RedisServer
from tandem.store.sqlite_journal import SqliteJournal
from tandem.store.sqlite_journal_reader import JOURNAL
from tests.redis_process import RedisProcess, redis_process, take_charge

CALLS = 4000
COMMITS = 500
WAITING = 1000
AGENTS = 20
ROUNDS = 5
"""How often each waiting caller's music ended since the last snapshot: 5,000 entries to replay."""
RUNS = 3


def run(folder: Path) -> list[Figure]:
    """Delay of commits, speed of replay, time of recovery; `folder` says which disk is meant."""
    moments = day(CALLS, 100)
    figures = asyncio.run(_kept(SqliteJournal.open(folder / "commits.sqlite3"), moments, ""))
    if shutil.which("redis-server"):
        for appendfsync in ("everysec", "always"):
            with redis_process(appendfsync) as process:
                figures += asyncio.run(_in_redis(process, moments, f", Redis {appendfsync}"))
    return [*figures, *asyncio.run(_recovery(folder))]


async def _in_redis(process: RedisProcess, moments: list[Moment], where: str) -> list[Figure]:
    place = process.place()
    figures = await _kept(take_charge(place), moments, where)
    redis = RedisServer(place, 10.0)
    used = await redis.ask("MEMORY", "USAGE", place.key("journal"), "SAMPLES", 0)
    await redis.close()
    entries = COMMITS + len(moments)
    return [*figures, Figure("journal", f"memory of an entry{where}", used / entries, "bytes")]


async def _kept(opening: Awaitable[Journal], moments: list[Moment], where: str) -> list[Figure]:
    """Of one journal: the delay of commits, and how fast it is replayed."""
    journal = await opening
    committed = await _commits(journal, moments)
    replayed = await _replay(journal, moments, where)
    await journal.close()
    return [*delays("journal", f"event in, durable, commands out{where}", committed), replayed]


async def _commits(journal: Journal, moments: list[Moment]) -> list[float]:
    """Seconds from each event to its commands, one event at a time."""
    left = asyncio.Event()
    engine = Engine(journal, lambda _entry, _commands: left.set(), time.time)
    loop = asyncio.create_task(engine.run())
    seconds = []
    for _, event in moments[:COMMITS]:
        left.clear()
        began = time.perf_counter()
        engine.emit(event)
        await left.wait()
        seconds.append(time.perf_counter() - began)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    return seconds


async def _replay(journal: Journal, moments: list[Moment], where: str) -> Figure:
    first = journal.last_seq
    await _write(journal, Plane(), moments)

    def replayed() -> float:
        plane = Plane()
        began = time.perf_counter()
        same = all(wire.digest(commands) == entry.digest for entry, commands in replay(plane, journal.entries(first)))
        assert same, "a replay must give the commands of the run"
        return len(moments) / (time.perf_counter() - began)

    rate = median(replayed() for _ in range(RUNS))
    return Figure("journal", f"entries replayed and compared{where}", rate, "per s")


async def _recovery(folder: Path) -> list[Figure]:
    """Of a whole controller process without an Asterisk: from its start until it answers over HTTP."""
    nobody = [await _started(folder / f"nobody-{number}", waiting=0) for number in range(RUNS)]
    waiting = [await _started(folder / f"waiting-{number}", waiting=WAITING) for number in range(RUNS)]
    entries = WAITING * ROUNDS
    return [
        Figure("journal", "process start, nobody waiting, nothing to replay", median(nobody), "s"),
        Figure("journal", f"process start, {WAITING:,} waiting, {entries:,} entries to replay", median(waiting), "s"),
    ]


async def _started(home: Path, waiting: int) -> float:
    config = place(home, AGENTS)
    await _leave_waiting(home, waiting)
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tandem", "controller"),
        env=os.environ | config.environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        state = await _state(config, process)
        seconds = time.perf_counter() - began
    finally:
        process.terminate()
        await process.wait()
    assert state == waiting, f"{state} calls after the restart, of {waiting}"
    return seconds


async def _state(config: Config, process: asyncio.subprocess.Process) -> int:
    """The number of calls the controller knows of, as soon as it says so."""
    metrics = f"http://127.0.0.1:{config.port('http_port')}/metrics"
    async with asyncio.timeout(30), aiohttp.ClientSession() as session:
        while process.returncode is None:
            with suppress(aiohttp.ClientError):
                async with session.get(metrics) as answer:
                    lines = (await answer.text()).splitlines()
                    return sum(int(float(line.split()[-1])) for line in lines if line.startswith("tandem_waiting{"))
            await asyncio.sleep(0.005)
    raise ChildProcessError(f"the controller ended with {process.returncode}")


async def _leave_waiting(home: Path, waiting: int) -> None:
    """What a controller leaves behind that was killed with so many callers in the queue."""
    journal = await SqliteJournal.open(home / JOURNAL)
    plane = Plane()
    now = time.time()
    calls = [entry(number) for number in range(waiting)]
    asked = [events.Listened(call.call, 1, "3") for call in calls]
    morning = [event for _, event in opening(AGENTS) if not isinstance(event, events.AgentSignedIn)]
    last = await _write(journal, plane, [(now, event) for event in [*morning, *calls, *asked]])
    await journal.save_snapshot(last, now, plane.snapshot())
    for number in range(ROUNDS):
        await _write(journal, plane, [(now, events.Listened(call.call, 2 + number, None)) for call in calls])
    await journal.close()
    await _mark_recorded(home / RECORDS, last)


async def _write(journal: Journal, plane: Plane, moments: list[Moment]) -> int:
    """Handle and journal `moments`; returns the number of the last entry."""
    entries = []
    for seq, (at, event) in enumerate(moments, journal.last_seq + 1):
        entries.append(Entry(seq, at, wire.encode(event), wire.digest(plane.handle(event, at))))
    for start in range(0, len(entries), BATCH):
        await journal.append(entries[start : start + BATCH])
    return journal.last_seq


async def _mark_recorded(path: Path, seq: int) -> None:
    """The records of all entries up to `seq` count as written."""
    database = open_database(path)
    await upgrade(database)
    writer = await RecordWriter.open(database)
    writer.feed(seq, time.time(), [])
    writing = asyncio.create_task(writer.run())
    await writer.flush()
    writing.cancel()
    await database.dispose()
