"""What contacts take of an agent's attention: who has room for which channel, and for how many of its contacts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from tandem.acd.agent import Agent, is_open
from tandem.acd.bits import bits
from tandem.acd.contact import Contact
from tandem.acd.settings import ATTENTION, ChannelSettings, QueueSettings, Settings


def has_room(agent: Agent, channel: ChannelSettings, cost: int) -> bool:
    """True when a contact of `channel` that costs so much fits beside what the agent has.

    A phone rings for one contact at a time, and only while it is there. What is interruptible makes room for what is
    not.
    """
    if channel.needs_phone and (agent.on_phone or not agent.device_present):
        return False
    return agent.units + (agent.interruptible_units if channel.interruptible else 0) + cost <= ATTENTION


class Attention:
    """Answers for one set of settings. The channels that some queue has are numbered; sets of them are bits.

    `numbers`: channel to number; `kinds`: what they are, by number.
    """

    def __init__(self, settings: Settings, queues: Iterable[QueueSettings]) -> None:
        self.numbers = {name: number for number, name in enumerate(sorted({queue.channel for queue in queues}))}
        self.kinds = [settings.channel(name) for name in self.numbers]
        self._usual = _Costs(kind.cost for kind in self.kinds)
        own = (agent.name for agent in settings.agents.values() if agent.costs)
        self._own = {name: _Costs(settings.cost(name, channel) for channel in self.numbers) for name in own}

    def cost(self, agent: str, channel: int) -> int:
        """The units of the agent's attention that a contact of this channel takes."""
        return self._own.get(agent, self._usual).by_channel[channel]

    def fitting(self, agent: Agent) -> int:
        """The channels (as bits) of which the agent can be offered a contact now."""
        if agent.deadline is not None or not is_open(agent):
            return 0
        costs = self._own.get(agent.name, self._usual) if self._own else self._usual
        key = agent.units, agent.interruptible_units, agent.device_present and not agent.on_phone
        fitting = costs.fitting.get(key)
        if fitting is None:
            pairs = enumerate(zip(self.kinds, costs.by_channel, strict=True))
            fitting = costs.fitting[key] = bits(number for number, pair in pairs if has_room(agent, *pair))
        return fitting

    def slots(self, numbers: Mapping[str, int]) -> list[dict[int, int]]:
        """For every channel: the agents (as bits, by their `numbers`), by how many of its contacts fit at once."""
        found: list[defaultdict[int, int]] = [defaultdict(int) for _ in self.kinds]
        for name, number in numbers.items():
            for channel, cost in enumerate(self._own.get(name, self._usual).by_channel):
                slots = 1 if self.kinds[channel].needs_phone else ATTENTION // cost
                found[channel][slots] |= 1 << number
        return [dict(by_slots) for by_slots in found]


class _Costs:
    """What contacts cost some agents `by_channel`; `fitting` remembers what fits beside what they have."""

    def __init__(self, by_channel: Iterable[int]) -> None:
        self.by_channel = tuple(by_channel)
        self.fitting: dict[tuple[int, int, bool], int] = {}


def reserve(agent: Agent, contact: Contact, channel: ChannelSettings, cost: int) -> None:
    """Keep so much of the agent's attention for a contact that is offered to them."""
    contact.cost, contact.on_phone = cost, channel.needs_phone
    contact.interruptible = channel.interruptible and contact.can_rest
    contact.agent, agent.offered = agent.name, contact.id
    if contact.interruptible:
        agent.interruptible_units += cost
    else:
        agent.units += cost
    if channel.needs_phone:
        agent.on_phone = True


def release(agent: Agent, contact: Contact) -> None:
    """Give back what a contact took of the agent's attention, whether it was offered, in talk or interrupted."""
    if agent.offered == contact.id:
        agent.offered = ""
    elif contact.id in agent.interrupted:
        agent.interrupted.remove(contact.id)
    else:
        agent.contacts.remove(contact.id)
    if contact.interruptible:
        agent.interruptible_units -= contact.cost
    else:
        agent.units -= contact.cost
    if contact.on_phone:
        agent.on_phone = agent.holds = False
    contact.agent, contact.cost = "", 0
