"""The router under random lives, checked by brute force against rules written down a second time."""

from collections import Counter
from collections.abc import Callable
from math import inf

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.acd import events
from tandem.acd.agent import Agent
from tandem.acd.commands import (
    Command,
    Offer,
    RecordInterval,
    RecordMove,
    RecordOffer,
    RecordWait,
    TakeBackContact,
)
from tandem.acd.contact import Contact
from tandem.acd.events import Event
from tandem.acd.plan import Condition, Step
from tandem.acd.router import Router
from tandem.acd.settings import AgentSettings, ChannelSettings, QueueSettings, Settings
from tandem.acd.state import State
from tandem.acd.why import Decision

START = 1_000_000.0
QUARTER = 900.0
LONGEST_STAY = {"reserved": 8, "ringing": 25, "connecting": 8, "wrap_up": 40}
LONGEST_BACK_OFF = 10

TV = QueueSettings("tv", {"tv": 3}, priority=1, wrap_up_seconds=0, misses_before_pause=1)
PHONE = QueueSettings("phone", {"phone": 1}, wrap_up_seconds=10, disposition_required=True, disposition_seconds=40)
ANYBODY = QueueSettings("anybody", back_off_seconds=0)
BOTH = QueueSettings("both", {"tv": 1, "phone": 2}, priority=2)


def _version(queues: list[QueueSettings], **agents: dict[str, int]) -> Settings:
    people = {name: AgentSettings(name, skills, f"PJSIP/{name}") for name, skills in agents.items()}
    return Settings({queue.name: queue for queue in queues}, people)


VERSIONS = [
    _version([TV, PHONE, ANYBODY, BOTH], a={"tv": 5}, b={"tv": 5}, c={"phone": 3}, d={"tv": 1, "phone": 2}, e={}),
    _version([TV, PHONE, ANYBODY], a={"tv": 5}, b={"tv": 2}, c={"phone": 3, "tv": 4}, d={"tv": 1, "phone": 2}, f={}),
    _version([ANYBODY, msgspec.structs.replace(PHONE, priority=3)], a={"phone": 1}, c={"phone": 3}),
]

# The same names with other rules: agents kept free, chosen by proficiency, queues that age at their own pace.
KEPT = QueueSettings("phone", {"phone": 1}, keep_free=1, priority=1, wrap_up_seconds=0)
FAST = QueueSettings("anybody", ageing=3.0)
CHOOSY = QueueSettings("tv", {"tv": 1}, selection="most_proficient", ageing=0.5)
CHOSEN = _version([KEPT, FAST, CHOOSY], a={"tv": 5}, b={"tv": 2, "phone": 4}, c={"phone": 3, "tv": 4}, d={"phone": 2})
EASED = msgspec.structs.replace(KEPT, keep_free=0, resume_free=1, head_starts={"gold": 9.0})
VERSIONS.append(_version([EASED, FAST], a={"tv": 5}, b={"tv": 2, "phone": 4}, c={"phone": 3}, d={"phone": 2}))
VERSIONS += [CHOSEN, msgspec.structs.replace(CHOSEN, own_first=True)]

