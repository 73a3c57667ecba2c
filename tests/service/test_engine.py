"""The loop on a real journal: nothing leaves before it is durable, and a restart gives the same state."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from msgspec.structs import replace

from tandem.acd.plan import Condition, Step
from tandem.control import commands, events
from tandem.control.commands import Command
from tandem.ivr.reader import read_flow
from tandem.service import engine as engine_module
from tandem.service.engine import Engine
from tandem.service.history import replay_stretch, why
from tandem.store.journal import Entry
from tandem.store.sqlite_journal import SqliteJournal
from tandem.store.sqlite_journal_reader import SqliteJournalReader
from tests.control.playbook import FLOW, SETTINGS

CarryOut = Callable[[Entry, list[Command]], None]


class World:
    """Carries nothing out, but notes what it was asked to, and whether that was durable by then."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = 1_000_000.0
        self.asked: list[Command] = []
        self.durable: list[bool] = []
        self.news = asyncio.Event()

    def carry_out(self, entry: Entry, asked: list[Command]) -> None:
        last = SqliteJournalReader(self.path).last_entry()
        self.durable.append(last is not None and last.seq >= entry.seq)
        self.asked += asked
        self.news.set()

    async def until(self, kind: type[Command], count: int = 1) -> Command:
        """Wait until so many of a kind were asked for; the last of them."""
        async with asyncio.timeout(5):
            while len(found := [command for command in self.asked if isinstance(command, kind)]) < count:
                self.news.clear()
                await self.news.wait()
        return found[-1]


@asynccontextmanager
async def running(world: World, carry_out: CarryOut | None = None) -> AsyncIterator[Engine]:
    journal = await SqliteJournal.open(world.path)
    engine = Engine(journal, carry_out or world.carry_out, lambda: world.now)

    async def pass_over(_entry: Entry, _commands: list[Command]) -> None:
        pass

    await engine.recover(0, pass_over)
    loop = asyncio.create_task(engine.run())
    try:
        yield engine
    finally:
        loop.cancel()
        with suppress(asyncio.CancelledError):
            await loop
        await journal.close()


def set_up(engine: Engine) -> None:
    engine.emit(events.SettingsLoaded(SETTINGS))
    engine.emit(events.FlowPublished(read_flow(FLOW, "line.yaml")))
    engine.emit(events.SwitchFound("boot-1", 1_000_000.0, (), ("PJSIP/1001",)))


def call(name: str) -> events.CallEntered:
    return events.CallEntered(name, f"PJSIP/trunk-{name}", "138", "", "4008")


async def ring(world: World, engine: Engine) -> None:
    """A call asks for a person, and the agent's phone rings."""
    engine.emit(events.AgentSignedIn("1001"))
    engine.emit(call("c1"))
    listen = await world.until(commands.Listen)
    assert isinstance(listen, commands.Listen)
    engine.emit(events.Listened("c1", listen.step, "2"))
    await world.until(commands.RingAgent)


async def test_commands_leave_only_after_their_event_is_durable(tmp_path: Path) -> None:
    world = World(tmp_path / "journal.sqlite3")
    async with running(world) as engine:
        set_up(engine)
        engine.emit(call("c1"))
        await world.until(commands.Listen)
    assert world.durable and all(world.durable)


async def test_a_restart_gives_the_calls_back(tmp_path: Path) -> None:
    world = World(tmp_path / "journal.sqlite3")
    async with running(world) as engine:
        set_up(engine)
        engine.emit(call("c1"))
        await world.until(commands.Listen)
        before = engine.plane.snapshot()
    async with running(world) as engine:
        assert engine.plane.snapshot() == before
        assert engine.figures.differing == 0
        assert engine.figures.replayed == 4


async def test_a_snapshot_makes_the_replay_short(tmp_path: Path) -> None:
    world = World(tmp_path / "journal.sqlite3")
    journal = await SqliteJournal.open(world.path)
    engine = Engine(journal, world.carry_out, lambda: world.now)
    loop = asyncio.create_task(engine.run())
    set_up(engine)
    engine.emit(call("c1"))
    await world.until(commands.Listen)
    loop.cancel()
    await engine.save_snapshot()
    await journal.close()
    journal = await SqliteJournal.open(world.path)
    again = Engine(journal, world.carry_out, lambda: world.now)
    seen: list[int] = []

    async def catch_up(entry: Entry, _commands: list[Command]) -> None:
        seen.append(entry.seq)

    await again.recover(4, catch_up)
    assert seen == []
    assert again.plane.snapshot() == engine.plane.snapshot()
    behind = Engine(journal, world.carry_out, lambda: world.now)
    await behind.recover(2, catch_up)
    assert seen == [1, 2, 3, 4], "records that were not written come from before the snapshot"
    await journal.close()


