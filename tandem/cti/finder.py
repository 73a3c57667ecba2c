"""Finds out who is calling, beside the call: what takes too long or fails means nobody, and is counted."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from tandem.control.commands import FindCustomer
from tandem.control.desktop.customer import KnownCustomer
from tandem.control.events import CustomerFound, CustomerNotFound, Event
from tandem.cti.breaker import Breaker
from tandem.cti.errands import Errands, hand_in
from tandem.store.customers.people import CustomerStoreError

log = structlog.get_logger()

CAPACITY = 1000
"""Contacts under way or waiting; for more nobody is found."""
AT_ONCE = 8
"""Questions to the database at once."""
SECONDS = 1.0
"""After which an answer is too late."""
FAILURES, OPEN_SECONDS = 5, 10.0
"""After so many failures in a row the database is left alone for so long."""


class Finder:
    """Every FindCustomer handed to `ask` is answered to `emit` with one CustomerFound or CustomerNotFound.

    `find` asks the store and may raise CustomerStoreError; `clock` is seconds that never go backwards. For the metrics:
    `counts` by outcome (`found`, `unknown`, `slow`, `failed`, `left_alone`, `busy`), `took` is told the seconds.
    """

    def __init__(
        self,
        find: Callable[[str], Awaitable[KnownCustomer | None]],
        emit: Callable[[Event], None],
        clock: Callable[[], float],
        seconds: float = SECONDS,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.took: Callable[[float], None] = lambda _: None
        self._find, self._emit, self._clock, self._seconds = find, emit, clock, seconds
        self._errands = Errands(CAPACITY)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._breaker = Breaker()

    def ask(self, wanted: FindCustomer) -> None:
        """Find out who is in a contact; one that is under way already is not looked for twice."""
        if not self._errands.begin(wanted.contact, partial(self._see_to, wanted)):
            self.counts["busy"] += 1
            self._emit(CustomerNotFound(wanted.contact, "too many are looked for"))

    async def run(self) -> None:
        """Find out for ever."""
        await self._errands.run()

    async def _see_to(self, wanted: FindCustomer) -> None:
        began = self._clock()
        outcome, event = await self._outcome(wanted)
        self.took(self._clock() - began)
        self.counts[outcome] += 1
        if isinstance(event, CustomerNotFound) and event.reason:
            log.warning("customer not looked up", contact=wanted.contact, reason=event.reason)
        await hand_in(self._emit, event)

    async def _outcome(self, wanted: FindCustomer) -> tuple[str, Event]:
        contact = wanted.contact
        try:
            async with asyncio.timeout(self._seconds), self._turns:
                if not self._breaker.allows(self._clock()):
                    return "left_alone", CustomerNotFound(contact, "the database is in trouble, and left alone")
                known = await self._asked(wanted.identity)
        except TimeoutError:
            return "slow", CustomerNotFound(contact, f"no answer within {self._seconds:g} s")
        except CustomerStoreError as error:
            return "failed", CustomerNotFound(contact, str(error))
        return ("found", CustomerFound(contact, known)) if known else ("unknown", CustomerNotFound(contact))

    async def _asked(self, identity: str) -> KnownCustomer | None:
        try:
            known = await self._find(identity)
        except BaseException:  # one that is cancelled was too slow
            self._breaker.failed(self._clock(), FAILURES, OPEN_SECONDS)
            raise
        self._breaker.succeeded()
        return known
