"""Ask one question after the talk."""

from typing import Annotated

from msgspec import Meta

from tandem.ivr import everywhere
from tandem.ivr.commands import RecordAnswer
from tandem.ivr.node import Question, Seconds
from tandem.ivr.references import NodeName, TextName
from tandem.ivr.turn import Next, Turn

Keys = Annotated[str, Meta(pattern="^[0-9*#]+$")]


class Survey(Question, frozen=True):
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

    def own_keys(self) -> str:
        return self.keys

    def ask(self, turn: Turn, complaint: str | None = None) -> Next:
        others = "".join(key for key in everywhere.keys(turn) if key not in self.keys)
        return turn.listen(complaint, self.text, keys=self.keys + others, wait=self.wait)

    def answer(self, turn: Turn, key: str | None) -> Next:
        if key is None:
            return self.next
        turn.send(RecordAnswer(self.question, key))
        return turn.listen(self.thanks) if self.thanks else self.next
