"""The lines of remote agents that are nailed up: called at sign-in, kept, called again when they drop, hung up at
sign-out."""

from collections.abc import Callable
from typing import Any

from tandem.acd import events as acd
from tandem.acd.agent import SIGNED_OUT
from tandem.control import commands, events, routing
from tandem.control.context import Context
from tandem.control.destinations import destination
from tandem.control.routing import route
from tandem.control.voice import devices, joining, offers
from tandem.control.voice.lending import line_of
from tandem.control.voice.line import LINE_PREFIX, Line

TIMER = "line"
"""Kind of the timer after which a line is called again."""


def follow(context: Context, name: str, now: float) -> None:
    """Have a line for an agent who is signed in and wants one, to the number that is theirs now, and none for any
    other."""
    settings = context.state.settings.acd.agents.get(name)
    agent = context.state.router.agents.get(name)
    wanted = settings is not None and settings.nailed_up and agent is not None and agent.state != SIGNED_OUT
    line = context.state.lines.get(name)
    if line is not None and not line.leg and not (wanted and _leads_there(context, line)):
        _end(context, line, now)
        line = context.state.lines.get(name)
    if wanted and line is None:
        context.state.lines[name] = Line(name)
        call(context, name, now)


def _leads_there(context: Context, line: Line) -> bool:
    """Whether the line is to the agent's number, and that one is still allowed; one that is down asks anew anyway."""
    agent = context.state.settings.acd.agents[line.agent]
    return line.state == "down" or line.number == destination(context.state.settings.dial_plan, agent.number)


def call(context: Context, name: str, now: float) -> None:
    """Call the agent."""
    line, agent = context.state.lines[name], context.state.settings.acd.agents[name]
    plan = context.state.settings.dial_plan
    line.move("call", now)
    line.id = f"{LINE_PREFIX}{name}-{context.state.next_line}"
    context.state.next_line += 1
    if (number := destination(plan, agent.number)) is None:
        _dropped(context, line, f"the dial plan does not allow {agent.number}", now)
        return
    line.number = number
    manner, ring_seconds = devices.manner(context, agent, number), context.state.settings.remote_agents.ring_seconds
    context.tell(commands.NailUp(line.id, number, plan.caller_id, ring_seconds, manner))


def kept(context: Context, event: events.LineKept, now: float) -> None:
    """The line is in its place: for the first time, or back from the conversation that it was lent for.

    One that comes from an older conversation than the last is old news.
    """
    line = line_of(context, event.line)
    if line is None or not line.can("keep") or event.leg != line.lent:
        return
    line.move("keep", now)
    if line.answered_at is None:
        line.answered_at = now
        context.count("agent lines: answered")
    if line.leg == line.lent and line.leg in context.state.legs:
        joining.leg_ended(context, events.LegEnded(line.leg), now)
    waiting, line.waiting = line.waiting, None
    if waiting and (leg := context.state.legs.get(line.leg)):
        offers.ask(context, leg, waiting, now)
    refresh(context, line.agent, now)


def leg_failed(context: Context, event: events.LegFailed, now: float) -> None:
    """A ring came to nothing: a line's, or an offer's."""
    if line := line_of(context, event.leg):
        dropped(context, line, event.reason, now)
    else:
        offers.leg_failed(context, event, now)


def leg_ended(context: Context, event: events.LegEnded, now: float) -> None:
    """An agent's channel is gone: a line, or that of an offer."""
    if line := line_of(context, event.leg):
        dropped(context, line, "hung up" if line.is_there else "not confirmed", now)
    else:
        joining.leg_ended(context, event, now)


def dropped(context: Context, line: Line, reason: str, now: float) -> None:
    """The line is gone, and with it what it was lent to; the agent has no device until it is there again."""
    if line.can("drop"):
        _dropped(context, line, reason, now)


def _dropped(context: Context, line: Line, reason: str, now: float) -> None:
    settings = context.state.settings.remote_agents
    context.count("agent lines: dropped" if line.is_there else "agent lines: not reached")
    if line.answered_at is not None and now - line.answered_at > settings.longest_call_again:
        line.failures = 0
    line.move("drop", now)
    line.answered_at, line.lent, line.id = None, "", ""
    line.failures += 1
    if line.failures == 1:
        context.alarm("agent's line is down", line.agent, reason)
    pause = settings.call_again * 2 ** min(line.failures - 1, 30)
    context.timers.set(f"{TIMER} {line.agent}", now + min(pause, settings.longest_call_again))
    refresh(context, line.agent, now)
    _end_leg(context, line, now)


def _end_leg(context: Context, line: Line, now: float) -> None:
    leg = context.state.legs.get(line.leg)
    if leg is not None and leg.bridged_at is None:
        offers.leg_failed(context, events.LegFailed(leg.id, "unreachable"), now)
    elif leg is not None:
        joining.leg_ended(context, events.LegEnded(leg.id), now)


def _end(context: Context, line: Line, now: float) -> None:
    """The agent does not want the line any more."""
    context.timers.clear(f"{TIMER} {line.agent}")
    del context.state.lines[line.agent]
    if line.state != "down":
        context.tell(commands.HangUpLeg(line.id))
    line.move("end", now)
    refresh(context, line.agent, now)


def refresh(context: Context, name: str, now: float) -> None:
    """Tell the router when an agent's phone has come or gone, of whatever kind it is."""
    settings, agent = context.state.settings.acd.agents.get(name), context.state.router.agents.get(name)
    if settings is None or agent is None:
        return
    there = devices.is_there(context, settings)
    if there != agent.device_present:
        route(context, acd.DeviceFound(name) if there else acd.DeviceLost(name), now)


def refresh_all(context: Context, now: float) -> None:
    """Tell the router of every agent's phone that has come or gone."""
    for name in context.state.settings.acd.agents:
        refresh(context, name, now)


routing.AGENT_MOVED.append(follow)

HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.LegFailed: leg_failed,
    events.LegEnded: leg_ended,
    events.LineKept: kept,
}
