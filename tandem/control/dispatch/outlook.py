"""What the dispatch is asked, and what it answers: how the floor is, and the rest of the day. Times are epoch seconds.

A process of its own works it out; these are its input and its output.
"""

import msgspec

from tandem.acd.settings import Settings as AcdSettings
from tandem.control.dispatch.loan import Loan, Proposal

TARGET = 0.8
"""The share that is to be answered in time where the board has no threshold for it."""


class Situation(msgspec.Struct, frozen=True):
    """The settings, without the loans that run; who is at work; by queue, the share that is to be answered in time
    where that is not TARGET."""

    now: float
    time_zone: str
    acd: AcdSettings
    at_work: tuple[str, ...]
    targets: dict[str, float] = {}
    loans: tuple[Loan, ...] = ()


class Quarter(msgspec.Struct, frozen=True):
    """A quarter-hour of a queue. `came`: None until it is over. Of one to come, what is `expected`, four cases in five
    lie from `low` to `high`, and by Erlang A so many agents who did nothing else are `needed`; else None."""

    start: float
    came: int | None = None
    expected: float | None = None
    low: int | None = None
    high: int | None = None
    needed: int | None = None


class QueueOutlook(msgspec.Struct, frozen=True):
    """A queue's day. `days`: past ones it was learnt from; `factor`: how busy today is beside them; `ratio`: what today
    alone would say, and `weight` (0 to 1) how much that counts. `target`: the share that is to be answered within
    `seconds`. `there`: agents at work who could take its contacts, perhaps beside others."""

    queue: str
    days: int
    factor: float
    ratio: float | None
    weight: float
    target: float
    seconds: float
    there: int
    quarters: tuple[Quarter, ...]


class GroupOutlook(msgspec.Struct, frozen=True):
    """Agents who are alike: so many are at work, and so many are needed until the outlook's end by simulation; None
    where more of them do not help, or it would take too long to find out."""

    group: str
    there: int
    needed: int | None


class Outlook(msgspec.Struct, frozen=True):
    """Made at a moment; proposals reach `until`. `unknown`: queues of which there is no past day."""

    made_at: float
    until: float
    queues: tuple[QueueOutlook, ...]
    groups: tuple[GroupOutlook, ...]
    proposals: tuple[Proposal, ...]
    unknown: tuple[str, ...] = ()
