"""The steps of work that is no call: into its queue, to an agent, done."""

from tandem.acd import events as acd_events
from tandem.control import customers
from tandem.control.context import Context
from tandem.control.routing import route
from tandem.control.voice.call import Leg
from tandem.control.voice.legs import drop
from tandem.control.work import Work


def put(context: Context, work: Work, now: float) -> None:
    """Give the work to the router, in a queue that somebody can serve."""
    context.state.work[work.id] = work
    context.note(work, now, "queued", work.queue)
    queued = acd_events.ContactQueued(
        work.id,
        work.queue,
        work.priority,
        work.boost,
        work.since,
        dial_seconds=work.dial_seconds,
        sticky=work.sticky,
        sticky_seconds=work.sticky_seconds,
        sticky_only=work.sticky_only,
    )
    route(context, queued, now)


def connected(context: Context, work: Work, leg: Leg, now: float) -> None:
    """The agent who picked up is at it from now on."""
    leg.move("bridge")
    leg.bridged_at = now
    context.note(work, now, "connected", leg.agent)
    if leg.offer:
        route(context, acd_events.ContactConnected(leg.offer), now)


def done(context: Context, work: Work, leg: Leg, now: float) -> None:
    """The agent is through with it, and wraps up."""
    context.note(work, now, "done", leg.agent)
    drop(context, leg, now, "served")
    customers.forget(context, work.id)
    del context.state.work[work.id]
    if leg.offer:
        route(context, acd_events.ContactFinished(work.id, "served"), now)


def again(context: Context, work: Work, leg: Leg, now: float) -> None:
    """The switch lost it: the agent is free at once, and it goes back into its queue with its age."""
    context.note(work, now, "lost", leg.agent)
    drop(context, leg, now, "lost")
    route(context, acd_events.ContactFinished(work.id, "lost"), now)
    put(context, work, now)
