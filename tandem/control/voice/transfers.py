"""The caller is connected with somebody outside, and comes back to the flow afterwards.

The switch dials by itself once it was told to, so that neither ring nor talk needs us; the call's entry tells what came
of it.
"""

from collections.abc import Callable
from typing import Any

from tandem.control import commands, events, records
from tandem.control.context import Context
from tandem.control.destinations import destination
from tandem.control.voice import calls, walking
from tandem.control.voice.call import Call, Leg, Transfer
from tandem.control.voice.errands import ERRANDS, Errand
from tandem.control.voice.legs import drop, send_off
from tandem.control.voice.listening import hush
from tandem.control.voice.music import joined, rejoin, still_waits
from tandem.ivr import commands as ivr
from tandem.ivr import events as ivr_events

LONGEST_RING = 120.0
"""Seconds."""


def begin(context: Context, call: Call, command: ivr.Transfer, now: float) -> None:
    """Dial where the flow wants the caller to go, if the dial plan allows it."""
    target = destination(context.state.settings.dial_plan, command.destination)
    if target is None:
        context.alarm("transfer not allowed", call.flow, f"{command.destination[:80]!r} is not in the dial plan")
        context.note(call, now, "transfer not allowed", command.destination[:80])
        walking.walk(context, call, ivr_events.TransferEnded("not_allowed"), now)
        return
    call.transfers += 1
    call.transfer = Transfer(call.transfers, target, min(command.ring_seconds, LONGEST_RING), now)
    call.move("transfer")
    context.note(call, now, "transfer", command.destination)
    _dial(context, call)


def _dial(context: Context, call: Call) -> None:
    plan = context.state.settings.dial_plan
    transfer = _transfer(call)
    hush(context, call)
    context.tell(
        commands.Transfer(
            call=call.id,
            number=transfer.number,
            destination=transfer.to,
            caller_id=plan.caller_id,
            ring_seconds=transfer.ring_seconds,
            talk_seconds=plan.longest_talk,
        )
    )


def send(context: Context, call: Call, target: str, agent: str, now: float) -> None:
    """An agent sends a caller, who is back from their talk, to somebody outside."""
    call.transfers += 1
    call.transfer = Transfer(call.transfers, target, LONGEST_RING, now, agent=agent)
    call.move("transfer")
    _dial(context, call)


def hand_over(call: Call, leg: Leg, agent: str, now: float) -> None:
    """The agent leaves the caller to somebody outside, on `leg`, whom they consulted."""
    call.transfers += 1
    call.transfer = Transfer(call.transfers, leg.device, LONGEST_RING, now, now, agent, leg.id)
    leg.call, leg.bridged_at = call.id, now
    call.move("hand_over")


def entered(context: Context, call: Call, event: events.CallEntered, now: float) -> None:
    """Without a word of this transfer the switch was never told of it: the order was lost with the process.

    Who was consulted before is on the line already, or gone.
    """
    transfer, came_of_it = _transfer(call), event.transferred
    if transfer.leg:
        joined = not call.joining or event.last_leg == transfer.leg
        if joined or not rejoin(context, call, now):
            _back(context, call, "answered", now)
        return
    if came_of_it is None or came_of_it.number != transfer.number:
        context.tell(commands.Answer(call.id))  # may have been lost with it
        _dial(context, call)
        return
    if came_of_it.outcome == "answered" and transfer.answered_at is None:
        transfer.answered_at = now - came_of_it.talk_seconds
    _back(context, call, came_of_it.outcome, now)


def answered(context: Context, event: events.TransferAnswered, now: float) -> None:
    call = context.state.calls.get(event.call)
    if call is not None and call.transfer is not None and call.transfer.answered_at is None:
        call.transfer.answered_at = now
        context.note(call, now, "transfer answered", call.transfer.to)


def failed(context: Context, call: Call, now: float) -> None:
    """The switch could not even be told."""
    if call.state == "transferring" and not _transfer(call).leg:
        _back(context, call, "failed", now)


def _back(context: Context, call: Call, outcome: str, now: float) -> None:
    transfer = _transfer(call)
    outcome = "answered" if transfer.answered_at is not None else outcome
    _close(context, call, outcome, now)
    call.move("transfer_ended")
    back = ivr_events.QueueEnded("served") if transfer.agent else ivr_events.TransferEnded(outcome)
    calls.go_on(context, call, back, now)


def _left(context: Context, call: Call, _leg: Leg, now: float) -> None:
    """Somebody outside who was consulted before hung up: the caller comes back by themselves, or never left."""
    call.joining = ""
    if call.out:
        _back(context, call, "answered", now)
    else:
        _end_leg(context, call, now)


def _end_leg(context: Context, call: Call, now: float) -> None:
    leg = context.state.legs.get(_transfer(call).leg)
    if leg is not None:
        drop(context, leg, now, "served")
        send_off(context, leg)


def ended(context: Context, call: Call, now: float, _outcome: str) -> None:
    """The caller hung up, in talk or before."""
    _close(context, call, "abandoned" if _transfer(call).answered_at is None else "answered", now)


def _close(context: Context, call: Call, outcome: str, now: float) -> None:
    transfer = _transfer(call)
    call.transferred = call.transferred or transfer.answered_at is not None
    context.note(call, now, "transfer ended", outcome.replace("_", " "))
    if transfer.leg:
        _end_leg(context, call, now)
    else:
        context.tell(records.transfer(call, transfer, now, outcome))
    call.transfer, call.joining = None, ""


def _transfer(call: Call) -> Transfer:
    assert call.transfer is not None
    return call.transfer


walking.FROM_FLOW[ivr.Transfer] = begin
ERRANDS["transferring"] = Errand(entered, ended, still_waits, _left, joined)

HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {events.TransferAnswered: answered}
