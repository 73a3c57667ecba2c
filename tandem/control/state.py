"""All that must survive a restart, as plain data."""

import msgspec

from tandem.acd.state import State as RouterState
from tandem.control.board.today import Today
from tandem.control.callback.callback import Callback
from tandem.control.chat.chat import Chat
from tandem.control.commands import LookUp, Notify, SendLink
from tandem.control.desktop.customer import KnownCustomer
from tandem.control.dispatch.loan import Loan
from tandem.control.mail.mail import Mail
from tandem.control.page.page import Page, Reader
from tandem.control.publishing.canary import Canary
from tandem.control.settings import Settings
from tandem.control.voice.call import Call, Leg
from tandem.control.voice.dial import Dial, Internal
from tandem.control.voice.line import Line
from tandem.control.voice.monitor import Monitor
from tandem.control.voice.recording import Recording
from tandem.control.voice.voicemail import Voicemail
from tandem.control.work import Work
from tandem.ivr.flow import Flow


class LastTalk(msgspec.Struct, frozen=True):
    """With whom a customer talked last, since `at` (epoch seconds)."""

    agent: str
    at: float


class Abandoned(msgspec.Struct, frozen=True):
    """A caller hung up while they waited: the callback they are offered, and the link to the page that asks; `settled`
    once it was delivered, or could not be."""

    callback: Callback
    link: SendLink
    settled: bool = False


class OfferedBack(msgspec.Struct):
    """When (epoch seconds) a number was offered callbacks after hanging up, and the pages that may still ask."""

    times: list[float] = []
    pages: list[str] = []


class Asked(msgspec.Struct, frozen=True):
    """A lookup that is out since `at` (epoch seconds)."""

    lookup: LookUp
    at: float


class Orders(msgspec.Struct, frozen=True):
    """A contact that came by `value`, of this `kind` (`number` or `email`), and its customer's orders: `state` is
    empty, `asked`, `known` or `failed` (for `reason`); `found` are the fields of each that are shown."""

    kind: str
    value: str
    tries: int = 0
    state: str = ""
    reason: str = ""
    found: tuple[dict[str, str], ...] = ()


class Pause(msgspec.Struct, frozen=True):
    """An agent's pause since `began_at` (epoch seconds); `by` is the supervisor who wanted it."""

    began_at: float
    reason: str
    by: str


class Disposed(msgspec.Struct, frozen=True):
    """The disposition that an agent set."""

    code: str
    note: str


class PlaneState(msgspec.Struct):
    """A snapshot of the plane: this and the journal since are the whole truth."""

    router: RouterState
    settings: Settings = Settings()
    settings_version: int = 0
    """As the store counts them; 0 while it has none."""
    published: dict[str, str] = {}
    """Flow name to the version that new calls get."""
    flows: dict[str, Flow] = {}
    """"name@version" to flow: the published ones, those on trial, and older ones that calls still walk."""
    canaries: dict[str, Canary] = {}
    """Flow name to the version on trial."""
    calls: dict[str, Call] = {}
    legs: dict[str, Leg] = {}
    lines: dict[str, Line] = {}
    """The kept lines of remote agents, by agent."""
    next_line: int = 1
    monitors: dict[str, Monitor] = {}
    """Supervisors on agents' talks, by their channels."""
    next_monitor: int = 1
    devices: dict[str, float] = {}
    """The phones that can be rung, and since when."""
    badly_heard: dict[str, int] = {}
    """Phones and trunks whose last talks were badly heard, and how many of them in a row."""
    pauses: dict[str, Pause] = {}
    """By agent, those that go on."""
    dials: dict[str, Dial] = {}
    """Customers whom agents dial, by their contacts."""
    dialled: dict[str, list[float]] = {}
    """By agent, when (epoch seconds) they dialled within a minute."""
    internal: dict[str, Internal] = {}
    """Calls between agents."""
    next_dial: int = 1
    disposed: dict[str, dict[str, Disposed]] = {}
    """By agent and contact, those in talk and in wrap-up."""
    callbacks: dict[str, Callback] = {}
    booked: dict[str, dict[str, str]] = {}
    """Number to queue to callback: one for each."""
    bookings: dict[str, list[float]] = {}
    """Number to when (epoch seconds) callbacks were booked for it within a day."""
    abandoned: dict[str, Abandoned] = {}
    """Callbacks that callers who hung up were offered and have not answered, by page."""
    offered_back: dict[str, OfferedBack] = {}
    """By number, within a day."""
    last_agents: dict[str, dict[str, LastTalk]] = {}
    """Number to queue to whom its caller talked with; those who talked last come last."""
    work: dict[str, Work] = {}
    """Contacts without a line, by id."""
    lookups: dict[str, dict[int, Asked]] = {}
    """What systems outside were asked and have not answered, by subject and number."""
    sought: dict[str, str] = {}
    """Contact to the identity by which its customer is looked for; the answer has not come."""
    customers: dict[str, KnownCustomer] = {}
    """Who is in a contact, as far as it is known."""
    orders: dict[str, Orders] = {}
    """By contact, as long as it goes on."""
    notes: dict[str, dict[int, Notify]] = {}
    """What systems outside are to be told and have not taken, by subject and number; it may outlive its contact."""
    voicemails: dict[str, Voicemail] = {}
    """Those not yet heard, by their contact's id."""
    recordings: dict[str, Recording] = {}
    """Those of talks that go on, and those of which it is not known what came of them."""
    pages: dict[str, Page] = {}
    """The pages of links that were sent, by "<call>/<link>"; they outlive their calls."""
    guides: dict[str, Reader] = {}
    """The guides that agents walk, by id."""
    chats: dict[str, Chat] = {}
    """Conversations in writing, by id; those that have ended a while ago are gone."""
    mails: dict[str, Mail] = {}
    """What is to be answered in writing, by id; those that have ended a while ago are gone."""
    boot: str = ""
    """Which run of the switch we know; changes when it was restarted."""
    switch_up: bool = False
    began_at: float = 0.0
    """When the first event of all came (epoch seconds)."""
    webhook_events: int = 0
    """How many events there were for receivers."""
    last_queues: dict[str, str] = {}
    """Contact to the queue that it was in last, as long as it goes on and there are receivers."""
    told: dict[str, int] = {}
    """Agent to the number of the last event that their desktop was told of."""
    timers: dict[str, float] = {}
    """What falls due by itself: see timers.py."""
    counters: dict[str, int] = {}
    """Alarms, faults and repairs by kind, since the journal began."""
    today: Today = msgspec.field(default_factory=Today)
    loans: dict[str, Loan] = {}
    """Those of the dispatch that run, and the newest that are over, by number."""
