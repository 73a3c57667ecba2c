"""What agents want, or supervisors for them, and their phones."""

from collections.abc import Callable
from typing import Any

from tandem.acd import events as acd
from tandem.acd.agent import PAUSED, READY, SIGNED_OUT
from tandem.control import commands, events, pauses
from tandem.control.context import Context
from tandem.control.routing import route
from tandem.control.voice import nailed, rejoining
from tandem.control.voice.devices import owners


def signed_in(context: Context, event: events.AgentSignedIn, now: float) -> None:
    nailed.refresh(context, event.agent, now)  # a number is there without telling
    route(context, acd.AgentSignedIn(event.agent), now)
    _follow(context, event.agent, now)


def signed_out(context: Context, event: events.AgentSignedOut, now: float) -> None:
    route(context, acd.AgentSignedOut(event.agent, event.by, event.after_contact), now)
    _ordered(context, event.agent, SIGNED_OUT, "", event.by, now)
    _follow(context, event.agent, now)


def went_ready(context: Context, event: events.AgentWentReady, now: float) -> None:
    route(context, acd.AgentWentReady(event.agent, event.by), now)
    _ordered(context, event.agent, READY, "", event.by, now)
    _follow(context, event.agent, now)


def paused(context: Context, event: events.AgentPaused, now: float) -> None:
    route(context, acd.AgentPaused(event.agent, event.reason, event.by, event.after_contact), now)
    _ordered(context, event.agent, PAUSED, event.reason, event.by, now)
    _follow(context, event.agent, now)


def wrap_up_extended(context: Context, event: events.WrapUpExtended, now: float) -> None:
    route(context, acd.WrapUpExtended(event.agent, event.seconds), now)


def _ordered(context: Context, name: str, what: str, reason: str, by: str, now: float) -> None:
    """Record who forced a state; who is signed out can't be forced into any."""
    agent = context.state.router.agents.get(name)
    if by and agent is not None and agent.wants == what:
        context.tell(commands.RecordAgentOrder(name, now, what, reason, by))


def _follow(context: Context, name: str, now: float) -> None:
    """What was wanted may matter without a move from state to state, such as while the phone is gone."""
    pauses.follow(context, name, now)


def device_found(context: Context, event: events.DeviceFound, now: float) -> None:
    context.state.devices.setdefault(event.device, now)
    for agent in owners(context, event.device):
        nailed.refresh(context, agent, now)
    rejoining.device_found(context, event.device, now)


def device_lost(context: Context, event: events.DeviceLost, now: float) -> None:
    """An agent with another phone that is there goes on."""
    context.state.devices.pop(event.device, None)
    for agent in owners(context, event.device):
        nailed.refresh(context, agent, now)


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.AgentSignedIn: signed_in,
    events.AgentSignedOut: signed_out,
    events.AgentWentReady: went_ready,
    events.AgentPaused: paused,
    events.WrapUpExtended: wrap_up_extended,
    events.DeviceFound: device_found,
    events.DeviceLost: device_lost,
}
