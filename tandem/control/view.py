"""What the plane shows of itself: plain data for the state endpoint, the metrics and people."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import msgspec

from tandem.control.chat import chat_view
from tandem.control.chat.chat import Chat
from tandem.control.chat.chat_view import ChatShown, DeskShown
from tandem.control.desktop.shown import Desk
from tandem.control.mail import mails
from tandem.control.mail.mail import MailShown
from tandem.control.page import guides, pages
from tandem.control.page.page import Page, subject
from tandem.control.page.pages import PageShown
from tandem.control.plane import Plane
from tandem.control.settings import CannedAnswer, ChatSettings
from tandem.control.voice import nailed
from tandem.control.voice.call import Call


def view(plane: Plane, now: float) -> dict[str, Any]:
    """Calls, agents, queues and counters at `now` (epoch seconds), ready for JSON."""
    state = plane.state
    return {
        "at": now,
        "switch_up": state.switch_up,
        "calls": [
            {
                "call": call.id,
                "caller": call.caller,
                "state": call.state,
                "flow": call.flow,
                "version": call.version,
                "node": call.session.node,
                "language": call.session.language,
                "tier": call.tier,
                "since": call.entered_at,
                "away": call.away,
                "agent": state.legs[call.leg].agent if call.leg else None,
                **_wait(plane, call),
                "forms": call.forms,
                "pages": [_page(page) for page in _pages(plane, call)],
            }
            for call in state.calls.values()
        ],
        "chats": [
            {
                "chat": chat.id,
                "caller": chat.caller,
                "state": chat.state,
                "flow": chat.flow,
                "version": chat.version,
                "node": chat.session.node,
                "language": chat.session.language,
                "since": chat.entered_at,
                "agent": chat.agent or None,
                **_wait(plane, chat),
            }
            for chat in state.chats.values()
        ],
        "mails": [
            {
                "mail": mail.id,
                "state": mail.state,
                "queue": mail.queue,
                "subject": mail.subject,
                "sender": mail.sender,
                "reference": mail.reference,
                "since": mail.came_at,
                "agent": mail.agent or None,
            }
            for mail in state.mails.values()
            if mail.state != "ended"
        ],
        "legs": [
            {"leg": leg.id, "call": leg.call, "agent": leg.agent, "state": leg.state} for leg in state.legs.values()
        ],
        "lines": [
            {
                "agent": line.agent,
                "state": line.state,
                "since": line.since,
                "failures": line.failures,
                "called_again_at": state.timers.get(f"{nailed.TIMER} {line.agent}"),
            }
            for line in state.lines.values()
        ],
        "pauses": [{"agent": agent, **msgspec.structs.asdict(pause)} for agent, pause in state.pauses.items()],
        "work": [
            {
                "contact": work.id,
                "kind": work.kind,
                "call": work.call,
                "queue": work.queue,
                "since": work.since,
                "agent": state.legs[work.leg].agent if work.leg else None,
            }
            for work in state.work.values()
        ],
        "callbacks": [
            {
                "callback": callback.id,
                "number": callback.number,
                "queue": callback.queue,
                "state": callback.state,
                "enqueued_at": callback.enqueued_at,
                "not_before": callback.not_before,
                "expires_at": callback.expires_at,
                "contact": callback.contact,
                "dials": callback.dials,
            }
            for callback in state.callbacks.values()
        ],
        "board": msgspec.to_builtins(plane.context.router.board(now)),
        "canaries": msgspec.to_builtins(list(state.canaries.values())),
        "counters": dict(state.counters),
    }


class Readers:
    """What those see who read: `plane` gives the plane of now, `clock` the time (epoch seconds)."""

    def __init__(self, plane: Callable[[], Plane], clock: Callable[[], float]) -> None:
        self._plane = plane
        self._clock = clock

    def page(self, page: str) -> PageShown | None:
        """What a page shows; None when there is none, or it was not opened yet."""
        context = self._plane().context
        found = context.state.pages.get(page)
        return pages.look(context, found, self._clock()) if found else None

    def has_page(self, page: str) -> bool:
        """Whether there is such a page."""
        return page in self._plane().state.pages

    def guide(self, guide: str) -> PageShown | None:
        """What a guide shows; None when there is none."""
        context = self._plane().context
        found = context.state.guides.get(guide)
        return guides.look(context, found, self._clock()) if found else None

    def chat(self, chat: str) -> ChatShown | None:
        """What the customer sees of a chat; None when there is none, or it ended a while ago."""
        context = self._plane().context
        found = context.state.chats.get(chat)
        return chat_view.look(context, found, self._clock()) if found else None

    def desk(self, agent: str) -> list[DeskShown]:
        """The chats that an agent is offered, or is in."""
        return chat_view.desk(self._plane().context, agent)

    def agent_desk(self, agent: str) -> Desk | None:
        """All that an agent's desktop shows; None when there is no such agent."""
        return self._plane().desk(agent)

    def stream(self) -> str:
        """What names the numbering of desks' events: another one only where the journal began anew."""
        return f"{self._plane().state.began_at:.6f}"

    def mail(self, mail: str) -> str | None:
        """The state of a mail; None when there is none, or it ended long ago."""
        found = self._plane().state.mails.get(mail)
        return found.state if found else None

    def mails(self, agent: str) -> list[MailShown]:
        """The mails that an agent is offered, or has."""
        return mails.desk(self._plane().context, agent)

    def can_serve(self, queue: str) -> bool:
        """Whether somebody can ever serve the queue."""
        return self._plane().context.router.can_ever_serve(queue)

    def lines(self) -> Collection[str]:
        """What leads to a flow: numbers, and names that chats are begun with."""
        return self._plane().state.settings.lines

    def flows(self) -> Collection[str]:
        """The flows that are published."""
        return self._plane().state.published

    def chat_settings(self) -> ChatSettings:
        """How chats are: files, history."""
        return self._plane().state.settings.chats

    def canned_answers(self) -> Mapping[str, CannedAnswer]:
        """The texts that agents have at hand in chats, by what is typed for them."""
        return self._plane().state.settings.canned_answers

    def pause_reasons(self) -> Collection[str]:
        """Why agents may pause; empty: for any reason."""
        return self._plane().state.settings.pause_reasons


def _pages(plane: Plane, call: Call) -> Iterator[Page]:
    for link in call.links:
        if (page := plane.state.pages.get(subject(call.id, link))) is not None:
            yield page


def _page(page: Page) -> dict[str, Any]:
    """What an agent ought to know of a caller's page; `node` is None while it is not opened, or follows the call."""
    return {
        "link": page.link,
        "purpose": page.purpose,
        "node": page.reader.session.node if page.reader else None,
        "outcome": page.reader.outcome if page.reader else "",
        "forms": page.reader.forms if page.reader else {},
    }


def _wait(plane: Plane, call: Call | Chat) -> dict[str, Any]:
    """Where a call stands and since when (epoch seconds); None for one that does not wait."""
    queue, place, since = plane.context.router.standing(call.id) or (None, None, None)
    return {"queue": queue, "place": place, "enqueued_at": since}
