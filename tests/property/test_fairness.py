"""Whatever the order: the same waiting in all, and nobody starves.

Conservation (Kleinrock 1965, A conservation law for a wide class of queueing disciplines): where every order serves
without idling, and how long a talk takes does not depend on who is served, the sum over classes of arrival rate times
mean wait, which is the sum of all waits, is the same. Here on each path: the n-th talk that begins takes the same time
under every order.
"""

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from itertools import cycle
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.acd import events
from tandem.acd.commands import Offer, RecordWait
from tandem.acd.events import Event
from tandem.acd.router import Router
from tandem.acd.settings import Settings

Arrival = tuple[float, str, str]
"""When, to which queue, with which tier."""
RULES: dict[str, dict[str, Any]] = {
    "age": {},
    "priority": {"high": {"priority": 1}},
    "ageing": {"high": {"ageing": 4.0}},
    "head start": {"high": {"head_starts": {"gold": 90.0}}, "low": {"head_starts": {"gold": 30.0}}},
    "service objective": {"high": {"service_level_seconds": 5.0}, "order": "service_objective"},
    "longest wait": {"high": {"priority": 1}, "low": {"longest_wait": 40.0}},
    "all together": {
        "high": {"priority": 1, "ageing": 2.0},
        "low": {"ageing": 0.5, "head_starts": {"gold": 60.0}, "longest_wait": 90.0},
        "order": "service_objective",
    },
}
TALK = 10.0


class Hotline:
    """Agents who serve two queues, by one rule.

    `talks`: how long the first talk that begins takes, the second, and so on. `patience`: by queue, who hangs up when.
    """

    def __init__(
        self, rule: Mapping[str, Any], agents: int, talks: Sequence[float], patience: Mapping[str, float]
    ) -> None:
        self.waits: dict[str, list[float]] = {"high": [], "low": []}
        self._router, self._talks, self._patience = Router(), cycle(talks), patience
        self._moments: list[tuple[float, int, Event]] = []
        self._count = 0
        queues = {name: {"name": name, "wrap_up_seconds": 0, **rule.get(name, {})} for name in self.waits}
        people = {f"{n}": {"name": f"{n}", "skills": {}, "device": f"{n}"} for n in range(agents)}
        chosen = {"queues": queues, "agents": people, "order": rule.get("order", "age")}
        self._tell(events.SettingsChanged(msgspec.convert(chosen, Settings)), 0.0)
        for name in people:
            self._tell(events.DeviceFound(name), 0.0)
            self._tell(events.AgentSignedIn(name), 0.0)

    def serve(self, arrivals: Sequence[Arrival]) -> dict[str, list[float]]:
        """The waits of all who come, by queue; of those who lose patience too."""
        for number, (at, queue, tier) in enumerate(arrivals):
            name = f"{queue} {number:04}"
            self._at(at, events.ContactQueued(name, queue, tier=tier))
            if queue in self._patience:
                self._at(at + self._patience[queue], events.ContactLeft(name, "abandoned"))
        while self._moments:
            wakeup = self._router.next_wakeup()
            if wakeup is not None and wakeup <= self._moments[0][0]:
                self._tell(events.TimePassed(), wakeup)
            else:
                now, _, event = heappop(self._moments)
                self._tell(event, now)
        return self.waits

    def _at(self, moment: float, event: Event) -> None:
        self._count += 1
        heappush(self._moments, (moment, self._count, event))

    def _tell(self, event: Event, now: float) -> None:
        for command in self._router.handle(event, now):
            if isinstance(command, Offer):
                self._at(now + next(self._talks), events.ContactFinished(command.contact))
                self._tell(events.ContactConnected(command.offer), now)
            elif isinstance(command, RecordWait):
                self.waits[command.queue].append(now - command.enqueued_at)


moments = st.integers(0, 300).map(float)
arrivals = st.lists(st.tuples(moments, st.sampled_from(["high", "high", "low"]), st.sampled_from(["", "gold"])))
talks = st.lists(st.integers(1, 40).map(float), min_size=1, max_size=10)


@settings(deadline=None, max_examples=25)
@given(arrivals.map(sorted), st.integers(1, 3), talks)
def test_conservation_the_sum_of_all_waits_is_the_same_for_every_order_that_never_idles(
    arrivals: list[Arrival], agents: int, talks: list[float]
) -> None:
    waits = {name: Hotline(rule, agents, talks, {}).serve(arrivals) for name, rule in RULES.items()}
    sums = {name: sum(map(sum, by_queue.values())) for name, by_queue in waits.items()}
    assert sums == pytest.approx(dict.fromkeys(sums, sums["age"]))
    assert all(len(by_queue["high"]) + len(by_queue["low"]) == len(arrivals) for by_queue in waits.values())


OVERLOAD = [(number * 5.0 + 0.5, "high", "gold") for number in range(250)]
"""Twice the work that one agent can do."""
lows = st.lists(st.integers(0, 1000).map(float), min_size=1, max_size=5, unique=True)


@pytest.mark.parametrize("rule", RULES)
@settings(deadline=None, max_examples=15)
@given(lows)
def test_nobody_starves_a_longest_wait_holds_for_every_class_under_overload(rule: str, lows: list[float]) -> None:
    bounded = {**RULES[rule], "low": {**RULES[rule].get("low", {}), "longest_wait": 60.0}}
    waits = Hotline(bounded, 1, [TALK], {}).serve(sorted([*OVERLOAD, *((at, "low", "") for at in lows)]))
    # At most: the longest wait, the talk under way, and those of the same class who are overdue too.
    assert max(waits["low"]) <= 60 + TALK * len(lows)


@settings(deadline=None, max_examples=15)
@given(lows, st.sampled_from([2.0, 4.0]), st.sampled_from([20.0, 60.0]))
def test_nobody_starves_where_the_other_class_only_ages_faster(
    lows: list[float], ageing: float, patience: float
) -> None:
    """Under any overload: who has waited `ageing` times as long as the others have patience goes before them all."""
    arrivals = sorted([*OVERLOAD, *((at, "low", "") for at in lows)])
    hotline = Hotline({"high": {"ageing": ageing}}, 1, [TALK], {"high": patience})
    assert max(hotline.serve(arrivals)["low"]) <= ageing * patience + TALK * len(lows)
