"""The line of a remote agent that is called once, at sign-in, and kept."""

import msgspec

from tandem.acd.machine import Table, allows, step
from tandem.control.commands import PlayToAgent, RingAgent

LINE_PREFIX = "tandem-leg-line-"

# state: {trigger: next state}; docs/architecture.md draws its picture from this table.
LINE: Table = {
    "down": {"call": "calling", "end": "ended"},
    "calling": {"keep": "kept", "drop": "down", "end": "ended"},
    "kept": {"lend": "lent", "drop": "down", "end": "ended"},
    "lent": {"keep": "kept", "drop": "down", "end": "ended"},
    "ended": {},
}


class Line(msgspec.Struct):
    """One agent's line. Times are epoch seconds.

    `id` is its channel, another one for each call, of `number` as the dial plan has it. `leg` is the offer or the
    conversation that it is for now, `lent` the last one that it was joined for: until it is back in its place from
    there, the next one's command is `waiting`. `failures` are those in a row.
    """

    agent: str
    id: str = ""
    number: str = ""
    state: str = "down"
    since: float = 0.0
    answered_at: float | None = None
    failures: int = 0
    leg: str = ""
    lent: str = ""
    waiting: RingAgent | PlayToAgent | None = None

    def move(self, trigger: str, now: float) -> None:
        """Follow the table; InvariantBroken leaves the line untouched."""
        self.state = step(LINE, self.state, trigger)
        self.since = now

    def can(self, trigger: str) -> bool:
        """Whether the table allows `trigger` now."""
        return allows(LINE, self.state, trigger)

    @property
    def is_there(self) -> bool:
        """Whether the agent can be reached by it."""
        return self.state in ("kept", "lent")


def agent_of(channel: str) -> str:
    """The agent whose line has this channel; empty when it is no line's."""
    return channel.removeprefix(LINE_PREFIX).rpartition("-")[0] if channel.startswith(LINE_PREFIX) else ""
