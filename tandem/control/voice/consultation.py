"""A consultation: an agent asks somebody about a contact, whose caller waits meanwhile."""

import msgspec

from tandem.acd.machine import Table, step
from tandem.control.events import Target

# state: {trigger: next state}; docs/architecture.md draws its picture from this table. Who talks with the agent:
# nobody yet (asking), the colleague (talking), the caller while the colleague waits (swapped), both (conference).
CONSULTATION: Table = {
    "asking": {"answer": "talking", "end": "ended"},
    "talking": {"swap": "swapped", "confer": "conference", "end": "ended"},
    "swapped": {"swap": "talking", "confer": "conference", "end": "ended"},
    "conference": {"end": "ended"},
    "ended": {},
}


class Consultation(msgspec.Struct):
    """One consultation. `id` is its contact in the router, where a colleague is asked; `leg` is the colleague's, None
    while nobody was found. `agent` is who asks `to`, in `queue`; `asked_at` is epoch seconds."""

    id: str
    number: int
    agent: str
    to: Target
    queue: str
    note: str
    asked_at: float
    leg: str | None = None
    to_meet: bool = False
    """The colleague has answered before the caller heard music."""
    state: str = "asking"

    def move(self, trigger: str) -> None:
        """Follow the table; InvariantBroken leaves the consultation untouched."""
        self.state = step(CONSULTATION, self.state, trigger)
