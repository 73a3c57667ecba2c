"""What the plane knows of one voicemail."""

import msgspec

from tandem.control.commands import TakeVoicemail
from tandem.control.work import Work


class Voicemail(msgspec.Struct):
    """A recording, from the order on: not yet made while `left_at` (epoch seconds) is None. `id` is its contact's."""

    id: str
    call: str
    caller: str
    caller_name: str
    queue: str
    priority: int
    order: TakeVoicemail
    left_at: float | None = None
    seconds: float = 0.0
    heard_at: float | None = None
    agent: str | None = None

    @property
    def file(self) -> str:
        """Its file in the voicemail folder."""
        return f"{self.id}.wav"

    def work(self) -> Work:
        """The work that it is."""
        return Work(self.id, "voicemail", self.call, self.queue, self.left_at or 0.0, self.priority)
