"""All that must survive a restart, as plain data."""

import msgspec

from tandem.acd.state import State as RouterState
from tandem.control.callback.callback import Callback
from tandem.control.chat.chat import Chat
from tandem.control.commands import LookUp, Notify, SendLink
from tandem.control.page.page import Page, Reader
from tandem.control.publishing.canary import Canary
from tandem.control.settings import Settings
from tandem.control.voice.call import Call, Leg
from tandem.control.voice.voicemail import Voicemail
from tandem.control.work import Work
from tandem.ivr.flow import Flow


class LastTalk(msgspec.Struct, frozen=True):
    """With whom a customer talked last, since `at` (epoch seconds)."""

    agent: str
    at: float


class Abandoned(msgspec.Struct, frozen=True):
    """A caller hung up while they waited: the callback they are offered, and the link to the page that asks."""

    callback: Callback
    link: SendLink


class OfferedBack(msgspec.Struct):
    """When (epoch seconds) a number was offered callbacks after hanging up, and the pages that may still ask."""

    times: list[float] = []
    pages: list[str] = []


class Asked(msgspec.Struct, frozen=True):
    """A lookup that is out since `at` (epoch seconds)."""

    lookup: LookUp
    at: float


class PlaneState(msgspec.Struct):
    """A snapshot of the plane: this and the journal since are the whole truth."""

    router: RouterState
    settings: Settings = Settings()
    published: dict[str, str] = {}
    """Flow name to the version that new calls get."""
    flows: dict[str, Flow] = {}
    """"name@version" to flow: the published ones, those on trial, and older ones that calls still walk."""
    canaries: dict[str, Canary] = {}
    """Flow name to the version on trial."""
    calls: dict[str, Call] = {}
    legs: dict[str, Leg] = {}
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
    notes: dict[str, dict[int, Notify]] = {}
    """What systems outside are to be told and have not taken, by subject and number; it may outlive its contact."""
    voicemails: dict[str, Voicemail] = {}
    """Those not yet heard, by their contact's id."""
    pages: dict[str, Page] = {}
    """The pages of links that were sent, by "<call>/<link>"; they outlive their calls."""
    guides: dict[str, Reader] = {}
    """The guides that agents walk, by id."""
    chats: dict[str, Chat] = {}
    """Conversations in writing, by id; those that have ended a while ago are gone."""
    boot: str = ""
    """Which run of the switch we know; changes when it was restarted."""
    switch_up: bool = False
    timers: dict[str, float] = {}
    """What falls due by itself: see timers.py."""
    counters: dict[str, int] = {}
    """Alarms, faults and repairs by kind, since the journal began."""
