"""The floor, where waiting contacts and ready agents meet: offers are made, fail, are withdrawn or become talk.

Between two events, while the switch is up, no contact waits that an agent with room could take, unless its queue keeps
those agents free. So a contact that begins to wait only needs the best agent, and an agent who comes to have room only
the best contact.
"""

from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush

from tandem.acd import agent as agents
from tandem.acd import contact as contacts
from tandem.acd import wrap_up
from tandem.acd.agent import Agent
from tandem.acd.attention import Attention, release, reserve
from tandem.acd.commands import (
    Command,
    Offer,
    OfferToContact,
    RaiseAlarm,
    RecordMove,
    RecordOffer,
    RecordPlanStep,
    RecordWait,
    RecordWrapUpExtended,
    WithdrawOffer,
)
from tandem.acd.conditions import Conditions
from tandem.acd.contact import Contact, Urgency
from tandem.acd.foresight import Foresight
from tandem.acd.interruptions import Interruptions
from tandem.acd.intervals import Ledger
from tandem.acd.line import Line
from tandem.acd.lines import Lines
from tandem.acd.matching import Matching
from tandem.acd.plan import Step, describe
from tandem.acd.roster import Roster
from tandem.acd.settings import ATTENTION
from tandem.acd.state import State
from tandem.acd.waiting import Patience, blended

Observe = Callable[[Contact, Agent, float], None]

_MISSES = frozenset({"no_answer", "unreachable"})
# Below this an offer that fails at once would be made again and again in a tight loop.
_SHORTEST_BACK_OFF = 1.0


