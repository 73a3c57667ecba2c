"""What flows ask and tell systems outside: kept until it is answered, so that it can be asked again after a restart.

A `subject` is whoever walks a flow, by id: a call.
"""

from tandem.control import commands
from tandem.control.context import Context
from tandem.control.state import Asked
from tandem.ivr import commands as ivr

TIMER = "lookup"
GRACE = 3.0
"""Seconds that each try may take beyond its time: the pause before it, and the wait for its turn."""


def ask(context: Context, subject: str, lookup: ivr.LookUp, now: float) -> None:
    """Ask a service; asking twice under one number is harmless."""
    asked = Asked(commands.LookUp(subject, lookup), now)
    kept = context.state.lookups.setdefault(subject, {}).setdefault(lookup.number, asked)
    _send(context, kept.lookup, now)


def notify(context: Context, subject: str, note: ivr.Notify) -> None:
    """Tell a service; telling it twice under one number is harmless."""
    command = commands.Notify(subject, note)
    context.state.notes.setdefault(subject, {})[note.number] = command
    context.tell(command)


def answered(context: Context, subject: str, number: int) -> Asked | None:
    """Take a lookup off; None when it was answered before, or when nobody waits for it any more."""
    asked = context.state.lookups.get(subject, {}).pop(number, None)
    context.timers.clear(_timer(subject, number))
    if not context.state.lookups.get(subject):
        forget(context, subject)
    return asked


def settled(context: Context, subject: str, number: int) -> commands.Notify | None:
    """Take a notification off; None when that was done before."""
    notes = context.state.notes
    command = notes.get(subject, {}).pop(number, None)
    if not notes.get(subject):
        notes.pop(subject, None)
    return command


def forget(context: Context, subject: str) -> None:
    """Nobody waits for the lookups of `subject` any more. What a service is to be told, it is told all the same."""
    for number in context.state.lookups.pop(subject, {}):
        context.timers.clear(_timer(subject, number))


def ask_again(context: Context, now: float) -> None:
    """The process began again: what it had under way may be lost."""
    for lookups in context.state.lookups.values():
        for asked in lookups.values():
            _send(context, asked.lookup, now)
    for notes in context.state.notes.values():
        for command in notes.values():
            context.tell(command)


def _send(context: Context, lookup: commands.LookUp, now: float) -> None:
    """Whatever happens out there, nobody waits in silence for ever."""
    longest = (lookup.ask.retries + 1) * (lookup.ask.timeout + GRACE)
    context.timers.set(_timer(lookup.subject, lookup.ask.number), now + longest)
    context.tell(lookup)


def _timer(subject: str, number: int) -> str:
    return f"{TIMER} {subject}/{number}"
