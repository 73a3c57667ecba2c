"""The handlers for admins who look after the receivers of webhooks: how each is, what it was sent, send it again."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import msgspec
from aiohttp import web

from tandem.control.webhooks.webhook_settings import Webhook
from tandem.cti.answers import Refused
from tandem.cti.contract import asks, gives, takes
from tandem.cti.identity import DETAIL, needs
from tandem.cti.webhooks import Webhooks
from tandem.store.outbox import OutboxError
from tandem.store.webhook_outbox import WebhookOutbox

MOST = 200
"""Deliveries in one answer."""
Health = Literal["well", "in_trouble", "left_alone"]
Stands = Literal["pending", "delivered", "failed"]


class ReceiverView(msgspec.Struct, frozen=True):
    """A receiver. `waiting` events wait, the oldest since `oldest` (epoch seconds, None: none does); `given_up` can be
    sent again. `trouble`: why it did not take what it was sent, when that was last so since the start, at `trouble_at`;
    `delivered_at`: when it took the newest."""

    name: str
    service: str
    path: str
    state: Health
    waiting: int
    oldest: float | None
    given_up: int
    delivered_at: float | None
    trouble: str
    trouble_at: float


class DeliveryView(msgspec.Struct, frozen=True):
    """An event for a receiver: its `id` is the idempotency key, `kind` its name; it happened at `at` and is as it is
    since `changed_at` (epoch seconds). `reason`: why it was not taken."""

    id: str
    kind: str
    subject: str
    state: str
    attempts: int
    reason: str
    at: float
    changed_at: float


class WhichDeliveries(msgspec.Struct, frozen=True):
    """The newest `limit`; all, or those in a state."""

    state: Stands | Literal[""] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST)] = 50


class Tested(msgspec.Struct, frozen=True):
    """Whether the receiver took the event that was made up for it, and why not."""

    taken: bool
    reason: str


class WhichAgain(msgspec.Struct, frozen=True):
    """The event that was given up, by its id; empty: all of them."""

    id: Annotated[str, msgspec.Meta(max_length=64)] = ""


class Again(msgspec.Struct, frozen=True):
    """How many are sent again."""

    count: int


class WebhooksApi:
    """One method a route. `receivers` gives them as they are set now, `clock` is epoch seconds."""

    def __init__(
        self,
        webhooks: Webhooks,
        outbox: WebhookOutbox,
        receivers: Callable[[], Mapping[str, Webhook]],
        clock: Callable[[], float],
    ) -> None:
        self._webhooks, self._outbox, self._receivers, self._clock = webhooks, outbox, receivers, clock

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers."""
        return [
            web.get("/webhooks", self.look),
            web.get("/webhooks/{name}/deliveries", self.deliveries),
            web.post("/webhooks/{name}/test", self.test),
            web.post("/webhooks/{name}/redeliver", self.redeliver),
        ]

    @needs("admin")
    @gives(list[ReceiverView])
    async def look(self, _: web.Request) -> object:
        """How every receiver is."""
        return [await self._view(name, webhook) for name, webhook in self._receivers().items()]

    @needs("admin")
    @asks(WhichDeliveries)
    @gives(list[DeliveryView])
    async def deliveries(self, request: web.Request, which: WhichDeliveries) -> object:
        """The newest events for a receiver, without what is in them."""
        name = self._known(request)
        try:
            items = await self._outbox.newest(name, which.state, which.limit)
        except OutboxError:
            raise _unavailable() from None
        return [
            DeliveryView(
                item.event, item.kind, item.subject, item.state, item.attempts, item.reason, item.created_at,
                item.changed_at,
            )
            for item in items
        ]  # fmt: skip

    @needs("admin")
    @takes(None)
    @gives(Tested)
    async def test(self, request: web.Request) -> object:
        """Post an event to a receiver at once that is made up and says so."""
        reason = await self._webhooks.test(self._known(request))
        request[DETAIL] = reason or "taken"
        return Tested(not reason, reason)

    @needs("admin")
    @takes(WhichAgain)
    @gives(Again)
    async def redeliver(self, request: web.Request, which: WhichAgain) -> object:
        """Send again what was given up."""
        name = self._known(request)
        try:
            count = await self._outbox.redeliver(name, which.id, self._clock())
        except OutboxError:
            raise _unavailable() from None
        self._webhooks.wake()
        request[DETAIL] = f"{which.id or 'all'}: {count}"
        return Again(count)

    async def _view(self, name: str, webhook: Webhook) -> ReceiverView:
        try:
            figures = await self._outbox.figures(name)
        except OutboxError:
            raise _unavailable() from None
        receiver = self._webhooks.receivers.get(name)
        state: Health = "well"
        if receiver is not None and not receiver.well:
            state = "in_trouble" if receiver.breaker.state == "closed" else "left_alone"
        return ReceiverView(
            name, webhook.service, webhook.path, state, figures.waiting, figures.oldest, figures.given_up,
            figures.delivered_at, receiver.trouble if receiver else "", receiver.trouble_at if receiver else 0.0,
        )  # fmt: skip

    def _known(self, request: web.Request) -> str:
        """The receiver in the path. Refused: there is none."""
        name = request.match_info["name"]
        if name not in self._receivers():
            raise Refused(404, "unknown_webhook", "The settings have no webhook of this name.")
        return name


def _unavailable() -> Refused:
    return Refused(503, "unavailable", "The database can't be used now. Try again.")
