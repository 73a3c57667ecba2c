"""Delivers events to receivers outside: signed, in order, for hours if it must be. None waits for another."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import aiohttp
import msgspec
import structlog

from tandem.control.events import Event, EventsGivenUp, ReceiverLost
from tandem.control.settings import Service
from tandem.control.webhooks.webhook_settings import Webhook
from tandem.cti.breaker import Breaker
from tandem.cti.delivery import DeliveryError, TemporaryError
from tandem.cti.errands import hand_in
from tandem.cti.secrets import SecretError, Secrets, filled_in
from tandem.cti.service_call import AskingError, open_session, url_of
from tandem.cti.webhook import TIMEOUT, Letter, post
from tandem.store.outbox import OutboxError
from tandem.store.webhook_outbox import DELIVERED, PENDING, Outcome, WebhookItem, WebhookOutbox

log = structlog.get_logger()

AT_ONCE = 8
"""Posts to one receiver at once."""
ROUND = 200
"""Events of a receiver that are in hand at once."""
PAUSES = (1.0, 5.0, 20.0, 60.0, 300.0, 900.0)
"""Seconds before the next attempts at an event; the last one again and again."""
LONGEST_PAUSE = 3600.0
"""Seconds that a receiver may ask to be left alone."""
LOOK_AGAIN = 5.0
"""Seconds after which the settings are looked at again, and a database that can't be used is tried again."""
HOUR = 3600.0


class Around(msgspec.Struct, frozen=True):
    """What all receivers share. `webhooks` and `services` give them by name, as they are set now; `clock` is epoch
    seconds, `pauses` the seconds before an event is tried again."""

    outbox: WebhookOutbox
    webhooks: Callable[[], Mapping[str, Webhook]]
    services: Callable[[], Mapping[str, Service]]
    secrets: Secrets
    emit: Callable[[Event], None]
    clock: Callable[[], float]
    pauses: Sequence[float] = PAUSES
    timeout: float = TIMEOUT


class Webhooks:
    """All receivers in the settings, each at work by itself. For the metrics: `counts` by receiver and outcome, and how
    many events are `waiting` by receiver."""

    def __init__(self, around: Around) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.waiting: Mapping[str, int] = {}
        self.receivers: dict[str, Receiver] = {}
        self._around = around
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def wake(self) -> None:
        """There is something new to deliver."""
        for receiver in self.receivers.values():
            receiver.news.set()

    def left_alone(self) -> dict[str, float]:
        """By receiver, 1 while nothing is sent to it."""
        return {name: float(receiver.breaker.state != "closed") for name, receiver in self.receivers.items()}

    async def run(self) -> None:
        """Deliver for ever, to whoever is in the settings; who cancels this ends it all."""
        async with open_session() as session, asyncio.TaskGroup() as group:
            while True:
                self._follow_settings(group, session)
                await asyncio.sleep(LOOK_AGAIN)
                await self._tidy()

    async def test(self, name: str) -> str:
        """Post a made-up event to a receiver at once, past all that waits; why it was not taken, else empty."""
        now = self._around.clock()
        body = msgspec.json.encode({"id": f"test-{now:.6f}", "at": now, "agent": "", "event": "Test"})
        async with open_session() as session:
            receiver = Receiver(name, self._around, session, Counter())
            try:
                await receiver.post(f"test-{now:.6f}", body)
            except (DeliveryError, SecretError, AskingError) as error:
                return str(error)
        return ""

    def _follow_settings(self, group: asyncio.TaskGroup, session: aiohttp.ClientSession) -> None:
        named = self._around.webhooks()
        for name, receiver in list(self.receivers.items()):
            if name not in named:
                receiver.end()
            if self._tasks[name].done():
                del self._tasks[name], self.receivers[name]
        for name in named.keys() - self._tasks.keys():
            self.receivers[name] = Receiver(name, self._around, session, self.counts)
            self._tasks[name] = group.create_task(self.receivers[name].run())

    async def _tidy(self) -> None:
        """Not before the settings of a centre that begins anew have come."""
        named = self._around.webhooks()
        try:
            if count := await self._around.outbox.give_up_others(named, self._around.clock()):
                log.warning("events for webhooks that were taken away are given up", count=count)
            self.waiting = dict.fromkeys(named, 0) | await self._around.outbox.waiting()
        except OutboxError as error:
            log.error("events for webhooks can't be read", error=str(error))


