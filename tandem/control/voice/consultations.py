"""An agent consults somebody while the caller hears music: a colleague, the best free agent of a queue, or a number.

The colleague is found like for any contact: a consultation is work in a queue (its own when one is named, else the
contact's), which nobody but the colleague is offered. Agent and colleague talk in a room of their own, where the caller
may join them; with one of them alone the caller talks as ever. Whoever is left alone there stays until they are led on,
and a caller whom all have left comes back by the dialplan alone.

The agent who leaves leaves the caller to the colleague; before the colleague has answered, the caller waits for them.
"""

from collections.abc import Callable
from typing import Any

from tandem.acd import events as acd
from tandem.acd.intervals import NOT_NOW
from tandem.control import commands, events, last_agents, workload
from tandem.control.context import Context
from tandem.control.destinations import destination
from tandem.control.routing import route
from tandem.control.voice import lending, music, sending_on, talks, transfers
from tandem.control.voice.call import Call, Leg
from tandem.control.voice.consultation import Consultation
from tandem.control.voice.errands import ERRANDS, Errand
from tandem.control.voice.legs import finish_talk, hold, leave_talk, retrieve, send_off
from tandem.control.voice.offers import ask
from tandem.control.voice.permits import KIND, Talk, queue_of
from tandem.control.voice.recordings import begin as begin_recording
from tandem.control.work import KINDS, Kind, Work, work_of

TIMER = "consultation"
"""Kind of the timer after which nobody has answered."""
ASKING_SECONDS = 45.0
"""How long a colleague is looked for and rung at most."""


def _consult(context: Context, talk: Talk, event: events.AgentConsulted, now: float) -> None:
    call, number = talk.call, talk.call.consultations + 1
    name, queue = work_of(KIND, call.id, number), queue_of(context, call, event.to)
    call.consultations = number
    call.consultation = Consultation(name, number, talk.leg.agent, event.to, queue, event.note, now)
    call.move("consult")
    context.count("consultations")
    context.note(call, now, "consulting", f"{event.to.name}{f': {event.note}' if event.note else ''}")
    talks.put_on_hold(context, call, talk.leg, now, rings=True)
    context.timers.set(f"{TIMER} {name}", now + ASKING_SECONDS)
    work = Work(name, KIND, call.id, queue, now, dial_seconds=0.0)
    if event.to.number:
        _call_outside(context, call, work, now)
        return
    if event.to.agent:
        work.sticky, work.sticky_seconds, work.sticky_only = event.to.agent, ASKING_SECONDS, True
    workload.put(context, work, now)


def _call_outside(context: Context, call: Call, work: Work, now: float) -> None:
    """Nobody whom the router knows: there is a leg, and no offer."""
    consultation, plan = _of(call), context.state.settings.dial_plan
    target = destination(plan, consultation.to.number)
    assert target is not None, consultation.to
    leg = Leg(f"tandem-leg-{work.id}-outside", work.id, "", target, 0, now, party=call.id)
    leg.ring_until = now + ASKING_SECONDS
    context.state.work[work.id], context.state.legs[leg.id] = work, leg
    work.leg = consultation.leg = leg.id
    shown = plan.caller_id or call.dialled
    ring = commands.RingAgent(
        leg.id, target, work.id, "", shown, "", ASKING_SECONDS, room=call.id, longest=plan.longest_talk
    )
    ask(context, leg, ring, now)


def _of(call: Call) -> Consultation:
    assert call.consultation is not None, call.id
    return call.consultation


# --- the colleague -----------------------------------------------------------------------------------------------


def _ring(context: Context, work: Work, leg: Leg, ring_seconds: float) -> commands.Command:
    """The colleague's phone shows the caller; who picks up goes into the room, a kept line is led there."""
    call = context.state.calls[work.call]
    leg.party = call.id
    _of(call).leg = leg.id
    shown = call.caller, call.caller_name
    return commands.RingAgent(leg.id, leg.device, work.id, "", *shown, ring_seconds, room=call.id)


def _answered(context: Context, work: Work, leg: Leg, now: float) -> None:
    call = context.state.calls[work.call]
    consultation = _of(call)
    context.timers.clear(f"{TIMER} {consultation.id}")
    consultation.leg = leg.id
    consultation.move("answer")
    workload.connected(context, work, leg, now)
    context.note(call, now, "consultation answered", leg.agent or leg.device)
    if call.out:
        _introduce(context, call, now)
    else:
        consultation.to_meet = True


