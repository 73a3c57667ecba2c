"""Settings, and the process's own beginning."""

from collections.abc import Callable
from typing import Any

from tandem.acd import events as acd
from tandem.control import customers, events, journeys, last_agents, outside, pauses, ways
from tandem.control.callback import abandoned, callbacks
from tandem.control.chat import chats, desk
from tandem.control.context import Context
from tandem.control.dispatch import loans
from tandem.control.mail import mails
from tandem.control.page import guides, pages, reading
from tandem.control.routing import route
from tandem.control.voice import (
    consultations,
    legs,
    nailed,
    offers,
    recordings,
    rejoining,
    transfers,
    voicemails,
    wishes,
)
from tandem.control.voice.call import Call


def settings_loaded(context: Context, event: events.SettingsLoaded, now: float) -> None:
    """Resets nothing: calls, agents and figures go on under the new settings."""
    before, context.state.settings = context.state.settings, event.settings
    context.state.settings_version = event.version
    if event.settings.time_zone != before.time_zone:
        context.state.today.change_zone(event.settings.time_zone, now)
    loans.in_force(context, now)
    pauses.settings_changed(context, before, now)
    for name in dict.fromkeys((*context.state.settings.acd.agents, *context.state.lines)):
        nailed.follow(context, name, now)
    nailed.refresh_all(context, now)
    last_agents.forget(context, "", now)
    callbacks.settings_changed(context, now)
    voicemails.settings_changed(context, now)


def restarted(context: Context, _event: events.Restarted, now: float) -> None:
    """Nothing is known of the switch yet, and what was asked for may never have been done: ask again."""
    context.state.switch_up = False
    route(context, acd.SwitchLost(), now)
    for call in context.state.calls.values():
        call.away = True
        call.out = 0
        for link in call.links.values():
            if link.status == "requested":
                wishes.push(context, call, link, now)
    outside.ask_again(context, now)
    customers.ask_again(context)
    voicemails.ask_again(context)
    abandoned.send_again(context, now)
    chats.restarted(context, now)


def command_failed(context: Context, event: events.CommandFailed, now: float) -> None:
    context.alarm(f"{event.command} failed", event.subject, event.reason)
    if event.command == "PauseRecording":
        recordings.not_paused(context, event.subject, now)
    call = context.state.calls.get(event.subject)
    if call is not None and event.command in ERRANDS_FAILED:
        ERRANDS_FAILED[event.command](context, call, now)


ERRANDS_FAILED: dict[str, Callable[[Context, Call, float], None]] = {
    "Transfer": transfers.failed,
    "TakeVoicemail": voicemails.failed,
}


def time_passed(context: Context, _event: events.TimePassed, now: float) -> None:
    if context.state.switch_up:  # an agent who seems to ring may long have answered, unseen
        route(context, acd.TimePassed(), now)
    while name := context.timers.take(now):
        kind, _, subject = name.partition(" ")
        TIMERS[kind](context, subject, now)


TIMERS: dict[str, Callable[[Context, str, float], None]] = {
    outside.TIMER: journeys.lookup_overdue,
    reading.TIMER: journeys.silence,
    ways.TIMER: journeys.offered,
    abandoned.SENDS: abandoned.send,
    abandoned.FORGETS: abandoned.forget,
    last_agents.TIMER: last_agents.forget,
    legs.GONE: offers.gone_for_good,
    "page": pages.expired,
    "guide": guides.expired,
    **callbacks.TIMERS,
    chats.IDLE: chats.idle,
    chats.AWAY: chats.away,
    chats.OVER: chats.over,
    desk.TIMER: desk.not_accepted,
    legs.CONFIRM: offers.not_confirmed,
    consultations.TIMER: consultations.nobody_answered,
    nailed.TIMER: nailed.call,
    **rejoining.TIMERS,
    pauses.TIMER: pauses.too_long,
    loans.ENDS: loans.over,
    loans.SHOWS: loans.shows,
    mails.OFFER: mails.not_accepted,
    mails.OVER: mails.over,
}
"""What is done when a timer of a kind falls due, with its subject."""


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.SettingsLoaded: settings_loaded,
    events.Restarted: restarted,
    events.CommandFailed: command_failed,
    events.TimePassed: time_passed,
}