class Receiver:
    """One of them. `well`: it took what it was sent last; `trouble` is why it did not, when that was last so, at
    `trouble_at` (epoch seconds)."""

    def __init__(
        self, name: str, around: Around, session: aiohttp.ClientSession, counts: Counter[tuple[str, str]]
    ) -> None:
        self.news = asyncio.Event()
        self.breaker = Breaker()
        self.well, self.trouble, self.trouble_at = True, "", 0.0
        self._name, self._around, self._session, self._counts = name, around, session, counts
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._quiet_until = 0.0
        self._lost = False
        self._ended = asyncio.Event()

    def end(self) -> None:
        """It is in the settings no more. What is under way is settled: nothing is torn out of the database's hands."""
        self._ended.set()
        self.news.set()

    async def run(self) -> None:
        """Deliver until it ends."""
        while not self._ended.is_set():
            try:
                await self._rest()
                await self._round()
            except OutboxError as error:
                log.error("events for a webhook can't be read or settled", receiver=self._name, error=str(error))
                await asyncio.sleep(LOOK_AGAIN)
            except Exception:
                log.exception("a webhook failed by an error of ours", receiver=self._name)
                await asyncio.sleep(LOOK_AGAIN)

    async def post(self, key: str, body: bytes) -> None:
        """Return when the receiver has taken it; else DeliveryError, SecretError or AskingError say why."""
        around = self._around
        webhook = around.webhooks().get(self._name)
        service = around.services().get(webhook.service) if webhook else None
        if webhook is None or service is None or not service.signed_with:
            raise DeliveryError("the settings have no service for it, or that has no signed_with")
        letter = Letter(
            url=str(url_of(service.url, webhook.path, {})) if webhook.path else service.url,
            key=key,
            body=body,
            secret=around.secrets(service.signed_with),
            headers=filled_in(service.headers, around.secrets),
            whom="the receiver",
        )
        await post(letter, int(around.clock()), around.timeout, self._session)

    async def _rest(self) -> None:
        """As long as the receiver is to be left alone."""
        if (left := self._quiet_until - _ticks()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._ended.wait()

    async def _round(self) -> None:
        """Take what is due, and deliver it; what follows it in order waits for the next round."""
        self.news.clear()
        now, outbox = self._around.clock(), self._around.outbox
        items = await outbox.next_of(self._name, now, ROUND)
        if not items:
            await self._wait(await outbox.next_due(self._name, now))
            return
        lines: dict[str, list[WebhookItem]] = {}
        for item in items:
            lines.setdefault(item.subject, []).append(item)
        outcomes = await asyncio.gather(*(self._deliver(line) for line in lines.values()))
        settled = [outcome for line in outcomes for outcome in line]
        await outbox.settle(settled, self._around.clock())
        if any(outcome.state != DELIVERED for outcome in settled):
            await self._give_up()
            await self._tell_of_loss()

    async def _wait(self, due: float | None) -> None:
        """For something new, or until an event is to be tried again. Who merges customers does not wake us."""
        left = LOOK_AGAIN if due is None else min(LOOK_AGAIN, max(0.0, due - self._around.clock()))
        with suppress(TimeoutError):
            async with asyncio.timeout(left):
                await self.news.wait()

    async def _deliver(self, line: Sequence[WebhookItem]) -> list[Outcome]:
        """One after the other, until one is not taken."""
        outcomes = []
        for item in line:
            async with self._turns:
                outcome = await self._try(item)
            if outcome is not None:
                outcomes.append(outcome)
            if outcome is None or outcome.state != DELIVERED:
                break
        return outcomes

    async def _try(self, item: WebhookItem) -> Outcome | None:
        """What came of it; None while the receiver is left alone."""
        if _ticks() < self._quiet_until or not self.breaker.allows(_ticks()):
            return None
        try:
            await self.post(item.event, item.body.encode())
        except (DeliveryError, SecretError, AskingError) as error:
            return self._failed(item, error)
        except BaseException:
            self.breaker.failed(_ticks(), 1, 0.0)
            raise
        self.breaker.succeeded()
        self.well, self._lost = True, False
        self._counts[self._name, "delivered"] += 1
        return Outcome(item.number, DELIVERED)

    def _failed(self, item: WebhookItem, error: Exception) -> Outcome:
        """The event is tried again after a pause that grows, and the receiver is left alone where it is in trouble, or
        asks for it."""
        now, ticks, pauses = self._around.clock(), _ticks(), self._around.pauses
        service = self._service()
        self._counts[self._name, "try_again"] += 1
        self.breaker.failed(ticks, service.failures, service.open_seconds)
        asked = min(error.after, LONGEST_PAUSE) if isinstance(error, TemporaryError) else 0.0
        alone = service.open_seconds if self.breaker.state == "open" else 0.0
        self._quiet_until = max(self._quiet_until, ticks + max(asked, alone))
        self.well, self.trouble, self.trouble_at = False, str(error), now
        log.warning("event not taken by a webhook's receiver", receiver=self._name, id=item.event, reason=str(error))
        pause = pauses[min(item.attempts, len(pauses) - 1)]
        return Outcome(item.number, PENDING, str(error), now + max(pause, asked))

    async def _give_up(self) -> None:
        """What was not taken in time is counted, and an alarm is raised."""
        now, webhook = self._around.clock(), self._around.webhooks().get(self._name)
        hours = webhook.give_up_hours if webhook else Webhook("").give_up_hours
        reason = f"not taken in {hours:g} h: {self.trouble}"
        count = await self._around.outbox.give_up(self._name, now - hours * HOUR, reason, now)
        if count:
            self._counts[self._name, "given_up"] += count
            await hand_in(self._around.emit, EventsGivenUp(self._name, count, reason))

    async def _tell_of_loss(self) -> None:
        """Once, until it takes something again."""
        if self.breaker.state != "closed" and not self._lost:
            self._lost = True
            await hand_in(self._around.emit, ReceiverLost(self._name, self.trouble))

    def _service(self) -> Service:
        webhook = self._around.webhooks().get(self._name)
        return self._around.services().get(webhook.service if webhook else "", Service(""))


def _ticks() -> float:
    """Seconds that never go backwards."""
    return asyncio.get_running_loop().time()
