"""Guides: flows that an agent reads and answers while they help somebody."""

from collections.abc import Callable
from typing import Any

from tandem.control import commands, events
from tandem.control.context import Context
from tandem.control.page import reading
from tandem.control.page.page import Reader
from tandem.control.page.pages import PageShown
from tandem.control.publishing.versions import flow_key, flow_of, forget_unused_version
from tandem.ivr import events as ivr_events
from tandem.ivr.face import Face
from tandem.ivr.session import Session

KEPT_SECONDS = 8 * 3600.0
"""How long a guide is kept that nobody answers."""


def look(context: Context, guide: Reader, now: float) -> PageShown:
    """What `guide` shows at `now` (epoch seconds)."""
    return PageShown(guide.face.shown(flow_of(context, guide), now), guide.outcome)


def began(context: Context, event: events.GuideBegan, now: float) -> None:
    version = context.state.published.get(event.flow)
    if version is None or event.guide in context.state.guides:
        return
    flow = context.state.flows[flow_key(event.flow, version)]
    session = Session.begin(flow, event.variables, event.language, face="guide")
    timeline = f"{event.contact}/{event.guide}" if event.contact else event.guide
    guide = Reader(event.guide, event.contact, timeline, event.flow, version, Face(session))
    context.state.guides[guide.subject] = guide
    tell(context, guide, ivr_events.Started(), now)


def answered(context: Context, event: events.GuideAnswered, now: float) -> None:
    guide = context.state.guides.get(event.guide)
    if guide is not None:
        reading.answer(context, guide, event.step, event.answer, now)
        _keep(context, guide, now)


def tell(context: Context, guide: Reader, event: ivr_events.Event, now: float) -> None:
    """Tell the guide's session."""
    reading.tell(context, guide, event, now)
    _keep(context, guide, now)


def ended(context: Context, event: events.GuideEnded, now: float) -> None:
    expired(context, event.guide, now)


def expired(context: Context, guide_id: str, _now: float) -> None:
    guide = context.state.guides.pop(guide_id, None)
    if guide is None:
        return
    context.timers.clear(f"guide {guide_id}")
    reading.forget(context, guide)
    context.tell(commands.ShowPage(guide_id))
    forget_unused_version(context, guide.flow, guide.version)


def _keep(context: Context, guide: Reader, now: float) -> None:
    context.timers.set(f"guide {guide.subject}", now + KEPT_SECONDS)
    context.tell(commands.ShowPage(guide.subject))


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.GuideBegan: began,
    events.GuideAnswered: answered,
    events.GuideEnded: ended,
}
