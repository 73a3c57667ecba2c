"""What a caller does away from flow and agents: in talk with somebody outside, or leaving a message.

Which errand it is, the call's state says; what its entry and its end mean then stands in `ERRANDS`, where each errand's
module puts itself.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from tandem.control import events
from tandem.control.voice.call import Call, Leg

if TYPE_CHECKING:
    from tandem.control.context import Context


def _no_leg(_context: "Context", _call: Call, _leg: Leg, _now: float) -> None:
    pass


def _no_ring(_context: "Context", _call: Call, _reason: str, _now: float) -> None:
    pass


class Errand(msgspec.Struct, frozen=True):
    """`entered(context, call, event, now)`: the call is back, or never left.

    `ended(context, call, now)`: it hung up. `joined(context, call, leg, now)`: it is in talk with that leg.
    `ring_failed(context, call, reason, now)`: a leg of its own came to nothing.
    """

    entered: Callable[["Context", Call, events.CallEntered, float], None]
    ended: Callable[["Context", Call, float], None]
    joined: Callable[["Context", Call, Leg, float], None] = _no_leg
    ring_failed: Callable[["Context", Call, str, float], None] = _no_ring


ERRANDS: dict[str, Errand] = {}
