"""What happened on one day of a scenario, and the figures that follow from it."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from math import inf, sqrt

from tandem.acd.agent import BUSY, READY
from tandem.acd.commands import RecordAgentState, RecordWait
from tandem.acd.state import State
from tandem.sim.arrivals import Caller
from tandem.sim.scenario import Scenario

ALL = "all"
NO_TIER = "none"
VOICEMAIL = "voicemail"
"""What a message carries, which never leaves, for the outcome of its leaving."""
MEAN_WAIT = "mean wait of the answered"
RARE = frozenset(
    {
        "redials",
        "called back",
        "callbacks not reached",
        "callbacks taken",
        "attempts to call back",
        "links taken",
        "chats taken",
        "voicemails left",
        "voicemails heard",
    }
)
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
        self.taken: Counter[str] = Counter()
        self.dials = 0
        self.not_reached = 0
        self.waiting = 0
        self.others = 0
        self.answered = array("d")
        self.abandoned = array("d")
        self.called_back = array("d")
        self.errors = array("d")
        self.in_range = 0
        self.heard = array("d")

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
        self._targets = {name: queue.service_level_seconds for name, queue in scenario.queues.items()}
        self._queues = list(scenario.contacts)
        self._stays: dict[tuple[str, str], Stay] = {}
        self._busy: defaultdict[str, float] = defaultdict(float)
        self._idle: defaultdict[str, float] = defaultdict(float)
        self._served: Counter[str] = Counter()

    # --- what happens ------------------------------------------------------------------------------------------

    def arrived(self, queue: str, at: float, tier: str = "", again: bool = False) -> None:
        """A contact comes, or comes `again`."""
        if at >= self._since:
            stay = self._stay(queue, tier)
            stay.contacts += not again
            stay.redials += again

    def served_itself(self, queue: str, at: float, tier: str = "") -> None:
        """A contact comes that needs no agent."""
        self.arrived(queue, at, tier)
        self._stay(queue, tier).self_served += at >= self._since

    def took(self, caller: Caller, way: str) -> None:
        """Somebody who waits takes another way: a callback, or what the plan of the queue offers."""
        self._stay(caller.queue, caller.tier).taken[way] += caller.at >= self._since

    def dialled(self, caller: Caller) -> None:
        """A customer is called back, whether they are reached or not."""
        self._stay(caller.queue, caller.tier).dials += caller.at >= self._since

    def not_reached(self, caller: Caller) -> None:
        """A callback is over that reached nobody."""
        self._stay(caller.queue, caller.tier).not_reached += caller.at >= self._since

    def ended(self, caller: Caller, wait: RecordWait, now: float) -> None:
        """A wait is over; that of somebody who will be called back only seems to be."""
        if wait.agent is not None and self._since <= now < self._until:
            self._served[wait.agent] += 1
        if caller.at < self._since:
            return
        stay, seconds = self._stay(caller.queue, caller.tier), now - wait.enqueued_at
        if wait.outcome == "answered":
            stay.foretold(wait, now)
            (stay.heard if caller.leaves == VOICEMAIL else stay.answered).append(seconds)
        elif wait.outcome == "abandoned":
            stay.abandoned.append(seconds)
        elif wait.outcome == "reached":
            stay.called_back.append(seconds)
        elif wait.outcome != "called_back":
            stay.others += 1

    def _stay(self, queue: str, tier: str) -> Stay:
        found = self._stays.get((queue, tier))
        if found is None:
            found = self._stays[queue, tier] = Stay(self._targets[queue])
        return found

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
            self._stay(caller.queue, caller.tier).waiting += caller.at >= self._since

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
        found = {name: figures([self._stays[key] for key in self._stays if key[0] == name]) for name in self._queues}
        return found | {ALL: figures(list(self._stays.values()))}

    def tiers(self) -> dict[str, Figures]:
        """The figures of each tier of customers in each queue that has several, and how they stand to each other."""
        found: dict[str, Figures] = {}
        for queue in self._queues:
            own = {tier: stay for (name, tier), stay in sorted(self._stays.items()) if name == queue}
            if len(own) > 1:
                mean = figures(list(own.values())).get(MEAN_WAIT, 0.0)
                for tier, stay in own.items():
                    mine = figures([stay])
                    ratio = _ratio(mine.get(MEAN_WAIT, inf), mean)
                    found[f"{queue}, tier {tier or NO_TIER}"] = mine | _defined(
                        {"mean wait / that of the queue": ratio}
                    )
        return found

    def groups(self) -> dict[str, Figures]:
        """The figures of each group of agents, and of all."""
        members: dict[str, list[str]] = {name: [] for name in self._groups}
        for agent, group in self._group_of.items():
            members[group].append(agent)
        found = {group: self._occupancy(agents) for group, agents in members.items()}
        return found | {ALL: self._occupancy(list(self._group_of))}

    def agents(self) -> dict[str, Figures]:
        """The figures of each agent who was at work."""
        return {
            agent: {
                "contacts": float(self._served[agent]),
                "hours": (self._busy[agent] + self._idle[agent]) / 3600,
                "occupancy": self._busy[agent] / (self._busy[agent] + self._idle[agent]),
            }
            for agent in self._group_of
            if self._busy[agent] + self._idle[agent]
        }

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
                "Jain's index of idle shares": _jain(shares),
            }
        )


def figures(stays: list[Stay]) -> Figures:
    """The figures of these contacts together. Each contact is held against the target of its own queue."""
    offered = sum(stay.offered for stay in stays)
    waits = sorted(wait for stay in stays for wait in stay.answered)
    lost = [wait for stay in stays for wait in stay.abandoned]
    back = [wait for stay in stays for wait in stay.called_back]
    errors = [error for stay in stays for error in stay.errors]
    heard = [wait for stay in stays for wait in stay.heard]
    taken, contacts = Counter[str](), sum(stay.contacts for stay in stays)
    for stay in stays:
        taken += stay.taken
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
            "callbacks not reached": float(sum(stay.not_reached for stay in stays)),
            "otherwise ended": float(sum(stay.others for stay in stays)),
            "still waiting": float(sum(stay.waiting for stay in stays)),
            "service level: answered in target / offered": _ratio(served_early, offered),
            "service level: answered in target / (offered - abandoned in target)": _ratio(
                served_early, offered - lost_early
            ),
            "service level: (answered + abandoned) in target / offered": _ratio(served_early + lost_early, offered),
            "service level: answered in target / answered": _ratio(served_early, len(waits)),
            "service level: answered in target / (answered + abandoned)": _ratio(served_early, len(waits) + len(lost)),
            "service level: (answered + abandoned) in target / (answered + abandoned)": _ratio(
                served_early + lost_early, len(waits) + len(lost)
            ),
            "abandonment": _ratio(len(lost), offered),
            MEAN_WAIT: _ratio(sum(waits), len(waits)),
            "mean wait of the abandoned": _ratio(sum(lost), len(lost)),
            **percentiles,
            "spread of waits": _spread(waits),
            "estimated wait: mean error": _ratio(sum(errors), len(errors)),
            "estimated wait: root mean squared error": sqrt(_ratio(sum(error**2 for error in errors), len(errors))),
            "estimated wait: share in the range told": _ratio(sum(stay.in_range for stay in stays), len(errors)),
            "Jain's index of waits": _jain(waits),
            "callbacks taken": float(taken["callback"]),
            "callbacks kept": _ratio(len(back), taken["callback"]),
            "attempts to call back": float(sum(stay.dials for stay in stays)),
            "mean wait for the callback": _ratio(sum(back), len(back)),
            "links taken": float(taken["link"]),
            "chats taken": float(taken["chat"]),
            "voicemails left": float(taken["voicemail"]),
            "voicemails heard": float(len(heard)),
            "mean wait of a voicemail": _ratio(sum(heard), len(heard)),
        }
    )


def _within(waits: Iterable[float], target: float) -> int:
    return sum(wait <= target for wait in waits)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else inf


def _jain(values: list[float]) -> float:
    """(sum x)^2 / (n sum x^2): 1 when all have the same, 1 / n when one has everything (Jain, Chiu and Hawe 1984)."""
    squares = sum(value * value for value in values)
    return sum(values) ** 2 / (len(values) * squares) if squares else inf


def _spread(values: list[float]) -> float:
    """The coefficient of variation: standard deviation by mean. 0 is perfectly fair."""
    number = len(values)
    middle = sum(values) / number if number else 0.0
    return sqrt(sum((value - middle) ** 2 for value in values) / number) / middle if middle else inf


def _defined(figures: Figures) -> Figures:
    return {name: value for name, value in figures.items() if value < inf}
