"""What the shop knows, and what can be done with it. Dates are ISO 8601 ("2026-11-25"), money is yuan."""

import os
from datetime import date, timedelta
from pathlib import Path

import msgspec

SLOTS = {"am": ("09:00", "12:00"), "pm": ("14:00", "17:00"), "eve": ("18:00", "20:00")}
TEAMS = 2
"""Bookings that one slot of one day takes."""
KINDS = ("installation", "repair")
OPEN_STATES = ("placed", "paid")
"""States in which an order can still be cancelled or changed: it has not left the warehouse."""


class Order(msgspec.Struct):
    """`status`: placed, paid, shipped, out_for_delivery, delivered or cancelled. `delivery_on` is planned or done."""

    number: str
    phone: str
    product: str
    name_zh: str
    name_en: str
    amount: float
    status: str
    ordered_on: str
    delivery_on: str
    address: str

    @property
    def open(self) -> bool:
        """Whether it can still be cancelled or changed."""
        return self.status in OPEN_STATES


class Member(msgspec.Struct):
    """`level`: silver, gold or platinum."""

    phone: str
    name: str
    level: str
    points: int
    expires_on: str


class Booking(msgspec.Struct):
    """A visit of a technician. `kind`: installation or repair."""

    booking: str
    kind: str
    phone: str
    product: str
    date: str
    slot: str
    address: str = ""
    problem: str = ""


class Reply(msgspec.Struct):
    """What was answered to a request with an idempotency key, and will be answered again."""

    status: int
    body: bytes


class Shop(msgspec.Struct):
    """All of it. `replies` are by method, path and idempotency key; `notifications` were taken, each once."""

    orders: dict[str, Order] = {}
    members: dict[str, Member] = {}
    bookings: dict[str, Booking] = {}
    notifications: list[dict[str, object]] = []
    replies: dict[str, Reply] = {}

    def orders_of(self, phone: str) -> list[Order]:
        """The newest first."""
        found = [order for order in self.orders.values() if order.phone == phone]
        return sorted(found, key=lambda order: (order.ordered_on, order.number), reverse=True)

    def free(self, day: date, slot: str, today: date) -> int:
        """Teams that are free; none on Sundays, in the past, today, and more than 30 days ahead."""
        if day.weekday() == 6 or not today < day <= today + timedelta(days=30):
            return 0
        taken = sum((b.date, b.slot) == (day.isoformat(), slot) for b in self.bookings.values())
        return max(0, TEAMS - taken)

    def book(self, booking: Booking, today: date) -> Booking | None:
        """Keep the booking under a number of its own; None when the slot is taken."""
        if not self.free(date.fromisoformat(booking.date), booking.slot, today):
            return None
        booking.booking = f"{len(self.bookings) + 5001}"
        self.bookings[booking.booking] = booking
        return booking


class ShopFile:
    """Keeps a shop in a file: after `save` it survives whatever happens to the process."""

    def __init__(self, path: Path, first: Shop) -> None:
        self._path = path
        self.shop = msgspec.json.decode(path.read_bytes(), type=Shop) if path.exists() else first

    def save(self) -> None:
        """Write it whole; never half."""
        partial = self._path.with_suffix(".partial")
        with partial.open("wb") as out:
            out.write(msgspec.json.encode(self.shop))
            out.flush()
            os.fsync(out.fileno())
        partial.replace(self._path)
