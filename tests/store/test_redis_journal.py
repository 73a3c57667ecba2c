"""What only the journal of a cell has: fencing, answers that are lost, a Redis that goes away, pruning."""

import asyncio
import random
from collections.abc import Iterator, Sequence

import pytest

from tandem.store.journal import Entry, JournalError
from tandem.store.lease import LeaseLostError
from tandem.store.redis_journal import RedisJournal, forgettable
from tandem.store.redis_journal_reader import RedisJournalReader
from tandem.store.redis_server import Place, RedisLostError, RedisServer, Value
from tests.redis_process import RedisProcess, journal_at, redis_process, take_charge


def entry(seq: int, by: int = 0) -> Entry:
    return Entry(seq, float(seq), b'{"by":%d}' % by, by)


@pytest.fixture(scope="module")
def server() -> Iterator[RedisProcess]:
    with redis_process() as process:
        yield process


@pytest.fixture
def place(server: RedisProcess) -> Place:
    return server.place()


def kept(place: Place) -> list[Entry]:
    return list(RedisJournalReader(place).entries(0))


async def test_who_lost_the_lease_writes_nothing_more(place: Place) -> None:
    old = await take_charge(place, "old")
    await old.append([entry(1)])
    new = await take_charge(place, "new")
    for late in (
        old.append([entry(2)]),
        old.save_snapshot(1, 1.0, b"state"),
        old.prune(100.0, 1),
    ):
        with pytest.raises(LeaseLostError, match="new is"):
            await late
    with pytest.raises(LeaseLostError):
        await old.in_charge()
    await new.append([entry(2, by=2)])
    assert kept(place) == [entry(1), entry(2, by=2)]
    assert RedisJournalReader(place).latest_snapshot() is None
    await old.close()
    await new.close()


async def test_who_never_had_the_lease_writes_nothing(place: Place) -> None:
    journal = await journal_at(place)
    with pytest.raises(LeaseLostError, match="nobody that Redis knows of"):
        await journal.append([entry(1)])
    await journal.close()


async def test_who_slept_after_writing_has_nothing_carried_out(place: Place) -> None:
    """What it wrote is there, for the next one to replay; but it is too late to do anything about it."""
    old = await take_charge(place, "old")
    taken: list[RedisJournal] = []
    keeping: list[asyncio.Task[None]] = []

    class Sleepy(RedisServer):
        async def run(self, script: str, keys: Sequence[str], values: Sequence[Value]) -> list[bytes]:
            answer: list[bytes] = await super().run(script, keys, values)
            old.lease._term.until = float("-inf")
            taken.append(await take_charge(place, "new"))
            keeping.append(asyncio.create_task(old.lease.keep()))
            return answer

    old._server = Sleepy(place, 5.0)
    with pytest.raises(LeaseLostError, match="new is"):
        await old.append([entry(1)])
    assert kept(place) == [entry(1)]
    with pytest.raises(LeaseLostError):
        await keeping[0]
    await old.close()
    await taken[0].close()


class Lossy(RedisServer):
    """Loses answers, or what was asked, as the dice say."""

    def __init__(self, place: Place, dice: random.Random) -> None:
        super().__init__(place, 5.0)
        self._dice = dice

    async def run(self, script: str, keys: Sequence[str], values: Sequence[Value]) -> list[bytes]:
        fate = self._dice.random()
        if fate < 0.3:
            raise RedisLostError("it never came")
        answer: list[bytes] = await super().run(script, keys, values)
        if fate < 0.6:
            raise RedisLostError("the answer was lost")
        if fate < 0.7:  # the network delivers the same once more, late
            await super().run(script, keys, values)
        return answer


def lose_answers(journal: RedisJournal, dice: random.Random) -> None:
    journal._server = Lossy(journal.place, dice)


async def test_a_batch_whose_answer_was_lost_is_there_once(place: Place) -> None:
    journal = await take_charge(place, patience=60.0)
    lose_answers(journal, random.Random(1))
    wanted = []
    for _ in range(40):
        batch = [entry(journal.last_seq + n, by=n) for n in (1, 2, 3)]
        await journal.append(batch)
        wanted += batch
    assert kept(place) == wanted
    assert journal.retries > 20
    await journal.close()


