"""Why an offer went to one agent and not to another. Worked out only when somebody asks."""

import msgspec

from tandem.acd.agent import NOT_READY, PAUSED, READY, SIGNED_OUT, WRAP_UP, Agent
from tandem.acd.contact import Contact
from tandem.acd.matching import lacking, proficiency
from tandem.acd.settings import QueueSettings
from tandem.acd.state import State


class Skipped(msgspec.Struct, frozen=True):
    """An agent who was signed in, but not chosen, and the reason in plain words."""

    agent: str
    reason: str


class Decision(msgspec.Struct, frozen=True):
    """An offer is about to be made at `at` (epoch seconds).

    `rank`: the chosen agent's place, from 1, among the `ready` agents with the queue's needs, in the queue's order.
    Agents behind the chosen one are not in `skipped`: it was simply not their turn.
    """

    at: float
    offer: int
    contact: str
    queue: str
    waited: float
    agent: str
    rank: int
    ready: int
    skipped: tuple[Skipped, ...]


def explain(state: State, contact: Contact, chosen: Agent, now: float) -> Decision:
    """The decision to offer `contact` to `chosen`, with the state as it was just before."""
    queue = state.queue(contact.queue)
    reasons = {name: _hindrance(state, agent, queue, now) for name, agent in state.agents.items()}
    able = [agent for name, agent in state.agents.items() if not reasons[name]]
    ready = [agent.name for agent in sorted(able, key=lambda agent: _preference(state, agent, queue))]
    rank = ready.index(chosen.name) + 1
    reasons |= dict.fromkeys(ready[: rank - 1], "tried already")
    skipped = (Skipped(name, reason) for name, reason in sorted(reasons.items()) if reason)
    return Decision(
        at=now,
        offer=state.next_offer,
        contact=contact.id,
        queue=contact.queue,
        waited=now - contact.enqueued_at,
        agent=chosen.name,
        rank=rank,
        ready=len(ready),
        skipped=tuple(entry for entry in skipped if state.agents[entry.agent].state != SIGNED_OUT),
    )


def in_words(decision: Decision) -> str:
    """The decision as a sentence for an operator."""
    sentence = f"offered to {decision.agent}: rank {decision.rank} of {decision.ready}"
    if decision.skipped:
        sentence += "; skipped " + "; ".join(f"{entry.agent}: {entry.reason}" for entry in decision.skipped)
    return sentence


def _preference(state: State, agent: Agent, queue: QueueSettings) -> tuple[int, float, str]:
    """The order in which the queue chooses among ready agents; the smallest first."""
    prefers = queue.selection == "most_proficient"
    grade = proficiency(state.settings.agents[agent.name].skills, queue) if prefers else 0
    return -grade, agent.idle_since or 0.0, agent.name


def _hindrance(state: State, agent: Agent, queue: QueueSettings, now: float) -> str:
    """Why the agent can't take a contact of the queue now; empty when nothing stands against it."""
    settings = state.settings.agents.get(agent.name)
    if settings is None:
        return "not in the settings"
    if missing := lacking(settings.skills, queue):
        return ", ".join(f"{skill} {held} < {needed}" if held else f"no {skill}" for skill, held, needed in missing)
    return _absence(agent, now)


def _absence(agent: Agent, now: float) -> str:
    if agent.state == WRAP_UP:
        return f"wrap-up {agent.wrap_up_until - now:.0f} s left"
    if agent.state == PAUSED:
        return f"paused: {agent.reason}"
    if agent.state == NOT_READY:
        left = f", {agent.deadline - now:.0f} s left" if agent.deadline else ""
        return f"not ready: {agent.reason}{left}"
    return "" if agent.state == READY else f"with another contact ({agent.state})"
