"""End the flow."""

from tandem.ivr.events import Event, Listened
from tandem.ivr.node import BaseNode
from tandem.ivr.references import TextName
from tandem.ivr.turn import Next, Turn


class End(BaseNode, frozen=True):
    """Say a last text, if there is one, and hang up. The end of a sub-flow leads back to the flow that called it.

    Whoever still waits in a queue has been served by the flow itself, and leaves it before the last text.

    Example:
        goodbye:
          type: end
          text: goodbye
    """

    text: TextName | None = None

    def enter(self, turn: Turn) -> Next:
        if not turn.session.frames:
            turn.leave_queue("self_served")
        return turn.listen(self.text) if self.text else turn.finish()

    def on_event(self, turn: Turn, event: Event) -> Next:
        return turn.finish() if isinstance(event, Listened) else super().on_event(turn, event)