def _introduce(context: Context, call: Call, now: float) -> None:
    """The agent goes to the colleague, who is in the room already, or on a kept line.

    Not before the caller hears music: until then the agent is on their way out of the talk with them.
    """
    agent, colleague = context.state.legs[str(call.leg)], context.state.legs[str(_of(call).leg)]
    _of(call).to_meet = False
    _lead(context, call, [agent, colleague] if colleague.line else [agent], now)


def meet(context: Context, call: Call, now: float) -> None:
    """Lead agent and colleague into the room, in a conference the caller too, wherever they are."""
    _lead(context, call, [context.state.legs[name] for name in (call.leg, _of(call).leg) if name], now)


def _lead(context: Context, call: Call, legs: list[Leg], now: float) -> None:
    """Lead these into the room, and in a conference the caller."""
    for leg in legs:
        lending.use(context, leg, now)
    call.arranged_at = now
    channel = call.channel if _of(call).state == "conference" else ""
    context.tell(commands.JoinRoom(call.id, {leg.channel: leg.id for leg in legs}, channel))


def _let_go(context: Context, work: Work, leg: Leg) -> None:
    """Somebody did not answer; where no other may be asked, that is the end of it (told by the timer at once)."""
    call = context.state.calls[work.call]
    if call.consultation is not None and call.consultation.id == work.id:
        call.consultation.leg = None
        if not call.consultation.to.queue:
            context.timers.set(f"{TIMER} {work.id}", leg.asked_at)


def _colleague_left(context: Context, work: Work, leg: Leg, now: float, _lost: bool) -> None:
    call = context.state.calls[work.call]
    context.note(call, now, "colleague left", leg.agent or leg.device)
    _back(context, call, now, hangs_up=False)


KINDS[KIND] = Kind(_ring, _answered, _colleague_left, _let_go)


def nobody_answered(context: Context, name: str, now: float) -> None:
    """The time to find a colleague is over."""
    work = context.state.work[name]
    call = context.state.calls[work.call]
    context.count("consultations not answered")
    context.note(call, now, "consultation not answered", _of(call).to.name)
    _back(context, call, now)


# --- the agent ---------------------------------------------------------------------------------------------------


def _cancel(context: Context, talk: Talk, _event: events.ConsultationCancelled, now: float) -> None:
    context.note(talk.call, now, "consultation cancelled", talk.leg.agent)
    _back(context, talk.call, now)


def _back(context: Context, call: Call, now: float, *, hangs_up: bool = True) -> None:
    """The consultation is over, and the agent has the caller again: who hears music is joined with them."""
    if not give_up(context, call, now, hangs_up=hangs_up):
        music.join(context, call, context.state.legs[str(call.leg)], now)


def give_up(context: Context, call: Call, now: float, *, hangs_up: bool = True) -> bool:
    """End the consultation. True: its agent talks with the caller; False: the caller hears music, or is about to."""
    together = _of(call).state in ("swapped", "conference") and not call.joining and not call.out
    _end(context, call, now, hangs_up=hangs_up)
    call.move("talk" if together else "hold")
    return together


def _end(context: Context, call: Call, now: float, *, hangs_up: bool = True) -> None:
    """Be through with the colleague."""
    consultation, call.consultation = _of(call), None
    consultation.move("end")
    context.timers.clear(f"{TIMER} {consultation.id}")
    work = context.state.work[consultation.id]
    leg = context.state.legs.get(consultation.leg or "")
    if leg is not None and leg.bridged_at is not None:
        workload.done(context, work, leg, now)
        if hangs_up:
            send_off(context, leg)
        return
    if consultation.to.number:
        if leg is not None:
            leg.withdrawn = True
            context.tell(commands.HangUpLeg(leg.id))
    else:
        route(context, acd.ContactLeft(work.id, NOT_NOW), now)
    del context.state.work[work.id]


def _swap(context: Context, talk: Talk, _event: events.ConsultationSwapped, now: float) -> None:
    call, leg = talk.call, talk.leg
    _of(call).move("swap")
    context.note(call, now, "swapped", leg.agent)
    if _of(call).state == "swapped":
        music.join(context, call, leg, now)
        return
    music.leave(call, now)
    hold(context, leg, now)
    _lead(context, call, [leg], now)


