"""The wrap-up of an agent: what it is of, how long it lasts, and whether a disposition is still owed."""

import msgspec

from tandem.acd.agent import Agent, Wrapping
from tandem.acd.contact import Contact
from tandem.acd.settings import QueueSettings


def begin(agent: Agent, contact: Contact, queue: QueueSettings, now: float) -> None:
    """A talk is over at `now` (epoch seconds): its wrap-up begins, or joins one that lasts.

    While its disposition is owed it lasts for the queue's limit of that, else for its wrap-up seconds.
    """
    owed = queue.disposition_required and not contact.disposed
    longest = max(queue.disposition_seconds, queue.wrap_up_seconds) if owed else queue.wrap_up_seconds
    if agent.wrap_up_until <= now:
        if not longest:  # there is none
            return
        agent.wrapping, agent.wrap_up_least = [], 0.0
    agent.wrapping = [*agent.wrapping, Wrapping(contact.id, queue.name, owed)]
    agent.wrap_up_least = max(agent.wrap_up_least, now + queue.wrap_up_seconds)
    agent.wrap_up_until = max(agent.wrap_up_until, now + longest)
    agent.extension_left = queue.wrap_up_extension_seconds


def extend(agent: Agent, seconds: float) -> None:
    """Make it so many seconds longer."""
    agent.wrap_up_until += seconds
    agent.wrap_up_least += seconds


def disposed(agent: Agent, contact: str) -> None:
    """The disposition of a contact in wrap-up is set; with the last one owed, the wrap-up is the usual one again."""
    owed_before = owes(agent)
    agent.wrapping = [msgspec.structs.replace(w, owed=w.owed and w.contact != contact) for w in agent.wrapping]
    if owed_before and not owes(agent):
        agent.wrap_up_until = min(agent.wrap_up_until, agent.wrap_up_least)


def owes(agent: Agent) -> bool:
    """Whether a disposition that is required is not set yet."""
    return any(wrapping.owed for wrapping in agent.wrapping)


def forget(agent: Agent, now: float) -> None:
    """What the wrap-up was of, once it is over."""
    if agent.wrap_up_until <= now:
        agent.wrapping = []
