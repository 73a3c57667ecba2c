"""What a caller is told, and what they press."""

from tandem.control import commands
from tandem.control.context import Context
from tandem.control.voice.call import Call
from tandem.ivr import commands as ivr

HEARS_THE_FLOW = ("flow", "queued")
"""States of a call in which its flow goes on, and its caller hears what it says; elsewhere it rests."""


def listen(context: Context, call: Call, command: ivr.Listen, _now: float) -> None:
    """No Listen takes another's place by itself: the one that is out is interrupted, and its answer brings the newest.

    Who talks or is away will hear it when they come back.
    """
    if call.away or call.state not in HEARS_THE_FLOW:
        return
    hush(context, call)
    if call.out:
        return
    call.out = call.listen
    context.tell(commands.Listen(call.id, call.listen, command.say, command.keys, command.wait, command.music))


def hush(context: Context, call: Call) -> None:
    """The session has left what it asked for: interrupt the Listen that is out, once; its key answers nothing now."""
    if call.out and call.out == call.listen:
        context.tell(commands.Interrupt(call.id, call.channel))
    call.listen += 1
