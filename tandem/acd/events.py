"""What the router is told. Every event is past tense; unknown ids are ignored, never an error."""

import msgspec

from tandem.acd.settings import Settings


class Event(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Base of all events; `tag` names the type on the wire. None is part of a cycle: the collector need not look."""


class SettingsChanged(Event, frozen=True):
    """Queues, skills or people were (re)loaded. Resets no clock, contact or statistic."""

    settings: Settings


class ContactQueued(Event, frozen=True):
    """A contact asks for an agent.

    `enqueued_at` (epoch seconds) keeps an earlier age; None means now. `priority` is the class, higher goes
    first; `boost` (seconds) is age given for free within the class, to which a queue may add for the customer's
    `tier`. For `sticky_seconds` nobody but the agent `sticky` is asked, if they are at work; whether they meet the
    queue's needs is not looked at. `dial_seconds` is set for a callback: its line is released, and calling the
    customer, once an agent is reserved, may take so long. `can_rest`: nobody is kept waiting when its agent turns away
    from it, so in an interruptible channel it may be interrupted. `sticky_only`: it is nobody's but the agent's
    `sticky`, also when they don't answer.
    """

    contact: str
    queue: str
    priority: int = 0
    boost: float = 0.0
    enqueued_at: float | None = None
    dial_seconds: float | None = None
    sticky: str = ""
    sticky_seconds: float = 0.0
    tier: str = ""
    can_rest: bool = False
    sticky_only: bool = False


class ContactLeft(Event, frozen=True):
    """A waiting or offered contact is gone: `abandoned`, `overflowed_out`, `called_back`, `self_served` or `lost`.

    A callback is gone with `not_now`, whether it is over or only goes on later.
    """

    contact: str
    outcome: str


class ContactMoved(Event, frozen=True):
    """A supervisor took a waiting contact to another queue; its age is kept."""

    contact: str
    queue: str


class ContactRaised(Event, frozen=True):
    """A supervisor gave a waiting contact another priority class."""

    contact: str
    priority: int


class ContactAssigned(Event, frozen=True):
    """A supervisor has a waiting contact wait for `agent`, and for anyone again after `seconds`."""

    contact: str
    agent: str
    seconds: float


class ContactAdvanced(Event, frozen=True):
    """A supervisor put a waiting contact as far on in its queue's plan as step number `step` (from 0) is."""

    contact: str
    step: int


class ContactDisposed(Event, frozen=True):
    """The agent set the disposition of a contact in talk or in wrap-up."""

    contact: str
    agent: str


class ContactDialled(Event, frozen=True):
    """The agent calls a customer for `queue`: the contact is offered to them and to nobody else, and is over when that
    comes to nothing. `dial_seconds`: how long calling the customer may take."""

    contact: str
    queue: str
    agent: str
    dial_seconds: float


class AgentEngaged(Event, frozen=True):
    """The agent is on the phone, and with no contact, as `reason` says; they are offered nothing meanwhile. One who is
    signed out may be too, and is engaged when they sign in."""

    agent: str
    reason: str


class AgentDisengaged(Event, frozen=True):
    """What the agent was engaged with is over."""

    agent: str


class OfferRinging(Event, frozen=True):
    """The switch has begun to ring the agent's phone for this offer."""

    offer: int


class OfferAnswered(Event, frozen=True):
    """The agent picked up; the contact is not yet in conversation."""

    offer: int


class OfferFailed(Event, frozen=True):
    """The offer came to nothing: `no_answer`, `declined`, `busy`, `unreachable` or `failed`."""

    offer: int
    reason: str


class ContactConnected(Event, frozen=True):
    """Contact and agent are in conversation."""

    offer: int


class ContactHeld(Event, frozen=True):
    """The agent put the contact on hold."""

    contact: str


class ContactRetrieved(Event, frozen=True):
    """The agent took the contact back from hold."""

    contact: str


class ContactFinished(Event, frozen=True):
    """The conversation is over. `outcome`: `served`, or `lost` when the switch lost it."""

    contact: str
    outcome: str = "served"


class ContactHandedOver(Event, frozen=True):
    """The agent who has the contact `consultation` has `contact` from now on; whoever had it wraps up, and the
    consultation is over."""

    contact: str
    consultation: str


class AgentSignedIn(Event, frozen=True):
    """The agent signed in; ready at once if the device is there."""

    agent: str


class AgentSignedOut(Event, frozen=True):
    """The agent signed out, or the supervisor `by` did it for them; in mid-contact this takes effect after it.

    An offer that is out is withdrawn, and work that can wait goes back into its queue; but not with `after_contact`:
    then it comes after that contact, or that work.
    """

    agent: str
    by: str = ""
    after_contact: bool = False


class AgentWentReady(Event, frozen=True):
    """The agent ended a pause, a back-off or the wrap-up, or wants no other state any more after the contact.

    A wrap-up whose disposition is owed is ended by nobody but a supervisor.
    """

    agent: str
    by: str = ""


class AgentPaused(Event, frozen=True):
    """The agent paused; `by`, `after_contact` and mid-contact as for AgentSignedOut."""

    agent: str
    reason: str
    by: str = ""
    after_contact: bool = False


class WrapUpExtended(Event, frozen=True):
    """The agent asked for so many more seconds of wrap-up; the queue's limit of how much in all bounds them."""

    agent: str
    seconds: float


class DeviceFound(Event, frozen=True):
    """The agent's phone is reachable."""

    agent: str


class DeviceLost(Event, frozen=True):
    """The agent's phone is gone."""

    agent: str


class SwitchLost(Event, frozen=True):
    """Nothing can be rung now: make no offers until the switch is found again."""


class SwitchFound(Event, frozen=True):
    """The switch can ring phones again."""


class TimePassed(Event, frozen=True):
    """The moment asked for by `next_wakeup` has come."""
