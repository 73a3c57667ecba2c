"""What happened on one day of a scenario, and the figures that follow from it."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import inf, sqrt

from tandem.acd.agent import BUSY, READY
from tandem.acd.commands import RecordAgentState, RecordWait
from tandem.acd.state import State
from tandem.sim.arrivals import Caller
from tandem.sim.scenario import Scenario

ALL = "all"
PERCENTILES = (50, 80, 90, 95, 99)
Figures = dict[str, float]
"""By name; a figure that is not defined (a mean of nothing) is left out. Shares are 0 to 1, times seconds."""


class Stay:
    """Those who came for one queue, wherever their wait ended; waits are by age, in seconds."""

    def __init__(self, target: float) -> None:
        self.target = target
        self.contacts = 0
        self.self_served = 0
        self.redials = 0
        self.callbacks = 0
        self.waiting = 0
        self.others = 0
        self.answered = array("d")
        self.abandoned = array("d")
        self.called_back = array("d")
        self.errors = array("d")
        self.in_range = 0

    @classmethod
    def recorded(cls, target: float, answered: Iterable[float], abandoned: Iterable[float]) -> "Stay":
        """What is known of those who came on a real day: their waits."""
        stay = cls(target)
        stay.answered.extend(answered)
        stay.abandoned.extend(abandoned)
        stay.contacts = len(stay.answered) + len(stay.abandoned)
        return stay

    def foretold(self, wait: RecordWait, now: float) -> None:
        """A wait for an agent is over: hold the estimate, where one was made, against it."""
        if wait.estimate:
            waited, told = now - wait.arrived_at, wait.estimate
            self.errors.append(told.mean - waited)
            self.in_range += told.earliest <= waited <= told.latest

    @property
    def offered(self) -> int:
        """How many came to the queue."""
        return self.contacts + self.redials - self.self_served


class Diary:
    """Counts the contacts that come in the measured part of the day, and the agents' time within it."""

    def __init__(self, scenario: Scenario, group_of: Mapping[str, str]) -> None:
        self._since, self._until = scenario.measured_since, scenario.ends
        self._groups = list(scenario.groups)
        self._group_of = group_of
        self._stays = {name: Stay(scenario.queues[name].service_level_seconds) for name in scenario.contacts}
        self._busy: defaultdict[str, float] = defaultdict(float)
        self._idle: defaultdict[str, float] = defaultdict(float)

    # --- what happens ------------------------------------------------------------------------------------------

    def arrived(self, queue: str, at: float, again: bool = False) -> None:
        """A contact comes, or comes `again`."""
        if at >= self._since:
            stay = self._stays[queue]
            stay.contacts += not again
            stay.redials += again

    def served_itself(self, queue: str, at: float) -> None:
        """A contact that came needs no agent."""
        self._stays[queue].self_served += at >= self._since

    def took_callback(self, caller: Caller) -> None:
        """Somebody who waits will be called back."""
        self._stays[caller.queue].callbacks += caller.at >= self._since

    def ended(self, caller: Caller, wait: RecordWait, now: float, called_back: bool) -> None:
        """A wait is over."""
        if caller.at < self._since:
            return
        stay, seconds = self._stays[caller.queue], now - wait.enqueued_at
        if wait.outcome == "answered":
            stay.foretold(wait, now)
            (stay.called_back if called_back else stay.answered).append(seconds)
        elif wait.outcome == "abandoned":
            stay.abandoned.append(seconds)
        else:
            stay.others += 1

    def left_state(self, record: RecordAgentState, now: float) -> None:
        """An agent went from one state to another."""
        self._spent(record.agent, record.state, record.since, now)

    def close(self, state: State, now: float) -> None:
        """The measured part ends."""
        for agent in state.agents.values():
            self._spent(agent.name, agent.state, agent.since, now)

    def still_waiting(self, callers: Iterable[Caller]) -> None:
        """These wait when all is over."""
        for caller in callers:
            self._stays[caller.queue].waiting += caller.at >= self._since

    def _spent(self, agent: str, state: str, since: float, until: float) -> None:
        seconds = min(until, self._until) - max(since, self._since)
        if seconds <= 0:
            return
        if state == READY:
            self._idle[agent] += seconds
        elif state in BUSY:
            self._busy[agent] += seconds

    # --- what follows ------------------------------------------------------------------------------------------

    def queues(self) -> dict[str, Figures]:
        """The figures of those who came for each queue, and of all."""
        found = {name: figures([stay]) for name, stay in self._stays.items()}
        return found | {ALL: figures(list(self._stays.values()))}

    def groups(self) -> dict[str, Figures]:
        """The figures of each group of agents, and of all."""
        members: dict[str, list[str]] = {name: [] for name in self._groups}
        for agent, group in self._group_of.items():
            members[group].append(agent)
        found = {group: self._occupancy(agents) for group, agents in members.items()}
        return found | {ALL: self._occupancy(list(self._group_of))}

    def _occupancy(self, agents: list[str]) -> Figures:
        pairs = [(self._busy[agent], self._busy[agent] + self._idle[agent]) for agent in agents]
        there = [(busy, total) for busy, total in pairs if total]
        if not there:
            return {"agents": 0.0}
        shares = [1 - busy / total for busy, total in there]
        total = sum(total for _, total in there)
        return _defined(
            {
                "agents": float(len(there)),
                "agent hours": total / 3600,
                "occupancy": sum(busy for busy, _ in there) / total,
                "least occupied agent": 1 - max(shares),
                "most occupied agent": 1 - min(shares),
                "spread of idle shares": _spread(shares),
            }
        )


