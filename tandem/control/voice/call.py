"""What the plane knows of one call and of its agents' legs, and the states these can be in."""

import msgspec

from tandem.acd.machine import Table, allows, step
from tandem.control.events import Target
from tandem.control.story import Step
from tandem.control.voice.consultation import Consultation
from tandem.ivr.session import Session

# state: {trigger: next state}; docs/architecture.md draws its pictures from these tables.
CALL: Table = {
    "flow": {"queue": "queued", "transfer": "transferring", "record": "recording", "end": "ended"},
    "queued": {"connect": "connected", "leave": "flow", "end": "ended"},
    "connected": {
        "hold": "held",
        "consult": "consulting",
        "send_on": "sent_on",
        "agent_left": "returning",
        "cut": "rejoining",
        "return": "flow",
        "end": "ended",
    },
    "held": {
        "retrieve": "connected",
        "consult": "consulting",
        "send_on": "sent_on",
        "agent_left": "returning",
        "cut": "rejoining",
        "return": "flow",
        "end": "ended",
    },
    "consulting": {
        "talk": "connected",
        "hold": "held",
        "hand_over": "transferring",
        "send_on": "sent_on",
        "end": "ended",
    },
    "sent_on": {"return": "flow", "end": "ended"},
    "rejoining": {"connect": "connected", "return": "flow", "end": "ended"},
    "returning": {"return": "flow", "end": "ended"},
    "recording": {"recorded": "flow", "end": "ended"},
    "transferring": {"transfer_ended": "flow", "end": "ended"},
    "ended": {},
}

TALKING = frozenset({"connected", "held", "consulting"})
"""States of a call that an agent has."""

LEG: Table = {
    "asked": {"ring": "ringing", "pick_up": "confirming", "answer": "answered", "end": "ended"},
    "ringing": {"pick_up": "confirming", "answer": "answered", "end": "ended"},
    "confirming": {"answer": "answered", "end": "ended"},
    "answered": {"bridge": "talking", "end": "ended"},
    "talking": {"hold": "held", "end": "ended"},
    "held": {"retrieve": "talking", "end": "ended"},
    "ended": {},
}


class Leg(msgspec.Struct):
    """An agent's channel for one offer, or their kept line while it is lent to it. Times are epoch seconds, None until
    they happen.

    `call` is the contact it is for: a call, or other work. `offer` is 0 where the router has no part in it.
    `ring_until` bounds the ring on all of the agent's phones, `untried` are those that are left to be rung.
    """

    id: str
    call: str
    agent: str
    device: str
    offer: int
    asked_at: float
    ring_until: float = 0.0
    untried: tuple[str, ...] = ()
    line: str = ""
    """The channel of the kept line, empty for a channel of its own."""
    rung_before: bool = False
    """Another phone of the agent has rung for this offer."""
    confirm: bool = False
    """Whoever picks up has to press a key."""
    state: str = "asked"
    ringing_at: float | None = None
    answered_at: float | None = None
    bridged_at: float | None = None
    held_at: float | None = None
    hold_seconds: float = 0.0
    withdrawn: bool = False
    later: bool = False
    """Not asked of the switch yet: the customer is called first."""
    alone: bool = False
    """Rung while its customer was still to be called; JoinLeg brings them together."""
    party: str = ""
    """The call that its agent, or somebody outside (`agent` is empty then), is consulted about."""
    muted: bool | None = None
    """None: it never was."""
    held_by_phone: bool = False
    gone: bool = False
    """Not in the switch any more; whether it ever joined its call, the call will tell when it comes back."""

    def move(self, trigger: str) -> None:
        """Follow the table; InvariantBroken leaves the leg untouched."""
        self.state = step(LEG, self.state, trigger)

    def can(self, trigger: str) -> bool:
        """Whether the table allows `trigger` now."""
        return allows(LEG, self.state, trigger)

    @property
    def channel(self) -> str:
        """Its channel in the switch."""
        return self.line or self.id


class Link(msgspec.Struct):
    """A self-service link pushed to the caller. `status`: requested, delivered, failed or opened."""

    number: int
    purpose: str
    language: str
    text: str
    status: str = "requested"
    adapter: str = ""


class Transfer(msgspec.Struct):
    """A talk with somebody outside, from the order on. `to` is what the switch dials; times are epoch seconds.

    `agent` is who sent the caller there, empty: the flow. `leg` is the channel of who was consulted before: nobody is
    dialled.
    """

    number: int
    to: str
    ring_seconds: float
    asked_at: float
    answered_at: float | None = None
    agent: str = ""
    leg: str = ""


class Onward(msgspec.Struct, frozen=True):
    """Where an agent sent the caller, who goes there as soon as they are back from the talk. `queue`: where to wait."""

    to: Target
    agent: str
    queue: str


class Rejoin(msgspec.Struct):
    """Whose phone a caller waits for, whose talk was cut off, and how often it was rung since; whether the talk's
    recording was paused."""

    agent: str
    device: str
    rings: int = 0
    paused: bool = False


class Call(msgspec.Struct):
    """One caller's call, from its entry to its end."""

    id: str
    channel: str
    caller: str
    caller_name: str
    dialled: str
    tier: str
    entered_at: float
    flow: str
    version: str
    session: Session
    state: str = "flow"
    listen: int = 0
    """The number of the Listen that the session wanted last."""
    out: int = 0
    """The number of the Listen that is out, 0 for none; below `listen`, it has been interrupted for a newer one."""
    leg: str | None = None
    """The leg of the offer that is out, or of the agent in talk."""
    away: bool = False
    """Not heard of since the process began again; its next entry tells what was missed."""
    callback: str = ""
    """The callback that this call is an attempt of, until it comes to a conversation."""
    asked: bool = False
    """Whether its customer, who was called back, is yet to say what to do."""
    bookings: int = 0
    """Callbacks that its flow booked."""
    booked: bool = False
    """Whether its caller will be called back."""
    waited: float = 0.0
    """Seconds in queues, before the talks with agents."""
    joining: str = ""
    """The leg that a caller who hears music is to be joined with."""
    arranged_at: float = 0.0
    """When it was last said who is to talk with whom (epoch seconds)."""
    consultation: Consultation | None = None
    consultations: int = 0
    onward: Onward | None = None
    served: bool = False
    transferred: bool = False
    transfer: Transfer | None = None
    transfers: int = 0
    voicemail: str = ""
    """The one that is being recorded."""
    voicemails: int = 0
    left_voicemail: bool = False
    recording: str = ""
    """The one of the talk that goes on."""
    recordings: int = 0
    flow_ended: bool = False
    steps: int = 0
    story: list[Step] = []
    """The newest steps."""
    faults: int = 0
    """How often the flow had to go round something broken."""
    links: dict[int, Link] = {}
    forms: dict[str, dict[str, str]] = {}
    """What stands in the forms that the flow asked for."""
    talk_seconds: float = 0.0
    hold_seconds: float = 0.0
    direction: str = "inbound"
    """`outbound`: its agent dialled."""
    rejoin: Rejoin | None = None
    rejoins: int = 0
    """How often its talk was cut off."""
    ways: list[str] = []
    """Other ways than to wait that its queue's plan offered, and that it has not taken."""

    def move(self, trigger: str) -> None:
        """Follow the table; InvariantBroken leaves the call untouched."""
        self.state = step(CALL, self.state, trigger)
