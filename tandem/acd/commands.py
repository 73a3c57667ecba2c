"""What the router wants done. Every command is imperative."""

import msgspec

from tandem.acd.experience import Estimate


class Command(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Base of all commands. None is part of a cycle: the garbage collector need not look."""


class Offer(Command, frozen=True):
    """Ring `agent` for `contact`. Answer with OfferRinging, OfferAnswered or OfferFailed carrying this number."""

    offer: int
    contact: str
    agent: str
    ring_seconds: float


class WithdrawOffer(Command, frozen=True):
    """Stop ringing: the contact left, or the ring overstayed. The number is dead from now on."""

    offer: int
    contact: str
    agent: str
    reason: str


class InterruptContact(Command, frozen=True):
    """The agent needs their attention for what can't wait: show that this contact rests. It stays theirs."""

    contact: str
    agent: str


class ResumeContact(Command, frozen=True):
    """The agent has room again for a contact that was interrupted."""

    contact: str
    agent: str


class TakeBackContact(Command, frozen=True):
    """The agent has left work: their interruptible contact waits in its queue again, with its age."""

    contact: str
    agent: str
    queue: str


class OfferToContact(Command, frozen=True):
    """The queue's plan offers a waiting contact another way: `callback`, `chat`, `link` or `voicemail`. It still waits;
    say ContactLeft when it takes the offer."""

    contact: str
    queue: str
    way: str


class RecordPlanStep(Command, frozen=True):
    """Step number `step` (from 0) of the queue's plan has taken force, or ended, for a contact; `what` it does.

    `contact` is empty where a condition changed and the step concerns everyone whose time for it has come; `step` is -1
    when the contact has waited for the longest that the queue allows.
    """

    contact: str
    queue: str
    step: int
    what: str
    in_force: bool


class RecordMove(Command, frozen=True):
    """The plan of `queue` moved the contact `to` another queue, where it goes on with its age."""

    contact: str
    queue: str
    to: str


class RecordAgentState(Command, frozen=True):
    """The agent left `state` (entered at `since`, epoch seconds) for `new_state`, now."""

    agent: str
    state: str
    reason: str
    since: float
    new_state: str
    new_reason: str


class RecordWrapUpExtended(Command, frozen=True):
    """The agent's wrap-up is so many seconds longer than it was; fewer than asked for where the limit was near."""

    agent: str
    seconds: float


class RecordOffer(Command, frozen=True):
    """An offer ended: `answered`, `no_answer`, `declined`, `busy`, `unreachable`, `failed` or `withdrawn`."""

    offer: int
    contact: str
    agent: str
    queue: str
    offered_at: float
    outcome: str


class RecordWait(Command, frozen=True):
    """A wait ended with `answered`, `abandoned`, `overflowed_out`, `called_back`, `self_served` or `lost`.

    That of a callback, which no interval counts, ends with `reached`. `arrived_at` is when the contact came to this
    queue, `enqueued_at` its age, kept from the queue before. `priority` and `boost` are those it was queued with.
    `estimate` is of how long it would wait here, made when it came; None where none was made.
    """

    contact: str
    queue: str
    enqueued_at: float
    outcome: str
    agent: str | None
    arrived_at: float
    priority: int = 0
    boost: float = 0.0
    estimate: Estimate | None = None


class RecordInterval(Command, frozen=True):
    """The figures of one queue for contacts that arrived in the quarter-hour beginning at `start`.

    offered = answered + abandoned + overflowed_out + called_back + self_served + lost + waiting, always.
    `answered_in_target` and `abandoned_in_target`: within `target` seconds, the queue's service-level threshold.
    `wait_answered`: sum of the waits of the answered, seconds.
    """

    queue: str
    start: float
    target: float
    offered: int
    answered: int
    abandoned: int
    overflowed_out: int
    called_back: int
    self_served: int
    lost: int
    waiting: int
    answered_in_target: int
    abandoned_in_target: int
    wait_answered: float


class RaiseAlarm(Command, frozen=True):
    """Something overstayed or can't be right; `kind` is counted, `detail` is for people."""

    kind: str
    subject: str
    detail: str
