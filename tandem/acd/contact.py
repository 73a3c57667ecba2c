"""A contact, from the queue to the end of its conversation, and the one order in which contacts are served."""

import msgspec

from tandem.acd.experience import Clues, Estimate
from tandem.acd.machine import Table
from tandem.acd.settings import QueueSettings

WAITING = "waiting"
OFFERED = "offered"
CONNECTING = "connecting"
CONNECTED = "connected"
HELD = "held"
INTERRUPTED = "interrupted"
ENDED = "ended"

UNANSWERED = frozenset({WAITING, OFFERED, CONNECTING})

TABLE: Table = {
    WAITING: {"offered": OFFERED, "left": ENDED},
    OFFERED: {"answered": CONNECTING, "connected": CONNECTED, "failed": WAITING, "left": ENDED},
    CONNECTING: {"connected": CONNECTED, "failed": WAITING, "left": ENDED},
    CONNECTED: {"held": HELD, "finished": ENDED, "interrupted": INTERRUPTED, "returned": WAITING},
    HELD: {"retrieved": CONNECTED, "finished": ENDED},
    INTERRUPTED: {"resumed": CONNECTED, "finished": ENDED, "returned": WAITING},
    ENDED: {},
}

Rank = tuple[int, float, str]
Urgency = tuple[int, int, float, str]


class Foreseen(msgspec.Struct, frozen=True):
    """How long a wait would be, as estimated when it began, and by which clues."""

    clues: Clues
    estimate: Estimate


class Contact(msgspec.Struct, gc=False):
    """What the router knows of a contact. Times are epoch seconds. It is part of no cycle.

    `enqueued_at` is its age, which nothing changes; `arrived_at` is when it came to this queue. `agent` is who holds it
    (empty: nobody), `offer` the number under which it is offered to them (0: none), `tried` everyone it was ever
    offered to. `sticky` is the agent it waits for before anyone else is asked, until `sticky_until`, and with
    `sticky_only` for no one else at all. `stage` counts the moments of its queue's plan that have come for it;
    `deadline` is the next one. Those up to `ahead` seconds have come as a supervisor said so. `ways` is what it was
    offered instead of waiting, `been` the queues that a plan moved it out of. `dial_seconds` is None for a contact on
    the line, else how long calling the customer back may take. `foreseen` is there where its wait in this queue is to
    be learnt from. `can_rest`: nobody waits while it is interrupted.

    What it takes of its agent was settled when it was offered, whatever changes later: `cost` units of attention (0:
    none yet), whether it is `interruptible`, and comes `on_phone`. `interrupted_at` is when it last was; `connected_at`
    leaves such times out. `disposed`: its disposition was set in the talk. `outbound`: its agent dials it, it is nobody
    else's.
    """

    id: str
    queue: str
    enqueued_at: float
    arrived_at: float
    priority: int = 0
    boost: float = 0.0
    tier: str = ""
    state: str = WAITING
    agent: str = ""
    offer: int = 0
    offered_at: float = 0.0
    connected_at: float = 0.0
    tried: list[str] = []
    sticky: str = ""
    sticky_until: float = 0.0
    sticky_only: bool = False
    stage: int = 0
    deadline: float | None = None
    ahead: float = 0.0
    ways: tuple[str, ...] = ()
    been: tuple[str, ...] = ()
    dial_seconds: float | None = None
    foreseen: Foreseen | None = None
    can_rest: bool = False
    cost: int = 0
    interruptible: bool = False
    on_phone: bool = True
    interrupted_at: float = 0.0
    disposed: bool = False
    outbound: bool = False

    @property
    def on_line(self) -> bool:
        """Whether it came with its line held: one of those whom the intervals count."""
        return self.dial_seconds is None


def rank_of(contact: Contact, queue: QueueSettings) -> Rank:
    """The contact's place within its queue; the smallest is served first.

    Priority class (contact's plus queue's, higher first), then age plus boost plus the head start of the customer's
    tier (the older first), then id. Ages in a queue grow alike, so comparing start times compares ages and the rank
    never changes while waiting.
    """
    since = contact.enqueued_at - contact.boost
    if queue.head_starts:
        since -= queue.head_starts.get(contact.tier, 0.0)
    return -(contact.priority + queue.priority), since, contact.id


def urgency_of(rank: Rank, pace: float, now: float, preference: int = 0) -> Urgency:
    """The place of the contact with this rank in the total order over all queues at `now`.

    Priority class, then how much the agent prefers the queue, then age plus boost times its `pace` (Kleinrock 1964:
    delay-dependent priority), then id; the smallest is served first.
    """
    group, since, contact = rank
    return group, -preference, -pace * (now - since), contact
