"""Supervisors on agents' talks: their phone is rung and joined, they go from mode to mode, and it ends with the talk.
Where the agent's voice is cut off, they wait for it with the caller (see rejoining.py).

Whoever is on a talk is on the phone: as an agent they are offered nothing meanwhile. Nothing of it is in the contact's
timeline, which the agent sees: it has records of its own.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from tandem.acd import events as acd
from tandem.acd.agent import MONITORING
from tandem.control import commands, events
from tandem.control.context import Context
from tandem.control.routing import route
from tandem.control.settings import browser_phone
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
    mine = _of(context, event.by)
    if _talk(context, event.agent) is None and (mine is None or mine.agent != event.agent):
        return "not_in_talk"
    if not context.state.switch_up:
        return "switch_lost"
    if mine is not None:
        return "" if mine.agent == event.agent else "monitors_another"
    if not (device := _phone(context, event)):
        return "no_phone"
    return "" if all(map(context.router.may_monitor, _busy(context, event, device))) else "phone_busy"


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
    name, device = f"{MONITOR_PREFIX}{number}", _phone(context, event)
    busy = _busy(context, event, device)
    monitor = Monitor(name, event.by, leg.agent, leg.call, leg.id, event.mode, event.mode, now, device, busy)
    context.state.monitors[name] = monitor
    context.tell(commands.RingSupervisor(name, device, leg.channel, event.mode, leg.agent, RING_SECONDS))
    for agent in busy:
        route(context, acd.AgentEngaged(agent, MONITORING), now)


def _change(context: Context, monitor: Monitor, event: events.MonitoringAsked, now: float) -> None:
    if monitor.mode == event.mode:
        return
    if monitor.state == "asked":
        monitor.mode = event.mode
        return
    _record(context, monitor, now)
    monitor.mode, monitor.since, monitor.number = event.mode, now, monitor.number + 1
    _lead(context, monitor)
    _record(context, monitor, None)


def _lead(context: Context, monitor: Monitor) -> None:
    """Have the supervisor on the agent's channel, in their mode; who waits for it is led there when it is back."""
    if leg := context.state.legs.get(monitor.leg):
        context.tell(commands.ChangeMonitoring(monitor.id, monitor.mode, leg.channel))


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
    if monitor is None or monitor.state != "asked":
        return
    monitor.move("join")
    monitor.since = now
    if not monitor.leg:
        monitor.move("cut")
    elif monitor.moved or monitor.mode != monitor.rung_as:
        _lead(context, monitor)
    _record(context, monitor, None)


def ended(context: Context, event: events.MonitorEnded, now: float) -> None:
    """The supervisor's channel is gone, or never came."""
    if monitor := context.state.monitors.get(event.monitor):
        _close(context, monitor, now)


def cut_off(context: Context, leg: Leg) -> None:
    """The agent's voice is gone and the talk is to go on: whoever is on it waits."""
    for monitor in context.state.monitors.values():
        if monitor.leg == leg.id:
            monitor.leg = ""
            if monitor.can("cut"):
                monitor.move("cut")


def goes_on(context: Context, leg: Leg) -> None:
    """The talk that was cut off goes on, on this leg."""
    for monitor in _who_wait(context, leg.call):
        monitor.leg, monitor.moved = leg.id, True
        if monitor.state == "waiting":
            monitor.move("join")
            _lead(context, monitor)


def given_up(context: Context, call: str, now: float) -> None:
    """The agent's voice does not come back."""
    for monitor in _who_wait(context, call):
        _end(context, monitor, now)


def _who_wait(context: Context, call: str) -> list[Monitor]:
    return [monitor for monitor in context.state.monitors.values() if monitor.call == call and not monitor.leg]


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
        elif channel is not None and channel.up and monitor.state == "asked":
            context.repaired("supervisor's answer missed")
            joined(context, events.MonitorJoined(monitor.id), now)
        elif channel is not None and channel.up and not context.state.switch_up:
            _lead(context, monitor)


def _end(context: Context, monitor: Monitor, now: float) -> None:
    context.tell(commands.HangUpStray(monitor.id))
    _close(context, monitor, now)


def _close(context: Context, monitor: Monitor, now: float) -> None:
    if monitor.state == "asked":
        context.count("supervisors not reached")
    else:
        _record(context, monitor, now)
    monitor.move("end")
    del context.state.monitors[monitor.id]
    known = context.router.snapshot().agents
    for agent in monitor.busy:
        if agent in known and known[agent].engaged_with == MONITORING:  # one taken out of the settings is another now
            route(context, acd.AgentDisengaged(agent), now)


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


def _busy(context: Context, event: events.MonitoringAsked, device: str) -> tuple[str, ...]:
    """Which agents are on the phone with it: the supervisor, where they work as one, and whose phone is rung."""
    agents = context.state.settings.acd.agents
    own = [event.own] if event.own in agents else []
    return tuple(dict.fromkeys([*own, *devices.owners(context, device)]))


class Phone(msgspec.Struct, frozen=True):
    """A phone that may be rung for a supervisor: whose it is, whether it is in their browser, and whether they could
    be on a talk with it now."""

    device: str
    agent: str
    browser: bool
    free: bool


def phones(context: Context, own: str) -> list[Phone]:
    """The phones that are there, first the one that is rung for who works as `own` where none is named."""
    first = _phone(context, events.MonitoringAsked("", "listen", "", own))
    found = [
        Phone(device, agent.name, device == browser_phone(agent.name), context.router.may_monitor(agent.name))
        for agent in context.state.settings.acd.agents.values()
        for device in agent.devices
        if not agent.number and device in context.state.devices
    ]
    return sorted(found, key=lambda phone: (phone.device != first, phone.agent != own, phone.agent, phone.device))


legs.LEG_OVER.append(talk_over)

HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.MonitoringAsked: asked,
    events.MonitoringStopped: stopped,
    events.MonitorBegan: lambda _context, _event, _now: None,
    events.MonitorJoined: joined,
    events.MonitorEnded: ended,
}
