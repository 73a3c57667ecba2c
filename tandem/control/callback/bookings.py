"""The book of callbacks: who is in it, and how an entry ends. Nothing here tells the router anything."""

from collections.abc import Iterable

from tandem.control import records
from tandem.control.callback.callback import Callback
from tandem.control.callback.callback_settings import CallbackSettings
from tandem.control.context import Context
from tandem.control.destinations import plain_number
from tandem.control.publishing.versions import forget_unused_version
from tandem.control.voice.call import Call, Leg

DEFAULT = CallbackSettings()
DAY = 86400.0
WAKES, EXPIRES = "callback", "callback-expiry"
"""Kinds of timers, each with a callback's id."""


def settings_of(context: Context, queue: str) -> CallbackSettings:
    """How the customers of a queue are called back."""
    return context.state.settings.callbacks.get(queue, DEFAULT)


def lately(times: Iterable[float], now: float) -> list[float]:
    """Those of these moments (epoch seconds) that lie within the last day."""
    return [at for at in times if at > now - DAY]


def find(context: Context, number: str, queue: str = "") -> list[Callback]:
    """The callbacks booked for a number as presented, in one queue or in all, the oldest first."""
    queues = context.state.booked.get(plain_number(number) or "", {})
    found = [context.state.callbacks[name] for at, name in queues.items() if queue in ("", at)]
    return sorted(found, key=lambda callback: callback.enqueued_at)


def at_hand(context: Context, contact: str) -> Callback | None:
    """The callback that has this contact for its attempt at hand."""
    callback = context.state.callbacks.get(contact.rpartition("-")[0])
    return callback if callback is not None and callback.contact == contact else None


def enter(context: Context, callback: Callback, now: float) -> None:
    """Take in a new callback."""
    context.state.callbacks[callback.id] = callback
    context.state.booked.setdefault(callback.number, {})[callback.queue] = callback.id
    context.timers.set(f"{EXPIRES} {callback.id}", callback.expires_at)
    context.count("callbacks booked")
    context.note(callback, now, "callback booked", f"{callback.number}, {callback.queue}")


def close(context: Context, callback: Callback, outcome: str, now: float, reached: str = "", agent: str = "") -> None:
    """A callback is over: see commands.RecordCallback for the outcomes, the call and the agent."""
    callback.move("end")
    del context.state.callbacks[callback.id]
    queues = context.state.booked[callback.number]
    del queues[callback.queue]
    if not queues:
        del context.state.booked[callback.number]
    for kind in (WAKES, EXPIRES):
        context.timers.clear(f"{kind} {callback.id}")
    context.count(f"callbacks {outcome}")
    context.note(callback, now, "callback over", outcome)
    context.tell(records.callback(callback, now, outcome, reached, agent))
    forget_unused_version(context, callback.flow, callback.version)


def attempt_over(context: Context, callback: Callback, outcome: str, agent: str, now: float) -> None:
    """The customer was called, and this came of it."""
    context.note(callback, now, "called back", f"{callback.contact}: {outcome.replace('_', ' ')}")
    context.tell(records.callback_attempt(callback, outcome, agent, now))


def reached(context: Context, call: Call, leg: Leg, now: float) -> None:
    """A call that is an attempt of a callback has its conversation: the callback is kept."""
    callback = context.state.callbacks.get(call.callback)
    if callback is None:
        return
    attempt_over(context, callback, "reached", leg.agent, now)
    close(context, callback, "reached", now, call.id, leg.agent)
    call.callback, call.flow_ended = "", callback.session is None
