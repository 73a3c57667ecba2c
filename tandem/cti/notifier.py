"""Pushes self-service links to callers, each once, and tells the plane what became of them."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

import structlog

from tandem.control.commands import SendLink
from tandem.control.events import Event, LinkDelivered, LinkFailed
from tandem.cti.delivery import Adapter, DeliveryError, Message, TemporaryError, page_url
from tandem.store.outbox import Outbox, OutboxError, OutboxItem

log = structlog.get_logger()

LONGEST_PAUSE = 20.0
"""Seconds that a gateway may ask to be left alone: somebody waits for the link, and it holds up a worker."""
WORKERS = 8
"""Links on their way at once, so that a slow gateway does not hold up the others."""
OUTBOX_AGAIN = 5.0
"""Seconds after which an outbox that can't be read at a start is read again."""


class Notifier:
    """Takes each link to the first of `adapters` that reaches its caller.

    Every link handed to `send` is answered with one LinkDelivered or LinkFailed to `emit`. `retry_seconds` are the
    pauses before a link is tried again. `counts`: links by outcome and attempts that failed, for the metrics.
    """

    def __init__(
        self,
        outbox: Outbox,
        adapters: Sequence[Adapter],
        emit: Callable[[Event], None],
        public_url: str,
        new_token: Callable[[], str],
        clock: Callable[[], float],
        *,
        retry_seconds: Sequence[float] = (1.0, 4.0, 15.0),
        capacity: int = 1000,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._outbox = outbox
        self._adapters = adapters
        self._emit = emit
        self._public_url = public_url
        self._new_token = new_token
        self._clock = clock
        self._retry_seconds = retry_seconds
        self._queue: asyncio.Queue[SendLink] = asyncio.Queue(capacity)
        self._under_way: set[tuple[str, int]] = set()

    def send(self, link: SendLink) -> None:
        """Take on `link`. One that is under way already is not taken twice; too many at once fail at once."""
        if (link.call, link.link) in self._under_way:
            return
        if self._queue.full():
            self._tell(link, "failed", "", "too many links wait to be sent")
            return
        self._under_way.add((link.call, link.link))
        self._queue.put_nowait(link)

    async def run(self) -> None:
        """Send for ever; first what a controller that died left unfinished."""
        for item in await self._unfinished():
            self.send(SendLink(**{name: getattr(item, name) for name in SendLink.__struct_fields__}))
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._work())

    async def _unfinished(self) -> Sequence[OutboxItem]:
        while True:
            try:
                return await self._outbox.unfinished()
            except OutboxError as error:
                log.error("outbox can't be used", error=str(error))
                await asyncio.sleep(OUTBOX_AGAIN)

    async def _work(self) -> None:
        while True:
            link = await self._queue.get()
            try:
                await self._see_to(link)
            except OutboxError as error:
                log.error("outbox can't be used", error=str(error))
                self._tell(link, "failed", "", "the outbox can't be used")
            except Exception as error:
                log.exception("link not sent", call=link.call, link=link.link)
                self._tell(link, "failed", "", f"an error of ours: {error!r}")
            self._under_way.discard((link.call, link.link))

    async def _see_to(self, link: SendLink) -> None:
        item = await self._outbox.add(link, self._new_token(), self._clock())
        if item.state in ("delivered", "failed"):
            self._tell(link, item.state, item.adapter, item.reason)
            return
        message = self._message(item)
        adapter = self._choose(item, message)
        state, reason = await self._outcome(item, message, adapter)
        await self._outbox.finish(item, state, reason, self._clock())
        self._tell(link, state, adapter.name if adapter else item.adapter, reason)

    async def _outcome(self, item: OutboxItem, message: Message, adapter: Adapter | None) -> tuple[str, str]:
        if item.state == "sending" and not (adapter and adapter.repeatable):
            return "delivered", "sent just before a restart; not sent twice"
        if adapter is None:
            return "failed", "no way to reach the caller"
        try:
            await self._deliver(item, message, adapter)
        except DeliveryError as error:
            return "failed", str(error)
        return "delivered", ""

    async def _deliver(self, item: OutboxItem, message: Message, adapter: Adapter) -> None:
        for pause in (*self._retry_seconds, None):
            await self._outbox.sending(item, adapter.name, self._clock())
            try:
                await adapter.deliver(message)
                return
            except TemporaryError as error:
                self.counts["try_again"] += 1
                log.warning("link not delivered yet", call=item.call, link=item.link, reason=str(error))
                if pause is None:
                    raise
                await asyncio.sleep(error.pause(pause, LONGEST_PAUSE))

    def _choose(self, item: OutboxItem, message: Message) -> Adapter | None:
        """The adapter that was tried before a restart, else the first that reaches the caller."""
        for adapter in self._adapters:
            if adapter.name == item.adapter or (not item.adapter and adapter.reaches(message)):
                return adapter
        return None

    def _message(self, item: OutboxItem) -> Message:
        url = page_url(self._public_url, item.token)
        return Message(
            call=item.call,
            link=item.link,
            purpose=item.purpose,
            language=item.language,
            address=item.address,
            channel=item.channel,
            text=item.text.replace("{link}", url),
            url=url,
        )

    def _tell(self, link: SendLink, state: str, adapter: str, reason: str) -> None:
        self.counts[state] += 1
        if state == "delivered":
            self._emit(LinkDelivered(link.call, link.link, adapter))
        else:
            log.warning("link failed", call=link.call, link=link.link, reason=reason)
            self._emit(LinkFailed(link.call, link.link, reason))
