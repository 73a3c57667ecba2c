"""How well the router would have foretold the waits of a bank's recorded calls (sim/bank.py).

The recorded days pass before the router's own lines and its foresight: who waits, who is ahead by the rule, who is at
work, what waits and talks have taught so far. An agent is at work while they talk and for five minutes after; any may
take any call, but for calls of type IN, which have agents of their own and are left out. On the first days the router
learns; on the others it only foretells.

Scored are those who had to wait and were served. Those who hung up are censored: how long they would have waited is not
known, so they neither teach nor count, but while they wait they stand in line, and their patience is learnt.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean, pstdev

import msgspec

from tandem.acd.attention import Attention
from tandem.acd.contact import Contact
from tandem.acd.foresight import Foresight
from tandem.acd.line import Line
from tandem.acd.lines import Lines
from tandem.acd.matching import Matching
from tandem.acd.settings import AgentSettings, QueueSettings, Settings
from tandem.acd.state import State
from tandem.acd.waiting import Patience, blended, estimated_wait
from tandem.sim.bank import INTERNAL, SERVED, BankCall
from tandem.sim.bank_day import FAVOURED_TIER, HEAD_START, PAUSE_SECONDS
from tandem.sim.prediction import Foretold, covered, rmse

_END, _LEAVE, _ARRIVE = range(3)
"""What comes first of what the file puts in one second."""


class BankScore(msgspec.Struct, frozen=True):
    """Of so many waits, on `days` days after those that were learnt from; `mean` and `deviation` of the waits, seconds.

    The others are root mean squared errors divided by the mean wait (Ibrahim and Whitt 2009: squared errors relative to
    the square of the mean): of the router, of the mean wait of the days learnt from, and of the predictors of
    sim/prediction.py. `covered` is the share of the waits within the range told.
    """

    days: int
    waits: int
    mean: float
    deviation: float
    router: float
    average: float
    last: float
    head: float
    length: float
    covered: float


def score(calls: Iterable[BankCall], learning: float = 0.75) -> BankScore:
    """Learn from this share of the days, the first ones, and foretell the others.

    Raises ValueError where on one side nobody who waited was served.
    """
    days: defaultdict[str, list[BankCall]] = defaultdict(list)
    for call in calls:
        if call.type != INTERNAL:
            days[call.date].append(call)
    names = sorted(days)
    split = int(len(names) * learning)
    state = State(_settings(call for day in days.values() for call in day))
    seen: list[list[Foretold]] = [[], []]
    for number, name in enumerate(names):
        day = _Day(state, learns=number < split)
        day.run(days[name])
        seen[number >= split] += day.seen
    if not all(seen):
        raise ValueError("too few calls that waited and were served to learn from and to foretell")
    return _score(len(names) - split, *seen)


def _score(days: int, learnt: Sequence[Foretold], seen: Sequence[Foretold]) -> BankScore:
    mean, average = fmean(wait.waited for wait in seen), fmean(wait.waited for wait in learnt)
    return BankScore(
        days=days,
        waits=len(seen),
        mean=mean,
        deviation=pstdev(wait.waited for wait in seen),
        router=rmse(wait.place.estimated_wait - wait.waited for wait in seen) / mean,
        average=rmse(average - wait.waited for wait in seen) / mean,
        last=rmse(wait.last - wait.waited for wait in seen) / mean,
        head=rmse(wait.head - wait.waited for wait in seen) / mean,
        length=rmse(wait.length - wait.waited for wait in seen) / mean,
        covered=covered(seen),
    )


def lines_of(found: BankScore) -> list[str]:
    """The score as text."""
    rows = {
        "the router": found.router,
        "mean wait of the days learnt from": found.average,
        "last to enter service": found.last,
        "head of the line": found.head,
        "length x handling / agents": found.length,
    }
    return [
        f"{found.waits} waits on {found.days} days, mean {found.mean:.1f} s, deviation {found.deviation:.1f} s",
        f"in the range told: {found.covered:.1%}; root mean squared error / mean wait:",
        *(f"  {name:36}{value:.4f}" for name, value in rows.items()),
    ]


def _settings(calls: Iterable[BankCall]) -> Settings:
    types = sorted({call.type for call in calls})
    queues = {kind: QueueSettings(kind, head_starts={FAVOURED_TIER: HEAD_START}) for kind in types}
    return Settings(queues, {"anybody": AgentSettings("anybody", {}, "")})


class _Day:
    """One day; `state` has what was learnt before, and goes on learning if the day `learns`."""

    def __init__(self, state: State, learns: bool) -> None:
        self.seen: list[Foretold] = []
        self._state = state
        self._learns = learns
        settings = state.settings
        channels = Attention(settings, settings.queues.values()).numbers
        self._lines = Lines(state.contacts, settings.queues, Matching(settings.agents, 0.0), channels, settings, {})
        self._foresight = Foresight(state, self._lines, self._at_work)
        self._now = 0.0
        self._last_seen: dict[str, float] = {}
        self._told: dict[str, Foretold] = {}
        self._last: dict[str, float] = {}
        for tiers in state.experience.values():
            for experience in tiers.values():
                experience.asked_at, experience.last_wait = None, 0.0

    def run(self, calls: Sequence[BankCall]) -> None:
        """Let the day pass."""
        do = {_END: self._end, _LEAVE: self._leave, _ARRIVE: self._arrive}
        moments = [(call.leaves_s, _LEAVE, number) for number, call in enumerate(calls)]
        moments += [(call.arrive_s, _ARRIVE, number) for number, call in enumerate(calls) if call.q_time > 0]
        moments += [(call.ends_s, _END, number) for number, call in enumerate(calls) if call.outcome == SERVED]
        for now, what, number in sorted(moments):
            self._now = now
            do[what](calls[number], str(number))

    def _arrive(self, call: BankCall, name: str) -> None:
        contact = _contact(call, name)
        self._lines.enter(contact, self._now)
        if self._learns:
            self._foresight.begin(contact, self._now)
        place = self._foresight.place(contact, self._now)
        staffed = self._at_work(self._lines.line_of(contact))
        length = estimated_wait(place.position, self._state.handling_of(call.type), staffed)
        head = self._now - self._lines.first_came(call.type, self._now)
        self._told[name] = Foretold(call.q_time, place, self._last.get(call.type, 0.0), head, length)

    def _leave(self, call: BankCall, name: str) -> None:
        contact = self._state.contacts.get(name) or _contact(call, name)
        told = self._told.pop(name, None)
        if call.outcome == SERVED:
            self._last_seen[call.agent] = float("inf")
            self._foresight.answered(contact, self._now)
        if told:
            self._lines.move(contact, "left")
        if told and self._learns:
            patience = self._state.patience.setdefault(call.type, Patience())
            patience.saw(call.q_time, call.outcome != SERVED)
        if told and call.outcome == SERVED:
            self._last[call.type] = call.q_time
            self.seen.append(told)

    def _end(self, call: BankCall, _: str) -> None:
        self._last_seen[call.agent] = self._now
        if self._learns:
            state, kind = self._state, call.type
            before = state.handled.get(kind, 0)
            state.handling[kind] = blended(state.handling_of(kind), call.ser_time, before)
            state.handled[kind] = before + 1

    def _at_work(self, _: Line) -> int:
        return sum(seen >= self._now - PAUSE_SECONDS for seen in self._last_seen.values())


def _contact(call: BankCall, name: str) -> Contact:
    tier = FAVOURED_TIER if str(call.priority) == FAVOURED_TIER else ""
    return Contact(name, call.type, call.arrive_s, call.arrive_s, tier=tier)
