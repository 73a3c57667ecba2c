"""What a caller does away from the flow, other than to talk with the one agent whom they were put through to: they are
on hold, hear music while their agent consults somebody, talk with somebody outside, or leave a message.

Which errand it is, the call's state says; what its turns mean then stands in `ERRANDS`, where each errand's module puts
itself.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from tandem.control import events
from tandem.control.voice.call import Call, Leg

if TYPE_CHECKING:
    from tandem.control.context import Context


def _nothing(_context: "Context", _call: Call, _now: float) -> None:
    pass


def _no_leg(_context: "Context", _call: Call, _leg: Leg, _now: float) -> None:
    pass


def _no_ring(_context: "Context", _call: Call, _reason: str, _now: float) -> None:
    pass


class Errand(msgspec.Struct, frozen=True):
    """`entered(context, call, event, now)`: the call is back, or never left.

    `ended(context, call, now, outcome)`: it hung up; `outcome` is the contact's. `listened(context, call, now)`: what
    it heard is over. `agent_left(context, call, leg, now)`: the channel of a leg of its own is gone. `joined`, with
    the same: the call is in talk with that leg. `ring_failed(context, call, reason, now)`: one came to nothing.
    """

    entered: Callable[["Context", Call, events.CallEntered, float], None]
    ended: Callable[["Context", Call, float, str], None]
    listened: Callable[["Context", Call, float], None] = _nothing
    agent_left: Callable[["Context", Call, Leg, float], None] = _no_leg
    joined: Callable[["Context", Call, Leg, float], None] = _no_leg
    ring_failed: Callable[["Context", Call, str, float], None] = _no_ring


ERRANDS: dict[str, Errand] = {}
