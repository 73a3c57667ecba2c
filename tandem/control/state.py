"""All that must survive a restart, as plain data."""

import msgspec

from tandem.acd.state import State as RouterState
from tandem.control.call import Call, Leg
from tandem.control.callback import Callback
from tandem.control.settings import Settings
from tandem.control.voicemail import Voicemail
from tandem.control.work import Work
from tandem.ivr.flow import Flow


class PlaneState(msgspec.Struct):
    """A snapshot of the plane: this and the journal since are the whole truth."""

    router: RouterState
    settings: Settings = Settings()
    published: dict[str, str] = {}
    """Flow name to the version that new calls get."""
    flows: dict[str, Flow] = {}
    """"name@version" to flow: the published ones, and older ones that calls still walk."""
    calls: dict[str, Call] = {}
    legs: dict[str, Leg] = {}
    callbacks: dict[str, Callback] = {}
    booked: dict[str, dict[str, str]] = {}
    """Number to queue to callback: one for each."""
    bookings: dict[str, list[float]] = {}
    """Number to when (epoch seconds) callbacks were booked for it within a day."""
    work: dict[str, Work] = {}
    """Contacts without a line, by id."""
    voicemails: dict[str, Voicemail] = {}
    """Those not yet heard, by their contact's id."""
    boot: str = ""
    """Which run of the switch we know; changes when it was restarted."""
    switch_up: bool = False
    timers: dict[str, float] = {}
    """What falls due by itself: see timers.py."""
    counters: dict[str, int] = {}
    """Alarms, faults and repairs by kind, since the journal began."""
