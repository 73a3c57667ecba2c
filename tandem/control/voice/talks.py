"""What an agent does about the talk they are in: hang up, hold, mute, send keys. It is done in the switch, without the
help of the agent's phone.

A caller on hold hears music in the loop that hands calls to the controller, so a new controller finds them; the agent's
channel waits beside it.
"""

from collections.abc import Callable
from typing import Any

from tandem.control import commands, events
from tandem.control.context import Context
from tandem.control.voice import calls, legs, music, recordings
from tandem.control.voice.call import Call, Leg
from tandem.control.voice.errands import ERRANDS, Errand
from tandem.control.voice.legs import finish_talk, hold, retrieve, send_off
from tandem.control.voice.permits import Talk, leg_of, talk_of, why_not

Handler = Callable[[Context, Any, float], None]


def permitted(verb: Callable[[Context, Talk, Any, float], None]) -> Handler:
    """The handler of what an agent wants, which is passed over where it can't be done any more."""

    def handle(context: Context, event: Any, now: float) -> None:
        talk = talk_of(context, event.agent, event.contact)
        if talk is not None and not why_not(context, event):
            verb(context, talk, event, now)

    return handle


def _hang_up(context: Context, event: events.AgentHungUp, _now: float) -> None:
    """As if the phone had: what follows comes with the end of its channel, or with a kept line back in its place."""
    if leg := leg_of(context, event.agent, event.contact):
        send_off(context, leg)


def _hold(context: Context, talk: Talk, _event: events.AgentHeld, now: float) -> None:
    talk.call.move("hold")
    put_on_hold(context, talk.call, talk.leg, now)


def put_on_hold(context: Context, call: Call, leg: Leg, now: float, *, rings: bool = False) -> None:
    """Let the caller hear music, and the agent nothing, or that it rings elsewhere."""
    music.leave(call, now)
    hold(context, leg, now)
    context.tell(commands.HoldCall(call.id, call.channel, leg.channel, rings))


def _retrieve(context: Context, talk: Talk, _event: events.AgentRetrieved, now: float) -> None:
    if not talk.call.joining:
        music.join(context, talk.call, talk.leg, now)


def _mute(context: Context, talk: Talk, event: events.AgentMuted, now: float) -> None:
    if bool(talk.leg.muted) != event.muted:
        talk.leg.muted = event.muted
        context.note(talk.call, now, "muted" if event.muted else "unmuted", talk.leg.agent)
        context.tell(commands.MuteLeg(talk.leg.channel, event.muted))


def _pause_recording(context: Context, talk: Talk, event: events.AgentPausedRecording, now: float) -> None:
    recordings.pause(context, talk.call, event.paused, talk.leg.agent, now)


def _press(context: Context, talk: Talk, event: events.AgentPressed, _now: float) -> None:
    """To the colleague, where the agent talks with them alone."""
    call, consultation = talk.call, talk.call.consultation
    asked = context.state.legs.get(consultation.leg or "") if consultation else None
    alone = asked is not None and consultation is not None and consultation.state == "talking"
    channel = asked.channel if asked is not None and alone else call.channel
    context.tell(commands.SendDigits(call.id, channel, event.digits))


# --- on hold -----------------------------------------------------------------------------------------------------


def _entered(context: Context, call: Call, _event: events.CallEntered, now: float) -> None:
    music.enter(context, call, now)


def _joined(context: Context, call: Call, leg: Leg, now: float) -> None:
    if leg.id == call.joining:
        music.joined(context, call, leg, now)
        call.move("retrieve")
        retrieve(context, leg, now)


def _agent_left(context: Context, call: Call, leg: Leg, now: float) -> None:
    if leg.id == call.leg:
        finish_talk(context, call, now)
        go_on(context, call, now)


def go_on(context: Context, call: Call, now: float) -> None:
    """The caller, whom no agent has any more, goes on in the flow: at once where they hear music."""
    call.joining = ""
    if call.out:
        calls.come_back(context, call, now)
    else:
        call.move("agent_left")


def _ended(context: Context, call: Call, now: float, outcome: str) -> None:
    leg = context.state.legs[str(call.leg)]
    finish_talk(context, call, now, outcome)
    send_off(context, leg)


legs.LEG_OVER.append(recordings.talk_over)
ERRANDS["held"] = Errand(_entered, _ended, music.still_waits, _agent_left, _joined)

HANDLERS: dict[type[events.Event], Handler] = {
    events.AgentHungUp: _hang_up,
    events.AgentHeld: permitted(_hold),
    events.AgentRetrieved: permitted(_retrieve),
    events.AgentMuted: permitted(_mute),
    events.AgentPausedRecording: permitted(_pause_recording),
    events.AgentPressed: permitted(_press),
}
