"""Say something."""

from tandem.ivr.events import Event, Listened
from tandem.ivr.everywhere import ALL_KEYS
from tandem.ivr.node import BaseNode
from tandem.ivr.references import NodeName, TextName
from tandem.ivr.turn import Next, Turn


class Say(BaseNode, frozen=True):
    """Say a text, then go on. A key cuts it short and goes to the question that follows, unless `barge_in` is false.

    A text that a caller has to hear, such as that the call is recorded, has `barge_in: false`; keys pressed during it
    are passed over.

    Example:
        welcome:
          type: say
          text: welcome
          next: main_menu
    """

    text: TextName
    next: NodeName
    barge_in: bool = True

    def enter(self, turn: Turn) -> Next:
        if self.barge_in and turn.typed_ahead():
            return self.next
        return turn.listen(self.text, keys=ALL_KEYS if self.barge_in else "")

    def on_event(self, turn: Turn, event: Event) -> Next:
        if not isinstance(event, Listened):
            return super().on_event(turn, event)
        turn.keep_key(event.key)
        return self.next
