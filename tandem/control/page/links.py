"""What became of the links: delivered, failed, opened."""

from collections.abc import Callable
from typing import Any

from tandem.control import commands, events
from tandem.control.callback import abandoned
from tandem.control.context import Context
from tandem.control.page import pages
from tandem.control.page.page import subject
from tandem.control.voice import walking
from tandem.ivr import events as ivr_events

RANK = {"requested": 0, "failed": 1, "delivered": 2, "opened": 3}


def delivered(context: Context, event: events.LinkDelivered, now: float) -> None:
    if _was(context, event.call, event.link, now, "delivered", event.adapter) == "requested":
        walking.walk(context, context.state.calls[event.call], ivr_events.LinkDelivered(event.link), now)


def failed(context: Context, event: events.LinkFailed, now: float) -> None:
    context.alarm("link failed", event.call, event.reason)
    if _was(context, event.call, event.link, now, "failed", "") == "requested":
        walking.walk(context, context.state.calls[event.call], ivr_events.LinkFailed(event.link, event.reason), now)


def opened(context: Context, event: events.LinkOpened, now: float) -> None:
    """A page that is open was delivered, whether or not the notifier has said so yet."""
    if _was(context, event.call, event.link, now, "opened", "") == "requested":
        walking.walk(context, context.state.calls[event.call], ivr_events.LinkDelivered(event.link), now)
    pages.opened(context, event.call, event.link, now)


def _was(context: Context, call_id: str, number: int, now: float, status: str, adapter: str) -> str | None:
    """Follow a link's status; returns the one before. None when its call is over or the news is old: nothing to say."""
    call = context.state.calls.get(call_id)
    link = call.links.get(number) if call is not None else None
    if call is None or link is None:
        abandoned.settled(context, subject(call_id, number))
        context.tell(commands.RecordLink(call_id, number, "", adapter, status, now))
        return None
    news = RANK[status] > RANK[link.status]
    if not news and adapter in ("", link.adapter):
        return None
    was, link.status = link.status, status if news else link.status
    link.adapter = adapter or link.adapter
    context.tell(commands.RecordLink(call_id, number, link.purpose, link.adapter, link.status, now))
    if not news:
        return None
    context.note(call, now, f"link {status}", link.purpose)
    return was


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.LinkDelivered: delivered,
    events.LinkFailed: failed,
    events.LinkOpened: opened,
}
