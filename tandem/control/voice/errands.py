"""What a caller does away from flow and agents: in talk with somebody outside, or leaving a message.

Which errand it is, the call's state says; what its entry and its end mean then stands in `ERRANDS`, where each errand's
module puts itself.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from tandem.control import events
from tandem.control.voice.call import Call

if TYPE_CHECKING:
    from tandem.control.context import Context


class Errand(msgspec.Struct, frozen=True):
    """`entered(context, call, event, now)`: the call is back, or never left.

    `ended(context, call, now)`: it hung up.
    """

    entered: Callable[["Context", Call, events.CallEntered, float], None]
    ended: Callable[["Context", Call, float], None]


ERRANDS: dict[str, Errand] = {}
