"""An agent: one object over all queues, with one idle clock, one wrap-up and one pause."""

from typing import NamedTuple

import msgspec

from tandem.acd.machine import Table

SIGNED_OUT = "signed_out"
READY = "ready"
RESERVED = "reserved"
RINGING = "ringing"
CONNECTING = "connecting"
CONNECTED = "connected"
HOLD = "hold"
WRAP_UP = "wrap_up"
PAUSED = "paused"
NOT_READY = "not_ready"

OFFERED = frozenset({RESERVED, RINGING})
BUSY = OFFERED | {CONNECTING, CONNECTED, HOLD, WRAP_UP}
OPEN = frozenset({READY, CONNECTED, HOLD, NOT_READY})
"""The states in which somebody may have room for a contact. Who is not ready has no phone, or backs off."""

DEVICE = "device"
RING_NO_ANSWER = "ring no answer"
INTERNAL_CALL = "internal call"
MONITORING = "monitoring"

_TO_REST = {
    "freed": READY,
    "paused": PAUSED,
    "device_lost": NOT_READY,
    "signed_out": SIGNED_OUT,
}
_WORK_ENDED = _TO_REST | {"wrapped_up": WRAP_UP, "backed_off": NOT_READY, "connected": CONNECTED}
_WORK_GOES_ON = _WORK_ENDED | {"held": HOLD}

TABLE: Table = {
    SIGNED_OUT: {"freed": READY, "device_lost": NOT_READY, "signed_out": SIGNED_OUT, "connected": CONNECTED},
    READY: _TO_REST | {"offered": RESERVED, "connected": CONNECTED},
    RESERVED: _WORK_GOES_ON | {"rang": RINGING, "answered": CONNECTING},
    RINGING: _WORK_GOES_ON | {"answered": CONNECTING},
    CONNECTING: _WORK_GOES_ON,
    CONNECTED: _WORK_GOES_ON | {"offered": RESERVED},
    HOLD: _WORK_GOES_ON | {"offered": RESERVED},
    WRAP_UP: _WORK_ENDED,
    PAUSED: _TO_REST | {"offered": RESERVED, "connected": CONNECTED},
    NOT_READY: _WORK_ENDED | {"offered": RESERVED},
}


class Wrapping(msgspec.Struct, frozen=True):
    """A contact that is being wrapped up; `owed`: its disposition is required and not set yet."""

    contact: str
    queue: str
    owed: bool = False


class Agent(msgspec.Struct):
    """What the router knows of an agent. Times are epoch seconds.

    `wants` is what the agent asked for last (ready, paused or signed_out), or the supervisor `wanted_by` for them; the
    agent is in it whenever nothing stands against it; with `after_contact` they bring to its end, before, even what
    could wait. `idle_since` is None when the clock starts anew at the next
    ready. `paused_since` is the pause's own start, kept while the phone is gone. `deadline` is when the state has to be
    left, or, while the agent has contacts or no phone, when a wrap-up or a back-off that lets nothing be offered is
    over. `wrapping` is what the wrap-up is of; when no disposition is owed it lasts until `wrap_up_least`.
    `extension_left` is how many seconds the wrap-up may still be extended by. `busy_seconds` (with a contact or
    wrapping up) and `free_seconds` (ready) are those since signing in, without the state that lasts.

    `offered` is the contact whose offer is under way (empty: none), `contacts` are those in conversation and
    `interrupted` those that will be again when there is room. Together they take `units` of attention, those that are
    interruptible `interruptible_units`. `on_phone`: one of them came by phone, and `holds`: is on hold.
    `engaged` with what is no contact, `engaged_with`: a call with a colleague, another agent's talk.
    """

    name: str
    since: float
    state: str = SIGNED_OUT
    reason: str = ""
    wants: str = SIGNED_OUT
    wanted_by: str = ""
    after_contact: bool = False
    pause_reason: str = ""
    paused_since: float | None = None
    idle_since: float | None = None
    deadline: float | None = None
    wrap_up_until: float = 0.0
    wrap_up_least: float = 0.0
    wrapping: list[Wrapping] = []
    extension_left: float = 0.0
    back_off_until: float = 0.0
    back_off_reason: str = ""
    misses: int = 0
    device_present: bool = False
    busy_seconds: float = 0.0
    free_seconds: float = 0.0
    offered: str = ""
    contacts: list[str] = []
    interrupted: list[str] = []
    units: int = 0
    interruptible_units: int = 0
    on_phone: bool = False
    holds: bool = False
    engaged: bool = False
    engaged_with: str = ""


