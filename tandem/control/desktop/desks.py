"""Tells desktops what changed: after each event, the desks it may have touched are looked at again."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import msgspec

from tandem.acd.agent import WRAP_UP, Agent, Wrapping
from tandem.acd.contact import CONNECTED, HELD
from tandem.acd.contact import Contact as Routed
from tandem.control import commands, orders
from tandem.control.callback.bookings import at_hand
from tandem.control.chat.chat import Chat, Message
from tandem.control.context import Context
from tandem.control.desktop import dispositions, told
from tandem.control.desktop.shown import (
    AgentShown,
    ConsultationShown,
    ContactShown,
    Desk,
    MonitorShown,
    OnDesk,
    WrappingShown,
)
from tandem.control.events import Event, SettingsLoaded
from tandem.control.mail.mail import Mail
from tandem.control.story import Step
from tandem.control.voice.call import Call
from tandem.control.voice.permits import KIND
from tandem.control.voice.recordings import under_way
from tandem.control.work import Work

Contacts = dict[str, ContactShown]
Holder = Call | Chat | Mail | Work
Numbered = TypeVar("Numbered", Step, Message)


class Desks:
    """What every desk showed last, so that the difference can be told. All of it follows from the state."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._agents = {name: _agent(context, agent) for name, agent in self._routed_agents().items()}
        self._contacts = {name: _contacts(context, agent) for name, agent in self._routed_agents().items()}
        self._desk_of = {contact: name for name, contacts in self._contacts.items() for contact in contacts}
        self._wrapping = {name for name, agent in self._agents.items() if agent.wrapping}

    def look(self, agent: str) -> Desk | None:
        """The whole desk of an agent; None when there is no such agent."""
        routed = self._routed_agents().get(agent)
        if routed is None:
            return None
        contacts = _contacts(self._context, routed).values()
        desk = tuple(_with_story(self._context, contact) for contact in contacts)
        return Desk(self._context.state.told.get(agent, 0), _agent(self._context, routed), desk)

    def news(self, event: Event, done: list[commands.Command]) -> list[commands.Command]:
        """What desktops are to be told, after an event and the commands it gave."""
        asks = {getattr(event, "agent", "")} - {""}  # who wants something else next is in the state they were in
        if isinstance(event, SettingsLoaded):
            self._meet_new_agents()
            asks = set(self._agents)  # who is in the settings no more wants nothing else than to leave
        touched = sorted(asks.union(self._touched(done), self._through_with_wrap_up()))
        return [self._numbered(agent, news) for agent in touched for news in self._news_of(agent, done)]

    def _through_with_wrap_up(self) -> set[str]:
        """Whose wrap-up is over, perhaps in a state that lasts: they talk, or their phone is gone."""
        routed = self._routed_agents()
        return {name for name in self._wrapping if name not in routed or not routed[name].wrapping}

    def _meet_new_agents(self) -> None:
        """Nobody can have a desktop of theirs yet: there is nobody to be told."""
        for name, agent in self._routed_agents().items():
            self._agents.setdefault(name, _agent(self._context, agent))

    def _routed_agents(self) -> dict[str, Agent]:
        return self._context.router.snapshot().agents

    def _touched(self, done: Iterable[commands.Command]) -> Iterator[str]:
        for command in done:
            if isinstance(command, _ABOUT_AGENTS):
                yield command.agent
            else:  # whatever is done in a contact may change what its flow knows
                yield from self._agents_with(getattr(command, "call", ""))

    def _agents_with(self, contact: str) -> Iterator[str]:
        """On whose desk it is, and was."""
        routed = self._context.router.snapshot().contacts.get(contact)
        if routed and routed.agent:
            yield routed.agent
        if before := self._desk_of.get(contact):
            yield before
        call = self._context.state.calls.get(contact)
        if call is not None and call.consultation is not None:
            yield from self._agents_with(call.consultation.id)

    def _numbered(self, agent: str, news: told.Told) -> commands.TellDesktop:
        numbers = self._context.state.told
        numbers[agent] = numbers.get(agent, 0) + 1
        return commands.TellDesktop(agent, numbers[agent], news)

    def _news_of(self, agent: str, done: list[commands.Command]) -> Iterator[told.Told]:
        routed = self._routed_agents().get(agent)
        if routed is None:
            self._agents.pop(agent, None)
            self._wrapping.discard(agent)
            for contact in self._contacts.pop(agent, {}):
                self._is_off(contact, agent)
            return
        before, now = self._contacts.get(agent, {}), _contacts(self._context, routed)
        self._contacts[agent] = now
        self._desk_of.update(dict.fromkeys(now, agent))
        for contact in sorted(before.keys() - now.keys()):
            self._is_off(contact, agent)
            yield told.ContactEnded(contact, _outcome(contact, agent, done))
        shown = _agent(self._context, routed)
        if shown != self._agents.get(agent):
            self._agents[agent] = shown
            (self._wrapping.add if shown.wrapping else self._wrapping.discard)(agent)
            yield told.AgentChanged(shown)
        for contact in now:
            yield from self._news_of_contact(before.get(contact), now[contact], done)

    def _is_off(self, contact: str, agent: str) -> None:
        """It may be on another's desk by now."""
        if self._desk_of.get(contact) == agent:
            del self._desk_of[contact]

    def _news_of_contact(
        self, before: ContactShown | None, now: ContactShown, done: Iterable[commands.Command]
    ) -> Iterator[told.Told]:
        if before is None:
            on_desk = _with_story(self._context, now)
            yield told.ContactOffered(now, on_desk.story, on_desk.messages)
            return
        if before != now:
            yield _change(before, now)
        yield from _steps(self._context, now.contact, done)


