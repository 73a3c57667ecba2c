"""What stands behind the HTTP side: what it shows, and whom it tells."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Set
from dataclasses import dataclass
from typing import Protocol

import msgspec

from tandem.control.board.board import Board
from tandem.control.board.waiting import InLine, Language
from tandem.control.chat.chat_view import ChatShown, DeskShown
from tandem.control.desktop.shown import Colleague, Desk
from tandem.control.events import Event
from tandem.control.mail.mail import MailShown
from tandem.control.page.pages import PageShown
from tandem.control.settings import CannedAnswer, ChatSettings, Disposition
from tandem.control.view import CustomerRules
from tandem.control.voice.monitoring import Phone
from tandem.cti.answers import Refused
from tandem.cti.metrics import Metrics
from tandem.cti.scan import Scan
from tandem.cti.tokens import Tokens
from tandem.cti.typists import Typists
from tandem.cti.watch import Watch, told
from tandem.store.chat_archive import ChatArchive
from tandem.store.outbox import Outbox


class Health(msgspec.Struct, frozen=True):
    """Whether the switch is reached and the journal can be written; `since`: start of the process, epoch seconds."""

    switch_up: bool
    journal_ok: bool
    since: float


class Readers(Protocol):
    """What the plane knows of pages, guides, chats and mails, by their ids, of agents' desks, queues, lines, flows."""

    def page(self, page: str, /) -> PageShown | None:
        """What a page shows; None when there is none, or it was not opened yet."""
        ...

    def has_page(self, page: str, /) -> bool:
        """Whether there is such a page."""
        ...

    def guide(self, guide: str, /) -> PageShown | None:
        """What a guide shows; None when there is none."""
        ...

    def guide_contact(self, guide: str, /) -> str:
        """The contact that a guide is walked for; empty: none, or there is no such guide."""
        ...

    def chat(self, chat: str, /) -> ChatShown | None:
        """What the customer sees of a chat; None when there is none, or it ended a while ago."""
        ...

    def desk(self, agent: str, /) -> list[DeskShown]:
        """The chats that an agent is offered, or is in."""
        ...

    def agent_desk(self, agent: str, /) -> Desk | None:
        """All that an agent's desktop shows; None when there is no such agent."""
        ...

    def browser_phone(self, agent: str, /) -> str:
        """The SIP account of an agent's phone in their browser; empty: they have none."""
        ...

    def open_board(self, changed: Callable[[], None], /) -> Board:
        """What boards show, from now on; `changed` is called when there may be something new."""
        ...

    def close_board(self) -> None:
        """Nobody looks at a board any more."""
        ...

    def waiting(self) -> list[tuple[str, str, float, float]]:
        """Those who wait on their line now: contact, queue, when it came to the queue, and its age (epoch seconds)."""
        ...

    def in_line(self, queue: str, language: Language, /) -> InLine | None:
        """Who waits in a queue now, one by one; None when there is no such queue."""
        ...

    def monitoring_phones(self, own: str, /) -> list[Phone]:
        """The phones that may be rung for a supervisor who works as the agent `own`, theirs first."""
        ...

    def stream(self) -> str:
        """What names the numbering of desks' events: another one only where the journal began anew."""
        ...

    def mail(self, mail: str, /) -> str | None:
        """The state of a mail; None when there is none, or it ended long ago."""
        ...

    def mails(self, agent: str, /) -> list[MailShown]:
        """The mails that an agent is offered, or has."""
        ...

    def can_serve(self, queue: str, /) -> bool:
        """Whether somebody can ever serve the queue."""
        ...

    def lines(self) -> Collection[str]:
        """What leads to a flow: numbers, and names that chats are begun with."""
        ...

    def flows(self) -> Collection[str]:
        """The flows that are published."""
        ...

    def customer_rules(self) -> CustomerRules:
        """What agents may see of customers."""
        ...

    def at_work(self, customer: str, identities: Collection[str], /) -> list[str]:
        """What goes on with a customer, by id: contacts, open callbacks, messages that nobody has heard."""
        ...

    def why_not(self, event: Event, /) -> str:
        """Why something that is wanted can't be done as things stand, as a code; empty: it can."""
        ...

    def dispositions(self) -> Mapping[str, Mapping[str, Disposition]]:
        """What contacts may have been about, by queue and code."""
        ...

    def dial_out(self) -> Collection[str]:
        """The queues that agents may dial for."""
        ...

    def colleagues(self) -> list[Colleague]:
        """All agents, as others see them who want their advice."""
        ...

    def queues(self) -> list[str]:
        """The queues that calls can be sent to."""
        ...

    def pause_reasons(self) -> Collection[str]:
        """Why agents may pause; empty: for any reason."""
        ...

    def chat_settings(self) -> ChatSettings:
        """How chats are: files, history."""
        ...

    def canned_answers(self) -> Mapping[str, CannedAnswer]:
        """The texts that agents have at hand in chats, by what is typed for them."""
        ...


@dataclass(frozen=True, slots=True)
class Backend:
    """What the HTTP side shows and whom it tells. `state` gives plain data; `agents` the names that are known;
    `chat_origins` the web sites whose pages may open chats; `archive` keeps their files, which `scan` looks at."""

    emit: Callable[[Event], None]
    health: Callable[[], Health]
    state: Callable[[], object]
    agents: Callable[[], Collection[str]]
    metrics: Metrics
    outbox: Outbox
    tokens: Tokens
    readers: Readers
    watch: Watch
    public_url: str
    chat_origins: Set[str]
    clock: Callable[[], float]
    archive: ChatArchive
    scan: Scan
    typists: Typists

    def take(self, event: Event) -> None:
        """Have the plane told of something, without waiting. Refused: it is too busy."""
        try:
            self.emit(event)
        except asyncio.QueueFull:
            raise Refused(503, "busy", "Too much is waiting to be done. Try again.") from None

    async def tell(self, what: str, event: Event) -> None:
        """Tell the plane of something on a page, chat, mail or guide, and wait until it has dealt with it.

        Refused: it is too busy.
        """
        if not await told(self.watch, what, self.emit, event):
            raise Refused(503, "busy", "Too much is waiting to be done. Try again.")