# Needs as expressions, certificates that expire, and the least occupied agent.
SPOKEN = QueueSettings("tv", "tv >= 2 and (language == 'en' or vendor != '')", selection="least_occupied")
OWN = QueueSettings("phone", "phone and not team == 'blended'", wrap_up_seconds=5)
PEOPLE = [
    AgentSettings("a", {"tv": 5}, "PJSIP/a", certified_until={"tv": START + 50}, attributes={"language": "en"}),
    AgentSettings("b", {"tv": 2, "phone": 4}, "PJSIP/b", vendor="acme"),
    AgentSettings("c", {"phone": 3, "tv": 1}, "PJSIP/c", team="blended"),
    AgentSettings("d", {"phone": 2, "tv": 3}, "PJSIP/d", certified_until={"phone": START + 90}, vendor="acme"),
]
# Plans: rings that widen, conditions, moves back and forth, and a longest wait.
RINGS = QueueSettings(
    "tv",
    {"tv": 4},
    plan=(
        Step(after=5, needs={"tv": 1}),
        Step(after=10, team="blended"),
        Step(after=20, vendor="acme", priority=1),
        Step(after=12, when=Condition("length", 2, 1), offer="callback"),
        Step(after=40, move="phone"),
    ),
    longest_wait=60,
)
CROWDED = QueueSettings(
    "phone",
    {"phone": 3},
    ageing=0.5,
    plan=(
        Step(when=Condition("length", 3, 1), priority=2, needs="phone"),
        Step(when=Condition("agents_ready", 0, 2), team="blended"),
        Step(when=Condition("estimated_wait", 300), move="tv"),
        Step(when=Condition("service_level", 0.5, 0.8), offer="chat"),
    ),
    longest_wait=45,
    misses_before_pause=9,
)
PLANNED = Settings({q.name: q for q in (RINGS, CROWDED, ANYBODY)}, {agent.name: agent for agent in PEOPLE})
VERSIONS += [PLANNED, PLANNED, msgspec.structs.replace(PLANNED, order="service_objective")]
VERSIONS.append(Settings({q.name: q for q in (SPOKEN, OWN, ANYBODY)}, {agent.name: agent for agent in PEOPLE}))

# Several contacts at once: chats beside calls, and mail that is interrupted; who may chat on the phone pays less.
BESIDE = {"voice": 60, "chat": 40}
SIDE = [
    AgentSettings("a", {"tv": 5, "phone": 1}, "PJSIP/a", costs=BESIDE),
    AgentSettings("b", {"tv": 2, "phone": 4}, "PJSIP/b", costs={"chat": 100, "mail": 51}),
    AgentSettings("c", {"phone": 3}, "PJSIP/c"),
    AgentSettings("d", {"tv": 2}, "PJSIP/d", costs=BESIDE),
]
CHATTED = QueueSettings("tv", {"tv": 1}, channel="chat", keep_free=1, wrap_up_seconds=20)
MAILED = QueueSettings("phone", {"phone": 1}, channel="mail", selection="least_occupied", wrap_up_seconds=0)
CALLED = QueueSettings("anybody", priority=1, back_off_seconds=5)
WRITTEN = QueueSettings("both", {"tv": 1}, channel="chat", selection="most_proficient", wrap_up_seconds=0)
BLENDED = Settings({q.name: q for q in (CHATTED, MAILED, CALLED, WRITTEN)}, {agent.name: agent for agent in SIDE})
CHANNELS = {"voice": ChannelSettings(90, needs_phone=True), "mail": ChannelSettings(45, True, keep_seconds=7)}
DEARER = msgspec.structs.replace(BLENDED, channels=CHANNELS)
VERSIONS += [BLENDED, BLENDED, DEARER]

Make = Callable[[State, int], Event | None]


def _pick(names: list[str], number: int) -> str:
    return names[number % len(names)] if names else "nobody"


def _offer(state: State, number: int) -> int:
    live = [contact.offer for contact in state.contacts.values() if contact.offer]
    return live[number % len(live)] if live and number % 10 else number


def _contact(state: State, number: int) -> str:
    return _pick(list(state.contacts), number)


def _agent(state: State, number: int) -> str:
    return _pick(list("abcdef"), number)


def _wrapped(state: State, number: int) -> str:
    """A contact in talk, or one that is wrapped up by the agent whose turn it is."""
    known = state.agents.get(_agent(state, number))
    return known.wrapping[-1].contact if known and known.wrapping else _contact(state, number)


def _queued(state: State, number: int) -> Event:
    queue = _pick(["tv", "phone", "anybody", "both", "nowhere"], number)
    age = START - number if number % 7 == 0 else None
    sticky = _pick(["", "", "a", "c", "f"], number)
    name = f"c{state.next_offer}-{number}"
    tier = _pick(["", "gold"], number)
    seconds = number % 9 * 5.0
    boost = number % 4 * 10.0
    return events.ContactQueued(
        name,
        queue,
        number % 3 % 2,
        boost,
        age,
        sticky=sticky,
        sticky_seconds=seconds,
        tier=tier,
        can_rest=number % 11 > 0,
    )