_ABOUT_AGENTS = commands.RecordActivity | commands.RecordOffer | commands.RecordMonitoring


def _change(before: ContactShown, now: ContactShown) -> told.Told:
    if before.state == now.state:
        return told.ContactChanged(now)
    if now.state == HELD:
        return told.ContactHeld(now)
    if now.state == CONNECTED:
        return told.ContactRetrieved(now) if before.state == HELD else told.ContactConnected(now)
    return told.ContactChanged(now)


def _steps(context: Context, contact: str, done: Iterable[commands.Command]) -> Iterator[told.Told]:
    holder = _about(context, _holder(context, contact))
    for command in done:
        if not isinstance(holder, Call | Chat) or getattr(command, "call", "") != holder.id:
            continue
        if isinstance(command, commands.RecordStep):
            yield from (told.ContactStepped(contact, step) for step in _newest(holder.story, command.number))
        elif isinstance(command, commands.RecordMessage) and isinstance(holder, Chat):
            yield from (told.ContactSaid(contact, message) for message in _newest(holder.messages, command.number))


def _newest(entries: Sequence[Numbered], number: int) -> Iterator[Numbered]:
    """The entry of that number, where it is still kept; looked for from the end, where it is."""
    yield from islice((entry for entry in reversed(entries) if entry.number == number), 1)


def _outcome(contact: str, agent: str, done: Iterable[commands.Command]) -> str:
    offers = [command for command in done if isinstance(command, commands.RecordOffer)]
    ended = {(offer.call, offer.agent): offer.outcome for offer in offers if offer.outcome != "answered"}
    return ended.get((contact, agent), "ended")


def _agent(context: Context, agent: Agent) -> AgentShown:
    return AgentShown(
        agent=agent.name,
        state=agent.state,
        reason=agent.reason,
        since=agent.since,
        wants=agent.wants,
        pause_reason=agent.pause_reason,
        paused_since=agent.paused_since,
        until=agent.deadline if agent.state == WRAP_UP else None,
        extension_left=agent.extension_left if agent.state == WRAP_UP else 0.0,
        units=agent.units + agent.interruptible_units,
        monitored=_monitored(context, agent.name),
        wrapping=tuple(_wrapping(context, agent.name, one) for one in agent.wrapping),
    )


def _wrapping(context: Context, agent: str, wrapping: Wrapping) -> WrappingShown:
    set_so = dispositions.of(context, agent, wrapping.contact)
    return WrappingShown(wrapping.contact, wrapping.queue, wrapping.owed, set_so.code, set_so.note)


def _monitored(context: Context, agent: str) -> tuple[MonitorShown, ...]:
    if not context.state.settings.show_monitoring:
        return ()
    on_talk = (m for m in context.state.monitors.values() if m.agent == agent and m.state == "joined")
    return tuple(MonitorShown(monitor.by, monitor.mode) for monitor in on_talk)


def _contacts(context: Context, agent: Agent) -> Contacts:
    routed = context.router.snapshot().contacts
    return {contact: contact_shown(context, routed[contact]) for contact in context.on_desk(agent.name)}