class Floor:
    """Joins contacts with agents. Every method takes `now`, epoch seconds, and emits its commands.

    `observe` is told of every offer (contact, agent, now) just before it is made.
    """

    def __init__(self, state: State, emit: Callable[[Command], None], observe: Observe) -> None:
        self._state = state
        self._emit = emit
        self._observe = observe
        self.ledger = Ledger(state.intervals)
        self.index()

    def index(self) -> None:
        """Build every index from the state: at the start, and when settings changed."""
        state = self._state
        self.matching = Matching(state.settings.agents, state.judged_at)
        queues = state.queues()
        self._attention = attention = Attention(state.settings, queues.values())
        self.roster = Roster(state.agents, self.matching, attention, self._emit)
        self.lines = Lines(state.contacts, queues, self.matching, attention.numbers, state.settings, state.holding)
        self.foresight = Foresight(state, self.lines, self.roster.capacity_for)
        self.conditions = Conditions(state, self.lines, self.roster, self.matching, attention, self.ledger)
        self.interruptions = Interruptions(state, self.lines, self._emit)
        self.offers = {contact.offer: contact for contact in state.contacts.values() if contact.offer}

    # --- matching ----------------------------------------------------------------------------------------------

    def match_all(self, now: float) -> None:
        """Offer every contact that an agent has room for, in the total order."""
        self._match(self.lines.busy(), self.lines.sticky(), now)

    def _match(self, lines: Iterable[Line], sticky: Iterable[Contact], now: float) -> None:
        heads: list[tuple[Urgency, int, Line | None]] = []
        heads += [(line.urgency(line.ranks[0], now), line.number, line) for line in lines if line.ranks]
        heads += [(self.lines.urgency(contact, now), -1, None) for contact in sticky]
        heapify(heads)
        while heads:
            (*_, name), number, line = heappop(heads)
            if self._find_agent(self._state.contacts[name], now) and line and line.ranks:
                heappush(heads, (line.urgency(line.ranks[0], now), number, line))

    def _find_agent(self, contact: Contact, now: float) -> bool:
        line = self.lines.line_of(contact)
        if not self._state.switch_up or self._is_kept_back(contact, line):
            return False
        agent = self._sticky_agent(contact, line) if contact.sticky else self.roster.best(line, contact.tried, now)
        if agent:
            self._offer(contact, line, agent, now)
        return agent is not None

    def _sticky_agent(self, contact: Contact, line: Line) -> Agent | None:
        number = self.matching.numbers.get(contact.sticky)  # None: who is wanted alone is in the settings no more
        free = number is not None and self._has_room(number, line)
        return self._state.agents[contact.sticky] if free else None

    def is_free(self, name: str, queue: str) -> bool:
        """Whether an agent has room for a contact of the queue now."""
        number = self.matching.numbers.get(name)
        return number is not None and self._has_room(number, self.lines.lines_of(queue)[0])

    def _has_room(self, number: int, line: Line) -> bool:
        return bool(self.roster.fitting(number) >> line.channel & 1)

    def _find_contact(self, agent: Agent, now: float) -> None:
        number = self.matching.numbers.get(agent.name)
        if number is None or not self._state.switch_up:
            return
        while self.roster.fitting(number) and (contact := self._first(agent, number, now)):
            line = self.lines.line_of(contact)
            if contact.sticky or self.lines.keeping >> line.number & 1:
                self._find_agent(contact, now)  # not this agent's turn, perhaps: others were free already
            else:
                self._offer(contact, line, agent, now)

    def _first(self, agent: Agent, number: int, now: float) -> Contact | None:
        among = self.lines.busy_for(number, self.roster.fitting(number))
        if keeping := among & self.lines.keeping:
            for line in self.lines.of(keeping):
                among ^= self._kept_back(line) << line.number
        first = [self.lines.first(among, number, now)] if among else []
        # Where agents are kept free, this one more may set those free who wait for another one.
        for contact in self.lines.sticky() if self.lines.keeping else self.lines.sticky_to(agent.name):
            line = self.lines.line_of(contact)
            if self._sticky_agent(contact, line) and not self._is_kept_back(contact, line):
                first.append(contact)
        if len(first) < 2:  # nearly always; spares the comparison
            return first[0] if first else None
        return min(first, key=lambda contact: self.lines.urgency(contact, now))

    def _is_kept_back(self, contact: Contact, line: Line) -> bool:
        """Who is wanted alone, for somebody who is served already, need not be kept free for newcomers."""
        return self._kept_back(line) and not contact.sticky_only

    def _kept_back(self, line: Line) -> bool:
        """True while too few agents have room for what this line wants to keep free."""
        least = line.queue.keep_free
        if not least and not self._state.stopped:  # nearly always
            return False
        return line.queue.name in self._state.stopped or bool(least and self.roster.ready_for(line) <= least)

    # --- offers ------------------------------------------------------------------------------------------------

    def _offer(self, contact: Contact, line: Line, agent: Agent, now: float) -> None:
        if not contact.outbound:  # that is nobody's decision but the agent's
            self._observe(contact, agent, now)
        number = self._state.next_offer
        self._state.next_offer += 1
        self.lines.move(contact, "offered")
        longest = self._state.settings.longest_stay.reserved + (contact.dial_seconds or 0.0)
        attention = self._attention
        reserve(agent, contact, attention.kinds[line.channel], attention.cost(agent.name, line.channel))
        self.roster.move(agent, "offered", now, deadline=now + longest)
        contact.offer, contact.offered_at = number, now
        if agent.name not in contact.tried:
            contact.tried.append(agent.name)
        self.offers[number] = contact
        self._emit(Offer(number, contact.id, agent.name, line.queue.ring_seconds))

    def why_not_dial(self, agent: Agent, queue: str) -> str:
        """Why an agent can't have a contact of this queue that they dial now, as a code; empty: they can."""
        number, lines = self.matching.numbers.get(agent.name), self.lines.lines_of(queue)
        if number is None or not agent.device_present or agent.wants == agents.SIGNED_OUT:
            return "not_at_work"
        return "" if self._has_room(number, lines[0]) or agents.may_dial(agent) else "not_free"

    def dial(self, contact: Contact, agent: Agent, now: float) -> None:
        """A contact that the agent dials is theirs at once."""
        self.lines.enter(contact, now)
        self._offer(contact, self.lines.line_of(contact), agent, now)

    def engage(self, agent: Agent, reason: str, now: float) -> None:
        """The agent is on the phone with no contact, for this `reason`, or is so no longer (empty)."""
        agent.engaged, agent.engaged_with = bool(reason), reason
        self.settle(agent, now)

    def ringing(self, contact: Contact, now: float) -> None:
        """The agent's phone rings."""
        longest = self._state.queue(contact.queue).ring_seconds + self._state.settings.longest_stay.ringing
        self.roster.move(self.agent_of(contact), "rang", now, deadline=now + longest)

    def answered(self, contact: Contact, now: float) -> None:
        """The agent picked up."""
        deadline = now + self._state.settings.longest_stay.connecting + (contact.dial_seconds or 0.0)
        self.lines.move(contact, "answered")
        self.roster.move(self.agent_of(contact), "answered", now, deadline=deadline)

    def fail(self, contact: Contact, outcome: str, now: float) -> None:
        """The offer came to nothing: the agent backs off, the contact goes on from its old place."""
        agent = self._close_offer(contact, outcome)
        release(agent, contact)
        if contact.outbound:
            self.lines.move(contact, "left")
            self.settle(agent, now)
            return
        self._back_off(agent, contact, outcome, now)
        self._rest(agent, now)
        if not contact.sticky_only:
            self.lines.release(contact)
        self.lines.move(contact, "failed")
        self._find_agent(contact, now)
        self._take_steps(contact, now)
        self._let_go(agent, now)

    def withdraw(self, contact: Contact, reason: str, now: float, outcome: str = "withdrawn") -> None:
        """End the offer for `reason`; the contact goes on from its old place."""
        self._emit(WithdrawOffer(contact.offer, contact.id, contact.agent, reason))
        self.fail(contact, outcome, now)

    def expire(self, agent: Agent, now: float) -> None:
        """The agent's deadline has come: the normal end of a wrap-up or a back-off, too long a stay in an offer."""
        if not agent.offered:
            self.settle(agent, now)
            return
        contact = self._state.contacts[agent.offered]
        detail = f"{agent.state} for {now - agent.since:.0f} s with {contact.id}"
        self._emit(RaiseAlarm("overstayed", agent.name, detail))
        self.withdraw(contact, f"overstayed: {agent.state}", now)

    def _close_offer(self, contact: Contact, outcome: str) -> Agent:
        del self.offers[contact.offer]
        record = RecordOffer(contact.offer, contact.id, contact.agent, contact.queue, contact.offered_at, outcome)
        self._emit(record)
        contact.offer = 0
        return self.agent_of(contact)

    def _back_off(self, agent: Agent, contact: Contact, outcome: str, now: float) -> None:
        queue = self._state.queue(contact.queue)
        agent.idle_since = None
        agent.back_off_until = now + max(queue.back_off_seconds, _SHORTEST_BACK_OFF)
        agent.back_off_reason = outcome.replace("_", " ")
        if outcome not in _MISSES:
            return
        agent.misses += 1
        if agent.misses >= queue.misses_before_pause and agent.wants == agents.READY:
            agents.ask_for(agent, agents.PAUSED, agents.RING_NO_ANSWER)

    # --- contacts and agents -----------------------------------------------------------------------------------

    def agent_of(self, contact: Contact) -> Agent:
        """The agent who holds the contact."""
        return self._state.agents[contact.agent]

    def enter(self, contact: Contact, now: float) -> None:
        """A contact begins to wait."""
        self.lines.enter(contact, now)
        if contact.on_line:
            self.ledger.arrived(self.lines.line_of(contact).queue, now, self.lines.unanswered)
        if not self._find_agent(contact, now):
            self.foresight.begin(contact, now)
            self._take_steps(contact, now)

    def leave(self, contact: Contact, outcome: str, now: float) -> None:
        """An unanswered contact is gone; an agent to whom it was offered is as idle as before."""
        agent = None
        if contact.offer:
            self._emit(WithdrawOffer(contact.offer, contact.id, contact.agent, outcome))
            agent = self._close_offer(contact, "withdrawn")
            release(agent, contact)
        self.lines.move(contact, "left")
        self._end_wait(contact, outcome, now)
        if agent:
            self.settle(agent, now)

    def connect(self, contact: Contact, now: float) -> None:
        """Contact and agent begin to talk."""
        agent = self._close_offer(contact, "answered")
        self.lines.move(contact, "connected")
        agent.offered = ""
        agent.contacts.append(contact.id)
        agent.misses = 0
        contact.connected_at = now
        self._end_wait(contact, "answered", now)
        self.foresight.answered(contact, now)
        if agent.interruptible_units and not contact.interruptible:
            self.interruptions.make_room(agent, now)
        self._rest(agent, now)
        if agent.units < ATTENTION:
            self._find_contact(agent, now)

    def hold(self, contact: Contact, trigger: str, now: float) -> None:
        """The contact is `held` or `retrieved`."""
        self.lines.move(contact, trigger)
        agent = self.agent_of(contact)
        agent.holds = contact.state == contacts.HELD
        self.settle(agent, now)

    def finish(self, contact: Contact, outcome: str, now: float) -> None:
        """The talk is over: the agent wraps up, or, when the switch lost the call, is free at once."""
        agent = self.agent_of(contact)
        release(agent, contact)
        ended = contact.interrupted_at if contact.state == contacts.INTERRUPTED else now
        self.lines.move(contact, "finished")
        if outcome != "lost":
            self._wrap_up(agent, contact, ended, now)
        self.settle(agent, now)

    def _wrap_up(self, agent: Agent, contact: Contact, ended: float, now: float) -> None:
        """Let an agent wrap up, and learn from how long they had the contact, until `ended`."""
        queue = self._state.queue(contact.queue)
        average = self._state.handling_of(queue.name)
        observed = ended - contact.connected_at + queue.wrap_up_seconds
        before = self._state.handled.get(queue.name, 0)
        self._state.handling[queue.name] = blended(average, observed, before)
        self._state.handled[queue.name] = before + 1
        self.lines.touched.add(queue.name)  # its estimated wait is another now
        wrap_up.begin(agent, contact, queue, now)

    def hand_over(self, contact: Contact, consultation: Contact, now: float) -> None:
        """The colleague with whom the contact's agent consults has it from now on; the agent wraps up."""
        agent, colleague = self.agent_of(contact), self.agent_of(consultation)
        release(agent, contact)
        self._wrap_up(agent, contact, now, now)
        release(colleague, consultation)
        self.lines.move(consultation, "finished")
        if contact.state == contacts.HELD:
            self.lines.move(contact, "retrieved")
        self._give(contact, colleague, now)
        self.settle(agent, now)
        self.settle(colleague, now)

    def _give(self, contact: Contact, agent: Agent, now: float) -> None:
        """An agent has a contact that was not offered to them; an offer of something else goes on."""
        channel, offered = self.lines.line_of(contact).channel, agent.offered
        reserve(agent, contact, self._attention.kinds[channel], self._attention.cost(agent.name, channel))
        agent.offered = offered
        agent.contacts.append(contact.id)
        contact.connected_at, contact.disposed = now, False

    def extend(self, agent: Agent, seconds: float, now: float) -> None:
        """Make a wrap-up longer, by what is left of the queue's limit at most."""
        granted = min(seconds, agent.extension_left)
        agent.extension_left -= granted
        wrap_up.extend(agent, granted)
        self._emit(RecordWrapUpExtended(agent.name, granted))
        self.settle(agent, now)

    def dispose(self, agent: Agent, contact: str, now: float) -> None:
        """The agent set the disposition of a contact in wrap-up."""
        wrap_up.disposed(agent, contact)
        self.settle(agent, now)

    def settle(self, agent: Agent, now: float) -> None:
        """Take an agent to where they belong, unless something is offered to them, and find work they have room for."""
        if agent.offered:
            self.roster.note(agent)
            return
        self._rest(agent, now)
        self._find_contact(agent, now)
        self._let_go(agent, now)

    def _rest(self, agent: Agent, now: float) -> None:
        """Take an agent to where they belong; what they give back waits again, like one that has come just now."""
        if agent.wrapping:
            wrap_up.forget(agent, now)
        if not agent.interruptible_units:  # nearly always
            self.roster.rest(agent, now)
            return
        given_back = self.interruptions.look(agent, now)
        self.roster.rest(agent, now)
        for contact in given_back:
            self.lines.take_back(contact, now)
            if contact.on_line:
                self.ledger.arrived(self._state.queue(contact.queue), now, self.lines.unanswered)
            self._find_agent(contact, now)
            self._take_steps(contact, now)

    # --- plans -------------------------------------------------------------------------------------------------

    def review(self, now: float) -> None:
        """Look at the conditions that what has happened may have changed, and do what follows."""
        while (queue := self.conditions.due()) is not None:
            if changed := self.conditions.review(queue, now):
                self._begin_or_end(queue.name, changed, now)
            if queue.stops:
                self._stop_or_go_on(queue.name, now)

    def _stop_or_go_on(self, queue: str, now: float) -> None:
        """Work that must not take the last agents stops when few are ready, and goes on only when more are."""
        stopped, stops = self._state.stopped, self.conditions.must_stop(queue)
        if stops and queue not in stopped:
            stopped.append(queue)
        elif not stops and queue in stopped:
            stopped.remove(queue)
            self._match(self.lines.lines_of(queue), self.lines.sticky(), now)

    def take_all_steps(self, now: float) -> None:
        """Do for everyone who waits what the plans, which may be new, say."""
        for contact in [contact for contact in self._state.contacts.values() if contact.state == contacts.WAITING]:
            self._take_steps(contact, now)

    def advance(self, contact: Contact, now: float, step: int | None = None) -> None:
        """A moment of the contact's plan, or the end of its waiting for one agent, has come; or it is put as far on in
        the plan as `step` is."""
        before = self.lines.line_of(contact)
        self.lines.advance(contact, now, None if step is None else before.queue.plan[step].after)
        self._record_steps(contact, before)
        if contact.state == contacts.WAITING:
            self.reconsider(contact, now)

    def reconsider(self, contact: Contact, now: float) -> None:
        """A waiting contact stands otherwise than before: find it an agent, and do what its plan says."""
        self._find_agent(contact, now)
        self._take_steps(contact, now)

    def _record_steps(self, contact: Contact, before: Line) -> None:
        line, holding = self.lines.line_of(contact), self._state.holding.get(contact.queue, ())
        earlier = before.steps(holding)
        for step in line.steps(holding):
            if step not in earlier:
                number = line.queue.plan.index(step)
                self._emit(RecordPlanStep(contact.id, contact.queue, number, describe(step), in_force=True))
        if line.is_overdue and not before.is_overdue:
            self._emit(RecordPlanStep(contact.id, contact.queue, -1, "longest wait", in_force=True))

    def let_go_of(self, steps: Iterable[tuple[str, int, Step]]) -> None:
        """The conditions of these steps (with queue and number) held; of them some are in no plan any more."""
        kept = [(queue, step) for queue, _, step in self._state.steps_held()]
        for queue, number, step in steps:
            if (queue, step) not in kept:
                self._emit(RecordPlanStep("", queue, number, describe(step), in_force=False))

    def _begin_or_end(self, queue: str, changed: list[int], now: float) -> None:
        holding, plan = self._state.holding[queue], self._state.queue(queue).plan
        for number in changed:
            self._emit(RecordPlanStep("", queue, number, describe(plan[number]), in_force=number in holding))
        self.lines.hold(queue, holding)
        self._match(self.lines.lines_of(queue), self.lines.sticky(), now)
        for contact in self.lines.waiting_in(queue):
            self._take_steps(contact, now)

    def _take_steps(self, contact: Contact, now: float) -> None:
        """Do what is done once, where the contact still waits on its line: offer it another way, or move it."""
        line = self.lines.line_of(contact)
        if contact.state != contacts.WAITING or not line.queue.plan or not contact.on_line:
            return
        for step in line.steps(self._state.holding.get(contact.queue, ())):
            if step.offer and step.offer not in contact.ways:
                contact.ways += (step.offer,)
                self._emit(OfferToContact(contact.id, contact.queue, step.offer))
            been = step.move == contact.queue or step.move in contact.been
            if step.move in self._state.settings.queues and not been:
                self.move(contact, step.move, now)
                return

    def move(self, contact: Contact, queue: str, now: float) -> None:
        """The contact goes on waiting in another queue: for that of before it overflowed, its age is kept."""
        self._end_wait(contact, "overflowed_out", now)
        self._emit(RecordMove(contact.id, contact.queue, queue))
        self.lines.transfer(contact, queue, now)
        self.ledger.arrived(self._state.queue(queue), now, self.lines.unanswered)
        contact.foreseen = None
        if not self._find_agent(contact, now):
            self.foresight.begin(contact, now)
        self._take_steps(contact, now)

    def _let_go(self, agent: Agent, now: float) -> None:
        """Nobody waits for an agent who is not at work; what is interruptible does."""
        for contact in self.lines.sticky_to(agent.name):
            if not contact.sticky_only and not self.may_wait_for(agent, contact.queue):
                self.lines.release(contact)
                self._find_agent(contact, now)

    def may_wait_for(self, agent: Agent, queue: str) -> bool:
        """Whether a contact of this queue is kept for an agent: they are at work, or it can wait until they are."""
        channel = self._state.settings.channel(self._state.queue(queue).channel)
        return channel.interruptible or agents.is_staffed(agent, channel.needs_phone)

    def _end_wait(self, contact: Contact, outcome: str, now: float) -> None:
        if contact.on_line:
            self._record_wait(contact, outcome)
            self.ledger.ended(contact.queue, contact.arrived_at, outcome, now - contact.enqueued_at)
            self._learn_patience(contact, outcome, now)
        elif outcome == "answered":
            self._record_wait(contact, "reached")

    def _record_wait(self, contact: Contact, outcome: str) -> None:
        self._emit(
            RecordWait(
                contact.id,
                contact.queue,
                contact.enqueued_at,
                outcome,
                contact.agent or None,
                contact.arrived_at,
                contact.priority,
                contact.boost,
                contact.foreseen.estimate if contact.foreseen else None,
            )
        )

    def _learn_patience(self, contact: Contact, outcome: str, now: float) -> None:
        if now > contact.arrived_at:
            patience = self._state.patience.get(contact.queue)
            if patience is None:
                patience = self._state.patience[contact.queue] = Patience()
            patience.saw(now - contact.arrived_at, outcome == "abandoned")
