"""Who is calling: found beside the call, and nobody when the store is slow, broken or overrun."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tandem.control.commands import FindCustomer
from tandem.control.desktop.customer import KnownCustomer
from tandem.control.events import CustomerFound, CustomerNotFound, Event
from tandem.cti import finder as finders
from tandem.cti.finder import FAILURES, OPEN_SECONDS, Finder
from tandem.store.customers.people import CustomerStoreError
from tests.cti.sites import until

ANN = KnownCustomer("ann", "Ann")


class Desk:
    """A finder at work; `told` are its events, `now` its clock."""

    def __init__(self, find: Callable[[str], Awaitable[KnownCustomer | None]], seconds: float = 1.0) -> None:
        self.told: list[Event] = []
        self.now = 0.0
        self.finder = Finder(find, self.told.append, lambda: self.now, seconds)

    async def ask(self, contact: str) -> Event:
        before = len(self.told)
        self.finder.ask(FindCustomer(contact, f"phone:{contact}"))
        await until(lambda: len(self.told) > before)
        return self.told[-1]


@asynccontextmanager
async def at_work(desk: Desk) -> AsyncIterator[Desk]:
    running = asyncio.create_task(desk.finder.run())
    yield desk
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_who_is_known_is_told_and_who_is_not_is_no_failure() -> None:
    async def find(identity: str) -> KnownCustomer | None:
        return ANN if identity == "phone:c1" else None

    async with at_work(Desk(find)) as desk:
        assert await desk.ask("c1") == CustomerFound("c1", ANN)
        assert await desk.ask("c2") == CustomerNotFound("c2")
        assert desk.finder.counts == {"found": 1, "unknown": 1}


async def test_an_answer_that_is_too_late_is_none() -> None:
    async def find(_: str) -> KnownCustomer | None:
        await asyncio.Event().wait()
        return ANN

    async with at_work(Desk(find, 0.01)) as desk:
        assert await desk.ask("c1") == CustomerNotFound("c1", "no answer within 0.01 s")
        assert desk.finder.counts == {"slow": 1}


async def test_a_broken_store_is_left_alone_for_a_while() -> None:
    asked = []

    async def find(identity: str) -> KnownCustomer | None:
        asked.append(identity)
        if len(asked) <= FAILURES:
            raise CustomerStoreError("disk I/O error")
        return ANN

    async with at_work(Desk(find)) as desk:
        for number in range(FAILURES):
            assert await desk.ask(f"c{number}") == CustomerNotFound(f"c{number}", "disk I/O error")
        assert await desk.ask("c8") == CustomerNotFound("c8", "the database is in trouble, and left alone")
        desk.now += OPEN_SECONDS
        assert await desk.ask("c9") == CustomerFound("c9", ANN)
        assert desk.finder.counts == {"failed": FAILURES, "left_alone": 1, "found": 1}
        assert len(asked) == FAILURES + 1


async def test_too_many_at_once_are_not_looked_for() -> None:
    async def find(_: str) -> KnownCustomer | None:
        return None

    desk = Desk(find)
    for number in range(finders.CAPACITY + 1):
        desk.finder.ask(FindCustomer(f"c{number}", "phone:1"))
    assert desk.told == [CustomerNotFound(f"c{finders.CAPACITY}", "too many are looked for")]
    assert desk.finder.counts == {"busy": 1}
    async with at_work(desk):
        await until(lambda: len(desk.told) == finders.CAPACITY + 1)