def contact_shown(context: Context, routed: Routed) -> ContactShown:
    """A contact as desks show it."""
    shown = ContactShown(
        contact=routed.id,
        channel="",
        state=routed.state,
        offer=routed.offer,
        queue=routed.queue,
        number="",
        name="",
        tier=routed.tier,
        language="",
        dialled="",
        flow="",
        waiting_since=routed.enqueued_at,
        offered_at=routed.offered_at,
        connected_at=routed.connected_at or None,
        customer=context.state.customers.get(routed.id),
        orders=orders.shown(context, routed.id),
    )
    set_so = dispositions.of(context, routed.agent, routed.id)
    shown = msgspec.structs.replace(shown, disposition=set_so.code, note=set_so.note)
    holder = _holder(context, routed.id)
    return msgspec.structs.replace(shown, **_details(context, holder)) if holder else shown


def _with_story(context: Context, contact: ContactShown) -> OnDesk:
    holder = _about(context, _holder(context, contact.contact))
    story = tuple(holder.story) if isinstance(holder, Call | Chat) else ()
    return OnDesk(contact, story, tuple(holder.messages) if isinstance(holder, Chat) else ())


def _holder(context: Context, contact: str) -> Holder | None:
    return context.holder(contact) or context.state.chats.get(contact) or context.state.mails.get(contact)


def _details(context: Context, holder: Holder) -> dict[str, Any]:
    """What is known of a contact beside how it is routed."""
    if isinstance(holder, Work) and holder.kind == KIND:
        call = context.state.calls[holder.call]
        return _details(context, call) | {"channel": KIND, "muted": _is_muted(context, holder.leg), "recording": ""}
    if isinstance(holder, Work):
        return {"channel": holder.kind, **_customer(context, holder)}
    if isinstance(holder, Mail):
        about = {"subject": holder.subject, "reference": holder.reference}
        return {"channel": "mail", "name": holder.sender, "entered_at": holder.came_at, "variables": about}
    sent = holder.links.values() if isinstance(holder, Call) else ()
    return {
        "channel": "voice" if isinstance(holder, Call) else "chat",
        "number": holder.caller,
        "name": holder.caller_name or str(holder.session.variables.get("caller.name", "")),
        "tier": holder.tier,
        "language": holder.session.language,
        "dialled": holder.dialled,
        "flow": holder.flow,
        "entered_at": holder.entered_at,
        "heard": holder.agent_heard if isinstance(holder, Chat) else 0,
        "variables": dict(holder.session.variables),
        "forms": dict(holder.forms),
        "links": {link.number: (link.purpose, link.status) for link in sent},
        "muted": isinstance(holder, Call) and _is_muted(context, holder.leg),
        "consultation": _consultation(context, holder) if isinstance(holder, Call) else None,
        "recording": _recording(context, holder) if isinstance(holder, Call) else "",
    }


def _about(context: Context, holder: Holder | None) -> Holder | None:
    """Whose story it is: a consultation has that of its call."""
    consults = isinstance(holder, Work) and holder.kind == KIND
    return context.state.calls[holder.call] if consults and isinstance(holder, Work) else holder


def _is_muted(context: Context, leg: str | None) -> bool:
    found = context.state.legs.get(leg or "")
    return bool(found and found.muted)


def _recording(context: Context, call: Call) -> str:
    recording = under_way(context, call)
    return ("paused" if recording.paused else "on") if recording else ""


def _consultation(context: Context, call: Call) -> ConsultationShown | None:
    consultation = call.consultation
    if consultation is None:
        return None
    leg = context.state.legs.get(consultation.leg or "")
    return ConsultationShown(
        consultation.number,
        consultation.state,
        consultation.agent,
        consultation.to.name,
        leg.agent or consultation.to.number if leg and leg.bridged_at is not None else "",
        consultation.note,
    )


def _customer(context: Context, work: Work) -> dict[str, Any]:
    """Who a piece of work is about."""
    if (dial := context.state.dials.get(work.id)) is not None:
        return {"number": dial.number, "dialled": dial.caller_id}
    if (callback := at_hand(context, work.id)) is not None:
        names = ("number", "tier", "language", "dialled", "flow")
        return {name: getattr(callback, name) for name in names} | {"name": callback.caller_name}
    if (voicemail := context.state.voicemails.get(work.id)) is not None:
        return {"number": voicemail.caller, "name": voicemail.caller_name}
    return {}
