"""What the plane knows of one callback, and the states it can be in."""

import msgspec

from tandem.acd.machine import Table, allows, step
from tandem.ivr.commands import Sticky
from tandem.ivr.session import Session

CALLBACK_PREFIX = "tandem-callback-"

# docs/architecture.md draws its picture from this table.
CALLBACK: Table = {
    "asleep": {"wake": "waiting", "end": "ended"},
    "waiting": {"dial": "dialling", "sleep": "asleep", "end": "ended"},
    "dialling": {"answer": "on_line", "sleep": "asleep", "end": "ended"},
    "on_line": {"sleep": "asleep", "end": "ended"},
    "ended": {},
}


class Callback(msgspec.Struct):
    """A customer who will be called back. Times are epoch seconds.

    `enqueued_at` is its age, which nothing makes younger. It is `asleep` until `not_before`, and when nobody may be
    called; then it is in the router as contact number `attempt`, which is also the id of the customer's channel.
    `call` booked it; `session` is that call's journey, back in the queue, if it waited there: the way on after the
    talk. `sticky` is the agent who is asked first. `ring_seconds` is how long the agent's phone rings, `dials` and
    `results` (by rule: times) tell of the attempts so far. `given_up`: the agent went, so the
    customer's phone is to stop ringing.
    """

    id: str
    number: str
    queue: str
    priority: int
    boost: float
    call: str
    caller_name: str
    dialled: str
    tier: str
    language: str
    flow: str
    version: str
    booked_at: float
    enqueued_at: float
    not_before: float
    expires_at: float
    session: Session | None = None
    sticky: Sticky | None = None
    state: str = "asleep"
    attempt: int = 0
    ring_seconds: float = 0.0
    dialled_at: float = 0.0
    given_up: bool = False
    dials: int = 0
    results: dict[str, int] = {}
    steps: int = 0

    @property
    def contact(self) -> str:
        """What the attempt at hand is called by the router and by the switch."""
        return f"{self.id}-{self.attempt}"

    def move(self, trigger: str) -> None:
        """Follow the table; InvariantBroken leaves the callback untouched."""
        self.state = step(CALLBACK, self.state, trigger)

    def can(self, trigger: str) -> bool:
        """Whether the table allows `trigger` now."""
        return allows(CALLBACK, self.state, trigger)


def booked_by(callback: str) -> str:
    """The call that booked a callback, by the callback's id or one of its calls'; any other id as it is."""
    if not callback.startswith(CALLBACK_PREFIX):
        return callback
    return callback.removeprefix(CALLBACK_PREFIX).split("-", 1)[0]
