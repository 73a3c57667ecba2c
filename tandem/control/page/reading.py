"""Whoever walks a flow by reading, on a page or in a guide: what their session wants is seen to here."""

from collections.abc import Callable
from typing import Any

from tandem.control import commands, outside, records
from tandem.control.callback import abandoned, callbacks
from tandem.control.context import Context
from tandem.control.page.page import Reader
from tandem.control.publishing.versions import flow_of
from tandem.ivr import commands as ivr
from tandem.ivr import events as ivr_events
from tandem.ivr import face

TIMER = "reader"
NEEDS_A_CALL = (ivr.Enqueue, ivr.Transfer, ivr.TakeVoicemail)
"""What only a call can do: a reader whose flow wants it is stuck."""


def tell(context: Context, reader: Reader, event: ivr_events.Event, now: float) -> None:
    """Tell the reader's session, and have done what it wants. Once they are through, nothing happens any more."""
    if reader.outcome:
        return
    for command in face.tell(reader.face, flow_of(context, reader), event, now):
        if isinstance(command, NEEDS_A_CALL):
            reader.outcome = "stuck"
        elif type(command) in FROM_FLOW:
            FROM_FLOW[type(command)](context, reader, command, now)
    set_timer(context, reader)


def set_timer(context: Context, reader: Reader) -> None:
    """Have them told when they have waited as long as their session wants."""
    if reader.outcome or reader.face.due is None:
        context.timers.clear(f"{TIMER} {reader.subject}")
    else:
        context.timers.set(f"{TIMER} {reader.subject}", reader.face.due)


def answer(context: Context, reader: Reader, step: int, given: face.Answer, now: float) -> None:
    """Take the answer to question `step`; one to an older question answers nothing."""
    event = face.event_of(reader.session, flow_of(context, reader), given)
    if step == reader.session.steps and event is not None:
        tell(context, reader, event, now)


def note(context: Context, reader: Reader, now: float, what: str, detail: str = "") -> None:
    """Add a step to the timeline."""
    reader.steps += 1
    context.tell(commands.RecordStep(reader.timeline, reader.steps, now, f"{reader.session.face} {what}", detail))


def forget(context: Context, reader: Reader) -> None:
    """They are gone: nothing falls due and no answer is waited for."""
    context.timers.clear(f"{TIMER} {reader.subject}")
    outside.forget(context, reader.subject)


def _hang_up(_context: Context, reader: Reader, _command: ivr.HangUp, _now: float) -> None:
    reader.outcome = "done"


def _send_link(context: Context, reader: Reader, command: ivr.SendLink, now: float) -> None:
    """They have a page before them already."""
    tell(context, reader, ivr_events.LinkFailed(command.link, "the contact is not on the phone"), now)


def _look_up(context: Context, reader: Reader, command: ivr.LookUp, now: float) -> None:
    outside.ask(context, reader.subject, command, now)


def _notify(context: Context, reader: Reader, command: ivr.Notify, _now: float) -> None:
    outside.notify(context, reader.subject, command)


def _request_callback(context: Context, reader: Reader, _command: ivr.RequestCallback, now: float) -> None:
    """Only who was offered one by this page is called back; a stranger's page could name any number."""
    answer = abandoned.accept(context, reader.subject, now)
    if answer is None:
        reader.outcome = "stuck"
    else:
        tell(context, reader, answer, now)


def _cancel_callback(context: Context, reader: Reader, command: ivr.CancelCallback, now: float) -> None:
    callbacks.cancel_all(context, _number(reader), command.queue, now)


def _snooze_callback(context: Context, reader: Reader, command: ivr.SnoozeCallback, now: float) -> None:
    callbacks.snooze_all(context, _number(reader), command, now)


def _number(reader: Reader) -> str:
    """Whose callbacks are theirs: their call may be over, but its number stays known."""
    return str(reader.session.variables.get("caller.number", ""))


def _record_form(context: Context, reader: Reader, command: ivr.RecordForm, now: float) -> None:
    reader.forms[command.form] = command.values
    if command.submitted:
        note(context, reader, now, "form submitted", command.form)
    context.tell(records.form(reader.contact or reader.subject, command, now))


def _record_answer(context: Context, reader: Reader, command: ivr.RecordAnswer, now: float) -> None:
    note(context, reader, now, "answered survey", f"{command.question}: {command.answer}")
    context.tell(commands.RecordAnswer(reader.contact or reader.subject, command.question, command.answer, now))


def _record_step(context: Context, reader: Reader, command: ivr.RecordStep, now: float) -> None:
    note(context, reader, now, command.type, command.node)


def _record_fault(context: Context, reader: Reader, command: ivr.RecordFault, now: float) -> None:
    note(context, reader, now, "fault", f"{command.node}: {command.reason}")
    context.alarm("flow fault", f"{reader.flow}:{command.node}", command.reason)


FROM_FLOW: dict[type[ivr.Command], Callable[[Context, Any, Any, float], None]] = {
    ivr.HangUp: _hang_up,
    ivr.SendLink: _send_link,
    ivr.LookUp: _look_up,
    ivr.Notify: _notify,
    ivr.RequestCallback: _request_callback,
    ivr.CancelCallback: _cancel_callback,
    ivr.SnoozeCallback: _snooze_callback,
    ivr.RecordForm: _record_form,
    ivr.RecordAnswer: _record_answer,
    ivr.RecordStep: _record_step,
    ivr.RecordFault: _record_fault,
}