def _confer(context: Context, talk: Talk, _event: events.ConferenceBegan, now: float) -> None:
    call, there = talk.call, _of(talk.call).state == "talking"
    music.leave(call, now)
    _of(call).move("confer")
    context.note(call, now, "conference", talk.leg.agent)
    retrieve(context, talk.leg, now)
    _lead(context, call, [] if there else [talk.leg], now)


def _complete(context: Context, talk: Talk, _event: events.ConsultationCompleted, now: float) -> None:
    _hand_over(context, talk.call, now)


def _hand_over(context: Context, call: Call, now: float, *, hangs_up: bool = True) -> None:
    """The colleague has the caller from now on; who hears music is joined with them."""
    consultation, first = _of(call), context.state.legs[str(call.leg)]
    colleague = context.state.legs[str(consultation.leg)]
    together = consultation.state == "conference" and not call.out  # else they have left it already
    call.joining = ""
    context.note(call, now, "handed over", f"{first.agent} to {colleague.agent or colleague.device}")
    _record(context, call, consultation, colleague, now)
    leave_talk(context, call, now)
    if hangs_up:
        send_off(context, first)
    consultation.move("end")
    call.consultation = None
    context.note(context.state.work.pop(consultation.id), now, "handed over", first.agent)
    colleague.party = ""
    if colleague.offer:
        _to_colleague(context, call, colleague, consultation, now, together)
    else:
        route(context, acd.ContactFinished(call.id), now)
        transfers.hand_over(call, colleague, first.agent, now)
    if not together:
        music.join(context, call, colleague, now)


def _record(context: Context, call: Call, consultation: Consultation, colleague: Leg, now: float) -> None:
    kind = "conference" if consultation.state == "conference" else "consulted"
    asked, note = consultation.to.name, consultation.note
    who = colleague.agent or asked
    context.tell(commands.RecordTransfer(call.id, call.steps, now, kind, consultation.agent, asked, who, note))
    context.count("transfers by agents")


def _to_colleague(
    context: Context, call: Call, leg: Leg, consultation: Consultation, now: float, together: bool
) -> None:
    leg.call, leg.bridged_at, call.leg = call.id, now, leg.id
    last_agents.remember(context, call, leg.agent, now)
    call.move("talk" if together else "hold")
    route(context, acd.ContactHandedOver(call.id, consultation.id), now)
    begin_recording(context, call, leg)
    if not together:
        hold(context, leg, now)


# --- the caller --------------------------------------------------------------------------------------------------


def _entered(context: Context, call: Call, _event: events.CallEntered, now: float) -> None:
    music.enter(context, call, now)
    if _of(call).to_meet and _of(call).state == "talking":
        _introduce(context, call, now)


def _agent_left(context: Context, call: Call, leg: Leg, now: float) -> None:
    """As if they had completed it; while nobody has answered, the caller is sent where the colleague was looked for."""
    if leg.id != call.leg:
        return
    consultation = _of(call)
    if consultation.state != "asking":
        _hand_over(context, call, now, hangs_up=False)
        return
    _end(context, call, now)
    sending_on.send_on(context, call, leg, consultation.to, consultation.note, now)


def _joined(context: Context, call: Call, leg: Leg, now: float) -> None:
    """The caller talks with the agent again, while the colleague waits."""
    if leg.id == call.joining:
        music.joined(context, call, leg, now)
        retrieve(context, leg, now)


def _ended(context: Context, call: Call, now: float, outcome: str) -> None:
    """Without the caller there is nothing to consult about."""
    _end(context, call, now)
    leg = context.state.legs[str(call.leg)]
    finish_talk(context, call, now, outcome)
    send_off(context, leg)


ERRANDS["consulting"] = Errand(_entered, _ended, music.still_waits, _agent_left, _joined)

HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.AgentConsulted: talks.permitted(_consult),
    events.ConsultationCancelled: talks.permitted(_cancel),
    events.ConsultationSwapped: talks.permitted(_swap),
    events.ConferenceBegan: talks.permitted(_confer),
    events.ConsultationCompleted: talks.permitted(_complete),
}
