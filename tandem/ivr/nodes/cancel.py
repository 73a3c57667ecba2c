"""Want no callback any more."""

from tandem.ivr.commands import CancelCallback
from tandem.ivr.node import BaseNode
from tandem.ivr.references import NodeName
from tandem.ivr.turn import Next, Turn


class Cancel(BaseNode, frozen=True):
    """Cancel the callback that the caller has in `queue`, without one in any queue; go on at once.

    Whether there is one tells the variable `callback.booked`, as it was at the flow's start.

    Example:
        no_callback:
          type: cancel
          next: goodbye
    """

    next: NodeName
    queue: str = ""

    def enter(self, turn: Turn) -> Next:
        turn.send(CancelCallback(self.queue))
        turn.set("callback.booked", False)
        return self.next

    def waits(self) -> bool:
        return False
