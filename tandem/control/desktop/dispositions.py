"""What agents say that contacts were about: in the talk, and until the wrap-up is over."""

from collections.abc import Callable
from typing import Any

from tandem.acd import events as acd
from tandem.acd import wrap_up
from tandem.acd.contact import UNANSWERED
from tandem.control import commands, events, routing
from tandem.control.context import Context
from tandem.control.state import Disposed

NOT_SET = Disposed("", "")


def of(context: Context, agent: str, contact: str) -> Disposed:
    """What an agent said of a contact in talk or in wrap-up."""
    return context.state.disposed.get(agent, {}).get(contact, NOT_SET)


def why_not(context: Context, event: events.ContactDisposed) -> str:
    """Why it can't be set, as a code; empty: it can."""
    queue = _queue(context, event.agent, event.contact)
    if not queue:
        return "not_on_desk"
    disposition = context.state.settings.dispositions.get(queue, {}).get(event.code)
    if disposition is None:
        return "unknown_disposition"
    return "note_needed" if disposition.needs_note and not event.note else ""


def why_not_ready(context: Context, event: events.AgentWentReady) -> str:
    """Why an agent can't end their wrap-up, as a code; empty: they can. A supervisor always can."""
    agent = context.router.snapshot().agents.get(event.agent)
    return "disposition_needed" if agent is not None and not event.by and wrap_up.owes(agent) else ""


def disposed(context: Context, event: events.ContactDisposed, now: float) -> None:
    """Keep and record it; the agent may owe it to be free."""
    if why_not(context, event):
        context.count("dispositions that came too late")
        return
    queue = _queue(context, event.agent, event.contact)
    context.state.disposed.setdefault(event.agent, {})[event.contact] = Disposed(event.code, event.note)
    state, name = context.state, event.contact
    if holder := context.holder(name) or state.chats.get(name) or state.mails.get(name):
        context.note(holder, now, "disposition", event.code)
    context.tell(commands.RecordDisposition(name, event.agent, queue, event.code, event.note, now))
    routing.route(context, acd.ContactDisposed(name, event.agent), now)


def _queue(context: Context, agent: str, contact: str) -> str:
    """The queue of a contact that the agent is in talk with or wraps up; empty: they don't. Whom they have handed over
    or sent on is somebody else's by now, and is wrapped up all the same."""
    router = context.router.snapshot()
    routed, known = router.contacts.get(contact), router.agents.get(agent)
    if routed is not None and routed.agent == agent and routed.state not in UNANSWERED:
        return routed.queue
    return next((w.queue for w in known.wrapping if w.contact == contact), "") if known else ""


def forget(context: Context, agent: str, _now: float) -> None:
    """Those of contacts that the agent has no more to do with."""
    if said := context.state.disposed.get(agent):
        kept = {contact: one for contact, one in said.items() if _queue(context, agent, contact)}
        context.state.disposed[agent] = kept
        if not kept:
            del context.state.disposed[agent]


routing.AGENT_MOVED.append(forget)

HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.ContactDisposed: disposed,
}
