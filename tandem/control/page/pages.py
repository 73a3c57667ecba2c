"""The pages that links lead to: opened, answered, over; what they show."""

from collections.abc import Callable
from typing import Any

import msgspec

from tandem.control import commands, events
from tandem.control.callback import abandoned
from tandem.control.context import Context
from tandem.control.page import reading
from tandem.control.page.page import Page, Reader, subject
from tandem.control.publishing.versions import flow_of, forget_unused_version
from tandem.control.voice import walking
from tandem.control.voice.call import TALKING, Call
from tandem.control.voice.listening import HEARS_THE_FLOW
from tandem.ivr import events as ivr_events
from tandem.ivr import face
from tandem.ivr.form import Code as Code
from tandem.ivr.session import Session
from tandem.ivr.shown import Field as Field
from tandem.ivr.shown import Shown as Shown
from tandem.ivr.shown import show


class PageShown(msgspec.Struct, frozen=True):
    """What a page shows.

    `outcome` is empty while the page is at work, then `done`, `stuck` (an agent was asked for), or `over` (it followed
    a call that is over). `agent`: whether asking for an agent leads to one. `talking`: the caller talks with one now.
    `follows`: the page shows what the voice asks.
    """

    shown: Shown
    outcome: str = ""
    agent: bool = False
    talking: bool = False
    follows: bool = False


def look(context: Context, page: Page, now: float) -> PageShown | None:
    """What `page` shows at `now` (epoch seconds); None before it is opened."""
    call = context.state.calls.get(page.call)
    place = context.place(call, now) if call else None
    talking = call is not None and call.state in TALKING
    flow = flow_of(context, page)
    if page.running:
        if page.reader is None:
            return None
        reader = page.reader
        shown = reader.face.shown(flow, now, place)
        return PageShown(shown, reader.outcome, not reader.outcome and _listens(call), talking)
    if call is None:
        return PageShown(Shown(0, page.language, ended=True), "over", follows=True)
    shown = show(call.session, flow, now, place)
    return PageShown(shown, "over" if shown.ended else "", "agent" in shown.ways, talking, True)


def opened(context: Context, call: str, link: int, now: float) -> None:
    """The page is looked at: the first time, its flow begins."""
    page = context.state.pages.get(subject(call, link))
    if page is None:
        return
    if page.running and page.reader is None:
        session = Session.begin(flow_of(context, page), page.variables, page.language, page.running, "page")
        page.reader = Reader(page.subject, call, page.subject, page.flow, page.version, face.Face(session))
        tell(context, page, ivr_events.Started(), now)
    context.tell(commands.ShowPage(page.subject))


def answered(context: Context, event: events.PageAnswered, now: float) -> None:
    """An answer to an older question answers nothing; whoever gave it sees the question of now."""
    page = context.state.pages.get(event.page)
    if page is None:
        return
    if not page.running:
        _answer_for_the_voice(context, page, event, now)
    elif page.reader and not page.reader.outcome:
        if event.answer.way == "agent" and event.step == page.reader.session.steps:
            page.reader.outcome = "stuck"
        else:
            reading.answer(context, page.reader, event.step, event.answer, now)
        _end(context, page, page.reader, now)
    context.tell(commands.ShowPage(page.subject))


def tell(context: Context, page: Page, event: ivr_events.Event, now: float) -> None:
    """Tell the page's own session."""
    if page.reader and not page.reader.outcome:
        reading.tell(context, page.reader, event, now)
        _end(context, page, page.reader, now)
        context.tell(commands.ShowPage(page.subject))


def revoked(context: Context, event: events.PageRevoked, now: float) -> None:
    page = context.state.pages.get(event.page)
    if page is not None:
        context.tell(commands.RecordLink(page.call, page.link, page.purpose, "", "revoked", now))
        _forget(context, page)


def expired(context: Context, page_id: str, _now: float) -> None:
    _forget(context, context.state.pages[page_id])


def _answer_for_the_voice(context: Context, page: Page, event: events.PageAnswered, now: float) -> None:
    call = context.state.calls.get(page.call)
    if call is None or call.state not in HEARS_THE_FLOW or event.step != call.session.steps:
        return
    answer = face.event_of(call.session, flow_of(context, call), event.answer, context.place(call, now))
    if answer is not None:
        context.note(call, now, "answered on the page", page.purpose)
        walking.walk(context, call, answer, now)


def _end(context: Context, page: Page, reader: Reader, now: float) -> None:
    """The page is through: the call goes on with what it found out, unless an agent has taken it meanwhile."""
    if not reader.outcome:
        return
    reading.forget(context, reader)
    reading.note(context, reader, now, reader.outcome, page.purpose)
    context.state.today.page_ended(reader.outcome)
    call = context.state.calls.get(page.call)
    if call is None or not _listens(call):
        return
    flow = flow_of(context, reader)
    known = reader.session.variables
    results = {name: known[name] for name in flow.named(page.running).results if name in known}
    walking.walk(context, call, ivr_events.PageEnded(page.link, reader.outcome, results), now)


def _listens(call: Call | None) -> bool:
    return call is not None and call.state in HEARS_THE_FLOW


def _forget(context: Context, page: Page) -> None:
    del context.state.pages[page.subject]
    abandoned.withdraw(context, page.subject)
    context.timers.clear(f"page {page.subject}")
    if page.reader:
        reading.forget(context, page.reader)
    context.tell(commands.ShowPage(page.subject))
    forget_unused_version(context, page.flow, page.version)


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.PageAnswered: answered,
    events.PageRevoked: revoked,
}
