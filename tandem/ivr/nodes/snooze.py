"""Be called back later."""

from typing import Annotated

import msgspec

from tandem.ivr.commands import SnoozeCallback
from tandem.ivr.node import BaseNode
from tandem.ivr.references import NodeName
from tandem.ivr.turn import Next, Turn


class Snooze(BaseNode, frozen=True):
    """Have the callback that the caller has in `queue`, without one in any queue, wait `minutes`; go on at once.

    Its place is kept meanwhile.

    Example:
        later_please:
          type: snooze
          minutes: 30
          next: goodbye
    """

    minutes: Annotated[float, msgspec.Meta(gt=0, le=1440)]
    next: NodeName
    queue: str = ""

    def enter(self, turn: Turn) -> Next:
        turn.send(SnoozeCallback(self.minutes * 60.0, self.queue))
        return self.next

    def waits(self) -> bool:
        return False
