"""Callers who hear music between two talks, and how they are joined with whom they talk next.

A caller is joined only when they are known to be back from the talk before: a Bridge() that comes first would take them
out of an entry that is under way.
"""

from tandem.control import commands
from tandem.control.context import Context
from tandem.control.voice import lending
from tandem.control.voice.call import Call, Leg

MUSIC_SECONDS = 3600.0
"""How long it plays before it begins anew."""


def play(context: Context, call: Call) -> None:
    """Let a caller who has entered hear music."""
    call.listen += 1
    call.out = call.listen
    context.tell(commands.Answer(call.id))  # the first may have been lost with the process
    context.tell(commands.Listen(call.id, call.listen, (), "", MUSIC_SECONDS, "default"))


def still_waits(context: Context, call: Call, _now: float) -> None:
    """The music is over: play it again, to who has to hear any."""
    if call.joining or call.leg:
        play(context, call)


def join(context: Context, call: Call, leg: Leg, now: float) -> None:
    """Bring the caller together with a leg, as soon as they are there."""
    call.joining, call.arranged_at = leg.id, now
    if call.out:
        lending.join(context, leg, call.id, call.channel, now)


def rejoin(context: Context, call: Call, now: float) -> bool:
    """The caller is there: play music until they are joined, if they are to be. False: with nobody who is there."""
    leg = context.state.legs.get(call.joining)
    if leg is None:
        return False
    play(context, call)
    join(context, call, leg, now)
    return True


def enter(context: Context, call: Call, now: float) -> None:
    """The caller has come to the music; or back from a talk that nobody saw begin."""
    if not rejoin(context, call, now):
        call.joining = ""
        play(context, call)


def joined(_context: Context, call: Call, leg: Leg, _now: float) -> None:
    """The caller is in talk with a leg."""
    if leg.id == call.joining:
        call.joining, call.out = "", 0


def leave(call: Call, now: float) -> None:
    """The caller is led out of a talk, and enters again."""
    call.out, call.joining, call.arranged_at = 0, "", now