async def test_deadlines_come_due_while_other_events_keep_coming(tmp_path: Path) -> None:
    world = World(tmp_path / "journal.sqlite3")
    async with running(world) as engine:
        set_up(engine)
        await ring(world, engine)
        world.now += 60
        for _ in range(engine_module.BATCH):
            engine.emit(events.DeviceFound("PJSIP/9999"))
        await world.until(commands.HangUpLeg)


async def test_time_never_runs_backwards(tmp_path: Path) -> None:
    world = World(tmp_path / "journal.sqlite3")
    async with running(world) as engine:
        set_up(engine)
        world.now -= 3600
        engine.emit(call("c1"))
        await world.until(commands.Listen)
    times = [entry.at for entry in SqliteJournalReader(world.path).entries(0)]
    assert times == sorted(times)


async def test_replay_and_why_tell_what_was_decided(tmp_path: Path) -> None:
    world = World(tmp_path / "journal.sqlite3")
    async with running(world) as engine:
        set_up(engine)
        await ring(world, engine)
        engine.emit(events.CallEnded("c1", 16))
        await world.until(commands.HangUpLeg)
    steps = list(replay_stretch(SqliteJournalReader(world.path), 1, None))
    assert all(step.same for step in steps)
    assert [command for step in steps for command in step.commands] == world.asked
    told = [text for _, text in why(SqliteJournalReader(world.path), "c1", world.now)]
    assert told[0] == "entered: 138 dialled 4008, flow line"
    assert "offered to 1001: rank 1 of 1" in told
    assert told[-1] == "ended: abandoned"
    assert "分配给1001:在1名就绪坐席中排第1" in [
        text for _, text in why(SqliteJournalReader(world.path), "c1", world.now, "zh-CN")
    ]


async def test_why_tells_how_a_wait_stands_now_and_of_the_conditions_that_came_meanwhile(tmp_path: Path) -> None:
    world = World(tmp_path / "journal.sqlite3")
    tech, ready = SETTINGS.acd.queues["tech"], Condition("agents_ready", on=0)
    plan = (Step(when=ready, priority=1), Step(after=90, vendor="acme"))
    acd = replace(SETTINGS.acd, queues={"tech": replace(tech, plan=plan)})
    async with running(world) as engine:
        set_up(engine)
        engine.emit(events.SettingsLoaded(replace(SETTINGS, acd=acd)))
        await ring(world, engine)
        engine.emit(events.AgentPaused("1001", "lunch"))
        await world.until(commands.HangUpLeg)
        engine.emit(events.SettingsLoaded(SETTINGS))
        await world.until(commands.RecordQueueStep, count=4)
    told = [text for _, text in why(SqliteJournalReader(world.path), "c1", world.now + 60)]
    assert told[-5:] == [
        "offer ended: 1001: withdrawn",
        "has waited for 0 s; nobody can take it: 1001: paused: lunch; in force: priority +1; "
        "something changes by itself in 90 s",
        "the plan, no longer: priority +1",
        "has waited for 0 s; nobody can take it: 1001: paused: lunch; nothing changes by itself",
        "has waited for 60 s; nobody can take it: 1001: paused: lunch; nothing changes by itself",
    ]


async def test_what_is_handled_is_under_way_until_its_commands_have_left(tmp_path: Path) -> None:
    world = World(tmp_path / "journal.sqlite3")
    under_way: list[int] = []

    def carry_out(entry: Entry, asked: list[Command]) -> None:
        under_way.append(engine.figures.under_way)
        world.carry_out(entry, asked)

    async with running(world, carry_out) as engine:
        set_up(engine)
        engine.emit(call("c1"))
        await world.until(commands.Listen)
        assert under_way == [4, 3, 2, 1]
        assert engine.figures.under_way == 0
