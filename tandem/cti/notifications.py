"""Delivers the notifications of flows to systems outside: signed, durable, tried for long, taken once."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import msgspec
import structlog

from tandem.control.commands import Notify
from tandem.control.events import Event, Notified, NotifyFailed
from tandem.control.settings import Service
from tandem.cti.delivery import DeliveryError, TemporaryError
from tandem.cti.errands import Errands, hand_in
from tandem.cti.secrets import SecretError, Secrets, filled_in
from tandem.cti.webhook import TIMEOUT, Letter, post
from tandem.store.outbox import NotificationItem, NotificationOutbox, OutboxError

log = structlog.get_logger()

CAPACITY = 10_000
"""Notifications under way or waiting; more fail at once."""
AT_ONCE = 8
"""Posts to one service at once."""
RETRY_SECONDS = (1.0, 4.0, 15.0, 60.0, 120.0, 180.0, 300.0)
"""Pauses before the next attempt: eleven minutes in all, unless the receiver asks for longer ones."""
LONGEST_PAUSE = 600.0
"""Seconds that a receiver may ask to be left alone."""


class Notifications:
    """Every notification handed to `tell` is answered to `emit` with one Notified or NotifyFailed.

    `services` gives the services by name, as they are set now; `clock` is epoch seconds. `counts` by service and
    outcome, for the metrics. The plane asks again for what was under way when a controller died, and the outbox knows
    what had been delivered by then.
    """

    def __init__(
        self,
        outbox: NotificationOutbox,
        services: Callable[[], Mapping[str, Service]],
        secrets: Secrets,
        emit: Callable[[Event], None],
        clock: Callable[[], float],
        *,
        retry_seconds: Sequence[float] = RETRY_SECONDS,
        timeout_seconds: float = TIMEOUT,
    ) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self._outbox, self._services, self._secrets, self._emit, self._clock = outbox, services, secrets, emit, clock
        self._retry_seconds = retry_seconds
        self._timeout = timeout_seconds
        self._errands = Errands(CAPACITY)
        self._turns: dict[str, asyncio.Semaphore] = {}

    def tell(self, command: Notify) -> None:
        """Take on a notification; one that is under way already is not taken twice."""
        if not self._errands.begin(_key(command), partial(self._see_to, command)):
            self._emit(self._failed(command, "too many notifications are under way"))

    async def run(self) -> None:
        """Deliver for ever."""
        await self._errands.run()

    async def _see_to(self, command: Notify) -> None:
        await hand_in(self._emit, await self._outcome(command))

    async def _outcome(self, command: Notify) -> Event:
        try:
            item = await self._item(command)
            if item.state == "pending":
                await self._deliver(item)
        except OutboxError as error:
            log.error("outbox can't be used", error=str(error))
            return self._failed(command, "the outbox can't be used")
        except Exception as error:
            log.exception("notification failed by an error of ours", notification=_key(command))
            return self._failed(command, f"an error of ours: {type(error).__name__}")
        if item.state == "failed":
            return self._failed(command, item.reason)
        self.counts[command.note.service, "delivered"] += 1
        return Notified(command.subject, command.note.number)

    async def _item(self, command: Notify) -> NotificationItem:
        note = command.note
        body = {"contact": command.subject, "number": note.number, "event": note.event, "data": note.body}
        text = msgspec.json.encode(body).decode()
        return await self._outbox.add(command.subject, note.number, note.service, text, self._clock())

    async def _deliver(self, item: NotificationItem) -> None:
        """Until it is taken, or will not be; a controller that died goes on where it was."""
        state, reason = "delivered", ""
        try:
            await self._attempts(item)
        except (DeliveryError, SecretError) as error:
            state, reason = "failed", str(error)
        await self._outbox.finish(item, state, reason, self._clock())
        item.state, item.reason = state, reason

    async def _attempts(self, item: NotificationItem) -> None:
        for pause in (*self._retry_seconds[item.attempts :], None):
            try:
                return await self._post(item)
            except TemporaryError as error:
                self.counts[item.service, "try_again"] += 1
                if pause is None:
                    raise
                await self._outbox.tried(item, str(error), self._clock())
                await asyncio.sleep(error.pause(pause, LONGEST_PAUSE))
        raise AssertionError("never: the last attempt returns or raises")

    async def _post(self, item: NotificationItem) -> None:
        service = self._services().get(item.service)
        if service is None:
            raise DeliveryError(f"there is no service {item.service}")
        if not service.signed_with:
            raise DeliveryError(f"service {item.service} has no signed_with, so it could not know us")
        letter = Letter(
            url=service.url,
            key=f"{item.subject}/{item.number}",
            body=item.body.encode(),
            secret=self._secrets(service.signed_with),
            headers=filled_in(service.headers, self._secrets),
        )
        async with self._turns.setdefault(item.service, asyncio.Semaphore(AT_ONCE)):
            await post(letter, int(self._clock()), self._timeout)

    def _failed(self, command: Notify, reason: str) -> NotifyFailed:
        self.counts[command.note.service, "failed"] += 1
        log.warning("notification failed", notification=_key(command), service=command.note.service, reason=reason)
        return NotifyFailed(command.subject, command.note.number, reason)


def _key(command: Notify) -> str:
    return f"{command.subject}/{command.note.number}"
