"""Why an offer went to one agent and not to another, or to nobody. Worked out only when somebody asks."""

import msgspec

from tandem.acd.agent import NOT_READY, PAUSED, SIGNED_OUT, Agent, is_open, occupancy, preference
from tandem.acd.attention import has_room
from tandem.acd.contact import Contact
from tandem.acd.matching import person_of
from tandem.acd.needs import Lack, Person, grade, lacking
from tandem.acd.plan import Step, need_in
from tandem.acd.state import State


class Hindrance(msgspec.Struct, frozen=True):
    """What stands between an agent and a contact.

    `kind`: `unknown` (not in the settings), `lacks` (see `lacks`), `wrap_up`, `paused`, `not_ready`, `busy` (with
    another contact), `tried` (had this contact already), `sticky` (the contact waits for somebody else) or `reserved`
    (kept free for others). `detail` is the agent's state or reason, which ends in `seconds_left`. `expired`:
    skills lacked, and when (epoch seconds) their certificates expired. `step` of the plan would let the agent in.
    """

    kind: str
    detail: str = ""
    seconds_left: float | None = None
    lacks: tuple[Lack, ...] = ()
    expired: dict[str, float] = {}
    step: Step | None = None


class Skipped(msgspec.Struct, frozen=True):
    """An agent who was signed in, but not chosen, and why."""

    agent: str
    hindrance: Hindrance


class Decision(msgspec.Struct, frozen=True):
    """An offer is about to be made at `at` (epoch seconds).

    `rank`: the chosen agent's place, from 1, among the `ready` agents with the queue's needs, in the queue's order.
    Agents behind the chosen one are not in `skipped`: it was simply not their turn. `steps` of the plan were in force.
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
    steps: tuple[Step, ...] = ()


class Waiting(msgspec.Struct, frozen=True):
    """Why a contact is not offered at `at` (epoch seconds).

    `skipped` is everyone who is signed in; `steps` are in force. Something changes by itself at `next_moment`, if not
    None: a step of the plan, the end of waiting for one agent, or of a wrap-up or back-off of somebody who could serve.
    `switch_up`: False when nothing at all can be rung.
    """

    at: float
    contact: str
    queue: str
    waited: float
    skipped: tuple[Skipped, ...]
    steps: tuple[Step, ...]
    next_moment: float | None
    switch_up: bool


def explain(state: State, contact: Contact, chosen: Agent, now: float) -> Decision:
    """The decision to offer `contact` to `chosen`, with the state as it was just before."""
    found = {name: hindrance(state, agent, contact, now) for name, agent in state.agents.items()}
    able = [agent for name, agent in state.agents.items() if not found[name]]
    ready = [agent.name for agent in sorted(able, key=lambda agent: _preference(state, agent, contact, now))]
    rank = ready.index(chosen.name) + 1
    found |= dict.fromkeys(ready[: rank - 1], Hindrance("tried"))
    return Decision(
        at=now,
        offer=state.next_offer,
        contact=contact.id,
        queue=contact.queue,
        waited=now - contact.enqueued_at,
        agent=chosen.name,
        rank=rank,
        ready=len(ready),
        skipped=_skipped(state, found),
        steps=state.steps_for(contact),
    )


def explain_waiting(state: State, contact: Contact, now: float) -> Waiting:
    """Why a contact still waits, and when something changes by itself. Agents who are ready are kept free."""
    found = {name: hindrance(state, agent, contact, now) for name, agent in state.agents.items()}
    queue = state.queue(contact.queue)
    reserved = Hindrance("reserved", str(queue.resume_free if queue.name in state.stopped else queue.keep_free))
    found = {name: reason or reserved for name, reason in found.items()}
    ends = [now + reason.seconds_left for reason in found.values() if reason and reason.seconds_left is not None]
    moments = [*ends, contact.deadline] if contact.deadline is not None else ends
    return Waiting(
        at=now,
        contact=contact.id,
        queue=contact.queue,
        waited=now - contact.enqueued_at,
        skipped=_skipped(state, found),
        steps=state.steps_for(contact),
        next_moment=min(moments, default=None),
        switch_up=state.switch_up,
    )


def hindrance(state: State, agent: Agent, contact: Contact, now: float) -> Hindrance | None:
    """What keeps the agent from taking the contact now; None when nothing stands against it."""
    settings = state.settings.agents.get(agent.name)
    if settings is None:
        return Hindrance("unknown")
    if contact.sticky:
        is_theirs = agent.name == contact.sticky
        return _absence(state, agent, contact, now) if is_theirs else Hindrance("sticky", contact.sticky)
    person = person_of(settings, state.judged_at)
    if lacks := lacking(need_in(state.queue(contact.queue).needs, state.steps_for(contact)), person):
        names = {lack.name for lack in lacks}
        until = {name: at for name, at in settings.certified_until.items() if name in names and at <= state.judged_at}
        return Hindrance("lacks", lacks=lacks, expired=until, step=_step_for(state, person, contact))
    return _absence(state, agent, contact, now)


def _step_for(state: State, person: Person, contact: Contact) -> Step | None:
    """The first step of the plan that is not yet in force and lets this person in."""
    queue, present = state.queue(contact.queue), state.steps_for(contact)
    later = sorted((step for step in queue.plan if step not in present), key=lambda step: step.after)
    return next((step for step in later if not lacking(need_in(queue.needs, (*present, step)), person)), None)


def _skipped(state: State, found: dict[str, Hindrance | None]) -> tuple[Skipped, ...]:
    """Those who are signed in and were passed over, by name."""
    reasons = ((name, reason) for name, reason in sorted(found.items()) if reason)
    return tuple(Skipped(name, reason) for name, reason in reasons if state.agents[name].state != SIGNED_OUT)


def _preference(state: State, agent: Agent, contact: Contact, now: float) -> tuple[float, int, float, str]:
    """The order in which the queue chooses among agents with room; the smallest first."""
    queue, first = state.queue(contact.queue), 0.0
    if queue.selection == "most_proficient" and not contact.sticky:
        need = need_in(queue.needs, state.steps_for(contact))
        first = -grade(need, person_of(state.settings.agents[agent.name], state.judged_at))
    elif queue.selection == "least_occupied":
        first = occupancy(agent, now)
    return first, *preference(agent)


def _absence(state: State, agent: Agent, contact: Contact, now: float) -> Hindrance | None:
    channel = state.queue(contact.queue).channel
    if is_open(agent) and has_room(agent, state.settings.channel(channel), state.settings.cost(agent.name, channel)):
        return None
    left = agent.deadline - now if agent.deadline is not None and not agent.offered else None
    if agent.state == PAUSED:
        return Hindrance("paused", agent.reason)
    if agent.state == NOT_READY:
        return Hindrance("not_ready", agent.reason, left)
    kind = "wrap_up" if left is not None and agent.wrap_up_until == agent.deadline else "busy"
    return Hindrance(kind, agent.state if kind == "busy" else "", left)
