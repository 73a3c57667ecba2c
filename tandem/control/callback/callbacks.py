"""Callbacks from their booking to their end: when each is in the router, and when it sleeps.

A callback is the entry of a queue with its line released. It keeps its age while it sleeps; whoever may not be called
now is not in the router, so no agent is ever reserved for them.
"""

from collections.abc import Callable
from typing import Any

from tandem.acd import events as acd
from tandem.acd.intervals import NOT_NOW
from tandem.control import commands, customers, events, last_agents, records
from tandem.control.callback.asking import ASKING_SECONDS
from tandem.control.callback.bookings import (
    DAY,
    EXPIRES,
    WAKES,
    attempt_over,
    close,
    enter,
    find,
    lately,
    settings_of,
)
from tandem.control.callback.callback import CALLBACK_PREFIX, Callback
from tandem.control.callback.daytime import Window, allowed_from, allowed_until, quiet_window
from tandem.control.callback.regions import zones_of
from tandem.control.chat.chat import Chat
from tandem.control.context import Context
from tandem.control.destinations import destination, plain_number
from tandem.control.publishing.versions import flow_of
from tandem.control.routing import route
from tandem.control.voice.call import Call
from tandem.control.work import Work
from tandem.control.workload import put
from tandem.ivr import commands as ivr
from tandem.ivr.events import CallbackBooked, CallbackRefused
from tandem.ivr.opening import Opening
from tandem.ivr.session import Session, back_in_queue
from tandem.ivr.values import Value

FORGETS = "bookings"
"""Kind of the timer, with a number, after which its bookings count no more."""

# --- booking -----------------------------------------------------------------------------------------------------


def variables(context: Context, number: str) -> dict[str, Value]:
    """What a flow is told at its start of the callback that waits for its caller; a position of 0: not yet."""
    booked = find(context, number)
    place = context.router.place(booked[0].contact) if booked else None
    return {
        "callback.booked": bool(booked),
        "callback.queue": booked[0].queue if booked else "",
        "callback.position": place.position if place else 0,
    }


def book(
    context: Context, call: Call | Chat, command: ivr.RequestCallback, now: float
) -> CallbackBooked | CallbackRefused:
    """Book what a call's or a chat's flow asks for: one for each number and queue. The call is still in its queue."""
    number = plain_number(command.number) or ""
    known = find(context, number, command.queue)
    if not known and (reason := refusal(context, number, command.queue, now)):
        context.note(call, now, "callback refused", reason.replace("_", " "))
        context.count(f"callbacks refused: {reason.replace('_', ' ')}")
        return CallbackRefused(reason)
    place = context.router.place(call.id)
    age = place.enqueued_at if place else now
    context.note(call, now, "callback booked", f"{number}, {command.queue}")
    if known and isinstance(call, Call):  # whoever only writes a number moves nothing that stands under it
        _book_again(context, known[0], command.at, age, now)
    elif not known:
        book_now(context, make(context, call, command, number, age, now), now)
    return CallbackBooked(bool(known))


def refusal(context: Context, number: str, queue: str, now: float) -> str:
    """Why nobody of this number may be booked in the queue now; empty: they may."""
    settings = settings_of(context, queue)
    if not context.router.can_ever_serve(queue):
        return "no_such_queue"
    if destination(context.state.settings.dial_plan, number) is None:
        return "not_allowed"
    today = lately(context.state.bookings.get(number, ()), now)
    open_ones = sum(callback.queue == queue for callback in context.state.callbacks.values())
    return "too_many" if len(today) >= settings.most_a_day or open_ones >= settings.most_open else ""


def make(
    context: Context, call: Call | Chat, command: ivr.RequestCallback, number: str, age: float, now: float
) -> Callback:
    """The callback that a contact wants, not booked yet; `age` (epoch seconds) is its own."""
    call.bookings += 1
    begin = max(now, command.at or now)
    return Callback(
        id=f"{CALLBACK_PREFIX}{call.id}-{call.bookings}",
        number=number,
        queue=command.queue,
        priority=command.priority,
        boost=command.boost,
        call=call.id,
        caller_name=call.caller_name,
        dialled=call.dialled,
        tier=call.tier,
        language=call.session.language,
        flow=call.flow,
        version=call.version,
        booked_at=now,
        enqueued_at=age,
        not_before=begin,
        expires_at=begin + settings_of(context, command.queue).expire_hours * 3600.0,
        session=_way_on(context, call, now),
        sticky=command.sticky,
    )


