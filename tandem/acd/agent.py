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
OCCUPIED = OFFERED | {CONNECTING, CONNECTED, HOLD}
BUSY = OCCUPIED | {WRAP_UP}

DEVICE = "device"
RING_NO_ANSWER = "ring no answer"

_TO_REST = {
    "freed": READY,
    "paused": PAUSED,
    "device_lost": NOT_READY,
    "signed_out": SIGNED_OUT,
}
_OFFER_ENDED = _TO_REST | {"backed_off": NOT_READY, "connected": CONNECTED}
_TALK_ENDED = _TO_REST | {"wrapped_up": WRAP_UP}

TABLE: Table = {
    SIGNED_OUT: {"freed": READY, "device_lost": NOT_READY, "signed_out": SIGNED_OUT},
    READY: _TO_REST | {"offered": RESERVED},
    RESERVED: _OFFER_ENDED | {"rang": RINGING, "answered": CONNECTING},
    RINGING: _OFFER_ENDED | {"answered": CONNECTING},
    CONNECTING: _OFFER_ENDED,
    CONNECTED: _TALK_ENDED | {"held": HOLD},
    HOLD: _TALK_ENDED | {"retrieved": CONNECTED},
    WRAP_UP: _TALK_ENDED,
    PAUSED: _TO_REST,
    NOT_READY: _TALK_ENDED | {"backed_off": NOT_READY},
}


class Agent(msgspec.Struct):
    """What the router knows of an agent. Times are epoch seconds.

    `wants` is what the agent asked for last (ready, paused or signed_out), or the supervisor `wanted_by` for them; the
    agent is in it whenever nothing stands against it. `idle_since` is None when the clock starts anew at the next
    ready. `paused_since` is the pause's own start, kept while the phone is gone. `deadline` is when the state has to be
    left. `extension_left` is how many seconds the wrap-up may still be extended by. `busy_seconds` (with a contact or
    wrapping up) and `free_seconds` (ready) are those since signing in, without the state that lasts.
    """

    name: str
    since: float
    state: str = SIGNED_OUT
    reason: str = ""
    wants: str = SIGNED_OUT
    wanted_by: str = ""
    pause_reason: str = ""
    paused_since: float | None = None
    idle_since: float | None = None
    deadline: float | None = None
    wrap_up_until: float = 0.0
    extension_left: float = 0.0
    back_off_until: float = 0.0
    back_off_reason: str = ""
    misses: int = 0
    device_present: bool = False
    busy_seconds: float = 0.0
    free_seconds: float = 0.0
    contact: str = ""


class Rest(NamedTuple):
    """Where an agent belongs while no contact holds them: trigger, reason and deadline for the move there."""

    trigger: str
    reason: str = ""
    deadline: float | None = None


def rest_of(agent: Agent, now: float) -> Rest:
    """Where `agent` belongs at `now`, when no contact holds them."""
    if agent.wrap_up_until > now and agent.device_present:
        return Rest("wrapped_up", deadline=agent.wrap_up_until)
    if agent.wants == SIGNED_OUT:
        return Rest("signed_out")
    if not agent.device_present:
        return Rest("device_lost", DEVICE)
    if agent.wants == PAUSED:
        return Rest("paused", agent.pause_reason)
    if agent.back_off_until > now:
        return Rest("backed_off", agent.back_off_reason, agent.back_off_until)
    return Rest("freed")


def is_staffed(agent: Agent) -> bool:
    """True when the agent takes contacts now or soon: signed in, not paused, phone there."""
    return agent.state not in (SIGNED_OUT, PAUSED) and agent.reason != DEVICE


def ask_for(agent: Agent, wants: str, pause_reason: str = "", by: str = "") -> None:
    """Note what the agent, or a supervisor for them (`by`), asks for; another pause than the present one starts its
    clock anew."""
    if (wants, pause_reason) != (agent.wants, agent.pause_reason):
        agent.paused_since = None
    agent.wants, agent.pause_reason, agent.wanted_by = wants, pause_reason, by


def occupancy(agent: Agent, now: float) -> float:
    """The share of a ready agent's time that was taken, since they signed in: 0 to 1."""
    there = agent.busy_seconds + agent.free_seconds + now - agent.since
    return agent.busy_seconds / there if there else 0.0
