"""Recordings of talks: one for each agent's talk with a caller.

It begins when they hear each other and ends with the agent's part. The switch writes only while the caller is in a
conversation: what is said on hold, and to a colleague meanwhile, is not in it; a conference is. An order that was lost
with the process or the link is given again: what is begun already is not begun twice.
"""

from collections.abc import Callable
from typing import Any

from tandem.control import commands, events
from tandem.control.context import Context
from tandem.control.voice.call import Call, Leg
from tandem.control.voice.recording import Recording
from tandem.ivr.nodes.split import drawn

ENOUGH, SPARE = 0.8, 2.0
"""A recording that is shorter than this share of the talk, by more than these seconds, is incomplete."""


def begin(context: Context, call: Call, leg: Leg) -> None:
    """The agent on `leg` and the caller have begun to talk: record it, where the queue wants that of this contact.

    The contact's name decides, so that all its talks in a queue are recorded, or none.
    """
    queue = context.router.snapshot().contacts[call.id].queue
    if not drawn(f"recording {queue}", call.id, context.state.settings.record_percent.get(queue, 0.0)):
        return
    call.recordings += 1
    name = f"recording-{call.id}-{call.recordings}"
    began_at = leg.bridged_at or 0.0
    recording = Recording(name, call.id, call.caller, call.channel, leg.agent, queue, leg.id, began_at)
    context.state.recordings[name] = recording
    call.recording = name
    context.count("recordings begun")
    context.tell(recording.start)


def under_way(context: Context, call: Call) -> Recording | None:
    """The recording of the talk that a call is in; None: it is not recorded."""
    recording = context.state.recordings.get(call.recording)
    return recording if recording and not recording.failed else None


def pause(context: Context, call: Call, paused: bool, by: str, now: float) -> None:
    """Leave what is said from now on out of the recording of a talk, or take it in again."""
    recording = under_way(context, call)
    if recording is not None and recording.paused != paused:
        recording.paused = paused
        context.note(call, now, "recording paused" if paused else "recording resumed", by)
        context.tell(recording.pause)


def talk_over(context: Context, leg: Leg, now: float) -> None:
    """The recording of this leg's talk ends with it."""
    call = context.state.calls.get(leg.call)
    recording = context.state.recordings.get(call.recording) if call else None
    if call is None or recording is None or recording.leg != leg.id:
        return
    call.recording = ""
    recording.ended_at, recording.talked = now, now - recording.began_at - leg.hold_seconds
    context.tell(recording.end)


def failed(context: Context, event: events.RecordingFailed, now: float) -> None:
    """The talk goes on without; what there may be of it is looked at when it is over."""
    recording = context.state.recordings.get(event.recording)
    if recording is None or recording.failed:
        return
    recording.failed = True
    context.alarm("recording failed", recording.call, event.reason)
    if call := context.state.calls.get(recording.call):
        context.note(call, now, "recording failed", event.reason)


def not_paused(context: Context, name: str, now: float) -> None:
    """The switch did not take the order to pause, or to go on: its agent sees that at once."""
    recording = context.state.recordings.get(name)
    if recording is None or recording.ended_at is not None:
        return
    recording.paused = not recording.paused
    what = "recording paused" if recording.paused else "recording resumed"
    context.note(context.state.calls[recording.call], now, what, "")


def made(context: Context, event: events.RecordingMade, _now: float) -> None:
    """What came of it. One of which there is nothing was lost."""
    recording = context.state.recordings.get(event.recording)
    if recording is None or recording.ended_at is None:
        return
    del context.state.recordings[recording.id]
    if event.seconds > 0:
        _record(context, recording, event)
    if event.seconds < recording.talked * ENOUGH - SPARE:
        what = f"{event.seconds:.0f} s of {recording.talked:.0f} s"
        context.alarm("recording incomplete", recording.call, what)


def _record(context: Context, recording: Recording, event: events.RecordingMade) -> None:
    context.tell(
        commands.RecordRecording(
            recording=recording.id,
            call=recording.call,
            agent=recording.agent,
            queue=recording.queue,
            began_at=recording.began_at,
            ended_at=recording.ended_at or 0.0,
            file=recording.file,
            seconds=event.seconds,
            size=event.size,
            sha256=event.sha256,
        )
    )


def ask_again(context: Context, settled: float) -> None:
    """Order again what may not have got through: to end those of which nothing is known that ended by `settled`
    (epoch seconds), and where the link was down, or the process, to begin and pause the others."""
    for recording in context.state.recordings.values():
        if recording.ended_at is not None:
            if recording.ended_at <= settled:
                context.tell(recording.end)
        elif not recording.failed and not context.state.switch_up:
            context.tell(recording.start)
            context.tell(recording.pause)


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.RecordingFailed: failed,
    events.RecordingMade: made,
}
