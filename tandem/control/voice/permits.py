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
from tandem.control.voice.recordings import under_way

KIND = "consultation"
"""Of the work that a consulted colleague is offered."""
_DIGITS = re.compile(r"[0-9*#]{1,32}")


class Talk(NamedTuple):
    """An agent's part in a talk: the call, their leg, and whether they are the colleague who is consulted about it."""

    call: Call
    leg: Leg
    is_asked: bool = False


def leg_of(context: Context, agent: str, contact: str) -> Leg | None:
    """The agent's leg in a talk, in a consultation, or on which they hear a voicemail; None where they have none."""
    holder = context.holder(contact)
    leg = context.state.legs.get(holder.leg or "") if holder else None
    return leg if leg is not None and leg.agent == agent and leg.bridged_at is not None else None


def talk_of(context: Context, agent: str, contact: str) -> Talk | None:
    """The agent's part in a talk; None where they have none. A colleague's contact is the consultation."""
    if (leg := leg_of(context, agent, contact)) is None:
        return None
    if call := context.state.calls.get(contact):
        return Talk(call, leg)
    work = context.state.work[contact]
    return Talk(context.state.calls[work.call], leg, True) if work.kind == KIND else None


def why_not(context: Context, event: events.Event) -> str:
    """Why the plane would pass over what an agent wants, as a code of docs/cti.md; empty: it would not."""
    if isinstance(event, events.AgentHungUp):
        return "" if leg_of(context, event.agent, event.contact) else "not_in_talk"
    if (permit := PERMITS.get(type(event))) is None:
        return ""
    named: Any = event
    talk = talk_of(context, named.agent, named.contact)
    if talk is None:
        return "not_in_talk"
    if talk.is_asked and not isinstance(event, events.AgentMuted):
        return "not_yours"
    return permit(context, talk, named)


def _always(_context: Context, _talk: Talk, _event: events.Event) -> str:
    return ""


def _hold(_context: Context, talk: Talk, _event: events.AgentHeld) -> str:
    if talk.call.consultation:
        return "consulting"
    return "on_hold" if talk.leg.state == "held" else ""


def _retrieve(_context: Context, talk: Talk, _event: events.AgentRetrieved) -> str:
    if talk.call.consultation:
        return "consulting"
    if talk.call.state == "held":
        return ""
    if talk.leg.state == "held":
        return "held_by_phone"
    return "not_on_hold"


def _pause_recording(context: Context, talk: Talk, _event: events.AgentPausedRecording) -> str:
    """Not while the switch can't be told: an agent who reads that it is paused relies on it."""
    if not under_way(context, talk.call):
        return "not_recording"
    return "" if context.state.switch_up else "switch_lost"


def _press(_context: Context, talk: Talk, event: events.AgentPressed) -> str:
    if not _DIGITS.fullmatch(event.digits):
        return "bad_digits"
    consultation = talk.call.consultation
    if talk.call.state == "held" or (consultation and consultation.state == "asking"):
        return "on_hold"
    return ""


def _transfer(context: Context, talk: Talk, event: events.AgentTransferred) -> str:
    if talk.call.consultation:
        return "consulting"
    refusal = _where(context, talk, event.to)
    if refusal or not event.to.agent:
        return refusal
    waits = context.router.may_wait_for(event.to.agent, queue_of(context, talk.call, event.to))
    return "" if waits else "colleague_not_free"


def _consult(context: Context, talk: Talk, event: events.AgentConsulted) -> str:
    if talk.call.consultation:
        return "consulting"
    refusal = _where(context, talk, event.to)
    if refusal or not event.to.agent:
        return refusal
    is_free = context.router.is_free(event.to.agent, queue_of(context, talk.call, event.to))
    return "" if is_free else "colleague_not_free"


def _where(context: Context, talk: Talk, to: Target) -> str:
    """Whether there is such a place, that a caller may be sent to."""
    settings = context.state.settings
    if sum(map(bool, (to.agent, to.queue, to.number))) != 1:
        return "bad_target"
    if to.agent and (to.agent not in settings.acd.agents or to.agent == talk.leg.agent):
        return "unknown_agent"
    if to.queue and to.queue not in settings.acd.queues:
        return "unknown_queue"
    if to.queue and not takes_calls(context, to.queue):
        return "bad_target"
    if to.number and destination(settings.dial_plan, to.number) is None:
        return "not_allowed_number"
    return ""


def takes_calls(context: Context, queue: str) -> bool:
    """Whether agents take calls of this queue."""
    settings = context.state.settings.acd
    return settings.channel(settings.queues[queue].channel).needs_phone and context.router.can_ever_serve(queue)


def queue_of(context: Context, call: Call, to: Target) -> str:
    """Where a caller who is sent there waits, or a consultation: the queue named, else the contact's own."""
    contact = context.router.snapshot().contacts.get(call.id)
    return to.queue or (contact.queue if contact else "")


def _consulting(_context: Context, talk: Talk, _event: events.Event) -> str:
    return "" if talk.call.consultation else "not_consulting"


def _answered(_context: Context, talk: Talk, _event: events.Event) -> str:
    consultation = talk.call.consultation
    if consultation is None:
        return "not_consulting"
    return "not_answered" if consultation.state == "asking" else ""


def _apart(context: Context, talk: Talk, event: events.Event) -> str:
    consultation: Consultation | None = talk.call.consultation
    if consultation and consultation.state == "conference":
        return "in_conference"
    return _answered(context, talk, event)


PERMITS: dict[type[events.Event], Callable[[Context, Talk, Any], str]] = {
    events.AgentHungUp: _always,
    events.AgentHeld: _hold,
    events.AgentRetrieved: _retrieve,
    events.AgentMuted: _always,
    events.AgentPausedRecording: _pause_recording,
    events.AgentPressed: _press,
    events.AgentTransferred: _transfer,
    events.AgentConsulted: _consult,
    events.ConsultationCompleted: _answered,
    events.ConsultationCancelled: _consulting,
    events.ConsultationSwapped: _apart,
    events.ConferenceBegan: _apart,
}
