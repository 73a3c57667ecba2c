"""Who is in charge: by arithmetic first, then with a real Redis."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.store.lease import Lease, LeaseLostError, Term
from tests.redis_process import RedisProcess, redis_process


def test_a_term_counts_from_before_redis_was_asked() -> None:
    term = Term(1.2)
    assert not term.is_proven(0.0)
    term.renewed(asked_at=100.0)
    assert term.is_proven(101.1)
    assert not term.is_proven(101.2)


def test_a_term_is_renewed_every_third_of_its_time() -> None:
    term = Term(1.2)
    term.renewed(asked_at=100.0)
    assert term.next_renewal(100.0) == pytest.approx(0.4)
    assert term.next_renewal(100.3) == pytest.approx(0.1)
    assert term.next_renewal(100.9) == 0.0


@given(st.lists(st.floats(0, 1000)), st.floats(0, 1000))
def test_a_late_answer_never_makes_a_term_shorter(asked: list[float], now: float) -> None:
    term = Term(1.2)
    for at in asked:
        before = term.is_proven(now)
        term.renewed(at)
        assert term.is_proven(now) >= before
    assert term.is_proven(now) == any(now < at + 1.2 for at in asked)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def server() -> Iterator[RedisProcess]:
    with redis_process() as process:
        yield process


async def test_one_has_it_and_the_other_is_told_who(server: RedisProcess) -> None:
    place = server.place()
    first, second = (Lease(place, f"{name} 1", 30.0, Clock()) for name in ("first", "second"))
    assert await first.take() == ""
    assert await first.take() == "", "who asks again because the answer was lost has it still"
    assert first.owner == "1 first 1"
    assert await second.take() == "first"
    assert (second.is_proven(), second.owner) == (False, "")
    await first.release()
    assert not first.is_proven()
    assert await second.take() == ""
    assert second.owner == "2 second 1", "the number grows with every holder"
    await first.close()
    await second.close()


async def test_who_lost_it_finds_out_and_ends(server: RedisProcess) -> None:
    place, clock = server.place(), Clock()
    first, second = Lease(place, "first 1", 0.3, clock), Lease(place, "second 1", 30.0, clock)
    assert await first.take() == ""
    clock.now += 0.3
    assert not first.is_proven(), "by its own clock, before it is told"
    waiting = asyncio.create_task(first.proven())
    async with asyncio.timeout(5):
        while await second.take():
            pass
    keeping = asyncio.create_task(first.keep())
    for ended in (keeping, waiting):
        with pytest.raises(LeaseLostError, match=r"no longer in charge of the .*: second is"):
            await ended
    clock.now = 0.0
    assert not first.is_proven(), "never again"
    await first.close()
    await second.close()


async def test_it_is_kept_past_its_time_and_over_a_restart_of_redis() -> None:
    with redis_process() as process:
        clock = Clock()
        lease = Lease(process.place(), "first 1", 0.3, clock)
        assert await lease.take() == ""
        process.kill()
        clock.now += 1.0
        keeping = asyncio.create_task(lease.keep())
        assert not lease.is_proven()
        await asyncio.to_thread(process.start)
        async with asyncio.timeout(10):
            await lease.proven()
        assert lease.failures
        assert lease.owner == "1 first 1"
        keeping.cancel()
        await lease.close()


async def test_who_keeps_it_does_not_take_it_back_after_letting_it_go(server: RedisProcess) -> None:
    place = server.place()
    clock = Clock()
    first, second = Lease(place, "first 1", 0.3, clock), Lease(place, "second 1", 30.0, clock)
    assert await first.take() == ""
    keeping = asyncio.create_task(first.keep())
    await asyncio.sleep(0)
    await first.release()
    await asyncio.wait_for(keeping, 10)
    assert await second.take() == ""
    await asyncio.gather(first.close(), second.close())