OUTCOMES = ["abandoned", "overflowed_out", "called_back", "self_served", "lost"]
FAILURES = ["no_answer", "declined", "busy", "unreachable", "failed"]
STEPS: dict[str, Make] = {
    "queued": _queued,
    "queued too": _queued,
    "queued again": lambda s, n: events.ContactQueued(_contact(s, n), "tv", 5),
    "left": lambda s, n: events.ContactLeft(_contact(s, n), _pick(OUTCOMES, n)),
    "ringing": lambda s, n: events.OfferRinging(_offer(s, n)),
    "answered": lambda s, n: events.OfferAnswered(_offer(s, n)),
    "failed": lambda s, n: events.OfferFailed(_offer(s, n), _pick(FAILURES, n)),
    "connected": lambda s, n: events.ContactConnected(_offer(s, n)),
    "held": lambda s, n: events.ContactHeld(_contact(s, n)),
    "retrieved": lambda s, n: events.ContactRetrieved(_contact(s, n)),
    "finished": lambda s, n: events.ContactFinished(_contact(s, n), "lost" if n % 5 == 0 else "served"),
    "signed in": lambda s, n: events.AgentSignedIn(_agent(s, n)),
    "signed out": lambda s, n: events.AgentSignedOut(_agent(s, n), by="Mei" * (n % 2), after_contact=n % 3 == 0),
    "went ready": lambda s, n: events.AgentWentReady(_agent(s, n), by="Mei" * (n % 2)),
    "paused": lambda s, n: events.AgentPaused(
        _agent(s, n), _pick(["lunch", "training"], n), by="Mei" * (n % 2), after_contact=n % 3 == 0
    ),
    "wrap-up extended": lambda s, n: events.WrapUpExtended(_agent(s, n), float(n % 20)),
    "device found": lambda s, n: events.DeviceFound(_agent(s, n)),
    "device lost": lambda s, n: events.DeviceLost(_agent(s, n)),
    "moved": lambda s, n: events.ContactMoved(_contact(s, n), _pick(["tv", "phone", "anybody", "nowhere"], n)),
    "raised": lambda s, n: events.ContactRaised(_contact(s, n), n % 4),
    "assigned": lambda s, n: events.ContactAssigned(_contact(s, n), _agent(s, n), 1.0 + n % 9 * 5.0),
    "advanced": lambda s, n: events.ContactAdvanced(_contact(s, n), n % 6),
    "disposed": lambda s, n: events.ContactDisposed(_wrapped(s, n), _agent(s, n)),
    "dialled": lambda s, n: events.ContactDialled(
        f"dialled{s.next_offer}-{n}", _pick(["tv", "phone", "anybody", "nowhere"], n), _agent(s, n // 2), 0.0
    ),
    "engaged": lambda s, n: events.AgentEngaged(_agent(s, n), _pick(["internal call", "monitoring"], n)),
    "disengaged": lambda s, n: events.AgentDisengaged(_agent(s, n)),
    "switch lost": lambda s, n: events.SwitchLost() if n % 3 == 0 else None,
    "switch found": lambda s, n: events.SwitchFound(),
    "settings": lambda s, n: events.SettingsChanged(VERSIONS[n % len(VERSIONS)]),
    "time": lambda s, n: None,
}

lives = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 60), st.sampled_from([0, 0, 1, 3, 7, 30, 1000])),
    min_size=20,
    max_size=100,
)


