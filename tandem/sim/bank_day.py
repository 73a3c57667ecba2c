"""A recorded day of a bank's calls (sim/bank.py) as a scenario: who called, who was at work, and what can't be known.

The file does not say how long those who were served would have waited, nor who was at work when. So patience is
exponential, with the mean that fits both those who gave up and those who did not (as long as all waited together, by
how many gave up: maximum likelihood for censored times), and those who were served have endured their wait first. An
agent is at work from the first talk to the end of the last, but for pauses of five minutes and more, and can
take the types of calls that they took on the day. After a talk they are away for as long as it took them in the
mean to turn to a call that had been waiting when the talk ended.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import fmean

from tandem.sim.bank import FAVOURED, INTERNAL, SERVED, BankCall
from tandem.sim.laws import lognormal_of, patience_of
from tandem.sim.scenario import Break, Contacts, Group, Queue, Recorded, Scenario, clock_of

HEAD_START = 90.0
"""Seconds that the bank gave its favoured customers (Guedj and Mandelbaum)."""

FAVOURED_TIER = str(FAVOURED)
PAUSE_SECONDS = 300.0
TARGET_SECONDS = 20.0


def scenario_of(day: Sequence[BankCall]) -> Scenario:
    """The calls of one day, at least one of which was served: a queue for each type, a group for each agent."""
    types = _by_type(day)
    talks = [call.ser_time for call in day if call.outcome == SERVED]
    groups = _groups(day)
    wrap_up = _wrap_up(day)
    trained = {skill for group in groups.values() for skill in group.skills}
    return Scenario(
        name=f"bank, {day[0].date}",
        queues={
            kind: Queue(
                kind,
                {kind: 1} if kind in trained else {},
                head_starts={FAVOURED_TIER: HEAD_START},
                wrap_up_seconds=wrap_up,
                service_level_seconds=TARGET_SECONDS,
            )
            for kind in types
        },
        groups=groups,
        contacts={kind: _contacts(calls, talks) for kind, calls in types.items()},
    )


def _by_type(day: Iterable[BankCall]) -> dict[str, list[BankCall]]:
    types: defaultdict[str, list[BankCall]] = defaultdict(list)
    for call in day:
        if call.type != INTERNAL:
            types[call.type].append(call)
    return dict(sorted(types.items()))


def _contacts(calls: Sequence[BankCall], all_talks: Sequence[float]) -> Contacts:
    """Talks that never were are drawn as lognormal, like those that were (Brown et al. 2005)."""
    talks = [call.ser_time for call in calls if call.outcome == SERVED]
    if len(set(talks)) < 2:
        talks = [*all_talks, 1.0, 2.0]
    gave_up = sum(call.outcome != SERVED for call in calls)
    return Contacts(
        handling=lognormal_of(talks),
        patience=patience_of(gave_up, sum(call.q_time for call in calls)),
        recorded=tuple(map(_recorded, calls)),
    )


def _recorded(call: BankCall) -> Recorded:
    tier = FAVOURED_TIER if call.priority == FAVOURED else ""
    if call.outcome == SERVED:
        return Recorded(call.arrive_s, endured=call.q_time, talk=call.ser_time, tier=tier)
    return Recorded(call.arrive_s, patience=call.q_time, tier=tier)


def _groups(day: Iterable[BankCall]) -> dict[str, Group]:
    return {agent: _group(calls) for agent, calls in _by_agent(day).items()}


def _by_agent(day: Iterable[BankCall]) -> dict[str, list[BankCall]]:
    """The calls of each agent, in the order in which they were served."""
    served: defaultdict[str, list[BankCall]] = defaultdict(list)
    for call in sorted(day, key=lambda call: call.leaves_s):
        if call.outcome == SERVED:
            served[call.agent or "unnamed"].append(call)
    return dict(sorted(served.items()))


def _wrap_up(day: Iterable[BankCall]) -> float:
    """The mean time between a talk and the next, where the next caller waited already; pauses left out."""
    pairs = [pair for calls in _by_agent(day).values() for pair in pairwise(calls)]
    gaps = [after.leaves_s - before.ends_s for before, after in pairs if after.arrive_s <= before.ends_s]
    return fmean([gap for gap in gaps if 0 <= gap < PAUSE_SECONDS] or [0.0])


def _group(calls: list[BankCall]) -> Group:
    talks = [(call.leaves_s, call.ends_s) for call in calls]
    gaps = [(ended, begun) for (_, ended), (begun, _) in pairwise(talks) if begun - ended >= PAUSE_SECONDS]
    return Group(
        1,
        dict.fromkeys(sorted({call.type for call in calls}), 1),
        start=clock_of(talks[0][0]),
        end=clock_of(max(ended for _, ended in talks) + 1),
        breaks=tuple(Break(clock_of(ended), begun - ended) for ended, begun in gaps),
    )
