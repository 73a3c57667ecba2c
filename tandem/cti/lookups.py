"""Carries out the lookups of flows: allow list, secrets, cache, circuit breaker, tries, limits."""

import asyncio
import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import aiohttp
import msgspec
import structlog

from tandem.control.commands import LookUp
from tandem.control.events import NOT_FOUND, Event, LookedUp, LookupFailed
from tandem.control.page.answers import NotFoundError, Value, extract
from tandem.control.settings import Service
from tandem.cti.breaker import Breaker
from tandem.cti.errands import Errands, hand_in
from tandem.cti.secrets import SecretError, Secrets, filled_in
from tandem.cti.service_call import AskingError, RefusedError, Request, TroubleError, fetch, open_session, parse, url_of

log = structlog.get_logger()

AT_ONCE = 16
"""Requests to one service at once; more wait for their turn."""
CAPACITY = 1000
"""Lookups under way or waiting; more fail at once."""
PAUSE = 0.2
"""Seconds before the second try; doubled for each further one."""
LONGEST_PAUSE = 2.0
CACHED = 1000
"""Answers that are kept."""
Values = dict[str, Value]


class Lookups:
    """Every lookup handed to `ask` is answered to `emit` with one LookedUp or LookupFailed.

    `services` gives the services by name, as they are set now; nothing else is ever asked. `clock` is seconds that
    never go backwards, `dice` gives numbers from 0 to 1. For the metrics: `counts` by service and outcome, `took` is
    told the seconds of every try, `breakers` are by service.
    """

    def __init__(
        self,
        services: Callable[[], Mapping[str, Service]],
        secrets: Secrets,
        emit: Callable[[Event], None],
        clock: Callable[[], float],
        dice: Callable[[], float],
    ) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.took: Callable[[float], None] = lambda _: None
        self.breakers: dict[str, Breaker] = {}
        self._services, self._secrets, self._emit, self._clock, self._dice = services, secrets, emit, clock, dice
        self._errands = Errands(CAPACITY)
        self._turns: dict[str, asyncio.Semaphore] = {}
        self._cache = _Cache()
        self._session: aiohttp.ClientSession

    def ask(self, lookup: LookUp) -> None:
        """Take on a lookup; one that is under way already is not asked twice."""
        if not self._errands.begin(_key(lookup), partial(self._see_to, lookup)):
            self._failed(lookup, "busy")
            self._emit(LookupFailed(lookup.subject, lookup.ask.number, "too many lookups are under way"))

    async def run(self) -> None:
        """Ask for ever."""
        async with open_session() as self._session:
            await self._errands.run()

    async def _see_to(self, lookup: LookUp) -> None:
        await hand_in(self._emit, await self._outcome(lookup))

    async def _outcome(self, lookup: LookUp) -> Event:
        subject, number = lookup.subject, lookup.ask.number
        try:
            return LookedUp(subject, number, await self._answer(lookup))
        except NotFoundError as error:
            reason, outcome = f"its answer lacks something: {error}", "incomplete"
        except SecretError as error:
            reason, outcome = str(error), "no_secret"
        except AskingError as error:
            reason = str(error)
            outcome = NOT_FOUND if reason == NOT_FOUND else "failed"
        except Exception as error:
            log.exception("lookup failed by an error of ours", lookup=_key(lookup))
            reason, outcome = f"an error of ours: {type(error).__name__}", "failed"
        self._failed(lookup, outcome)
        return LookupFailed(subject, number, reason)

    def _failed(self, lookup: LookUp, outcome: str) -> None:
        self.counts[lookup.ask.service, outcome] += 1
        log.info("lookup not answered", lookup=_key(lookup), service=lookup.ask.service, outcome=outcome)

    async def _answer(self, lookup: LookUp) -> Values:
        ask = lookup.ask
        service = self._services().get(ask.service)
        if service is None:
            raise AskingError(f"there is no service {ask.service}")
        known = self._cache.get(lookup, self._clock())
        if known is not None:
            self.counts[ask.service, "cached"] += 1
            return known
        answer = await self._tries(lookup, service)
        values = extract(answer, ask.values)
        self._cache.put(lookup, values, self._clock())
        self.counts[ask.service, "answered"] += 1
        return values

    async def _tries(self, lookup: LookUp, service: Service) -> Any:
        """Asking again is safe whatever the method: where something is changed, the key goes along."""
        request = self._request(lookup, service)
        turns = self._turns.setdefault(lookup.ask.service, asyncio.Semaphore(AT_ONCE))
        for number in range(lookup.ask.retries + 1):
            if number:
                self.counts[lookup.ask.service, "try_again"] += 1
                await asyncio.sleep(min(LONGEST_PAUSE, PAUSE * 2 ** (number - 1)) * (0.5 + self._dice()))
            try:
                async with turns:
                    return await self._try(lookup, service, request)
            except TroubleError:
                if number == lookup.ask.retries:
                    raise
        raise AssertionError("never: the last try returns or raises")

    async def _try(self, lookup: LookUp, service: Service, request: Request) -> Any:
        """The answer's JSON; None where nothing is wanted of it."""
        breaker = self.breakers.setdefault(lookup.ask.service, Breaker())
        began = self._clock()
        if not breaker.allows(began):
            raise AskingError("it is in trouble, and left alone for a while")
        try:
            body = await fetch(self._session, request)
            answer = parse(body) if lookup.ask.values else None
        except RefusedError:
            breaker.succeeded()
            raise
        except BaseException:
            breaker.failed(self._clock(), service.failures, service.open_seconds)
            raise
        finally:
            self.took(self._clock() - began)
        breaker.succeeded()
        return answer

    def _request(self, lookup: LookUp, service: Service) -> Request:
        ask = lookup.ask
        headers = filled_in(service.headers | ask.headers, self._secrets)
        body = None
        if ask.body is not None:
            body, headers["Content-Type"] = msgspec.json.encode(ask.body), "application/json"
        if ask.method != "GET":
            headers["Idempotency-Key"] = _key(lookup)
        return Request(ask.method, url_of(service.url, ask.path, ask.query), headers, body, ask.timeout)


class _Cache:
    """Answers by what was asked, the oldest going first; secrets are in it by their names only."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, tuple[float, Values]] = OrderedDict()

    def get(self, lookup: LookUp, now: float) -> Values | None:
        """An answer no older than the lookup bears."""
        at, values = self._kept.get(_question(lookup), (-math.inf, None))
        return values if now - at < lookup.ask.cache_seconds else None

    def put(self, lookup: LookUp, values: Values, now: float) -> None:
        """Keep an answer, if the lookup would bear an old one."""
        if lookup.ask.cache_seconds <= 0:
            return
        self._kept[_question(lookup)] = now, values
        self._kept.move_to_end(_question(lookup))
        if len(self._kept) > CACHED:
            self._kept.popitem(last=False)


def _question(lookup: LookUp) -> bytes:
    """What is asked, without who asks and how patiently."""
    question = msgspec.structs.replace(lookup.ask, number=0, timeout=0.0, retries=0, cache_seconds=0.0)
    return msgspec.json.encode(question, order="sorted")


def _key(lookup: LookUp) -> str:
    return f"{lookup.subject}/{lookup.ask.number}"
