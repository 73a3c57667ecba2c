"""What the plane knows of the recording of a talk."""

import msgspec

from tandem.control import commands


class Recording(msgspec.Struct):
    """One agent's talk with a caller, recorded: from the order to begin until it is known what came of it.

    `id` names its file; `leg` is whose talk it is. Times are epoch seconds; `talked` is for how many seconds the two
    heard each other, without hold. One that `failed` may be there in part.
    """

    id: str
    call: str
    caller: str
    channel: str
    agent: str
    queue: str
    leg: str
    began_at: float
    ended_at: float | None = None
    talked: float = 0.0
    paused: bool = False
    failed: bool = False

    @property
    def file(self) -> str:
        """Its file in the folder of recordings."""
        return f"{self.id}.wav"

    @property
    def start(self) -> commands.StartRecording:
        """The order to begin."""
        return commands.StartRecording(self.id, self.call, self.channel)

    @property
    def pause(self) -> commands.PauseRecording:
        """The order to leave out what is said, or to take it in again."""
        return commands.PauseRecording(self.id, self.call, self.channel, self.paused)

    @property
    def end(self) -> commands.EndRecording:
        """The order to end, and to tell what came of it."""
        return commands.EndRecording(self.id, self.channel)
