"""Callers whom an agent sends on: to a colleague, to another queue, to a number outside.

The agent's part ends at once. The caller comes back to the loop that hands calls to the controller, and goes where they
were sent; from there, one day, on in the flow that led them to the agent.
"""

from collections.abc import Callable
from typing import Any

from tandem.acd import events as acd
from tandem.control import commands, events
from tandem.control.context import Context
from tandem.control.destinations import destination
from tandem.control.events import Target
from tandem.control.routing import route
from tandem.control.voice import calls, talks, transfers
from tandem.control.voice.call import Call, Leg, Onward
from tandem.control.voice.errands import ERRANDS, Errand
from tandem.control.voice.legs import finish_talk, send_off
from tandem.control.voice.permits import Talk, queue_of
from tandem.ivr import events as ivr_events

AGENT_SECONDS = 30.0
"""How long a caller who was sent to an agent waits for them, before anyone else of the queue is asked."""


def _transfer(context: Context, talk: Talk, event: events.AgentTransferred, now: float) -> None:
    send_on(context, talk.call, talk.leg, event.to, event.note, now)


def send_on(context: Context, call: Call, leg: Leg, to: Target, note: str, now: float) -> None:
    """The agent on `leg`, who has the call, sends its caller on, with a note for the next."""
    call.onward = Onward(to, leg.agent, queue_of(context, call, to))
    context.note(call, now, "transferred", f"{leg.agent} to {to.name}{f': {note}' if note else ''}")
    context.tell(commands.RecordTransfer(call.id, call.steps, now, "blind", leg.agent, to.name, "", note))
    context.count("transfers by agents")
    hears_music = call.state != "connected" and call.out
    call.move("send_on")
    call.joining = ""
    finish_talk(context, call, now)
    send_off(context, leg)
    if hears_music:
        _go(context, call, now)


def _entered(context: Context, call: Call, _event: events.CallEntered, now: float) -> None:
    _go(context, call, now)


def _go(context: Context, call: Call, now: float) -> None:
    """The caller is there. Where they were sent may be gone by now: then they go on in the flow."""
    onward, call.onward = call.onward, None
    assert onward is not None, call.id
    call.move("return")
    target = destination(context.state.settings.dial_plan, onward.to.number) if onward.to.number else None
    if target:
        transfers.send(context, call, target, onward.agent, now)
    elif not onward.to.number and context.router.can_ever_serve(onward.queue):
        _wait(context, call, onward, now)
    else:
        context.alarm("transfer came to nothing", onward.to.name, f"call {call.id} goes on in its flow")
        calls.go_on(context, call, ivr_events.QueueEnded("served"), now)


def _wait(context: Context, call: Call, onward: Onward, now: float) -> None:
    """Wait in the queue, as long as before the talk already: what they waited counts, what they talked does not."""
    call.move("queue")
    context.note(call, now, "queued", f"{onward.queue}{f', for {onward.to.agent}' if onward.to.agent else ''}")
    queued = acd.ContactQueued(
        call.id,
        onward.queue,
        enqueued_at=now - call.waited,
        sticky=onward.to.agent,
        sticky_seconds=AGENT_SECONDS if onward.to.agent else 0.0,
        tier=call.tier,
    )
    route(context, queued, now)
    calls.wait(context, call, now)


def _ended(_context: Context, call: Call, _now: float, _outcome: str) -> None:
    call.onward = None


ERRANDS["sent_on"] = Errand(_entered, _ended)

HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.AgentTransferred: talks.permitted(_transfer),
}
