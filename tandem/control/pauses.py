"""Pauses, each with its reason and its own clock, which goes on while the agent's phone is gone."""

from tandem.acd.agent import PAUSED
from tandem.control import commands
from tandem.control.context import Context
from tandem.control.routing import AGENT_MOVED
from tandem.control.settings import Settings
from tandem.control.state import Pause

TIMER = "pause"
"""Kind of the timer after which a pause has lasted as long as its reason allows."""


def follow(context: Context, name: str, now: float) -> None:
    """Record the begin or the end of a pause, when the router's agent is in another than is known here."""
    agent = context.state.router.agents.get(name)
    began_at = agent.paused_since if agent and agent.wants == PAUSED else None
    known = context.state.pauses.get(name)
    if known is not None and known.began_at != began_at:
        del context.state.pauses[name]
        context.timers.clear(f"{TIMER} {name}")
        _record(context, name, known, now)
    if agent and began_at is not None and name not in context.state.pauses:
        pause = context.state.pauses[name] = Pause(began_at, agent.pause_reason, agent.wanted_by)
        _record(context, name, pause, None)
        _watch(context, name, pause, now)


def settings_changed(context: Context, before: Settings, now: float) -> None:
    """A changed limit holds for pauses that go on, too."""
    for name, pause in context.state.pauses.items():
        if _longest(before, pause) != _longest(context.state.settings, pause):
            context.timers.clear(f"{TIMER} {name}")
            _watch(context, name, pause, now)


def too_long(context: Context, name: str, now: float) -> None:
    """The longest time that the reason allows is over: tell the operator."""
    pause = context.state.pauses[name]
    lasted, longest = (now - pause.began_at) / 60, _longest(context.state.settings, pause) / 60
    context.alarm("pause too long", name, f"{pause.reason} for {lasted:.0f} min, allowed are {longest:g}")


def _watch(context: Context, name: str, pause: Pause, now: float) -> None:
    if longest := _longest(context.state.settings, pause):
        context.timers.set(f"{TIMER} {name}", max(pause.began_at + longest, now))


def _longest(settings: Settings, pause: Pause) -> float:
    """Seconds; 0 for no limit."""
    reason = settings.pause_reasons.get(pause.reason)
    return reason.longest * 60 if reason else 0.0


def _record(context: Context, name: str, pause: Pause, ended_at: float | None) -> None:
    context.tell(commands.RecordPause(name, pause.began_at, ended_at, pause.reason, pause.by))


AGENT_MOVED.append(follow)
