"""Which version of a flow a call gets: what is in force, and what is on trial beside it."""

from collections.abc import Callable
from typing import Any

from tandem.control import commands, events
from tandem.control.chat.chat import Chat
from tandem.control.context import Context
from tandem.control.publishing.canary import Canary
from tandem.control.publishing.versions import flow_key, forget_unused_version
from tandem.control.voice.call import Call
from tandem.ivr.flow import Flow


def flow_for(context: Context, name: str, caller: str) -> Flow | None:
    """The version of flow `name` that a new call gets: the one in force, or for some callers the one on trial."""
    state = context.state
    version = state.published.get(name)
    if version is None:
        return None
    canary = state.canaries.get(name)
    if canary is not None and canary.takes(caller):
        version = canary.version
    return state.flows[flow_key(name, version)]


def published(context: Context, event: events.FlowPublished, now: float) -> None:
    """New calls get this version, calls under way keep theirs; when it is another one, a trial of this flow is over."""
    flow = event.flow
    before = context.state.published.get(flow.name)
    if event.forced:
        context.alarm("flow forced", flow.name, f"{event.author}: {event.forced}")
    if before == flow.version:
        return
    context.state.flows[flow_key(flow.name, flow.version)] = flow
    context.state.published[flow.name] = flow.version
    if (canary := context.state.canaries.get(flow.name)) is not None:
        outcome = "promoted" if canary.version == flow.version else "superseded"
        _end_canary(context, canary, outcome, event.author, "", now)
    if before is not None:
        forget_unused_version(context, flow.name, before)


def canary_started(context: Context, event: events.CanaryStarted, now: float) -> None:
    """From now on some callers get this version. One that is on trial already makes way for it."""
    flow, state = event.flow, context.state
    base = state.published.get(flow.name)
    if base is None or base == flow.version:
        context.alarm("canary without a comparison", flow.name, "the flow has no other version in force")
        return
    if (earlier := state.canaries.get(flow.name)) is not None:
        _end_canary(context, earlier, "superseded", event.author, "", now)
    state.flows[flow_key(flow.name, flow.version)] = flow
    canary = Canary(flow.name, flow.version, base, event.percent, event.margins, event.author, now)
    state.canaries[flow.name] = canary
    context.tell(_row(canary))


def canary_stopped(context: Context, event: events.CanaryStopped, now: float) -> None:
    canary = context.state.canaries.get(event.flow)
    if canary is not None:
        _end_canary(context, canary, "stopped", event.author, "", now)


def count_end(context: Context, call: Call | Chat, outcome: str, now: float) -> None:
    """Count a call's end where a trial is on; what the switch lost says nothing of a flow."""
    canary = context.state.canaries.get(call.flow)
    if canary is None or outcome == "lost":
        return
    if reason := canary.count(call.version, call.entered_at, outcome, call.faults > 0):
        context.alarm("canary rolled back", call.flow, reason)
        _end_canary(context, canary, "rolled_back", "", reason, now)


def _end_canary(context: Context, canary: Canary, outcome: str, author: str, reason: str, now: float) -> None:
    del context.state.canaries[canary.flow]
    context.tell(_row(canary, now, outcome, author, reason))
    forget_unused_version(context, canary.flow, canary.version)


def _row(
    canary: Canary, ended_at: float | None = None, outcome: str = "", ended_by: str = "", reason: str = ""
) -> commands.RecordCanary:
    new, old = canary.new, canary.old
    return commands.RecordCanary(
        flow=canary.flow,
        started_at=canary.since,
        version=canary.version,
        base=canary.base,
        percent=canary.percent,
        author=canary.author,
        ended_at=ended_at,
        outcome=outcome,
        ended_by=ended_by,
        reason=reason,
        calls=new.calls,
        contained=new.contained,
        abandoned=new.abandoned,
        faulty=new.faulty,
        base_calls=old.calls,
        base_contained=old.contained,
        base_abandoned=old.abandoned,
        base_faulty=old.faulty,
    )


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.FlowPublished: published,
    events.CanaryStarted: canary_started,
    events.CanaryStopped: canary_stopped,
}