def book_now(context: Context, callback: Callback, now: float) -> None:
    """Take it into the book."""
    number, wait = callback.number, callback.expires_at - callback.not_before
    callback.booked_at, callback.not_before = now, max(now, callback.not_before)
    callback.expires_at = callback.not_before + wait
    context.state.bookings[number] = [*lately(context.state.bookings.get(number, ()), now), now]
    context.timers.set(f"{FORGETS} {number}", now + DAY)
    enter(context, callback, now)
    _schedule(context, callback, now)


def _way_on(context: Context, call: Call | Chat, now: float) -> Session | None:
    """The journey of a caller who waits, as it is to go on after the talk; what was begun in writing does not."""
    if isinstance(call, Chat) or call.session.waiting is None:
        return None
    return back_in_queue(call.session, flow_of(context, call), now)


def _book_again(context: Context, callback: Callback, at: float | None, age: float, now: float) -> None:
    """The older age counts; another time replaces the one before."""
    older = age < callback.enqueued_at
    callback.enqueued_at = min(age, callback.enqueued_at)
    if at is not None:
        callback.not_before = at
        callback.expires_at = max(callback.expires_at, at + settings_of(context, callback.queue).expire_hours * 3600.0)
        context.timers.set(f"{EXPIRES} {callback.id}", callback.expires_at)
    if (older or at is not None) and callback.state in ("asleep", "waiting"):
        _to_sleep(context, callback, now)
        _schedule(context, callback, now)


def forget_bookings(context: Context, number: str, _now: float) -> None:
    """A day has passed since the last booking for this number."""
    context.state.bookings.pop(number, None)


# --- changes of mind ---------------------------------------------------------------------------------------------


def cancel(context: Context, callback: Callback, now: float, outcome: str = "cancelled") -> None:
    """End a callback; a customer whose phone rings for it is left alone. One who is on the line is served."""
    if callback.state == "on_line":
        return
    if callback.state == "dialling":
        context.tell(commands.HangUpStray(callback.contact))
        attempt_over(context, callback, outcome, "", now)
    in_router = callback.contact in context.state.work
    close(context, callback, outcome, now)
    if in_router:
        _leave(context, callback, now)


def snooze(context: Context, callback: Callback, until: float, now: float) -> None:
    """Call back not before `until` (epoch seconds), and not later than it would have expired. The age stays."""
    if callback.state in ("asleep", "waiting"):
        callback.not_before = min(until, callback.expires_at)
        context.note(callback, now, "snoozed", f"{until - now:.0f} s")
        _to_sleep(context, callback, now)
        _schedule(context, callback, now)


def cancel_all(context: Context, number: str, queue: str, now: float) -> None:
    """End what is booked for a number as presented, in one queue or in all."""
    for callback in find(context, number, queue):
        cancel(context, callback, now)


def snooze_all(context: Context, number: str, command: ivr.SnoozeCallback, now: float) -> None:
    """Have what is booked for a number as presented wait."""
    for callback in find(context, number, command.queue):
        snooze(context, callback, now + command.seconds, now)


def taken_over(context: Context, call: Call, queue: str, now: float) -> float | None:
    """A customer who will be called back waits on the line instead: the age (epoch seconds) that is theirs, if any."""
    booked = [] if call.callback else [c for c in find(context, call.caller, queue) if c.state != "on_line"]
    for callback in booked:
        cancel(context, callback, now, "rejoined")
        call.booked = False
    return booked[0].enqueued_at if booked else None


def cancelled(context: Context, event: events.CallbackCancelled, now: float) -> None:
    if callback := context.state.callbacks.get(event.callback):
        cancel(context, callback, now)


def snoozed(context: Context, event: events.CallbackSnoozed, now: float) -> None:
    if callback := context.state.callbacks.get(event.callback):
        snooze(context, callback, event.until, now)


# --- when ---------------------------------------------------------------------------------------------------------


def callable_from(context: Context, callback: Callback, now: float) -> float | None:
    """When (epoch seconds) its customer may be called, or written to, at the earliest; None: never."""
    return allowed_from(_windows(context, callback), now)


def fell_due(context: Context, name: str, now: float) -> None:
    """The time has come to wake, or to see whether calling is still right."""
    callback = context.state.callbacks[name]
    if callback.state == "waiting" and allowed_from(_windows(context, callback), now) == now:
        _watch(context, callback, now)
    elif callback.state in ("asleep", "waiting"):
        _to_sleep(context, callback, now)
        _schedule(context, callback, now)


