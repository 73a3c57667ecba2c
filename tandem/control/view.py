"""What the plane shows of itself: plain data for the state endpoint, the metrics and people."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import msgspec

from tandem.acd.contact import UNANSWERED
from tandem.control import refusals
from tandem.control.board.board import Board
from tandem.control.board.waiting import InLine, Language, in_line
from tandem.control.chat import chat_view
from tandem.control.chat.chat import Chat
from tandem.control.chat.chat_view import ChatShown, DeskShown
from tandem.control.desktop.shown import Colleague, Desk
from tandem.control.events import Event
from tandem.control.identities import identity
from tandem.control.mail import mails
from tandem.control.mail.mail import MailShown
from tandem.control.page import guides, pages
from tandem.control.page.page import Page, subject
from tandem.control.page.pages import PageShown
from tandem.control.plane import Plane
from tandem.control.settings import CannedAnswer, ChatSettings, Disposition, browser_phone
from tandem.control.voice import monitoring, nailed, permits
from tandem.control.voice.call import Call
from tandem.control.voice.monitoring import Phone


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
        "dials": msgspec.to_builtins(list(state.dials.values())),
        "internal": msgspec.to_builtins(list(state.internal.values())),
        "monitors": msgspec.to_builtins(list(state.monitors.values())),
        "recordings": msgspec.to_builtins(list(state.recordings.values())),
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


class CustomerRules(msgspec.Struct, frozen=True):
    """What agents may see of customers: see Settings. `country` is that of numbers without a plus."""

    mask_numbers: bool
    agents_find_customers: bool
    country: str


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

    def guide_contact(self, guide: str) -> str:
        """The contact that a guide is walked for; empty: none, or there is no such guide."""
        found = self._plane().context.state.guides.get(guide)
        return found.contact if found else ""

    def chat(self, chat: str) -> ChatShown | None:
        """What the customer sees of a chat; None when there is none, or it ended a while ago."""
        context = self._plane().context
        found = context.state.chats.get(chat)
        return chat_view.look(context, found, self._clock()) if found else None

    def browser_phone(self, agent: str) -> str:
        """The SIP account of an agent's phone in their browser; empty: they have none."""
        known = self._plane().state.settings.acd.agents.get(agent)
        return browser_phone(agent).removeprefix("PJSIP/") if known is not None and known.browser_phone else ""

    def desk(self, agent: str) -> list[DeskShown]:
        """The chats that an agent is offered, or is in."""
        return chat_view.desk(self._plane().context, agent)

    def agent_desk(self, agent: str) -> Desk | None:
        """All that an agent's desktop shows; None when there is no such agent."""
        return self._plane().desk(agent)

    def open_board(self, changed: Callable[[], None]) -> Board:
        """What boards show, from now on."""
        return self._plane().open_board(changed)

    def close_board(self) -> None:
        """Nobody looks at a board any more."""
        self._plane().close_board()

    def waiting(self) -> list[tuple[str, str, float, float]]:
        """Those who wait on their line now: contact, queue, when it came to the queue, and its age (epoch seconds)."""
        contacts = self._plane().context.router.snapshot().contacts.values()
        return [
            (contact.id, contact.queue, contact.arrived_at, contact.enqueued_at)
            for contact in contacts
            if contact.state in UNANSWERED and contact.on_line
        ]

    def in_line(self, queue: str, language: Language) -> InLine | None:
        """Who waits in a queue now, one by one; None when there is no such queue."""
        return in_line(self._plane().context, queue, language, self._clock())

    def monitoring_phones(self, own: str) -> list[Phone]:
        """The phones that may be rung for a supervisor who works as the agent `own`, theirs first."""
        return monitoring.phones(self._plane().context, own)

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

    def colleagues(self) -> list[Colleague]:
        """All agents, as others see them who want their advice."""
        agents = self._plane().context.router.snapshot().agents.values()
        return [Colleague(agent.name, agent.state, agent.since) for agent in agents]

    def queues(self) -> list[str]:
        """The queues that calls can be sent to."""
        context = self._plane().context
        return [queue for queue in context.state.settings.acd.queues if permits.takes_calls(context, queue)]

    def can_serve(self, queue: str) -> bool:
        """Whether somebody can ever serve the queue."""
        return self._plane().context.router.can_ever_serve(queue)

    def lines(self) -> Collection[str]:
        """What leads to a flow: numbers, and names that chats are begun with."""
        return self._plane().state.settings.lines

    def flows(self) -> Collection[str]:
        """The flows that are published."""
        return self._plane().state.published

    def customer_rules(self) -> CustomerRules:
        """What agents may see of customers."""
        settings = self._plane().state.settings
        return CustomerRules(settings.mask_numbers, settings.agents_find_customers, settings.dial_plan.country)

    def at_work(self, customer: str, identities: Collection[str]) -> list[str]:
        """What goes on with a customer, by id: contacts, open callbacks, messages that nobody has heard."""
        state = self._plane().state
        country = state.settings.dial_plan.country
        found = {contact for contact, known in state.customers.items() if known.customer == customer}
        found |= {contact for contact, known_by in state.sought.items() if known_by in identities}
        numbers = [(number, name) for number, queues in state.booked.items() for name in queues.values()]
        numbers += [(call.caller, call.id) for call in state.calls.values()]
        numbers += [(chat.caller, chat.id) for chat in state.chats.values() if chat.state != "ended"]
        numbers += [(voicemail.caller, voicemail.id) for voicemail in state.voicemails.values()]
        numbers += [(recording.caller, recording.id) for recording in state.recordings.values()]
        found |= {name for number, name in numbers if identity("phone", number, country) in identities}
        return sorted(found)

    def why_not(self, event: Event) -> str:
        """Why something that is wanted can't be done as things stand, as a code; empty: it can."""
        return refusals.why_not(self._plane().context, event, self._clock())

    def dispositions(self) -> Mapping[str, Mapping[str, Disposition]]:
        """What contacts may have been about, by queue and code."""
        return self._plane().state.settings.dispositions

    def dial_out(self) -> Collection[str]:
        """The queues that agents may dial for."""
        return self._plane().state.settings.dial_out

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
