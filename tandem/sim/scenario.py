"""What a scenario file says: queues, groups of agents, and the contacts that come."""

import re
from typing import Annotated, TypeVar

import msgspec
from msgspec.structs import replace

from tandem.acd.settings import (
    CHANNELS,
    AgentSettings,
    ChannelSettings,
    LongestStay,
    Order,
    QueueSettings,
    Settings,
    check_cost,
)
from tandem.sim.laws import ENDLESS, Law

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Clock = str
"""A time of the day, "08:30"; "26:00" is two in the morning of the next day."""

_CLOCK = re.compile(r"(\d\d?):(\d\d)(?::(\d\d))?")
HOUR_SECONDS = 3600.0


def seconds_of(clock: Clock) -> float:
    """Seconds after midnight; ValueError when it is no time of the day."""
    found = _CLOCK.fullmatch(clock)
    if not found or int(found[2]) > 59:
        raise ValueError(f'{clock!r} is no time of the day; write it in quotes, as "08:30"')
    return int(found[1]) * HOUR_SECONDS + int(found[2]) * 60.0 + int(found[3] or 0)


def clock_of(seconds: float) -> Clock:
    """The time of the day, to the second."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what a scenario is made of: a field that is not known is a mistake."""


class Queue(QueueSettings, frozen=True, forbid_unknown_fields=True):
    """A queue, as in the centre file."""


class Channel(ChannelSettings, frozen=True, forbid_unknown_fields=True):
    """A channel, as in the centre file."""


class Break(Part, frozen=True):
    """A pause that begins `at`; a group's agents begin theirs evenly spread over `spread` seconds from then."""

    at: Clock
    lasts: Seconds
    spread: Seconds = 0.0
    reason: str = "break"

    def __post_init__(self) -> None:
        seconds_of(self.at)


class Group(Part, frozen=True):
    """Agents who are alike. Skills, team, vendor, attributes and costs as in the centre file; times are seconds.

    They are at work from `start` to `end` (a talk is brought to its end). A phone rings for `answer_after`, and with
    probability `no_answer` nobody picks up; whom the router pauses for that is back after `returns_after`. Handling
    takes `handling_factor` times as long as the contacts say; `handling` says it anew for some queues. While an
    agent has n contacts at once, each takes the n-th factor of `slow_down` as long (its last one for more).
    """

    count: Count
    skills: dict[str, int] = {}
    team: str = ""
    vendor: str = ""
    attributes: dict[str, str | tuple[str, ...]] = {}
    start: Clock = "00:00"
    end: Clock = "48:00"
    breaks: tuple[Break, ...] = ()
    no_answer: Share = 0.0
    answer_after: Seconds = 0.0
    returns_after: Seconds = 120.0
    handling_factor: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    handling: dict[str, Law] = {}
    costs: dict[str, int] = {}
    slow_down: tuple[Annotated[float, msgspec.Meta(gt=0)], ...] = ()

    def __post_init__(self) -> None:
        for channel, cost in self.costs.items():
            check_cost(cost, f"costs.{channel}")
        if seconds_of(self.end) <= seconds_of(self.start):
            raise ValueError(f'end {self.end} is not after start {self.start}; six in the morning after is "30:00"')
        for skill, level in self.skills.items():
            if not 1 <= level <= 5:
                raise ValueError(f"skills.{skill}: {level} is not a proficiency; it runs from 1 to 5")


class Recorded(Part, frozen=True):
    """One contact as it once came, `at` seconds after midnight; what is left out of it is drawn.

    It gave up after `patience` seconds; or it was still there after having `endured` so many, to which what is drawn is
    added: right for a patience that is exponential.
    """

    at: Seconds
    patience: Seconds | None = None
    endured: Seconds = 0.0
    talk: Seconds | None = None
    tier: str = ""


class Redial(Part, frozen=True):
    """Who gave up comes again with this probability, so many seconds after."""

    probability: Share
    after: Seconds


