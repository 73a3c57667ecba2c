"""A bank's recorded calls, and how often a rule of ours picks the call that was really picked.

The format is that of the Anonymous Bank file (Guedj and Mandelbaum, Technion): date, arrive_s (when the caller came to
the queue, seconds after midnight), type, priority, q_time (seconds in the queue), outcome (AGENT or HANG), ser_time,
agent.
"""

import csv
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from tandem.acd.contact import Contact, rank_of
from tandem.acd.settings import QueueSettings

QUEUE = QueueSettings("bank")
SERVED = "AGENT"
FAVOURED = 2
"""The priority of the customers who get a head start."""

INTERNAL = "IN"
"""Calls of this type have agents of their own."""

TIE_SECONDS = 1.0
"""The file knows whole seconds, so ranks that are no further apart are equal."""


class BankCall(msgspec.Struct, frozen=True):
    """One line of the file; `ser_time` and `agent` say nothing when nobody served the call."""

    date: str
    arrive_s: float
    type: str
    priority: int
    q_time: float
    outcome: str
    ser_time: float = 0.0
    agent: str = ""

    @property
    def leaves_s(self) -> float:
        """When the caller left the queue, seconds after midnight."""
        return self.arrive_s + self.q_time

    @property
    def ends_s(self) -> float:
        """When the talk ended, seconds after midnight."""
        return self.leaves_s + self.ser_time


class Agreement(msgspec.Struct, frozen=True):
    """How many decisions there were, and in how many of them the rule picks the same call."""

    decisions: int
    same: int

    @property
    def share(self) -> float:
        """The share of the decisions in which the rule picks the same call; 0 when there were none."""
        return self.same / self.decisions if self.decisions else 0.0


def read_calls(lines: Iterable[str]) -> list[BankCall]:
    """The calls in a file of that format; ValueError names the line and what is wrong with it."""
    rows = csv.DictReader(lines)
    calls = []
    for row in rows:
        try:
            calls.append(msgspec.convert(row, BankCall, strict=False))
        except msgspec.ValidationError as error:
            raise ValueError(f"line {rows.line_num}: {error}") from error
    return calls


def replay(calls: Iterable[BankCall], head_start: float) -> Agreement:
    """Hold the router's order, with so many seconds of boost for favoured customers, against what was done.

    A decision is the start of service of a call that had waited, while at least one other call of the day waited.
    """
    days: defaultdict[str, list[BankCall]] = defaultdict(list)
    for call in calls:
        if call.type != INTERNAL and call.q_time > 0:
            days[call.date].append(call)
    verdicts = [same for day in days.values() for same in _decisions(day, head_start)]
    return Agreement(len(verdicts), sum(verdicts))


def _decisions(day: list[BankCall], head_start: float) -> Iterator[bool]:
    """For each decision of a day, whether the rule picks the same call."""
    day.sort(key=lambda call: call.arrive_s)
    arrivals = [call.arrive_s for call in day]
    waiting: list[BankCall] = []
    come = 0
    for picked in sorted((call for call in day if call.outcome == SERVED), key=lambda call: call.leaves_s):
        now = picked.leaves_s
        here = bisect_right(arrivals, now)
        waiting = [call for call in waiting + day[come:here] if call.leaves_s >= now]
        come = here
        if len(waiting) > 1:
            best = min(_place(call, head_start) for call in waiting)
            yield _place(picked, head_start) <= best + TIE_SECONDS


def _place(call: BankCall, head_start: float) -> float:
    """The call's place in the router's order; the smaller, the earlier served."""
    boost = head_start if call.priority == FAVOURED else 0.0
    return rank_of(Contact("", QUEUE.name, call.arrive_s, call.arrive_s, boost=boost), QUEUE)[1]
