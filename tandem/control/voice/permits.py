"""What an agent may do about a talk now, and why not: asked before a verb is taken, and when it is carried out."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from tandem.control import events
from tandem.control.context import Context
from tandem.control.destinations import destination
from tandem.control.events import Target
from tandem.control.voice.call import Call, Leg
from tandem.control.voice.consultation import Consultation

KIND = "consultation"
"""Of the work that a consulted colleague is offered."""
_DIGITS = re.compile(r"[0-9*#]{1,32}")


class Refusal(NamedTuple):
    """Why something can't be done: `code` for programs, `message` for people."""

    code: str
    message: str


class Talk(NamedTuple):
    """An agent's part in a talk: the call, their leg, and whether they are the colleague who is consulted about it."""

    call: Call
    leg: Leg
    is_asked: bool = False


Verdict = Refusal | None

NOT_CONSULTING = Refusal("not_consulting", "Nobody is consulted about this contact.")
NOT_ANSWERED = Refusal("not_answered", "The colleague has not answered yet.")
NOT_FREE = Refusal("agent_not_free", "This agent can't take it now.")


def talk_of(context: Context, agent: str, contact: str) -> Talk | None:
    """The agent's part in a talk; None where they have none. A colleague's contact is the consultation."""
    state = context.state
    if (call := state.calls.get(contact)) and (leg := state.legs.get(call.leg or "")):
        return Talk(call, leg) if leg.agent == agent and leg.bridged_at is not None else None
    work = state.work.get(contact)
    if work is None or work.kind != KIND or (leg := state.legs.get(work.leg or "")) is None:
        return None
    return Talk(state.calls[work.call], leg, True) if leg.agent == agent and leg.bridged_at is not None else None


def why_not(context: Context, event: events.Event) -> Refusal | None:
    """Why the plane would pass over what an agent wants; None: it would not."""
    if (permit := PERMITS.get(type(event))) is None:
        return None
    named: Any = event
    talk = talk_of(context, named.agent, named.contact)
    if talk is None:
        return Refusal("not_in_talk", "The agent is in no talk of this name.")
    if talk.is_asked and not isinstance(event, events.AgentHungUp | events.AgentMuted):
        return Refusal("not_yours", "Only the agent who consults can do this.")
    return permit(context, talk, named)


def _always(_context: Context, _talk: Talk, _event: events.Event) -> Verdict:
    return None


def _hold(_context: Context, talk: Talk, _event: events.AgentHeld) -> Verdict:
    if talk.call.consultation:
        return Refusal("consulting", "The caller waits while somebody is consulted: cancel or complete that first.")
    return Refusal("on_hold", "The caller is on hold.") if talk.leg.state == "held" else None


def _retrieve(_context: Context, talk: Talk, _event: events.AgentRetrieved) -> Verdict:
    if talk.call.consultation:
        return Refusal("consulting", "Somebody is consulted: swap, cancel or complete that.")
    if talk.call.state == "held":
        return None
    if talk.leg.state == "held":
        return Refusal("held_by_phone", "The phone holds the caller: take them back there.")
    return Refusal("not_on_hold", "The caller is not on hold.")


def _press(_context: Context, talk: Talk, event: events.AgentPressed) -> Verdict:
    if not _DIGITS.fullmatch(event.digits):
        return Refusal("bad_digits", "Digits are 1 to 32 of 0 to 9, * and #.")
    consultation = talk.call.consultation
    if talk.call.state == "held" or (consultation and consultation.state == "asking"):
        return Refusal("on_hold", "Nobody hears them now.")
    return None


def _transfer(context: Context, talk: Talk, event: events.AgentTransferred) -> Verdict:
    if talk.call.consultation:
        return Refusal("consulting", "Somebody is consulted: complete or cancel that first.")
    refusal = _where(context, talk, event.to)
    if refusal or not event.to.agent:
        return refusal
    waits = context.router.may_wait_for(event.to.agent, queue_of(context, talk.call, event.to))
    return None if waits else NOT_FREE


def _consult(context: Context, talk: Talk, event: events.AgentConsulted) -> Verdict:
    if talk.call.consultation:
        return Refusal("consulting", "Somebody is consulted already.")
    refusal = _where(context, talk, event.to)
    if refusal or not event.to.agent:
        return refusal
    return None if context.router.is_free(event.to.agent, queue_of(context, talk.call, event.to)) else NOT_FREE


def _where(context: Context, talk: Talk, to: Target) -> Verdict:
    """Whether there is such a place, that a caller may be sent to."""
    settings = context.state.settings
    if sum(map(bool, (to.agent, to.queue, to.number))) != 1:
        return Refusal("bad_target", "Name one of an agent, a queue and a number.")
    if to.agent and (to.agent not in settings.acd.agents or to.agent == talk.leg.agent):
        return Refusal("unknown_agent", "There is no other agent of this name.")
    if to.queue and to.queue not in settings.acd.queues:
        return Refusal("unknown_queue", "There is no queue of this name.")
    if to.queue and not takes_calls(context, to.queue):
        return Refusal("bad_target", "No agent takes calls of this queue.")
    if to.number and destination(settings.dial_plan, to.number) is None:
        return Refusal("not_allowed", "The dial plan does not allow this number.")
    return None


def takes_calls(context: Context, queue: str) -> bool:
    """Whether agents take calls of this queue."""
    settings = context.state.settings.acd
    return settings.channel(settings.queues[queue].channel).needs_phone and context.router.can_ever_serve(queue)


def queue_of(context: Context, call: Call, to: Target) -> str:
    """Where a caller who is sent there waits, or a consultation: the queue named, else the contact's own."""
    contact = context.router.snapshot().contacts.get(call.id)
    return to.queue or (contact.queue if contact else "")


def _consulting(_context: Context, talk: Talk, _event: events.Event) -> Verdict:
    return None if talk.call.consultation else NOT_CONSULTING


def _answered(_context: Context, talk: Talk, _event: events.Event) -> Verdict:
    consultation = talk.call.consultation
    if consultation is None:
        return NOT_CONSULTING
    return NOT_ANSWERED if consultation.state == "asking" else None


def _apart(context: Context, talk: Talk, event: events.Event) -> Verdict:
    consultation: Consultation | None = talk.call.consultation
    if consultation and consultation.state == "conference":
        return Refusal("in_conference", "All three are in talk already.")
    return _answered(context, talk, event)


PERMITS: dict[type[events.Event], Callable[[Context, Talk, Any], Verdict]] = {
    events.AgentHungUp: _always,
    events.AgentHeld: _hold,
    events.AgentRetrieved: _retrieve,
    events.AgentMuted: _always,
    events.AgentPressed: _press,
    events.AgentTransferred: _transfer,
    events.AgentConsulted: _consult,
    events.ConsultationCompleted: _answered,
    events.ConsultationCancelled: _consulting,
    events.ConsultationSwapped: _apart,
    events.ConferenceBegan: _apart,
}
