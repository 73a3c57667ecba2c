"""Kept lines are lent: to an offer, which is answered at once, and to the conversation that follows."""

from msgspec.structs import replace

from tandem.control import commands
from tandem.control.context import Context
from tandem.control.voice.call import Leg
from tandem.control.voice.line import Line, agent_of


def line_of(context: Context, channel: str) -> Line | None:
    """The line that has this channel now."""
    line = context.state.lines.get(agent_of(channel))
    return line if line is not None and line.id == channel else None


def lend(context: Context, leg: Leg, command: commands.RingAgent | commands.PlayToAgent, now: float) -> bool:
    """Use the leg's line in place of a ring. True: the agent is there at once.

    False: the line is not back in its place yet, see Line.waiting; or what is to be played tells itself when it begins.
    """
    line = context.state.lines[leg.agent]
    line.leg = leg.id
    if line.state != "kept":
        line.waiting = command
        return False
    if isinstance(command, commands.PlayToAgent):
        _move(line, leg, now)
        context.tell(replace(command, line=line.id))
        return False
    if command.channel:
        join(context, leg, command.call, command.channel, now)
    return True


def join(context: Context, leg: Leg, call: str, channel: str, now: float) -> None:
    """Bring an agent who is there together with the caller's channel."""
    use(context, leg, now)
    context.tell(commands.JoinLeg(leg.id, call, channel, leg.line))


def use(context: Context, leg: Leg, now: float) -> None:
    """The leg's line, where it has one, is about to leave its place, unless it did before."""
    if leg.line and context.state.lines[leg.agent].state == "kept":
        _move(context.state.lines[leg.agent], leg, now)


def take_back(context: Context, leg: Leg) -> None:
    """The offer is withdrawn: its line belongs in its place."""
    line = context.state.lines.get(leg.agent)
    if line is not None and line.lent == leg.id and line.state == "lent":
        context.tell(commands.KeepLine(line.id))


def forget(context: Context, leg: Leg) -> None:
    """The leg is over, and its line free for the next."""
    line = context.state.lines.get(leg.agent)
    if line is not None and line.leg == leg.id:
        line.leg, line.waiting = "", None


def _move(line: Line, leg: Leg, now: float) -> None:
    line.move("lend", now)
    line.lent = leg.id