def settings_changed(context: Context, now: float) -> None:
    """Those who could not be called any more by the settings of before may be by the new ones."""
    for callback in list(context.state.callbacks.values()):
        if callback.state == "asleep" and f"{WAKES} {callback.id}" not in context.timers.due:
            _schedule(context, callback, now)


def expired(context: Context, name: str, now: float) -> None:
    """Nobody was reached in time. An attempt under way is let come to its end."""
    callback = context.state.callbacks[name]
    if callback.state in ("asleep", "waiting"):
        cancel(context, callback, now, "expired")


def try_again(context: Context, callback: Callback, outcome: str, agent: str, now: float) -> None:
    """An attempt came to nothing: the callback sleeps until its rule, or the customer, wants the next, or is over."""
    attempt_over(context, callback, outcome, agent, now)
    _to_sleep(context, callback, now)
    settings = settings_of(context, callback.queue)
    if outcome == "snoozed":
        callback.not_before = min(now + settings.snooze_minutes * 60.0, callback.expires_at)
    elif outcome != "agent_gone":
        rule = settings.rule(outcome)
        times = callback.results[rule] = callback.results.get(rule, 0) + 1
        callback.not_before = now + settings.retry(rule).minutes * 60.0
        if times >= settings.retry(rule).tries:
            close(context, callback, "failed", now)
            return
    if callback.dials >= settings.tries and outcome != "snoozed":
        close(context, callback, "failed", now)
    elif now >= callback.expires_at:
        close(context, callback, "expired", now)
    else:
        _schedule(context, callback, now)


def _schedule(context: Context, callback: Callback, now: float) -> None:
    """Put a sleeping callback into the router if it may be dialled now, else see to it that it wakes.

    One that may not be called before it expires sleeps until then, as does one whose queue is not in the settings,
    unless these change.
    """
    begin = allowed_from(_windows(context, callback), max(now, callback.not_before))
    if begin is not None and begin <= now and not context.router.has_queue(callback.queue):
        context.alarm("callback's queue is gone", callback.id, f"{callback.queue} is not in the settings")
        begin = None
    if begin is None or begin > now:
        if begin is not None:
            context.timers.set(f"{WAKES} {callback.id}", begin)
        context.tell(records.callback(callback))
        return
    callback.move("wake")
    callback.attempt += 1
    _watch(context, callback, now)
    context.tell(records.callback(callback))
    customers.seek(context, callback.contact, "phone", callback.number)
    put(context, _work(context, callback, now), now)


def _work(context: Context, callback: Callback, now: float) -> Work:
    settings = settings_of(context, callback.queue)
    first = last_agents.wanted(context, callback.sticky, callback.number, callback.queue, now)
    return Work(
        id=callback.contact,
        kind="callback",
        call=callback.call,
        queue=callback.queue,
        since=callback.enqueued_at,
        priority=callback.priority,
        boost=callback.boost,
        dial_seconds=settings.ring_seconds + (ASKING_SECONDS if settings.ask else 0.0),
        sticky=first.agent,
        sticky_seconds=first.seconds,
    )


def _watch(context: Context, callback: Callback, now: float) -> None:
    """Look again when the hours in which it may be called end."""
    until = allowed_until(_windows(context, callback), now)
    if until is not None:
        context.timers.set(f"{WAKES} {callback.id}", until)


def _to_sleep(context: Context, callback: Callback, now: float) -> None:
    if callback.state == "asleep":
        return
    callback.move("sleep")
    callback.given_up = False
    context.timers.clear(f"{WAKES} {callback.id}")
    if callback.contact in context.state.work:
        _leave(context, callback, now)


def _leave(context: Context, callback: Callback, now: float) -> None:
    route(context, acd.ContactLeft(callback.contact, NOT_NOW), now)
    customers.forget(context, callback.contact)
    del context.state.work[callback.contact]


def _windows(context: Context, callback: Callback) -> list[Window]:
    """When calling is right: the centre's hours, and the times that are not quiet where the customer may be."""
    settings = settings_of(context, callback.queue)
    windows = []
    if settings.hours or settings.days:
        windows.append(Window.of(settings.zone, Opening(settings.hours, settings.days)))
    if settings.quiet_hours:
        zones = zones_of(callback.number, context.state.settings.dial_plan.country) or (settings.zone,)
        windows += [quiet_window(settings.quiet_hours, zone) for zone in zones]
    return windows


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.CallbackCancelled: cancelled,
    events.CallbackSnoozed: snoozed,
}
TIMERS = {WAKES: fell_due, EXPIRES: expired, FORGETS: forget_bookings}
