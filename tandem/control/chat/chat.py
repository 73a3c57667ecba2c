"""What the plane knows of one chat, and the states it can be in."""

from typing import Literal

import msgspec

from tandem.acd.machine import Table, allows, step
from tandem.control.chat.talk import File, Talk
from tandem.control.page.page import Reader
from tandem.control.story import Step
from tandem.ivr.shown import Choice, Field

# state: {trigger: next state}; docs/architecture.md draws its pictures from these tables.
CHAT: Table = {
    "flow": {"queue": "queued", "end": "ended"},
    "queued": {"connect": "connected", "leave": "flow", "end": "ended"},
    "connected": {"return": "flow", "end": "ended"},
    "ended": {},
}

Sender = Literal["customer", "bot", "agent", "system"]
Notice = Literal["joined", "left", "remind", "idle"]
"""Told in words of each face's own: an agent joined, or left; the customer is reminded, or was silent too long."""


class Message(msgspec.Struct, frozen=True):
    """One message; `number` counts all of a chat's from 1, `at` is epoch seconds.

    `choices` are the answers that `text` numbers; `field` is that of a form whose value is asked for; a `notice` says
    it all without a text. `agent` is who wrote it; a `file` may come without a text.
    """

    number: int
    at: float
    sender: Sender
    text: str
    choices: tuple[Choice, ...] = ()
    field: Field | None = None
    notice: Notice | None = None
    agent: str = ""
    file: File | None = None


class Chat(Reader, kw_only=True):
    """A customer who walks a flow in writing, and may talk with an agent there. It is kept for a while after its end.

    `caller` and `caller_name` are what the customer says of themselves, `dialled` the line they came by.
    """

    caller: str
    caller_name: str
    dialled: str
    tier: str
    entered_at: float
    state: str = "flow"
    story: list[Step] = msgspec.field(default_factory=list)
    """The newest steps."""
    messages: list[Message] = msgspec.field(default_factory=list)
    """The newest of them."""
    said: int = 0
    """The number of the newest message."""
    heard: int = 0
    """The number that the customer gave to the last message that was taken from them."""
    agent_heard: int = 0
    """The same of the agent in talk."""
    asked: tuple[int, int] = (0, 0)
    """The question put last: its step, and the field of its form."""
    reminded: bool = False
    offer: int = 0
    """The offer that is out, 0 for none; `agent` is whom it is made to, or who is in talk."""
    agent: str = ""
    talk: Talk | None = None
    """The talk under way."""
    talks: int = 0
    talk_seconds: float = 0.0
    served: bool = False
    flow_ended: bool = False
    faults: int = 0
    bookings: int = 0
    """Callbacks that its flow booked."""
    booked: bool = False
    ways: list[str] = msgspec.field(default_factory=list)
    """Other ways than to wait that its queue's plan offered, and that it has not taken."""

    @property
    def id(self) -> str:
        """The chat's id, which is its contact's."""
        return self.subject

    def move(self, trigger: str) -> None:
        """Follow the table; InvariantBroken leaves the chat untouched."""
        self.state = step(CHAT, self.state, trigger)

    def can(self, trigger: str) -> bool:
        """Whether the table allows `trigger` now."""
        return allows(CHAT, self.state, trigger)