def figures(stays: list[Stay]) -> Figures:
    """The figures of these contacts together. Each contact is held against the target of its own queue."""
    offered = sum(stay.offered for stay in stays)
    waits = sorted(wait for stay in stays for wait in stay.answered)
    lost = [wait for stay in stays for wait in stay.abandoned]
    back = [wait for stay in stays for wait in stay.called_back]
    errors = [error for stay in stays for error in stay.errors]
    taken, contacts = sum(stay.callbacks for stay in stays), sum(stay.contacts for stay in stays)
    served_early = sum(_within(stay.answered, stay.target) for stay in stays)
    lost_early = sum(_within(stay.abandoned, stay.target) for stay in stays)
    percentiles = {
        f"wait, {part} %": waits[min(len(waits) * part // 100, len(waits) - 1)] for part in PERCENTILES if waits
    }
    return _defined(
        {
            "contacts": float(contacts),
            "self-served": _ratio(sum(stay.self_served for stay in stays), contacts),
            "redials": float(sum(stay.redials for stay in stays)),
            "offered": float(offered),
            "answered": float(len(waits)),
            "abandoned": float(len(lost)),
            "called back": float(len(back)),
            "otherwise ended": float(sum(stay.others for stay in stays)),
            "still waiting": float(sum(stay.waiting for stay in stays)),
            "service level: answered in target / offered": _ratio(served_early, offered),
            "service level: answered in target / (offered - abandoned in target)": _ratio(
                served_early, offered - lost_early
            ),
            "service level: (answered + abandoned) in target / offered": _ratio(served_early + lost_early, offered),
            "service level: answered in target / answered": _ratio(served_early, len(waits)),
            "abandonment": _ratio(len(lost), offered),
            "mean wait of the answered": _ratio(sum(waits), len(waits)),
            "mean wait of the abandoned": _ratio(sum(lost), len(lost)),
            **percentiles,
            "spread of waits": _spread(waits),
            "estimated wait: mean error": _ratio(sum(errors), len(errors)),
            "estimated wait: root mean squared error": sqrt(_ratio(sum(error**2 for error in errors), len(errors))),
            "estimated wait: share in the range told": _ratio(sum(stay.in_range for stay in stays), len(errors)),
            "callbacks taken": float(taken),
            "callbacks kept": _ratio(len(back), taken),
            "mean wait for the callback": _ratio(sum(back), len(back)),
        }
    )


def _within(waits: Iterable[float], target: float) -> int:
    return sum(wait <= target for wait in waits)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else inf


def _spread(values: list[float]) -> float:
    """The coefficient of variation: standard deviation by mean. 0 is perfectly fair."""
    number = len(values)
    middle = sum(values) / number if number else 0.0
    return sqrt(sum((value - middle) ** 2 for value in values) / number) / middle if middle else inf


def _defined(figures: Figures) -> Figures:
    return {name: value for name, value in figures.items() if value < inf}
