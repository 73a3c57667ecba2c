"""Ask one question after the talk."""

from typing import Annotated

from msgspec import Meta

from tandem.ivr.commands import RecordAnswer
from tandem.ivr.events import Event, Listened
from tandem.ivr.node import BaseNode, Seconds
from tandem.ivr.references import NodeName, TextName
from tandem.ivr.turn import Next, Turn

Keys = Annotated[str, Meta(pattern="^[0-9*#]+$")]


class Survey(BaseNode, frozen=True):
    """Ask, and record the key as the answer to `question`. Keys not among `keys` are passed over.

    Whoever answers hears `thanks`; whoever says nothing goes on.

    Example:
        survey:
          type: survey
          question: satisfaction
          text: survey
          keys: '12345'
          thanks: survey_thanks
          next: goodbye
    """

    question: str
    text: TextName
    keys: Keys
    next: NodeName
    thanks: TextName | None = None
    wait: Seconds = 8.0

    def enter(self, turn: Turn) -> Next:
        return turn.listen(self.text, keys=self.keys, wait=self.wait)

    def on_event(self, turn: Turn, event: Event) -> Next:
        if not isinstance(event, Listened):
            return super().on_event(turn, event)
        if event.key is None:
            return self.next
        turn.send(RecordAnswer(self.question, event.key))
        return turn.listen(self.thanks) if self.thanks else self.next