class Rest(NamedTuple):
    """Where an agent belongs while nothing is offered to them: trigger, reason and deadline for the move there."""

    trigger: str
    reason: str = ""
    deadline: float | None = None


_CONNECTED, _FREED = Rest("connected"), Rest("freed")
"""The usual ones, made once."""


def rest_of(agent: Agent, now: float) -> Rest:
    """Where `agent` belongs at `now`, when nothing is offered to them."""
    until = None
    if agent.wrap_up_until > now or agent.back_off_until > now:
        until = max(agent.wrap_up_until, agent.back_off_until)
    if agent.contacts or (agent.engaged and not _is_away(agent)):
        return _in_talk(agent, until)
    if agent.wrap_up_until > now and agent.device_present:
        return Rest("wrapped_up", deadline=agent.wrap_up_until)
    if agent.wants == SIGNED_OUT:
        return Rest("signed_out")
    if not agent.device_present:
        return Rest("device_lost", DEVICE, until)
    if agent.wants == PAUSED:
        return Rest("paused", agent.pause_reason)
    if agent.back_off_until > now:
        return Rest("backed_off", agent.back_off_reason, agent.back_off_until)
    return _FREED


def _in_talk(agent: Agent, until: float | None) -> Rest:
    if not agent.contacts:
        return Rest("connected", agent.engaged_with)
    usual = until is None and not agent.holds
    return _CONNECTED if usual else Rest("held" if agent.holds else "connected", deadline=until)


def _is_away(agent: Agent) -> bool:
    """Who is signed out and engaged stays so: a supervisor may be on a talk without being at work as an agent."""
    return agent.state == SIGNED_OUT == agent.wants


def is_open(agent: Agent) -> bool:
    """True when the agent may be offered what they have room for: no offer, wrap-up or back-off is under way."""
    return agent.deadline is None and agent.state in OPEN and agent.wants == READY and not agent.engaged


def may_engage(agent: Agent) -> bool:
    """True when the agent may have a call with a colleague: phone there, not on it, nothing offered, no wrap-up."""
    here = agent.state in (READY, PAUSED, CONNECTED) and agent.deadline is None
    return here and agent.device_present and not (agent.engaged or agent.offered or agent.on_phone)


def may_monitor(agent: Agent) -> bool:
    """True when who works as this agent may be on another one's talk: not on the phone, nothing offered, no wrap-up.
    They need not be signed in, nor have a phone of their own: they may use somebody else's."""
    return agent.deadline is None and not (agent.engaged or agent.offered or agent.on_phone)


def may_dial(agent: Agent) -> bool:
    """True when a paused agent may take a contact that they dial themselves."""
    return agent.state == PAUSED and agent.device_present and not (agent.contacts or agent.interrupted)


def is_staffed(agent: Agent, needs_phone: bool = True) -> bool:
    """True when the agent takes contacts now or soon: signed in, not paused, phone there if one is needed."""
    if needs_phone and not agent.device_present:
        return False
    away = agent.state == NOT_READY and agent.wants != READY
    return agent.state not in (SIGNED_OUT, PAUSED) and not away


def preference(agent: Agent) -> tuple[int, float, str]:
    """The order among agents whom a queue likes equally: the least engaged, then the longest idle (or so engaged)."""
    since = agent.since if agent.idle_since is None else agent.idle_since
    return agent.units + agent.interruptible_units, since, agent.name


def ask_for(agent: Agent, wants: str, pause_reason: str = "", by: str = "", *, after_contact: bool = False) -> None:
    """Note what the agent, or a supervisor for them (`by`), asks for; another pause than the present one starts its
    clock anew."""
    if (wants, pause_reason) != (agent.wants, agent.pause_reason):
        agent.paused_since = None
    agent.wants, agent.pause_reason, agent.wanted_by, agent.after_contact = wants, pause_reason, by, after_contact


def occupancy(agent: Agent, now: float) -> float:
    """The share of a ready agent's time that was taken, since they signed in: 0 to 1."""
    there = agent.busy_seconds + agent.free_seconds + now - agent.since
    return agent.busy_seconds / there if there else 0.0
