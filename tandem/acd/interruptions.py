"""Interruptible work: it rests while its agent needs all attention for what can't wait, and goes on by itself."""

from collections.abc import Callable

from tandem.acd import contact as contacts
from tandem.acd.agent import READY, Agent
from tandem.acd.attention import release
from tandem.acd.commands import Command, InterruptContact, ResumeContact, TakeBackContact
from tandem.acd.contact import Contact
from tandem.acd.lines import Lines
from tandem.acd.settings import ATTENTION
from tandem.acd.state import State


class Interruptions:
    """Interrupts, resumes and takes back; afterwards the agent's state has to be looked at. `now` is epoch seconds."""

    def __init__(self, state: State, lines: Lines, emit: Callable[[Command], None]) -> None:
        self._state = state
        self._lines = lines
        self._emit = emit

    def make_room(self, agent: Agent, now: float) -> None:
        """Interrupt what begins to be too much, the newest first: something that can't wait has just begun."""
        used = self._used(agent)
        for contact in reversed(self._interruptible(agent)):
            if used <= ATTENTION:
                return
            used -= contact.cost
            self._lines.move(contact, "interrupted")
            contact.interrupted_at = now
            agent.contacts.remove(contact.id)
            agent.interrupted.insert(0, contact.id)
            self._emit(InterruptContact(contact.id, agent.name))

    def look(self, agent: Agent, now: float) -> list[Contact]:
        """Resume, the oldest first, what there is room for again.

        Who wants no work keeps none that can wait, but for what they are at, if they leave after it: it is given back,
        to be put in its queue by Lines.take_back.
        """
        if agent.wants != READY:
            in_hand = [] if agent.after_contact else self._interruptible(agent)
            resting = [self._state.contacts[name] for name in agent.interrupted]
            return [self._take_back(agent, contact, now) for contact in (*in_hand, *resting)]
        if agent.interrupted and agent.wrap_up_until <= now:
            self._resume(agent, now)
        return []

    def _resume(self, agent: Agent, now: float) -> None:
        used = self._used(agent)
        for contact in [self._state.contacts[name] for name in agent.interrupted]:
            if used + contact.cost <= ATTENTION:
                used += contact.cost
                self._lines.move(contact, "resumed")
                contact.connected_at += now - contact.interrupted_at
                agent.interrupted.remove(contact.id)
                agent.contacts.append(contact.id)
                self._emit(ResumeContact(contact.id, agent.name))

    def _take_back(self, agent: Agent, contact: Contact, now: float) -> Contact:
        release(agent, contact)
        channel = self._state.settings.channel(self._state.queue(contact.queue).channel)
        contact.sticky = agent.name if agent.name in self._state.settings.agents else ""
        contact.sticky_until = now + channel.keep_seconds
        self._emit(TakeBackContact(contact.id, agent.name, contact.queue))
        return contact

    def _interruptible(self, agent: Agent) -> list[Contact]:
        """Those in conversation, the oldest first."""
        there = (self._state.contacts[name] for name in agent.contacts)
        return [contact for contact in there if contact.interruptible and contact.state == contacts.CONNECTED]

    def _used(self, agent: Agent) -> int:
        """The units that are in use: of what is offered and in conversation."""
        resting = sum(self._state.contacts[name].cost for name in agent.interrupted)
        return agent.units + agent.interruptible_units - resting
