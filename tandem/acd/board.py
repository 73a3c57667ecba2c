"""The figures an operator watches."""

from collections.abc import Sequence

import msgspec

from tandem.acd.agent import Agent
from tandem.acd.contact import INTERRUPTED, UNANSWERED, Contact
from tandem.acd.state import State


class ContactFigures(msgspec.Struct, frozen=True):
    """One contact of an agent: offered, in conversation, held or interrupted. `units`: of the agent's attention."""

    contact: str
    queue: str
    channel: str
    state: str
    units: int


class AgentFigures(msgspec.Struct, frozen=True):
    """One agent. `since`: in this state, `paused_since`: in this pause; epoch seconds.

    `units` of attention are in use: those of what is offered and in conversation, not of what is interrupted. `wants`
    comes next, or is there: for `wants_reason`, and because `wanted_by` (a supervisor, empty: the agent) asked for it.
    `until`: when the state ends by itself, or what lets nothing more be offered.
    """

    agent: str
    state: str
    reason: str
    since: float
    wants: str
    paused_since: float | None
    contacts: tuple[ContactFigures, ...]
    units: int
    wants_reason: str
    wanted_by: str
    until: float | None


class QueueFigures(msgspec.Struct, frozen=True):
    """One queue: contacts on the line and not yet in conversation, the longest wait among them (seconds, 0 for none),
    in talk, and callbacks whose turn will come."""

    queue: str
    waiting: int
    longest_wait: float
    in_talk: int
    callbacks: int = 0


class Board(msgspec.Struct, frozen=True):
    """Everybody and every queue, by name."""

    agents: tuple[AgentFigures, ...]
    queues: tuple[QueueFigures, ...]
    dropped_events: int


def board_of(state: State, now: float) -> Board:
    """The figures of `state` at `now`."""
    by_queue: dict[str, list[Contact]] = {name: [] for name in sorted(state.queues())}
    for contact in state.contacts.values():
        by_queue[contact.queue].append(contact)
    agents = tuple(agent_figures(state, agent) for _, agent in sorted(state.agents.items()))
    queues = tuple(_queue_figures(name, contacts, now) for name, contacts in by_queue.items())
    return Board(agents, queues, state.dropped_events)


def agent_figures(state: State, agent: Agent) -> AgentFigures:
    """The figures of one agent."""
    names = [name for name in (*agent.contacts, *agent.interrupted, agent.offered) if name]
    contacts = tuple(_contact_figures(state, state.contacts[name]) for name in names)
    units = sum(contact.units for contact in contacts if contact.state != INTERRUPTED)
    return AgentFigures(
        agent=agent.name,
        state=agent.state,
        reason=agent.reason,
        since=agent.since,
        wants=agent.wants,
        paused_since=agent.paused_since,
        contacts=contacts,
        units=units,
        wants_reason=agent.pause_reason,
        wanted_by=agent.wanted_by,
        until=agent.deadline,
    )


def _contact_figures(state: State, contact: Contact) -> ContactFigures:
    channel = state.queue(contact.queue).channel
    return ContactFigures(contact.id, contact.queue, channel, contact.state, contact.cost)


def _queue_figures(queue: str, contacts: Sequence[Contact], now: float) -> QueueFigures:
    unanswered = [contact for contact in contacts if contact.state in UNANSWERED]
    waits = [now - contact.enqueued_at for contact in unanswered if contact.on_line]
    callbacks = len(unanswered) - len(waits)
    return QueueFigures(queue, len(waits), max(waits, default=0.0), len(contacts) - len(unanswered), callbacks)
