"""Two engines on one real Redis, in one process: one decides, the other follows and goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control import commands, events
from tandem.control.commands import Command
from tandem.control.plane import Plane
from tandem.ivr.reader import read_flow
from tandem.service.catching_up import CatchUp
from tandem.service.engine import Engine, replay
from tandem.service.standby import Standby
from tandem.store.journal import Entry, JournalError
from tandem.store.lease import LeaseLostError
from tandem.store.models import Step
from tandem.store.records import RECORD_TYPES, RecordWriter
from tandem.store.redis_journal import RedisJournal
from tandem.store.redis_server import Place, RedisServer
from tests.control.playbook import FLOW, SETTINGS
from tests.redis_process import RedisProcess, journal_at, redis_process


@pytest.fixture(scope="module")
def server() -> Iterator[RedisProcess]:
    with redis_process() as process:
        yield process


class One:
    """A controller without its edges: what it carried out, and what it saw others do."""

    def __init__(self, journal: RedisJournal) -> None:
        self.journal = journal
        self.asked: list[Command] = []
        self.followed: list[int] = []
        self.news = asyncio.Event()
        self.engine = Engine(journal, self._carry_out, lambda: 1_000_000.0)
        self.standby = Standby(journal, self.engine, self._follow)

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(30):
            while not true():
                self.news.clear()
                await self.news.wait()

    def set_up(self) -> None:
        self.engine.emit(events.SettingsLoaded(SETTINGS))
        self.engine.emit(events.FlowPublished(read_flow(FLOW, "line.yaml")))

    async def take_call(self, name: str) -> None:
        self.engine.emit(events.CallEntered(name, f"PJSIP/trunk-{name}", "138", "", "4008"))
        await self.until(lambda: any(isinstance(one, commands.Listen) and one.call == name for one in self.asked))

    def _carry_out(self, _entry: Entry, asked: list[Command]) -> None:
        self.asked += asked
        self.news.set()

    async def _follow(self, entry: Entry, _commands: list[Command]) -> None:
        self.followed.append(entry.seq)
        self.news.set()


@asynccontextmanager
async def one_at(place: Place, holder: str, seconds: float = 30.0) -> AsyncIterator[One]:
    journal = await journal_at(place, holder, seconds, patience=30.0)
    try:
        yield One(journal)
    finally:
        await journal.close()


@asynccontextmanager
async def at_work(one: One, keep: bool = True) -> AsyncIterator[asyncio.Task[None]]:
    """In charge until the block ends."""
    await one.standby.wait()
    tasks = [asyncio.create_task(one.engine.run())]
    if keep:
        tasks.append(asyncio.create_task(one.journal.lease.keep()))
    try:
        yield tasks[0]
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError, JournalError):
                await task


@asynccontextmanager
async def recording(writer: RecordWriter, catch_up: CatchUp | None = None) -> AsyncIterator[None]:
    """Records are written until the block ends."""
    tasks = [asyncio.create_task(one.run()) for one in (writer, catch_up) if one]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_standby_has_the_state_and_goes_on(server: RedisProcess) -> None:
    place = server.place()
    async with one_at(place, "first") as first, one_at(place, "second") as second:
        async with at_work(first):
            first.set_up()
            waiting = asyncio.create_task(second.standby.wait())
            await first.take_call("c1")
            await second.until(lambda: second.engine.seq == first.engine.seq)
            assert second.engine.plane.snapshot() == first.engine.plane.snapshot()
            await first.take_call("c2")
            await second.until(lambda: second.standby.active == "first" and second.engine.seq == first.engine.seq)
            await first.engine.halt()
            await first.journal.lease.release()
            await waiting
        assert second.engine.plane.snapshot() == first.engine.plane.snapshot()
        assert second.followed == list(range(1, first.engine.seq + 1))
        assert (second.asked, second.engine.figures.differing) == ([], 0)
        async with at_work(second):
            await second.take_call("c3")
        assert {*second.engine.plane.state.calls} == {"c1", "c2", "c3"}


async def test_what_the_one_before_wrote_last_is_not_missed(
    server: RedisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = server.place()
    async with one_at(place, "first") as first, one_at(place, "second") as second:
        async with at_work(first):
            first.set_up()
            take = second.journal.lease.take

            async def take_after_a_last_call() -> str:
                monkeypatch.undo()
                await first.take_call("c1")
                await first.engine.halt()
                await first.journal.lease.release()
                return await take()

            monkeypatch.setattr(second.journal.lease, "take", take_after_a_last_call)
            await second.standby.wait()
        assert second.engine.plane.snapshot() == first.engine.plane.snapshot()
        assert second.journal.last_seq == first.journal.last_seq


async def test_who_takes_over_records_what_the_one_before_did_not(server: RedisProcess, engine: AsyncEngine) -> None:
    """The first had written the records of its first call only, when it ended."""
    place = server.place()
    async with one_at(place, "first") as first, one_at(place, "second") as second:
        before = await RecordWriter.open(engine, gather_seconds=0.0)
        async with at_work(first), recording(before):
            first.set_up()
            await first.take_call("c1")
            await first.engine.save_snapshot()
            seen = first.engine.seq
            for entry, told in replay(Plane(), first.journal.entries(0, seen)):
                before.feed(entry.seq, entry.at, [one for one in told if isinstance(one, RECORD_TYPES)])
            await before.flush()
            await first.take_call("c2")
            await first.engine.halt()
            await first.journal.lease.release()
            await second.standby.wait()
        writer = await RecordWriter.open(engine, gather_seconds=0.0)
        writer.leave_to_journal(second.journal.last_seq)
        async with at_work(second), recording(writer, CatchUp(second.journal, writer)):
            async with asyncio.timeout(30):
                await writer.flush()
        async with engine.connect() as connection:
            calls = await connection.scalars(select(Step.call).distinct().order_by(Step.call))
        assert list(calls) == ["c1", "c2"]
        assert seen < writer.progress <= second.engine.seq


async def test_what_was_decided_without_the_lease_is_not_done(server: RedisProcess) -> None:
    """The first believes to be in charge when it decides, and was not heard of for too long when it writes."""
    place = server.place()
    async with one_at(place, "first") as first, one_at(place, "second") as second:
        async with at_work(first, keep=False) as loop:
            first.set_up()
            await first.take_call("c1")
            done = len(first.asked)
            redis = RedisServer(place, 10.0)
            await redis.ask("DEL", place.key("lease"))  # its time is over, which the first has not noticed
            await redis.close()
            async with at_work(second):
                assert first.journal.is_usable()
                first.engine.emit(events.CallEntered("c2", "PJSIP/trunk-c2", "138", "", "4008"))
                with pytest.raises(LeaseLostError, match="second is"):
                    await loop
                await second.take_call("c3")
                assert {*second.engine.plane.state.calls} == {"c1", "c3"}
        assert len(first.asked) == done


async def test_nothing_is_decided_while_redis_is_lost() -> None:
    with redis_process() as process:
        async with one_at(process.place(), "first", seconds=1.5) as first, at_work(first):
            first.set_up()
            await first.take_call("c1")
            process.kill()
            first.journal.lease._term.until = float("-inf")  # as after a while
            before = first.engine.plane.snapshot()
            first.engine.emit(events.CallEntered("c2", "PJSIP/trunk-c2", "138", "", "4008"))
            for _ in range(20):
                await asyncio.sleep(0)  # the loop gets its turn, and does not take it
            assert first.engine.plane.snapshot() == before
            await asyncio.to_thread(process.start)
            await first.take_call("c3")
            assert {*first.engine.plane.state.calls} == {"c1", "c2", "c3"}


async def test_a_standby_finds_redis_again() -> None:
    with redis_process() as process:
        place = process.place()
        async with one_at(place, "first") as first, one_at(place, "second") as second:
            async with at_work(first):
                first.set_up()
                await first.take_call("c1")
                waiting = asyncio.create_task(second.standby.wait())
                await second.until(lambda: second.engine.seq == first.engine.seq)
                process.kill()
                await asyncio.to_thread(process.start)
                await first.take_call("c2")
                await second.until(lambda: second.engine.seq == first.engine.seq)
                await first.engine.halt()
                await first.journal.lease.release()
            await waiting
            assert second.engine.plane.snapshot() == first.engine.plane.snapshot()


async def test_a_standby_does_not_go_on_with_a_journal_that_forgot() -> None:
    with redis_process() as process:
        place = process.place()
        async with (
            one_at(place, "first") as first,
            one_at(place, "second") as second,
            at_work(first),
        ):
            first.set_up()
            await first.take_call("c1")
            waiting = asyncio.create_task(second.standby.wait())
            await second.until(lambda: second.engine.seq == first.engine.seq)
            process.kill()
            process.forget()
            await asyncio.to_thread(process.start)
            with pytest.raises(JournalError, match="came back without entry"):
                await waiting
