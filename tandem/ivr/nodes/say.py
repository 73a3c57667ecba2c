"""Say something."""

from tandem.ivr.events import Event, Listened
from tandem.ivr.node import BaseNode
from tandem.ivr.references import NodeName, TextName
from tandem.ivr.turn import Next, Turn


class Say(BaseNode, frozen=True):
    """Say a text to its end, then go on.

    Example:
        welcome:
          type: say
          text: welcome
          next: main_menu
    """

    text: TextName
    next: NodeName

    def enter(self, turn: Turn) -> Next:
        return turn.listen(self.text)

    def on_event(self, turn: Turn, event: Event) -> Next:
        return self.next if isinstance(event, Listened) else super().on_event(turn, event)
