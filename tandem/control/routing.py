"""Between the plane and the router: it is told, and what it decides is done."""

from collections.abc import Callable
from typing import Any

from tandem.acd import commands as acd
from tandem.acd import events as acd_events
from tandem.control import commands, records, ways
from tandem.control.context import Context

AGENT_MOVED: list[Callable[[Context, str, float], None]] = []
"""Who follows an agent's states; each module puts itself there."""


def route(context: Context, event: acd_events.Event, now: float) -> None:
    """Tell the router, and have done what it decides."""
    for command in context.router.handle(event, now):
        FROM_ROUTER[type(command)](context, command, now)


def _offer_way(context: Context, command: acd.OfferToContact, now: float) -> None:
    ways.offer(context, command.contact, command.queue, command.way, now)


def _record_plan_step(context: Context, command: acd.RecordPlanStep, now: float) -> None:
    """A condition concerns the whole queue: it has a record of its own."""
    if command.contact:
        _note_waiting(context, command.contact, now, "plan", command.what)
        return
    context.tell(commands.RecordQueueStep(command.queue, now, command.step, command.in_force, command.what))
    if command.in_force:
        context.count(f"plan of {command.queue}: {command.what}")


def _record_move(context: Context, command: acd.RecordMove, now: float) -> None:
    _note_waiting(context, command.contact, now, "moved", f"{command.queue} to {command.to}")


def _note_waiting(context: Context, contact: str, now: float, what: str, detail: str) -> None:
    if call := context.state.calls.get(contact):
        context.note(call, now, what, detail)


def _record(context: Context, command: acd.Command, now: float) -> None:
    context.tell(records.from_router(command, now))


def _record_state(context: Context, command: acd.RecordAgentState, now: float) -> None:
    _record(context, command, now)
    for follow in AGENT_MOVED:
        follow(context, command.agent, now)


def _raise_alarm(context: Context, command: acd.RaiseAlarm, _now: float) -> None:
    context.alarm(command.kind, command.subject, command.detail)


FROM_ROUTER: dict[type[acd.Command], Callable[[Context, Any, float], None]] = {
    acd.OfferToContact: _offer_way,
    acd.RecordPlanStep: _record_plan_step,
    acd.RecordMove: _record_move,
    acd.RecordAgentState: _record_state,
    acd.RecordWrapUpExtended: _record,
    acd.RecordWait: _record,
    acd.RecordInterval: _record,
    acd.RaiseAlarm: _raise_alarm,
}
"""What is done about the router's commands; offers, and mail that is interrupted, put there what concerns them."""
