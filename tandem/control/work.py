"""Work in a queue that no waiting caller's line belongs to: a voicemail to be heard, a customer to be called back.

The router offers it like any contact. What the kinds differ in stands in `KINDS`; each kind's module puts itself there.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from tandem.control import commands

if TYPE_CHECKING:
    from tandem.control.context import Context
    from tandem.control.voice.call import Leg


class Work(msgspec.Struct):
    """One piece of work; `id` is its contact's. `call` is the call it came from, `since` (epoch seconds) its age."""

    id: str
    kind: str
    call: str
    queue: str
    since: float
    priority: int = 0
    boost: float = 0.0
    leg: str | None = None
    """The leg of the offer that is out, or of the agent who is at it."""
    steps: int = 0
    dial_seconds: float | None = None
    """Of a callback: how long calling the customer may take."""
    sticky: str = ""
    """The agent to wait for, for `sticky_seconds`, before anyone else is asked; empty: nobody."""
    sticky_seconds: float = 0.0
    sticky_only: bool = False
    """Nobody else is ever asked."""


def work_of(kind: str, call: str, number: int) -> str:
    """How a piece of work is called that is about a call: the `number`th of its kind there."""
    return f"{kind}-{call}-{number}"


_ABOUT = re.compile(r"(?:consultation|voicemail)-(.+)-\d+")


def about(contact: str) -> str:
    """The call that a contact is about, by its name; most are about themselves."""
    found = _ABOUT.fullmatch(contact)
    return found[1] if found else contact


class Kind(msgspec.Struct, frozen=True):
    """What is done at the turns of a work's life. All may give commands and tell the router (see workload.py).

    `ring(context, work, leg, ring_seconds)` is the command that rings the agent to whom it is offered.
    `answered(context, work, leg, now)`: the agent picked up; it is still only offered.
    `ended(context, work, leg, now, lost)`: the leg of the agent who was at it is gone, `lost` with the switch. It must
    end the talk with the router, by `done` or `again`.
    `let_go(context, work, leg)`: the offer was withdrawn or came to nothing. It must not tell the router anything.
    """

    ring: Callable[["Context", Work, "Leg", float], commands.Command]
    answered: Callable[["Context", Work, "Leg", float], None]
    ended: Callable[["Context", Work, "Leg", float, bool], None]
    let_go: Callable[["Context", Work, "Leg"], None] = lambda _context, _work, _leg: None


KINDS: dict[str, Kind] = {}