class Shadow:
    """What can be known from the commands alone."""

    def __init__(self) -> None:
        self.offers: dict[int, Offer] = {}
        self.numbers: list[int] = []
        self.arrivals: dict[str, tuple[str, float]] = {}
        self.outcomes: Counter[tuple[str, float, str]] = Counter()
        self.offered: Counter[tuple[str, float]] = Counter()
        self.figures: dict[tuple[str, float], RecordInterval] = {}

    def saw(self, commands: list[Command], now: float) -> None:
        for command in commands:
            if isinstance(command, Offer):
                self._saw_offer(command)
            elif isinstance(command, RecordOffer):
                del self.offers[command.offer]
            elif isinstance(command, RecordWait):
                self._saw_wait(command)
            elif isinstance(command, RecordMove):
                self.arrived(command.contact, command.to, now)
            elif isinstance(command, TakeBackContact):
                self.arrived(command.contact, command.queue, now)
            elif isinstance(command, RecordInterval):
                assert (command.queue, command.start) not in _keys(commands[commands.index(command) + 1 :])
                self.figures[command.queue, command.start] = command

    def arrived(self, contact: str, queue: str, now: float) -> None:
        key = queue, now // QUARTER * QUARTER
        self.arrivals[contact] = key
        self.offered[key] += 1

    def _saw_wait(self, wait: RecordWait) -> None:
        if wait.contact.startswith("dialled"):  # the intervals don't count it
            assert wait.outcome == "reached"
            return
        assert wait.queue == self.arrivals[wait.contact][0]
        self.outcomes[*self.arrivals.pop(wait.contact), wait.outcome] += 1

    def _saw_offer(self, offer: Offer) -> None:
        assert offer.agent not in {other.agent for other in self.offers.values()}
        assert offer.contact not in {other.contact for other in self.offers.values()}
        assert all(offer.offer > earlier for earlier in self.numbers)
        self.offers[offer.offer] = offer
        self.numbers.append(offer.offer)


def meets_needs(agent: AgentSettings, needs: dict[str, int] | str, now: float) -> bool:
    """Python's own word on an expression (`==` of an attribute means: one of its values)."""
    skills = {skill: level for skill, level in agent.skills.items() if agent.certified_until.get(skill, now + 1) > now}
    if isinstance(needs, dict):
        return all(skills.get(skill, 0) >= level for skill, level in needs.items())
    known: dict[str, object] = {
        "team": agent.team,
        "vendor": agent.vendor,
        "language": agent.attributes.get("language", ""),
    }
    return bool(eval(needs, {}, {"tv": 0, "phone": 0, **skills, **known}))


def _keys(commands: list[Command]) -> set[tuple[str, float]]:
    return {(command.queue, command.start) for command in commands if isinstance(command, RecordInterval)}


