"""Record what the caller has to say."""

from typing import Annotated

from msgspec import Meta

from tandem.ivr.commands import TakeVoicemail
from tandem.ivr.events import Event, Listened, Resumed, VoicemailFailed, VoicemailTaken
from tandem.ivr.node import BaseNode
from tandem.ivr.nodes.survey import Keys
from tandem.ivr.references import NodeName, TextName
from tandem.ivr.turn import Next, Turn

Longest = Annotated[float, Meta(ge=5, le=600)]
Silence = Annotated[float, Meta(ge=1, le=30)]


class Voicemail(BaseNode, frozen=True):
    """Say `text`, record the caller after a tone, and put the recording into `queue` as work for its agents.

    It ends at a key of `keys`, after `silence` seconds without a word, or at `longest` seconds. Nothing said goes on
    at `empty`, where there is one. Whoever waits in a queue leaves it.

    Example:
        leave_a_message:
          type: voicemail
          queue: service
          text: after_the_tone
          longest: 90
          next: goodbye
          empty: main_menu
          failed: agent
    """

    queue: str
    next: NodeName
    failed: NodeName
    text: TextName | None = None
    empty: NodeName | None = None
    longest: Longest = 120.0
    silence: Silence = 5.0
    keys: Keys = "#"
    priority: int = 0

    def enter(self, turn: Turn) -> Next:
        if turn.session.face != "voice":
            return self._fail(turn, f"a {turn.session.face} has no voice")
        return turn.listen(self.text) if self.text else self._record(turn)

    def on_event(self, turn: Turn, event: Event) -> Next:
        match event:
            case Listened() if not turn.here.heard:
                return self._record(turn)
            case Resumed():
                return self._record(turn) if turn.here.heard else turn.repeat()
            case VoicemailTaken(seconds) if turn.here.heard:
                return self.next if seconds > 0 else self.empty or self.next
            case VoicemailFailed(reason) if turn.here.heard:
                return self._fail(turn, reason)
        return None

    def waits(self) -> bool:
        return False  # what has no voice fails at once

    def _record(self, turn: Turn) -> Next:
        turn.here.heard = True
        queue = self.queue or turn.offered_by("voicemail")
        turn.leave_queue("overflowed_out")
        turn.send(TakeVoicemail(queue, self.priority, self.longest, self.silence, self.keys))
        return None

    def _fail(self, turn: Turn, reason: str) -> Next:
        turn.fault(f"voicemail in queue {self.queue or 'that offered it'}: {reason}")
        return self.failed
