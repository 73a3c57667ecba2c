"""Supervisors on agents' talks: their phone is rung and joined, they go from mode to mode, and it ends with the talk.

Nothing of it is in the contact's timeline, which the agent sees: it has records of its own.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tandem.control import commands, events
from tandem.control.context import Context
from tandem.control.voice import devices, legs
from tandem.control.voice.call import Leg
from tandem.control.voice.monitor import MONITOR_PREFIX, Monitor

RING_SECONDS = 30.0
"""How long the supervisor's phone rings."""


def why_not(context: Context, event: events.MonitoringAsked) -> str:
    """Why a supervisor can't be on an agent's talk, as a code; empty: they can."""
    if event.agent not in context.state.settings.acd.agents:
        return "unknown_agent"
    if event.own == event.agent:
        return "own_talk"
    if _talk(context, event.agent) is None:
        return "not_in_talk"
    if not context.state.switch_up:
        return "switch_lost"
    mine = _of(context, event.by)
    if mine is not None:
        return "" if mine.agent == event.agent else "monitors_another"
    return "" if _phone(context, event) else "no_phone"


def asked(context: Context, event: events.MonitoringAsked, now: float) -> None:
    """Ring the supervisor; who is there already only goes to another mode."""
    if why_not(context, event):
        context.count("monitoring asked for in vain")
    elif monitor := _of(context, event.by):
        _change(context, monitor, event, now)
    elif leg := _talk(context, event.agent):
        _ring(context, event, leg, now)


def _ring(context: Context, event: events.MonitoringAsked, leg: Leg, now: float) -> None:
    number, context.state.next_monitor = context.state.next_monitor, context.state.next_monitor + 1
    name = f"{MONITOR_PREFIX}{number}"
    monitor = Monitor(name, event.by, leg.agent, leg.call, leg.id, event.mode, event.mode, now)
    context.state.monitors[name] = monitor
    context.tell(
        commands.RingSupervisor(name, _phone(context, event), leg.line or leg.id, event.mode, leg.agent, RING_SECONDS)
    )


def _change(context: Context, monitor: Monitor, event: events.MonitoringAsked, now: float) -> None:
    if monitor.mode == event.mode:
        return
    if monitor.state == "joined":
        _record(context, monitor, now)
        monitor.since, monitor.number = now, monitor.number + 1
        context.tell(commands.ChangeMonitoring(monitor.id, event.mode))
    monitor.mode = event.mode
    if monitor.state == "joined":
        _record(context, monitor, None)


def why_not_stop(context: Context, event: events.MonitoringStopped) -> str:
    """Why there is nothing to stop, as a code; empty: there is."""
    mine = _of(context, event.by)
    return "" if mine is not None and mine.agent == event.agent else "not_monitoring"


def stopped(context: Context, event: events.MonitoringStopped, now: float) -> None:
    """The supervisor has heard enough."""
    if (monitor := _of(context, event.by)) and monitor.agent == event.agent:
        _end(context, monitor, now)


def joined(context: Context, event: events.MonitorJoined, now: float) -> None:
    """The supervisor picked up."""
    monitor = context.state.monitors.get(event.monitor)
    if monitor is None or not monitor.can("join"):
        return
    monitor.move("join")
    monitor.since = now
    if monitor.mode != monitor.rung_as:
        context.tell(commands.ChangeMonitoring(monitor.id, monitor.mode))
    _record(context, monitor, None)


def ended(context: Context, event: events.MonitorEnded, now: float) -> None:
    """The supervisor's channel is gone, or never came."""
    if monitor := context.state.monitors.get(event.monitor):
        _close(context, monitor, now)


def talk_over(context: Context, leg: Leg, now: float) -> None:
    """Whoever is on the talk of this leg leaves with it."""
    for monitor in [monitor for monitor in context.state.monitors.values() if monitor.leg == leg.id]:
        _end(context, monitor, now)


def mend(context: Context, seen: Mapping[str, events.SeenChannel], settled: float, now: float) -> None:
    """Set right what differs from the switch's own listing (see switch.py); what was ordered meanwhile may be lost."""
    for monitor in list(context.state.monitors.values()):
        channel = seen.get(monitor.id)
        if channel is None and monitor.asked_at < settled:
            context.repaired("supervisor gone from the switch")
            _close(context, monitor, now)
        elif channel is not None and channel.up and monitor.can("join"):
            context.repaired("supervisor's answer missed")
            joined(context, events.MonitorJoined(monitor.id), now)
        elif channel is not None and channel.up and not context.state.switch_up:
            context.tell(commands.ChangeMonitoring(monitor.id, monitor.mode))


def _end(context: Context, monitor: Monitor, now: float) -> None:
    context.tell(commands.HangUpStray(monitor.id))
    _close(context, monitor, now)


def _close(context: Context, monitor: Monitor, now: float) -> None:
    if monitor.state == "joined":
        _record(context, monitor, now)
    else:
        context.count("supervisors not reached")
    monitor.move("end")
    del context.state.monitors[monitor.id]


def _record(context: Context, monitor: Monitor, ended_at: float | None) -> None:
    context.tell(
        commands.RecordMonitoring(
            monitor.id,
            monitor.number,
            monitor.by,
            monitor.agent,
            monitor.call,
            monitor.mode,
            monitor.since,
            ended_at,
        )
    )


def _of(context: Context, by: str) -> Monitor | None:
    """What a supervisor monitors: one talk at most, as they have one phone."""
    return next((monitor for monitor in context.state.monitors.values() if monitor.by == by), None)


def _talk(context: Context, agent: str) -> Leg | None:
    """The agent's leg in a talk by phone; None when they are in none."""
    legs = context.state.legs.values()
    return next((leg for leg in legs if leg.agent == agent and leg.bridged_at is not None), None)


def _phone(context: Context, event: events.MonitoringAsked) -> str:
    """What to ring for the supervisor: a phone of somebody here, or their own; empty: there is none."""
    agents = context.state.settings.acd.agents
    if event.device:
        here = any(event.device in agent.devices for agent in agents.values() if not agent.number)
        return event.device if here and event.device in context.state.devices else ""
    own = agents.get(event.own)
    if own is None or own.nailed_up:
        return ""
    phones = devices.to_ring(context, own)
    return phones[0] if phones and devices.is_there(context, own) else ""


legs.LEG_OVER.append(talk_over)

HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.MonitoringAsked: asked,
    events.MonitoringStopped: stopped,
    events.MonitorBegan: lambda _context, _event, _now: None,
    events.MonitorJoined: joined,
    events.MonitorEnded: ended,
}