@pytest.mark.parametrize("seed", range(8))
async def test_of_two_that_race_one_writes_at_a_time(place: Place, seed: int) -> None:
    """Each follows, takes the lease over from the other and appends, with answers lost: all that one was told to be
    durable is there, in one order, without a gap, and nothing else."""
    dice = random.Random(seed)
    durable: dict[int, Entry] = {}
    tried: set[Entry] = set()

    async def contend(name: int) -> None:
        for _ in range(6):
            journal = await take_charge(place, f"c{name}", patience=60.0)
            try:
                while await journal.follow(0):
                    pass
                lose_answers(journal, dice)
                for _ in range(dice.randrange(1, 6)):
                    batch = [entry(journal.last_seq + n, by=name * 1000 + dice.randrange(1000)) for n in (1, 2)]
                    tried.update(batch)
                    await journal.append(batch)
                    assert not {one.seq for one in batch} & durable.keys()
                    durable.update({one.seq: one for one in batch})
            except JournalError:
                pass  # the other one is in charge
            await journal.close()

    await asyncio.gather(contend(1), contend(2))
    entries = kept(place)
    assert {one.seq: one for one in entries}.items() >= durable.items()
    assert set(entries) <= tried
    assert len(entries) % 2 == 0


async def test_a_lost_redis_is_waited_for_and_nothing_is_lost_or_doubled() -> None:
    with redis_process(appendfsync="always") as process:
        place = process.place()
        journal = await take_charge(place, patience=30.0)
        await journal.append([entry(1)])
        process.kill()
        appending = asyncio.create_task(journal.append([entry(2)]))
        await asyncio.to_thread(process.start)
        await appending
        assert journal.retries
        assert kept(place) == [entry(1), entry(2)]
        await journal.close()


async def test_past_its_patience_a_controller_gives_up() -> None:
    with redis_process() as process:
        journal = await take_charge(process.place(), patience=0.2)
        process.kill()
        with pytest.raises(JournalError, match=r"has been lost for 0\.2 s .*gives up"):
            await journal.append([entry(1)])
        process.start()
        await journal.close()


async def test_a_redis_without_its_journal_is_not_written_to(place: Place) -> None:
    journal = await take_charge(place)
    await journal.append([entry(1), entry(2)])
    server = RedisServer(place, 5.0)
    await server.ask("DEL", place.key("journal"))
    with pytest.raises(JournalError, match="ends at entry 0, and should at 2"):
        await journal.append([entry(3)])
    await server.close()
    await journal.close()


async def test_another_follows_what_is_appended(place: Place) -> None:
    journal = await take_charge(place)
    standby = await journal_at(place, "standby")
    following = asyncio.create_task(standby.follow(5.0))
    await journal.append([entry(1), entry(2)])
    assert await following == [entry(1), entry(2)]
    assert await standby.follow(0) == []
    assert await standby.has(entry(2))
    assert not await standby.has(entry(2, by=9))
    assert not await standby.has(entry(3))
    await standby.close()
    await journal.close()


async def test_a_redis_that_may_lose_what_is_written_is_refused() -> None:
    with redis_process(more="appendonly no") as process, pytest.raises(JournalError, match="Set appendonly yes"):
        await journal_at(process.place())
    policy = "maxmemory-policy noeviction, not allkeys-lru"
    with redis_process(more="maxmemory-policy allkeys-lru") as process, pytest.raises(JournalError, match=policy):
        await journal_at(process.place())


async def test_a_redis_that_cannot_be_asked_is_named_without_its_password(server: RedisProcess) -> None:
    with pytest.raises(JournalError, match="Check redis_url, redis_password") as told:
        await journal_at(Place(server.url, "wrong-word", "c"))
    assert "wrong-word" not in str(told.value)
    with pytest.raises(JournalError, match="cell c"):
        await journal_at(Place("unix:///nowhere/redis.sock", "", "c"))


def test_snapshots_are_kept_as_in_a_file() -> None:
    taken = [(seq, seq * 600.0) for seq in range(1, 21)]
    first, gone = forgettable(taken, before_at=1300.0, written_seq=20)
    assert first == 2
    assert [seq for seq, _ in taken if seq not in gone] == [2, 6, 12, 18, 20]
    assert forgettable([], 1300.0, 20) == (0, [])
