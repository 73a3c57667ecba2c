"""The agents' own doings and their phones."""

from collections.abc import Callable
from typing import Any

from tandem.acd import events as acd
from tandem.control import events
from tandem.control.context import Context
from tandem.control.voice.offers import route


def signed_in(context: Context, event: events.AgentSignedIn, now: float) -> None:
    route(context, acd.AgentSignedIn(event.agent), now)


def signed_out(context: Context, event: events.AgentSignedOut, now: float) -> None:
    route(context, acd.AgentSignedOut(event.agent), now)


def went_ready(context: Context, event: events.AgentWentReady, now: float) -> None:
    route(context, acd.AgentWentReady(event.agent), now)


def paused(context: Context, event: events.AgentPaused, now: float) -> None:
    route(context, acd.AgentPaused(event.agent, event.reason), now)


def device_found(context: Context, event: events.DeviceFound, now: float) -> None:
    for agent in owners(context, event.device):
        route(context, acd.DeviceFound(agent), now)


def device_lost(context: Context, event: events.DeviceLost, now: float) -> None:
    for agent in owners(context, event.device):
        route(context, acd.DeviceLost(agent), now)


def owners(context: Context, device: str) -> list[str]:
    """The agents who use this phone: one, or none."""
    return [agent.name for agent in context.state.settings.acd.agents.values() if agent.device == device]


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.AgentSignedIn: signed_in,
    events.AgentSignedOut: signed_out,
    events.AgentWentReady: went_ready,
    events.AgentPaused: paused,
    events.DeviceFound: device_found,
    events.DeviceLost: device_lost,
}
