"""The router: who serves whom, and when. Events in, commands out; time is passed in as epoch seconds."""

from collections.abc import Callable
from typing import Any, TypeVar

from tandem.acd import agent as agents
from tandem.acd import by_hand, events, wrap_up
from tandem.acd import contact as contacts
from tandem.acd.agent import Agent, ask_for
from tandem.acd.board import Board, board_of
from tandem.acd.commands import Command, RaiseAlarm
from tandem.acd.contact import Contact
from tandem.acd.events import Event
from tandem.acd.floor import Floor
from tandem.acd.intervals import ENDINGS
from tandem.acd.machine import InvariantBroken, allows
from tandem.acd.plan import widest
from tandem.acd.state import State
from tandem.acd.waiting import Place
from tandem.acd.why import Decision, Waiting, explain, explain_waiting

Named = TypeVar("Named")


class Router:
    """Decides; carries nothing out. An event that names nothing known, or comes too late, is counted and dropped.

    `observer`, where one is set, is told every decision just before its offer is made. It must change nothing.
    """

    def __init__(self) -> None:
        self.observer: Callable[[Decision], None] | None = None
        self._commands: list[Command] = []
        self._adopt(State())
        self._handlers: dict[type[Event], Callable[[Any, float], None]] = {
            events.SettingsChanged: self._settings_changed,
            events.ContactQueued: self._contact_queued,
            events.ContactLeft: self._contact_left,
            events.ContactDialled: self._contact_dialled,
            events.AgentEngaged: self._agent_engaged,
            events.AgentDisengaged: self._agent_disengaged,
            events.ContactDisposed: self._contact_disposed,
            **dict.fromkeys(by_hand.EVENTS, self._done_by_hand),
            events.OfferRinging: self._offer_ringing,
            events.OfferAnswered: self._offer_answered,
            events.OfferFailed: self._offer_failed,
            events.ContactConnected: self._contact_connected,
            events.ContactHeld: self._contact_held,
            events.ContactRetrieved: self._contact_retrieved,
            events.ContactFinished: self._contact_finished,
            events.ContactHandedOver: self._contact_handed_over,
            events.AgentSignedIn: self._agent_signed_in,
            events.AgentSignedOut: self._agent_signed_out,
            events.AgentWentReady: self._agent_went_ready,
            events.AgentPaused: self._agent_paused,
            events.WrapUpExtended: self._wrap_up_extended,
            events.DeviceFound: self._device_found,
            events.DeviceLost: self._device_lost,
            events.SwitchLost: self._switch_lost,
            events.SwitchFound: self._switch_found,
            events.TimePassed: self._time_passed,
        }

    @classmethod
    def restore(cls, state: State) -> "Router":
        """A router that goes on exactly where `state` was taken; it keeps `state` as its own."""
        router = cls()
        router._adopt(state)
        return router

    def _adopt(self, state: State) -> None:
        self._state = state
        self._floor = Floor(state, self._commands.append, self._observe)

    def _observe(self, contact: Contact, agent: Agent, now: float) -> None:
        if self.observer:
            self.observer(explain(self._state, contact, agent, now))

    def handle(self, event: Event, now: float) -> list[Command]:
        """Take in `event`; the commands to carry out, in order.

        Raises InvariantBroken when the router contradicts itself; it must not be used any more then.
        """
        self._handlers[type(event)](event, now)
        floor = self._floor
        if floor.conditions.are_any:
            floor.review(now)
        if floor.ledger.changed:
            floor.ledger.report(self._commands.append, floor.lines.unanswered)
        commands = self._commands.copy()
        self._commands.clear()
        return commands

    def next_wakeup(self) -> float | None:
        """When TimePassed is wanted, epoch seconds; None while there is no deadline."""
        floor = self._floor
        first = floor.matching.expires
        for moment in (floor.roster.deadlines.earliest(), floor.lines.deadlines.earliest()):
            if moment is not None and (first is None or moment < first):
                first = moment
        return first

    def snapshot(self) -> State:
        """The state itself, not a copy: encode it before the next `handle`."""
        return self._state

    def place(self, contact: str, now: float | None = None) -> Place | None:
        """Where an unanswered contact stands in its queue, with an estimate of its wait; None for any other.

        `now`: epoch seconds; without it, as when the contact came to its queue.
        """
        known = self._state.contacts.get(contact)
        if known is None or known.state not in contacts.UNANSWERED:
            return None
        return self._floor.foresight.place(known, known.arrived_at if now is None else now)

    def standing(self, contact: str) -> tuple[str, int, float] | None:
        """Queue, position and age (epoch seconds) of an unanswered contact: its place without an estimate."""
        known = self._state.contacts.get(contact)
        if known is None or known.state not in contacts.UNANSWERED:
            return None
        return known.queue, self._floor.lines.ahead_of(known) + 1, known.enqueued_at

    def capacity(self, queue: str) -> int:
        """How many contacts those at work who can serve a newcomer to `queue` can have at once."""
        return self._floor.roster.capacity_for(self._floor.lines.lines_of(queue)[0])

    def staffing(self, queue: str) -> tuple[int, int]:
        """Of the agents who can serve a newcomer to `queue`, how many have room for one, and how many are at work."""
        line = self._floor.lines.lines_of(queue)[0]
        return self._floor.roster.ready_for(line), self._floor.roster.at_work_for(line)

    def newcomer(self, queue: str, now: float) -> Place | None:
        """What who came to `queue` now would be told; None when they would not have to wait, or nobody is at work."""
        ready, at_work = self.staffing(queue)
        waits = self._floor.lines.length(queue) or ready <= self._state.queue(queue).keep_free
        return self._floor.foresight.place(Contact("", queue, now, now), now) if waits and at_work else None

    def in_line(self, queue: str, now: float) -> list[Contact]:
        """Who waits in a queue on the line, or is offered to somebody, in the order in which they are served."""
        waiting = (contact for contact in self._state.contacts.values() if contact.queue == queue and contact.on_line)
        unanswered = [contact for contact in waiting if contact.state in contacts.UNANSWERED]
        return sorted(unanswered, key=lambda contact: self._floor.lines.urgency(contact, now))

    def why_waiting(self, contact: str, now: float) -> Waiting | None:
        """Why a contact still waits, None when it does not."""
        known = self._state.contacts.get(contact)
        return explain_waiting(self._state, known, now) if known and known.state == contacts.WAITING else None

    def why_not_by_hand(self, event: Event) -> str:
        """Why what a supervisor wants done with a contact can't be, as a code; empty: it can."""
        return by_hand.why_not(self._state, self._floor, event)

    def why_not_dial(self, agent: str, queue: str) -> str:
        """Why an agent can't dial for a queue now, as a code; empty: they can."""
        known = self._state.agents.get(agent)
        if known is None:
            return "unknown_agent"
        return self._floor.why_not_dial(known, queue) if self.has_queue(queue) else "unknown_queue"

    def why_not_engage(self, agent: str) -> str:
        """Why an agent can't have a call with a colleague now, as a code; empty: they can."""
        known = self._state.agents.get(agent)
        if known is None or agent not in self._state.settings.agents:
            return "unknown_agent"
        return "" if agents.may_engage(known) else "not_free"

    def may_monitor(self, agent: str) -> bool:
        """Whether who works as this agent may be on another one's talk now."""
        known = self._state.agents.get(agent)
        return known is None or agents.may_monitor(known)

    def board(self, now: float) -> Board:
        """The figures an operator watches."""
        return board_of(self._state, now)

    def has_queue(self, name: str) -> bool:
        """True when the settings in force have the queue."""
        return name in self._state.settings.queues

    def can_ever_serve(self, queue: str) -> bool:
        """True when some agent in the settings, signed in or not, meets the queue's needs, or may at some step."""
        if not self.has_queue(queue):
            return False
        settings = self._state.queue(queue)
        return bool(self._floor.matching.grades(widest(settings.needs, settings.plan)))

    def is_free(self, agent: str, queue: str) -> bool:
        """True when a contact of the queue could be offered to the agent now."""
        return self.has_queue(queue) and self._floor.is_free(agent, queue)

    def may_wait_for(self, agent: str, queue: str) -> bool:
        """True when a contact of the queue may wait for the agent: they are at work."""
        return self.has_queue(queue) and self._may_wait_for(agent, queue)

    # --- settings and the switch -------------------------------------------------------------------------------

    def _settings_changed(self, event: events.SettingsChanged, now: float) -> None:
        held = self._state.steps_held()
        self._state.change_settings(event.settings, now)
        self._floor.let_go_of(held)
        self._begin_anew(now)
        for name in [name for name in self._state.agents if name not in event.settings.agents]:
            self._agent_signed_out(events.AgentSignedOut(name), now)

    def _begin_anew(self, now: float) -> None:
        """Who can serve whom has changed."""
        self._floor.index()
        self._floor.conditions.look_at_all()
        self._floor.match_all(now)
        self._floor.take_all_steps(now)

    def _switch_lost(self, _event: events.SwitchLost, _now: float) -> None:
        self._state.switch_up = False

    def _switch_found(self, _event: events.SwitchFound, now: float) -> None:
        self._state.switch_up = True
        self._floor.match_all(now)

    def _time_passed(self, _event: events.TimePassed, now: float) -> None:
        """Deadlines fall here only: after a restart, what the switch has to tell counts although it comes late."""
        if self._floor.matching.expires is not None and self._floor.matching.expires <= now:
            self._state.judged_at = now
            self._begin_anew(now)
        while agent := self._floor.roster.deadlines.due(now):
            self._floor.expire(agent, now)
        while contact := self._floor.lines.deadlines.due(now):
            self._floor.advance(contact, now)

    # --- contacts ----------------------------------------------------------------------------------------------

    def _contact_queued(self, event: events.ContactQueued, now: float) -> None:
        if event.contact in self._state.contacts:
            self._state.dropped_events += 1
        elif not self._state.knows_queue(event.queue):  # what was served already may wait in a retired one again
            self._commands.append(RaiseAlarm("no such queue", event.contact, event.queue))
        else:
            age = now if event.enqueued_at is None else event.enqueued_at
            contact = Contact(event.contact, event.queue, age, now, event.priority, event.boost, event.tier)
            contact.dial_seconds, contact.can_rest = event.dial_seconds, event.can_rest
            if event.sticky_seconds > 0 and self._may_wait_for(event.sticky, event.queue):
                contact.sticky, contact.sticky_until = event.sticky, now + event.sticky_seconds
                contact.sticky_only = event.sticky_only
            self._floor.enter(contact, now)

    def _may_wait_for(self, name: str, queue: str) -> bool:
        agent = self._state.agents.get(name)
        known = agent is not None and name in self._state.settings.agents
        return agent is not None and known and self._floor.may_wait_for(agent, queue)

    def _contact_left(self, event: events.ContactLeft, now: float) -> None:
        if event.outcome not in ENDINGS:
            raise InvariantBroken(f"{event.contact} left with the unknown outcome {event.outcome!r}")
        if contact := self._contact(event.contact, "left"):
            self._floor.leave(contact, event.outcome, now)

    def _done_by_hand(self, event: Event, now: float) -> None:
        if not by_hand.do(self._state, self._floor, event, now):
            self._state.dropped_events += 1

    def _contact_dialled(self, event: events.ContactDialled, now: float) -> None:
        agent = self._agent(event.agent)
        known = event.contact in self._state.contacts
        if agent is None or known or self.why_not_dial(event.agent, event.queue):
            self._state.dropped_events += 1
            return
        contact = Contact(event.contact, event.queue, now, now, outbound=True, dial_seconds=event.dial_seconds)
        self._floor.dial(contact, agent, now)

    def _contact_disposed(self, event: events.ContactDisposed, now: float) -> None:
        contact, agent = self._state.contacts.get(event.contact), self._state.agents.get(event.agent)
        if contact is not None and contact.agent == event.agent and contact.state not in contacts.UNANSWERED:
            contact.disposed = True
        elif agent is not None and any(wrapping.contact == event.contact for wrapping in agent.wrapping):
            self._floor.dispose(agent, event.contact, now)
        else:
            self._state.dropped_events += 1

    def _contact_held(self, event: events.ContactHeld, now: float) -> None:
        if contact := self._on_phone(event.contact, "held"):
            self._floor.hold(contact, "held", now)

    def _contact_retrieved(self, event: events.ContactRetrieved, now: float) -> None:
        if contact := self._on_phone(event.contact, "retrieved"):
            self._floor.hold(contact, "retrieved", now)

    def _contact_finished(self, event: events.ContactFinished, now: float) -> None:
        if contact := self._contact(event.contact, "finished"):
            self._floor.finish(contact, event.outcome, now)

    def _contact_handed_over(self, event: events.ContactHandedOver, now: float) -> None:
        contact = self._contact(event.contact, "finished")
        consultation = self._contact(event.consultation, "finished")
        if contact and consultation:
            self._floor.hand_over(contact, consultation, now)

    # --- offers ------------------------------------------------------------------------------------------------

    def _offer_ringing(self, event: events.OfferRinging, now: float) -> None:
        if contact := self._offered(event.offer, "rang"):
            self._floor.ringing(contact, now)

    def _offer_answered(self, event: events.OfferAnswered, now: float) -> None:
        if contact := self._offered(event.offer, "answered"):
            self._floor.answered(contact, now)

    def _offer_failed(self, event: events.OfferFailed, now: float) -> None:
        if contact := self._offered(event.offer, "backed_off"):
            self._floor.fail(contact, event.reason, now)

    def _contact_connected(self, event: events.ContactConnected, now: float) -> None:
        if contact := self._offered(event.offer, "connected"):
            self._floor.connect(contact, now)

    # --- agents ------------------------------------------------------------------------------------------------

    def _agent_signed_in(self, event: events.AgentSignedIn, now: float) -> None:
        agent = self._agent(event.agent)
        if agent and agent.wants == agents.SIGNED_OUT:
            ask_for(agent, agents.READY)
            self._give(agent, now)

    def _agent_signed_out(self, event: events.AgentSignedOut, now: float) -> None:
        if agent := self._agent(event.agent):
            ask_for(agent, agents.SIGNED_OUT, by=event.by, after_contact=event.after_contact)
            self._give(agent, now)

    def _agent_went_ready(self, event: events.AgentWentReady, now: float) -> None:
        if agent := self._signed_in(event.agent):
            agent.misses = 0
            agent.back_off_until = 0.0
            if event.by or not wrap_up.owes(agent):
                agent.wrap_up_until = 0.0
            ask_for(agent, agents.READY, by=event.by)
            self._give(agent, now)

    def _agent_paused(self, event: events.AgentPaused, now: float) -> None:
        if agent := self._signed_in(event.agent):
            ask_for(agent, agents.PAUSED, event.reason, event.by, after_contact=event.after_contact)
            self._give(agent, now)

    def _wrap_up_extended(self, event: events.WrapUpExtended, now: float) -> None:
        agent = self._state.agents.get(event.agent)
        may = agent is not None and agent.wrap_up_until > now and agent.extension_left > 0 < event.seconds
        if self._if_fits(agent, may) is not None and agent:
            self._floor.extend(agent, event.seconds, now)

    def _give(self, agent: Agent, now: float) -> None:
        """Give the agent what they want, now or after the talk. A phone that rings for them stops ringing, unless they
        want it `after_contact`."""
        if agent.state in agents.OFFERED and agent.wants != agents.READY and not agent.after_contact:
            self._floor.withdraw(self._state.contacts[agent.offered], f"agent {agent.wants}", now)
        else:
            self._floor.settle(agent, now)

    def _agent_engaged(self, event: events.AgentEngaged, now: float) -> None:
        agent = self._agent(event.agent)
        if self._if_fits(agent, agent is not None and agents.may_monitor(agent)) is not None and agent:
            self._floor.engage(agent, event.reason, now)

    def _agent_disengaged(self, event: events.AgentDisengaged, now: float) -> None:
        agent = self._agent(event.agent)
        if self._if_fits(agent, agent is not None and agent.engaged) is not None and agent:
            self._floor.engage(agent, "", now)

    def _device_found(self, event: events.DeviceFound, now: float) -> None:
        if agent := self._agent(event.agent):
            agent.device_present = True
            self._floor.settle(agent, now)

    def _device_lost(self, event: events.DeviceLost, now: float) -> None:
        if agent := self._agent(event.agent):
            agent.device_present = False
            contact = self._state.contacts[agent.offered] if agent.state in agents.OFFERED else None
            if contact and contact.on_phone:
                self._floor.withdraw(contact, "device lost", now, outcome="unreachable")
            else:
                self._floor.settle(agent, now)

    # --- what an event names -----------------------------------------------------------------------------------

    def _agent(self, name: str) -> Agent | None:
        agent = self._state.agents.get(name)
        return self._if_fits(agent, agent is not None)

    def _signed_in(self, name: str) -> Agent | None:
        agent = self._state.agents.get(name)
        return self._if_fits(agent, agent is not None and agent.wants != agents.SIGNED_OUT)

    def _contact(self, name: str, trigger: str) -> Contact | None:
        contact = self._state.contacts.get(name)
        if contact is not None and allows(contacts.TABLE, contact.state, trigger):
            return contact
        self._state.dropped_events += 1
        return None

    def _on_phone(self, name: str, trigger: str) -> Contact | None:
        contact = self._contact(name, trigger)
        return self._if_fits(contact, contact.on_phone) if contact else None

    def _offered(self, number: int, trigger: str) -> Contact | None:
        contact = self._floor.offers.get(number)
        if contact is not None and allows(agents.TABLE, self._floor.agent_of(contact).state, trigger):
            return contact
        self._state.dropped_events += 1
        return None

    def _if_fits(self, named: Named | None, fits: bool) -> Named | None:
        if not fits:
            self._state.dropped_events += 1
        return named if fits else None