class Contacts(Part, frozen=True):
    """Those who come for one queue: Poisson with `per_hour`, or with as many expected in each quarter-hour from the
    scenario's start as `by_quarter_hour` says, or as `recorded`.

    `self_service` is the share that is served before the queue, `callback` the share that takes a callback when the
    queue's plan offers one; `tiers` the share of each customer tier. `handling` is the talk, without the wrap-up.
    """

    handling: Law
    per_hour: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    by_quarter_hour: tuple[Annotated[float, msgspec.Meta(ge=0)], ...] = ()
    recorded: tuple[Recorded, ...] = ()
    patience: Law = ENDLESS
    redial: Redial | None = None
    self_service: Share = 0.0
    callback: Share = 0.0
    tiers: dict[str, Share] = {}

    def __post_init__(self) -> None:
        if bool(self.per_hour) + bool(self.by_quarter_hour) + bool(self.recorded) > 1:
            raise ValueError("arrivals are per_hour, by_quarter_hour or recorded: keep one of them")
        if sum(self.tiers.values()) > 1:
            raise ValueError(f"the shares of the tiers are {sum(self.tiers.values()):g} together: 1 at most")


class Scenario(Part, frozen=True):
    """A day to be tried. Contacts come from `start` to `end`; those who come from `measure_from` on are counted.

    Afterwards time goes on for `run_on` seconds, so that those who wait are still served.
    """

    queues: dict[str, Queue]
    groups: dict[str, Group]
    contacts: dict[str, Contacts]
    name: str = ""
    start: Clock = "00:00"
    end: Clock = "24:00"
    measure_from: Clock = ""
    run_on: Seconds = HOUR_SECONDS
    own_first: bool = False
    order: Order = "age"
    longest_stay: LongestStay = LongestStay()
    channels: dict[str, Channel] = msgspec.field(
        default_factory=lambda: {name: as_kind(channel, Channel) for name, channel in CHANNELS.items()}
    )

    def __post_init__(self) -> None:
        if not self.begins <= self.measured_since < self.ends:
            raise ValueError(f"measure_from lies from start ({self.start}) to before end ({self.end})")

    @property
    def begins(self) -> float:
        """Seconds after midnight."""
        return seconds_of(self.start)

    @property
    def ends(self) -> float:
        """Seconds after midnight."""
        return seconds_of(self.end)

    @property
    def measured_since(self) -> float:
        """Seconds after midnight."""
        return seconds_of(self.measure_from or self.start)

    def settings(self) -> Settings:
        """What the router is told."""
        queues = {name: as_kind(queue, QueueSettings) for name, queue in self.queues.items()}
        agents = {agent.name: agent for group in self.groups for agent in self.agents_of(group)}
        channels = {name: as_kind(channel, ChannelSettings) for name, channel in self.channels.items()}
        return Settings(queues, agents, self.longest_stay, self.own_first, self.order, channels)

    def agents_of(self, group: str) -> list[AgentSettings]:
        """The agents of a group; their names begin with its."""
        own = self.groups[group]
        names = [f"{group} {number}" for number in range(own.count)]
        return [
            AgentSettings(
                name,
                own.skills,
                f"PJSIP/{name}",
                team=own.team,
                vendor=own.vendor,
                attributes=own.attributes,
                costs=own.costs,
            )
            for name in names
        ]

    def scaled(self, factor: float) -> "Scenario":
        """So many times the agents of each group (at least one where there were some) and the contacts; recorded
        contacts stay as they were."""
        groups = {
            name: replace(group, count=max(round(group.count * factor), min(group.count, 1)))
            for name, group in self.groups.items()
        }
        contacts = {name: _scaled(contacts, factor) for name, contacts in self.contacts.items()}
        return replace(self, groups=groups, contacts=contacts)


T = TypeVar("T")


def as_kind(entry: msgspec.Struct, kind: type[T]) -> T:
    """The same, without the class that only the file's strictness needs."""
    return msgspec.convert(msgspec.structs.asdict(entry), kind)


def _scaled(contacts: Contacts, factor: float) -> Contacts:
    rates = tuple(rate * factor for rate in contacts.by_quarter_hour)
    return replace(contacts, per_hour=contacts.per_hour * factor, by_quarter_hour=rates)
