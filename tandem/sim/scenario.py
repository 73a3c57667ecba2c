"""What a scenario file says: queues, groups of agents, and the contacts that come."""

import re
from typing import Annotated, Literal, TypeVar

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
from tandem.control.callback.callback_settings import CallbackSettings
from tandem.sim.laws import ENDLESS, Law

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
Count = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Rate = Annotated[float, msgspec.Meta(ge=0, le=1e7)]
Clock = str
"""A time of the day, "08:30"; "26:00" is two in the morning of the next day."""

_CLOCK = re.compile(r"(\d\d?):(\d\d)(?::(\d\d(?:\.\d+)?))?")
HOUR_SECONDS = 3600.0


def seconds_of(clock: Clock) -> float:
    """Seconds after midnight; ValueError when it is no time of the day."""
    found = _CLOCK.fullmatch(clock)
    if not found or int(found[2]) > 59:
        raise ValueError(f'{clock!r} is no time of the day; write it in quotes, as "08:30"')
    return int(found[1]) * HOUR_SECONDS + int(found[2]) * 60.0 + float(found[3] or 0)


def clock_of(seconds: float) -> Clock:
    """The time of the day, to the millisecond."""
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    part = f".{rest % 1000:03}" if rest % 1000 else ""
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{part}"


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of what a scenario is made of: a field that is not known is a mistake."""


class Queue(QueueSettings, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A queue, as in the centre file; of `callback` all but the hours counts."""

    callback: CallbackSettings = CallbackSettings()


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
    handling_factor: Annotated[float, msgspec.Meta(gt=0, le=1000)] = 1.0
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


Leaving = Literal["", "abandoned", "called_back", "overflowed_out", "self_served", "lost"]


class Recorded(Part, frozen=True):
    """One contact as it once came, `at` seconds after midnight; what is left out of it is drawn.

    It gave up after `patience` seconds; or it was still there after having `endured` so many, to which what is drawn is
    added: right for a patience that is exponential. `leaves` says what giving up is: the outcome of the wait
    (`called_back`: it takes a callback then); nothing: it stays until it is served. `since_before` is the age, in
    seconds, that it brought from a queue before. `served_itself`: it never came to the queue.
    """

    at: Seconds
    patience: Seconds | None = None
    endured: Seconds = 0.0
    talk: Seconds | None = None
    tier: str = ""
    priority: int = 0
    boost: float = 0.0
    leaves: Leaving = "abandoned"
    since_before: Seconds = 0.0
    served_itself: bool = False


class Redial(Part, frozen=True):
    """Who gave up comes again with this probability, so many seconds after."""

    probability: Share
    after: Seconds


class Attempts(Part, frozen=True):
    """Of the attempts to call somebody back, the share that ends so, by the names of the retry rules; the others are
    answered."""

    busy: Share = 0.0
    no_answer: Share = 0.0
    machine: Share = 0.0
    failed: Share = 0.0

    def __post_init__(self) -> None:
        if (together := sum(msgspec.structs.astuple(self))) > 1:
            raise ValueError(f"the shares are {together:g} together: 1 at most")


class ToChat(Part, frozen=True):
    """This share goes on in another queue, as somebody new there, when the plan offers a chat."""

    share: Share
    queue: str


class Contacts(Part, frozen=True):
    """Those who come for one queue: Poisson with `per_hour`, or with as many expected in each quarter-hour from the
    scenario's start as `by_quarter_hour` says, or as `recorded`.

    `self_service` is the share that is served before the queue; `callback`, `link`, `voicemail` and `chat` the share
    that takes what the queue's plan offers: a link is served by it, a voicemail is work for the same agents. Who is
    called back answers after `callback_answer_after` seconds, or as `callback_attempts` says. `tiers` is the share of
    each customer tier. `handling` is the talk, without the wrap-up.
    """

    handling: Law
    per_hour: Rate = 0.0
    by_quarter_hour: tuple[Rate, ...] = ()
    recorded: tuple[Recorded, ...] = ()
    patience: Law = ENDLESS
    redial: Redial | None = None
    self_service: Share = 0.0
    callback: Share = 0.0
    callback_attempts: Attempts = Attempts()
    callback_answer_after: Seconds = 0.0
    link: Share = 0.0
    voicemail: Share = 0.0
    chat: ToChat | None = None
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
        return [self.agent_of(group, number) for number in range(self.groups[group].count)]

    def agent_of(self, group: str, number: int) -> AgentSettings:
        """The agent of a group with this number, from 0 on."""
        own, name = self.groups[group], f"{group} {number}"
        return AgentSettings(
            name,
            own.skills,
            f"PJSIP/{name}",
            team=own.team,
            vendor=own.vendor,
            attributes=own.attributes,
            costs=own.costs,
        )

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
