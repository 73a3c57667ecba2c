"""Why an offer went to one agent and not to another. Worked out only when somebody asks."""

import msgspec

from tandem.acd.agent import NOT_READY, PAUSED, READY, SIGNED_OUT, WRAP_UP, Agent, occupancy
from tandem.acd.contact import Contact
from tandem.acd.matching import person_of
from tandem.acd.needs import Lack, grade, lacking, need_of
from tandem.acd.settings import QueueSettings
from tandem.acd.state import State


class Hindrance(msgspec.Struct, frozen=True):
    """What stands between an agent and a contact.

    `kind`: `unknown` (not in the settings), `lacks` (see `lacks`), `wrap_up`, `paused`, `not_ready`, `busy` (with
    another contact), `tried` (had this contact already) or `sticky` (the contact waits for somebody else). `detail` is
    the agent's state or reason; `seconds_left` is when it ends by itself. `expired`: skills lacked, and when (epoch
    seconds) their certificates expired.
    """

    kind: str
    detail: str = ""
    seconds_left: float | None = None
    lacks: tuple[Lack, ...] = ()
    expired: dict[str, float] = {}


class Skipped(msgspec.Struct, frozen=True):
    """An agent who was signed in, but not chosen, and why."""

    agent: str
    hindrance: Hindrance


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
    found = {name: hindrance(state, agent, contact, now) for name, agent in state.agents.items()}
    able = [agent for name, agent in state.agents.items() if not found[name]]
    ready = [agent.name for agent in sorted(able, key=lambda agent: _preference(state, agent, queue, now))]
    rank = ready.index(chosen.name) + 1
    found |= dict.fromkeys(ready[: rank - 1], Hindrance("tried"))
    skipped = (Skipped(name, reason) for name, reason in sorted(found.items()) if reason)
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


def hindrance(state: State, agent: Agent, contact: Contact, now: float) -> Hindrance | None:
    """What keeps the agent from taking the contact now; None when nothing stands against it."""
    settings = state.settings.agents.get(agent.name)
    if settings is None:
        return Hindrance("unknown")
    if contact.sticky:
        return _absence(agent, now) if agent.name == contact.sticky else Hindrance("sticky", contact.sticky)
    lacks = lacking(need_of(state.queue(contact.queue).needs), person_of(settings, state.judged_at))
    if lacks:
        names = {lack.name for lack in lacks}
        until = {name: at for name, at in settings.certified_until.items() if name in names and at <= state.judged_at}
        return Hindrance("lacks", lacks=lacks, expired=until)
    return _absence(agent, now)


def _preference(state: State, agent: Agent, queue: QueueSettings, now: float) -> tuple[float, float, str]:
    """The order in which the queue chooses among ready agents; the smallest first."""
    first = 0.0
    if queue.selection == "most_proficient":
        first = -grade(need_of(queue.needs), person_of(state.settings.agents[agent.name], state.judged_at))
    elif queue.selection == "least_occupied":
        first = occupancy(agent, now)
    return first, agent.idle_since or 0.0, agent.name


def _absence(agent: Agent, now: float) -> Hindrance | None:
    if agent.state == WRAP_UP:
        return Hindrance("wrap_up", seconds_left=agent.wrap_up_until - now)
    if agent.state == PAUSED:
        return Hindrance("paused", agent.reason)
    if agent.state == NOT_READY:
        return Hindrance("not_ready", agent.reason, agent.deadline - now if agent.deadline else None)
    return None if agent.state == READY else Hindrance("busy", agent.state)
