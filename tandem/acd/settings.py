"""Queues and agents as an admin sets them."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from tandem.acd.needs import Needs, need_of
from tandem.acd.plan import Step
from tandem.expression import ExpressionError
from tandem.said import said, said_by

Selection = Literal["longest_idle", "most_proficient", "least_occupied"]
Order = Literal["age", "service_objective"]

ATTENTION = 100
"""The units of an agent's attention."""


def check_cost(cost: int, field: str) -> None:
    """ValueError when nothing, or nobody, could have this cost."""
    if not 1 <= cost <= ATTENTION:
        raise ValueError(
            said(
                "{field}: {cost} is no cost; it runs from 1 to {attention}, an agent's whole attention",
                field=field,
                cost=cost,
                attention=ATTENTION,
            )
        )


class ChannelSettings(msgspec.Struct, frozen=True):
    """What the contacts of one channel ask of an agent. ValueError when a cost is not 1 to 100.

    `cost`: units of attention, of 100. `interruptible`: it makes room for what is not, is resumed by itself, and waits
    for the same agent for `keep_seconds` when it goes back into its queue. `needs_phone`: it comes by the agent's
    phone, which takes one contact at a time.
    """

    cost: int = ATTENTION
    interruptible: bool = False
    needs_phone: bool = False
    keep_seconds: float = 900.0

    def __post_init__(self) -> None:
        check_cost(self.cost, "cost")


VOICE = "voice"
CHANNELS = {
    VOICE: ChannelSettings(needs_phone=True),
    "chat": ChannelSettings(33),
    "mail": ChannelSettings(20, interruptible=True),
}
"""The channels that are known without being set."""


def known_channel(name: str) -> dict[str, object]:
    """What a channel has without being written, as plain data; empty for one that is not known."""
    return msgspec.structs.asdict(CHANNELS[name]) if name in CHANNELS else {}


def all_channels(written: Mapping[str, object]) -> dict[str, object]:
    """The channels as plain data: what is written of some, laid over those that are known."""
    laid = {name: known_channel(name) | each if isinstance(each, dict) else each for name, each in written.items()}
    return {name: known_channel(name) for name in CHANNELS} | laid


class QueueSettings(msgspec.Struct, frozen=True):
    """One queue. `needs`: what it asks of an agent (acd/needs.py); ValueError when that is no need. Times are seconds.

    `ageing` is how much a second of waiting counts against other queues of the same priority. `selection` says which
    of the ready agents is chosen; equal ones by idleness. `keep_free`: its contacts are offered only
    while more than so many agents who could take them are ready (outbound work that must not block the hotline); once
    that stopped them, more than `resume_free` must be ready before they go on. `head_starts`: by tier of the customer,
    seconds of age given for free.
    A wrap-up may be extended by `wrap_up_extension_seconds` in all; 0: not at all. With `disposition_required` it lasts
    until the contact's disposition is set, for `disposition_seconds` at most.
    Who has waited for `longest_wait` goes before everyone in all queues who has not; 0: no such bound. `channel`: one
    of those in the settings.
    """

    name: str
    needs: Needs = {}
    priority: int = 0
    ageing: float = 1.0
    selection: Selection = "longest_idle"
    keep_free: int = 0
    resume_free: int = 0
    head_starts: dict[str, float] = {}
    ring_seconds: float = 20.0
    wrap_up_seconds: float = 30.0
    wrap_up_extension_seconds: float = 0.0
    disposition_required: bool = False
    disposition_seconds: float = 300.0
    service_level_seconds: float = 20.0
    misses_before_pause: int = 2
    back_off_seconds: float = 10.0
    expected_handling_seconds: float = 180.0
    longest_wait: float = 0.0
    plan: tuple[Step, ...] = ()
    channel: str = VOICE

    def __post_init__(self) -> None:
        check_needs(self.needs)

    @property
    def stops(self) -> bool:
        """Whether its work stops where too few agents are ready, and takes more of them to go on."""
        return self.resume_free > self.keep_free


class AgentSettings(msgspec.Struct, frozen=True):
    """One agent. `skills` maps a skill to proficiency 1 to 5; `device` is the phone as the switch names it, or several
    of them, the preferred one first.

    `certified_until`: skills that are held only until a moment (epoch seconds). `vendor` is the company an agent works
    for, empty for own staff. An attribute may have several values: `{language: [en, zh]}`. `costs`: by channel, what a
    contact takes of this agent's attention, where that is not the usual; ValueError when one is not 1 to 100.
    `auto_answer`: seconds after which the phone is to pick up by itself, 0 for at once, None for not; or such seconds
    by device. `tone`: whether the agent hears a short tone before the contact. `number`: where to call an agent who has
    no phone of ours; `nailed_up`: once, at sign-in, and that line is kept. `confirm`: whoever picks up there has to
    press a key first, so that no answering machine takes a contact. `browser_phone`: one of the devices is a phone in
    the agent's browser. `held_back`: skills that are only worked with while the dispatch lends the agent.
    """

    name: str
    skills: dict[str, int]
    device: str | tuple[str, ...]
    display_name: str = ""
    certified_until: dict[str, float] = {}
    team: str = ""
    vendor: str = ""
    attributes: dict[str, str | tuple[str, ...]] = {}
    costs: dict[str, int] = {}
    auto_answer: float | dict[str, float] | None = None
    tone: bool = False
    number: str = ""
    nailed_up: bool = False
    confirm: bool = False
    browser_phone: bool = False
    held_back: dict[str, int] = {}

    def __post_init__(self) -> None:
        for channel, cost in self.costs.items():
            check_cost(cost, f"costs.{channel}")

    @property
    def devices(self) -> tuple[str, ...]:
        """The agent's phones, the preferred one first."""
        return (self.device,) if isinstance(self.device, str) else self.device


class LongestStay(msgspec.Struct, frozen=True):
    """How long (seconds) a state may last before the router ends it and raises an alarm.

    `ringing` is added to the queue's `ring_seconds`: the switch should have given up by then.
    """

    reserved: float = 8.0
    ringing: float = 5.0
    connecting: float = 8.0


class Settings(msgspec.Struct, frozen=True):
    """All the router needs to know; names are the keys.

    `own_first`: within a priority class, an agent who becomes ready takes what they are most proficient for, and only
    then the oldest. `order`: within a priority class the oldest goes first, or who has used up most of their queue's
    service-level threshold (`service_objective`). `channels`: what a contact of each asks of an agent.
    """

    queues: dict[str, QueueSettings] = {}
    agents: dict[str, AgentSettings] = {}
    longest_stay: LongestStay = LongestStay()
    own_first: bool = False
    order: Order = "age"
    channels: dict[str, ChannelSettings] = msgspec.field(default_factory=CHANNELS.copy)

    def channel(self, name: str) -> ChannelSettings:
        """The channel of this name; one that is not set (any more) takes the whole agent, and their phone."""
        return self.channels.get(name) or CHANNELS[VOICE]

    def cost(self, agent: str, channel: str) -> int:
        """The units of the agent's attention that a contact of the channel takes."""
        known = self.agents.get(agent)
        own = known.costs.get(channel) if known else None
        return own or self.channel(channel).cost


def check_needs(needs: Needs) -> None:
    """ValueError says where `needs` goes wrong, and why."""
    try:
        need_of(needs)
    except ExpressionError as error:
        raise ValueError(said("needs: {error}", error=said_by(error))) from error
