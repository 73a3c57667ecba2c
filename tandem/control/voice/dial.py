"""Calls that agents make: to a customer outside, and to a colleague."""

import msgspec

from tandem.acd.machine import Table, allows, step

DIAL_PREFIX = "tandem-dialled-"

# state: {trigger: next state}; docs/architecture.md draws its pictures from these tables.
DIAL: Table = {
    "asked": {"dial": "dialling", "end": "ended"},
    "dialling": {"answer": "on_line", "end": "ended"},
    "on_line": {"end": "ended"},
    "ended": {},
}
INTERNAL: Table = {
    "asked": {"pick_up": "ringing", "end": "ended"},
    "ringing": {"answer": "talking", "end": "ended"},
    "talking": {"end": "ended"},
    "ended": {},
}


class Dial(msgspec.Struct):
    """A customer whom an agent dials; `id` is the contact's and the customer's channel. `destination` is what the
    switch dials for `number`. Times are epoch seconds, None until they happen."""

    id: str
    agent: str
    queue: str
    number: str
    destination: str
    caller_id: str
    ring_seconds: float
    asked_at: float
    state: str = "asked"
    dialled_at: float | None = None
    answered_at: float | None = None

    def move(self, trigger: str) -> None:
        """Follow the table; InvariantBroken leaves the dial untouched."""
        self.state = step(DIAL, self.state, trigger)


class Internal(msgspec.Struct):
    """A call of `agent` to `colleague`; their channels are `legs`, in this order. Times as for a Dial."""

    id: str
    agent: str
    colleague: str
    legs: tuple[str, str]
    asked_at: float
    state: str = "asked"
    dialled_at: float | None = None
    answered_at: float | None = None

    def move(self, trigger: str) -> None:
        """Follow the table; InvariantBroken leaves the call untouched."""
        self.state = step(INTERNAL, self.state, trigger)

    def can(self, trigger: str) -> bool:
        """Whether the table allows `trigger` now."""
        return allows(INTERNAL, self.state, trigger)
