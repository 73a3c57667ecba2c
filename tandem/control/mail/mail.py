"""What the plane knows of one mail, and the states it can be in."""

import msgspec

from tandem.acd.machine import Table, allows, step

# state: {trigger: next state}; docs/architecture.md draws its pictures from these tables.
MAIL: Table = {
    "queued": {"connect": "connected", "end": "ended"},
    "connected": {"interrupt": "interrupted", "return": "queued", "end": "ended"},
    "interrupted": {"resume": "connected", "return": "queued", "end": "ended"},
    "ended": {},
}


class Mail(msgspec.Struct):
    """Something written that an agent is to answer elsewhere; what is here only says what and where.

    `id` is its contact's, `came_at` (epoch seconds) its age. `offer` is the offer that is out (0: none), `agent` whom
    it is made to, or who has it. `talk_seconds`: how long agents were at it, without interruptions. It is kept for a
    while after its end, so that one told of twice counts once.
    """

    id: str
    queue: str
    subject: str
    sender: str
    reference: str
    came_at: float
    state: str = "queued"
    offer: int = 0
    agent: str = ""
    since: float = 0.0
    talk_seconds: float = 0.0
    steps: int = 0
    outcome: str = ""

    def move(self, trigger: str) -> None:
        """Follow the table; InvariantBroken leaves the mail untouched."""
        self.state = step(MAIL, self.state, trigger)

    def can(self, trigger: str) -> bool:
        """Whether the table allows `trigger` now."""
        return allows(MAIL, self.state, trigger)


class MailShown(msgspec.Struct, frozen=True):
    """A mail as its agent sees it: offered under the number `offer`, or theirs (`connected` or `interrupted`) where
    that is 0. `came_at`: its age, epoch seconds."""

    mail: str
    offer: int
    state: str
    queue: str
    subject: str
    sender: str
    reference: str
    came_at: float