class Life:
    """One router and everything that is checked around each of its events."""

    def __init__(self) -> None:
        self.router = Router()
        self.router.observer = self.check_decision
        self.shadow = Shadow()
        self.now = START
        self.journal: list[tuple[Event, float, list[Command]]] = []
        self.tell(events.SettingsChanged(VERSIONS[0]))
        for name in "abc":
            self.tell(events.DeviceFound(name))
            self.tell(events.AgentSignedIn(name))

    def live(self, steps: list[tuple[str, int, int]]) -> None:
        for step, number, seconds in steps:
            self.pass_time(seconds)
            event = STEPS[step](self.router.snapshot(), number)
            if event:
                self.tell(event)

    def pass_time(self, seconds: float) -> None:
        until = self.now + seconds
        while (wakeup := self.router.next_wakeup()) is not None and wakeup <= until:
            assert wakeup > self.now, "a hot loop"
            self.now = wakeup
            self.tell(events.TimePassed())
        self.now = until
        self.check_stays()

    def tell(self, event: Event) -> None:
        encoded = msgspec.msgpack.encode(self.router.snapshot())
        twin = Router.restore(msgspec.msgpack.decode(encoded, type=State))
        known = set(self.router.snapshot().contacts)
        commands = self.router.handle(event, self.now)
        assert twin.handle(event, self.now) == commands
        assert twin.next_wakeup() == self.router.next_wakeup()
        assert twin.snapshot() == self.router.snapshot()
        for contact in self.router.snapshot().contacts:
            place = self.router.place(contact, self.now)
            assert twin.place(contact, self.now) == place
            assert place is None or 0 <= place.earliest <= place.estimated_wait <= place.latest < inf
        self.journal.append((event, self.now, commands))
        queues = self.router.snapshot().queues()
        if isinstance(event, events.ContactQueued) and event.contact not in known and event.queue in queues:
            self.shadow.arrived(event.contact, event.queue, self.now)
        self.shadow.saw(commands, self.now)
        self.check_pairs()
        self.check_nobody_waits_needlessly()
        self.check_intervals()

    # --- the rules, once more ----------------------------------------------------------------------------------

    def able(self, agent: Agent, contact: Contact) -> bool:
        if contact.sticky:
            return contact.sticky == agent.name in self.router.snapshot().settings.agents
        return self.fits(agent, contact)

    def fits(self, agent: Agent, contact: Contact) -> bool:
        """Whether the agent has what the contact's queue asks for now, whomever the contact waits for."""
        state = self.router.snapshot()
        known = state.settings.agents.get(agent.name)
        if known is None:
            return False
        queue, steps = state.queue(contact.queue), self.in_force(contact)
        groups = {("team", step.team) for step in steps} | {("vendor", step.vendor) for step in steps}
        if groups & ({("team", known.team), ("vendor", known.vendor)} - {("team", ""), ("vendor", "")}):
            return True
        own = [step.needs for step in steps if step.needs is not None]
        return meets_needs(known, own[-1] if own else queue.needs, self.now)

    def in_force(self, contact: Contact) -> list[Step]:
        """By the time waited; whether a condition holds is the router's word."""
        state = self.router.snapshot()
        holding = state.holding.get(contact.queue, [])
        return [
            step
            for number, step in enumerate(state.queue(contact.queue).plan)
            if self.waited(contact, step.after) and (step.when is None or number in holding)
        ]

    def waited(self, contact: Contact, seconds: float) -> bool:
        """Contacts whose moment comes just now are looked at one by one: they may be a moment behind."""
        moments = sorted({step.after for step in self.router.snapshot().queue(contact.queue).plan if step.after})
        limit = self.router.snapshot().queue(contact.queue).longest_wait
        moments = sorted({*moments, limit} - {0})
        return not seconds or moments.index(seconds) < contact.stage

    def check_decision(self, decision: Decision) -> None:
        """Called with the state as it is just before the offer."""
        state = self.router.snapshot()
        assert state.switch_up
        chosen, contact = state.agents[decision.agent], state.contacts[decision.contact]
        within_reach = [c for c in self.servable() if self.able(chosen, c)]
        best = max(within_reach, key=self.urgency)
        if state.settings.own_first:
            assert self.urgency(contact)[0] == self.urgency(best)[0]
        else:
            assert contact is best
        ready = self.ready_for(contact)
        ready.sort(key=lambda agent: (self.grade(agent, contact), *self.engagement(agent)))
        fresh = [agent for agent in ready if agent.name not in contact.tried]
        assert chosen is (fresh or ready)[0]
        assert (decision.rank, decision.ready) == (ready.index(chosen) + 1, len(ready))

    def urgency(self, contact: Contact) -> tuple[float, float, list[int]]:
        state = self.router.snapshot()
        queue, name = state.queue(contact.queue), [-ord(letter) for letter in contact.id] + [1]
        if queue.longest_wait and self.waited(contact, queue.longest_wait):
            return 1_000_000, self.now - contact.enqueued_at, name
        age = self.now - contact.enqueued_at + contact.boost + queue.head_starts.get(contact.tier, 0.0)
        pace = queue.ageing / (queue.service_level_seconds if state.settings.order == "service_objective" else 1)
        raised = sum(step.priority for step in self.in_force(contact))
        return contact.priority + queue.priority + raised, pace * age, name

    def ready_for(self, contact: Contact) -> list[Agent]:
        agents = self.router.snapshot().agents.values()
        return [agent for agent in agents if self.able(agent, contact) and self.has_room(agent, contact)]

    def has_room(self, agent: Agent, contact: Contact) -> bool:
        """Signed in, not paused, nothing offered, no wrap-up and no back-off, and the units fit."""
        state = self.router.snapshot()
        idle = agent.state in {"ready", "connected", "hold"} or (agent.state, agent.reason) == ("not_ready", "device")
        if agent.engaged or not idle or agent.wants != "ready" or agent.deadline is not None:
            return False
        name = state.queue(contact.queue).channel
        channel, theirs = state.settings.channel(name), self.contacts_of(agent)
        if channel.needs_phone and (not agent.device_present or any(c.on_phone for c in theirs)):
            return False
        used = sum(c.cost for c in theirs if channel.interruptible or not c.interruptible)
        return used + state.settings.agents[agent.name].costs.get(name, channel.cost) <= 100

    def contacts_of(self, agent: Agent) -> list[Contact]:
        return [contact for contact in self.router.snapshot().contacts.values() if contact.agent == agent.name]

    def engagement(self, agent: Agent) -> tuple[int, float, str]:
        clock = agent.since if agent.idle_since is None else agent.idle_since
        return sum(contact.cost for contact in self.contacts_of(agent)), clock, agent.name

    def servable(self) -> list[Contact]:
        """Those who wait and have an agent with room, but for those whose queue keeps the agents free.

        Who waits for one agent is kept from them only while the queue has too few others too.
        """
        state = self.router.snapshot()
        waiting = [contact for contact in state.contacts.values() if contact.state == "waiting"]
        waiting = [contact for contact in waiting if contact.queue not in state.stopped and self.ready_for(contact)]
        return [c for c in waiting if not self.kept_free(c)]

    def kept_free(self, contact: Contact) -> bool:
        agents = self.router.snapshot().agents.values()
        ready = [agent for agent in agents if self.fits(agent, contact) and self.has_room(agent, contact)]
        return 0 < self.router.snapshot().queue(contact.queue).keep_free >= len(ready)

    def grade(self, agent: Agent, contact: Contact) -> float:
        """The smaller, the rather the queue chooses the agent."""
        state = self.router.snapshot()
        queue = state.queue(contact.queue)
        skills = state.settings.agents[agent.name].skills
        if queue.selection == "most_proficient" and not contact.sticky:
            return -min(skills[skill] for skill in queue.needs)
        if queue.selection == "least_occupied":
            there = agent.busy_seconds + agent.free_seconds + self.now - agent.since
            return agent.busy_seconds / there if there else 0.0
        return 0.0

    def check_pairs(self) -> None:
        state = self.router.snapshot()
        for agent in state.agents.values():
            theirs = {contact.id: contact for contact in self.contacts_of(agent)}
            talks = {name: c for name, c in theirs.items() if c.state in {"connected", "held"}}
            resting = {name: c for name, c in theirs.items() if c.state == "interrupted"}
            assert (agent.state in {"reserved", "ringing", "connecting"}) == bool(agent.offered)
            assert set(agent.contacts) == set(talks) and set(agent.interrupted) == set(resting)
            assert theirs.keys() == talks.keys() | resting.keys() | ({agent.offered} - {""})
            assert not talks or agent.offered or agent.state in {"connected", "hold"}
            assert talks or agent.engaged or agent.state not in {"connected", "hold"}
            self.check_units(agent, list(theirs.values()), list(talks.values()), list(resting.values()))
        for contact in state.contacts.values():
            assert (contact.state == "waiting") == (not contact.agent)
            assert not contact.agent or contact.agent in state.agents
        live = {(c.offer, c.id, c.agent) for c in state.contacts.values() if c.offer}
        assert live == {(offer.offer, offer.contact, offer.agent) for offer in self.shadow.offers.values()}

    def check_units(self, agent: Agent, theirs: list[Contact], talks: list[Contact], resting: list[Contact]) -> None:
        used = sum(contact.cost for contact in talks)
        assert used <= 100
        assert sum(contact.cost for contact in theirs if not contact.interruptible) <= 100
        assert sum(contact.on_phone for contact in theirs) == agent.on_phone
        assert all(contact.interruptible for contact in resting)
        assert all(contact.cost == 0 for contact in self.router.snapshot().contacts.values() if not contact.agent)
        if resting and not agent.offered and agent.wrap_up_until <= self.now:
            assert agent.wants == "ready"
            assert used + min(contact.cost for contact in resting) > 100

    def check_nobody_waits_needlessly(self) -> None:
        state = self.router.snapshot()
        assert not state.switch_up or not self.servable()

    def check_stays(self) -> None:
        for agent in self.router.snapshot().agents.values():
            limit = LONGEST_STAY.get(agent.state)
            if agent.state == "not_ready" and agent.reason != "device":
                limit = LONGEST_BACK_OFF
            assert limit is None or self.now - agent.since <= limit

    def check_intervals(self) -> None:
        waiting = Counter(self.shadow.arrivals.values())
        for (queue, start), figures in self.shadow.figures.items():
            got = {name: getattr(figures, name) for name in ["answered", *OUTCOMES]}
            assert got == {name: self.shadow.outcomes[queue, start, name] for name in got}
            assert figures.waiting == waiting[queue, start]
            assert figures.offered == self.shadow.offered[queue, start] == sum(got.values()) + figures.waiting
        assert self.shadow.figures.keys() == self.shadow.offered.keys()


