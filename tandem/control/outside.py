"""What flows ask and tell systems outside: kept until it is answered, so that it can be asked again after a restart.

A `subject` is whoever walks a flow, by id: a call.
"""

from tandem.control import commands
from tandem.control.context import Context
from tandem.control.state import Asked
from tandem.ivr import commands as ivr


def ask(context: Context, subject: str, lookup: ivr.LookUp, now: float) -> None:
    """Ask a service; asking twice under one number is harmless."""
    asked = Asked(commands.LookUp(subject, lookup), now)
    kept = context.state.lookups.setdefault(subject, {}).setdefault(lookup.number, asked)
    context.tell(kept.lookup)


def notify(context: Context, subject: str, note: ivr.Notify) -> None:
    """Tell a service; telling it twice under one number is harmless."""
    command = commands.Notify(subject, note)
    context.state.notes.setdefault(subject, {})[note.number] = command
    context.tell(command)


def answered(context: Context, subject: str, number: int) -> Asked | None:
    """Take a lookup off; None when it was answered before, or when nobody waits for it any more."""
    asked = context.state.lookups.get(subject, {}).pop(number, None)
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
    context.state.lookups.pop(subject, None)


def ask_again(context: Context) -> None:
    """The process began again: what it had under way may be lost."""
    for lookups in context.state.lookups.values():
        for asked in lookups.values():
            context.tell(asked.lookup)
    for notes in context.state.notes.values():
        for command in notes.values():
            context.tell(command)
