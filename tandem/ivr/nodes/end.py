"""End the call."""

from tandem.ivr.node import BaseNode
from tandem.ivr.references import TextName
from tandem.ivr.turn import Next, Turn


class End(BaseNode, frozen=True):
    """Say good-bye, if there is a text, and hang up.

    Example:
        goodbye:
          type: end
          text: goodbye
    """

    text: TextName | None = None

    def enter(self, turn: Turn) -> Next:
        return turn.close(self.text)