@settings(deadline=None, max_examples=60)
@given(lives)
def test_every_rule_holds_after_every_event_and_a_restored_twin_does_the_same(
    steps: list[tuple[str, int, int]],
) -> None:
    Life().live(steps)


@settings(deadline=None, max_examples=60)
@given(lives)
def test_a_replay_gives_the_same_commands(steps: list[tuple[str, int, int]]) -> None:
    life = Life()
    life.live(steps)
    again = Router()
    for event, now, commands in life.journal:
        assert again.handle(event, now) == commands
    assert again.snapshot() == life.router.snapshot()


@settings(deadline=None, max_examples=60)
@given(lives)
def test_when_nothing_happens_any_more_every_passing_state_is_left(steps: list[tuple[str, int, int]]) -> None:
    life = Life()
    life.live(steps)
    life.tell(events.SwitchLost())
    life.pass_time(1000)
    states = {(agent.state, agent.reason) for agent in life.router.snapshot().agents.values()}
    lasting = {"signed_out", "ready", "paused", "connected", "hold"}
    assert all(state in lasting or reason == "device" for state, reason in states)
    assert life.router.next_wakeup() is None


queued = st.builds(
    lambda priority, boost, age: (priority, float(boost), START - age),
    st.integers(0, 2),
    st.integers(0, 5),
    st.integers(0, 5),
)


@settings(deadline=None)
@given(st.lists(queued, min_size=2, max_size=12).flatmap(lambda lot: st.permutations(list(enumerate(lot)))))
def test_rule_04_the_order_is_total_whatever_order_contacts_come_in(
    lot: list[tuple[int, tuple[int, float, float]]],
) -> None:
    router = Router()
    everybody = _version([ANYBODY], a={})
    router.handle(events.SettingsChanged(everybody), START)
    for number, (priority, boost, age) in lot:
        router.handle(events.ContactQueued(f"{number:02}", "anybody", priority, boost, age), START)
    commands = router.handle(events.DeviceFound("a"), START) + router.handle(events.AgentSignedIn("a"), START)
    served = []
    while offers := [command for command in commands if isinstance(command, Offer)]:
        served.append(offers[0].contact)
        router.handle(events.ContactConnected(offers[0].offer), START)
        commands = router.handle(events.ContactFinished(offers[0].contact, "lost"), START)
    best_first = sorted(lot, key=lambda entry: (-entry[1][0], -(START - entry[1][2] + entry[1][1]), entry[0]))
    assert served == [f"{number:02}" for number, _ in best_first]
