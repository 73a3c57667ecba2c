"""A supervisor on an agent's talk."""

from typing import Literal

import msgspec

from tandem.acd.machine import Table, allows, step

Mode = Literal["listen", "whisper", "barge"]
"""`listen`: hears both; `whisper`: is heard by the agent alone; `barge`: by both."""
MONITOR_PREFIX = "tandem-monitor-"

# state: {trigger: next state}; docs/architecture.md draws its picture from this table.
MONITOR: Table = {
    "asked": {"join": "joined", "end": "ended"},
    "joined": {"cut": "waiting", "end": "ended"},
    "waiting": {"join": "joined", "end": "ended"},
    "ended": {},
}


class Monitor(msgspec.Struct):
    """One supervisor's monitoring of one talk, from the order to the end; `id` is the supervisor's channel.

    `leg` is the agent's; empty: it was cut off, and the talk is to go on. `since` is when `mode` began, `number` counts
    the modes; `rung_as` is the mode that the switch was asked for first. `device` was rung, and the agents `busy` are
    offered nothing meanwhile: who works as them, or has that phone, is on it. Times are epoch seconds.
    """

    id: str
    by: str
    agent: str
    call: str
    leg: str
    mode: Mode
    rung_as: Mode
    asked_at: float
    device: str = ""
    busy: tuple[str, ...] = ()
    since: float = 0.0
    number: int = 1
    state: str = "asked"
    moved: bool = False
    """The talk is on another channel by now than the one it was rung for."""

    def move(self, trigger: str) -> None:
        """Follow the table; InvariantBroken leaves the monitor untouched."""
        self.state = step(MONITOR, self.state, trigger)

    def can(self, trigger: str) -> bool:
        """Whether the table allows `trigger` now."""
        return allows(MONITOR, self.state, trigger)
