"""The HTTP side of the order service; README.md tells every endpoint."""

import asyncio
import hashlib
import hmac
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec
from aiohttp import web

from examples.order_service.misbehaviour import Fault, Misbehaviour
from examples.order_service.seed import PRODUCTS, seeded
from examples.order_service.shop import KINDS, SLOTS, Booking, Order, Reply, Shop, ShopFile

TOKEN = "demo-order-token"  # noqa: S105  (the demo's; whoever runs this in earnest gives another)
SECRET = "demo-notification-secret"  # noqa: S105
OLDEST_SIGNATURE = 300.0
"""Seconds."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
T = TypeVar("T")


class RefusedError(Exception):
    """The request can't be done; answered with `status` and a code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class NewAddress(msgspec.Struct, frozen=True):
    """The body of a change of address."""

    address: str


class NewBooking(msgspec.Struct, frozen=True):
    """The body of a booking."""

    kind: str
    phone: str
    product: str
    date: str
    slot: str
    address: str = ""
    problem: str = ""


class OrderService:
    """One shop over HTTP. `seen` counts the requests by method, path and idempotency key, for tests."""

    def __init__(self, state: Path, token: str = TOKEN, secret: str = SECRET, today: date | None = None) -> None:
        self.misbehaviour = Misbehaviour()
        self.seen: Counter[str] = Counter()
        self._today = today
        self._file = ShopFile(state, seeded(self.today))
        self._token = token
        self._secret = secret
        self._changing = asyncio.Lock()

    @property
    def today(self) -> date:
        """The day by which bookings are taken."""
        return self._today or date.today()

    @property
    def shop(self) -> Shop:
        """All that the shop knows."""
        return self._file.shop

    def app(self) -> web.Application:
        """The service as an aiohttp application."""
        app = web.Application(middlewares=[self._guard, self.misbehaviour.middleware(), self._once])
        app.add_routes(
            [
                web.get("/health", self.health),
                web.get("/orders", self.orders),
                web.get("/orders/{number}", self.order),
                web.post("/orders/{number}/cancel", self.cancel),
                web.post("/orders/{number}/address", self.change_address),
                web.get("/slots", self.slots),
                web.post("/bookings", self.book),
                web.get("/bookings", self.bookings),
                web.get("/bookings/{booking}", self.booking),
                web.get("/members/{phone}", self.member),
                web.post("/notifications", self.notify),
                web.get("/notifications", self.notifications),
                web.put("/misbehave", self.misbehave),
            ]
        )
        return app

    # --- orders -------------------------------------------------------------------------------------------------

    async def health(self, _: web.Request) -> web.Response:
        return _json({"up": True})

    async def orders(self, request: web.Request) -> web.Response:
        found = self.shop.orders_of(_asked(request, "phone"))
        return _json({"count": len(found), "orders": [_shown(order) for order in found]})

    async def order(self, request: web.Request) -> web.Response:
        return _json(_shown(self._order(request)))

    async def cancel(self, request: web.Request) -> web.Response:
        order = self._order(request)
        refund = order.amount if order.status == "paid" else 0.0
        done = order.open or order.status == "cancelled"
        if done:
            order.status = "cancelled"
        return _json({"outcome": "done" if done else "too_late", "refund": refund, "order": _shown(order)})

    async def change_address(self, request: web.Request) -> web.Response:
        order = self._order(request)
        wanted = await _body(request, NewAddress)
        if not wanted.address.strip():
            raise RefusedError(400, "bad_address")
        if order.open:
            order.address = wanted.address.strip()
        return _json({"outcome": "done" if order.open else "too_late", "order": _shown(order)})

    def _order(self, request: web.Request) -> Order:
        """The order of the path; of somebody else's phone there is none."""
        order = self.shop.orders.get(request.match_info["number"])
        if order is None or request.query.get("phone", order.phone) != order.phone:
            raise RefusedError(404, "no_such_order")
        return order

    # --- bookings -----------------------------------------------------------------------------------------------

    async def slots(self, request: web.Request) -> web.Response:
        day, product = _day(_asked(request, "date")), _product(_asked(request, "product"))
        free = {slot: self.shop.free(day, slot, self.today) for slot in SLOTS}
        shown = [
            {"slot": slot, "from": SLOTS[slot][0], "to": SLOTS[slot][1], "free": left}
            for slot, left in free.items()
            if left
        ]
        return _json({"product": product, "date": day.isoformat(), "count": len(shown), "slots": shown})

    async def book(self, request: web.Request) -> web.Response:
        if "Idempotency-Key" not in request.headers:
            raise RefusedError(400, "no_idempotency_key")
        wanted = await _body(request, NewBooking)
        _day(wanted.date), _product(wanted.product)
        if wanted.kind not in KINDS or wanted.slot not in SLOTS or not wanted.phone:
            raise RefusedError(400, "bad_booking")
        booking = self.shop.book(Booking("", **msgspec.structs.asdict(wanted)), self.today)
        if booking is None:
            return _json({"outcome": "slot_taken", "booking": "", "date": wanted.date, "from": "", "to": ""})
        return _json({"outcome": "booked"} | _visit(booking), 201)

    async def bookings(self, request: web.Request) -> web.Response:
        phone = _asked(request, "phone")
        found = [_visit(booking) for booking in self.shop.bookings.values() if booking.phone == phone]
        return _json({"count": len(found), "bookings": found})

    async def booking(self, request: web.Request) -> web.Response:
        booking = self.shop.bookings.get(request.match_info["booking"])
        if booking is None:
            raise RefusedError(404, "no_such_booking")
        return _json(_visit(booking))

    # --- members, notifications ---------------------------------------------------------------------------------

    async def member(self, request: web.Request) -> web.Response:
        member = self.shop.members.get(request.match_info["phone"])
        if member is None:
            raise RefusedError(404, "no_such_member")
        return _json(member)

    async def notify(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not self._signed(request.headers.get("Tandem-Signature", ""), body):
            raise RefusedError(401, "bad_signature")
        if "Idempotency-Key" not in request.headers:
            raise RefusedError(400, "no_idempotency_key")
        self.shop.notifications.append(await _body(request, dict[str, object]))
        return _json({"taken": True}, 201)

    async def notifications(self, _: web.Request) -> web.Response:
        return _json({"count": len(self.shop.notifications), "notifications": self.shop.notifications})

    def _signed(self, header: str, body: bytes) -> bool:
        """Whether the header is "t=<epoch>,v1=<HMAC-SHA256 of t.body>", and not old."""
        at, _, digest = header.removeprefix("t=").partition(",v1=")
        if not at.isascii() or not at.isdigit() or abs(time.time() - int(at)) > OLDEST_SIGNATURE:
            return False
        right = hmac.new(self._secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(right, digest)

    # --- for tests ----------------------------------------------------------------------------------------------

    async def misbehave(self, request: web.Request) -> web.Response:
        self.misbehaviour.faults = list(await _body(request, tuple[Fault, ...]))
        return _json({"faults": self.misbehaviour.faults})

    # --- around the handlers ------------------------------------------------------------------------------------

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Notifications are known by their signature, all else by the token."""
        key = request.headers.get("Idempotency-Key", "")
        self.seen[f"{request.method} {request.path} {key}".strip()] += 1
        open_to_all = request.path == "/health" or (request.method, request.path) == ("POST", "/notifications")
        given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        if not open_to_all and not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
            return _json({"error": "unauthorized"}, 401)
        try:
            return await handler(request)
        except RefusedError as refused:
            return _json({"error": refused.code}, refused.status)

    @web.middleware
    async def _once(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A change with a key that was had before is not made again: what was answered then is answered again."""
        if request.method != "POST":
            return await handler(request)
        await request.read()  # before the lock: a slow sender must not hold up the others
        async with self._changing:
            key = f"{request.path} {request.headers.get('Idempotency-Key', '')}"
            known = self.shop.replies.get(key)
            if known is not None:
                return web.Response(body=known.body, status=known.status, content_type="application/json")
            response = await handler(request)
            assert isinstance(response, web.Response) and isinstance(response.body, bytes)
            if "Idempotency-Key" in request.headers:
                self.shop.replies[key] = Reply(response.status, response.body)
            self._file.save()
            return response


@asynccontextmanager
async def running(service: OrderService, port: int = 0) -> AsyncIterator[str]:
    """Serve on a loopback port while the block runs; gives the base address."""
    runner = web.AppRunner(service.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _shown(order: Order) -> dict[str, object]:
    return msgspec.structs.asdict(order) | {"open": order.open}


def _visit(booking: Booking) -> dict[str, object]:
    begins, ends = SLOTS[booking.slot]
    return msgspec.structs.asdict(booking) | {"from": begins, "to": ends}


def _json(content: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(content), status=status, content_type="application/json")


def _asked(request: web.Request, name: str) -> str:
    if not request.query.get(name):
        raise RefusedError(400, f"no_{name}")
    return request.query[name]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefusedError(400, "bad_date") from None


def _product(name: str) -> str:
    if name not in PRODUCTS:
        raise RefusedError(400, "bad_product")
    return name


async def _body(request: web.Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise RefusedError(400, "bad_json") from None
