"""The design's rules for routing, each by its number, under random lives (see test_acd_router.py for the life itself).

The order (4) is in test_acd_router.py too, callbacks (6) in test_callbacks.py, the stream to desktops (12) in
tests/cti/test_stream.py, hot settings (13) in test_hot_settings.py.
"""

import re
import sys
from copy import deepcopy
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.acd import agent as agents
from tandem.acd import events
from tandem.acd.commands import Command, Offer, RaiseAlarm
from tandem.acd.events import Event
from tandem.acd.plan import Condition, Step
from tandem.acd.router import Router
from tandem.acd.settings import ATTENTION, AgentSettings, QueueSettings, Settings
from tests.property.test_acd_router import BLENDED, DEARER, LONGEST_STAY, START, Life, lives

Lived = list[tuple[str, int, int]]


def lived(steps: Lived) -> Life:
    life = Life()
    life.live(steps)
    return life


@settings(deadline=None, max_examples=12)
@given(lives, st.integers(0, 40))
def test_rule_01_what_comes_late_under_an_old_number_changes_nothing(steps: Lived, number: int) -> None:
    life = lived(steps)
    state = life.router.snapshot()
    dead = [n for n in life.shadow.numbers if n not in life.shadow.offers] or [0]
    before, dropped = deepcopy(state), state.dropped_events
    old = dead[number % len(dead)]
    for event in (events.OfferRinging(old), events.OfferAnswered(old), events.ContactConnected(old)):
        assert life.router.handle(event, life.now) == []
    assert life.router.handle(events.OfferFailed(old, "busy"), life.now) == []
    assert state.dropped_events == dropped + 4
    state.dropped_events = dropped
    assert state == before


@settings(deadline=None, max_examples=12)
@given(lives)
def test_rule_02_settings_that_come_again_reset_nobody(steps: Lived) -> None:
    life = lived(steps)
    state = life.router.snapshot()
    life.tell(events.SettingsChanged(state.settings))
    before = deepcopy(state)
    assert life.router.handle(events.SettingsChanged(state.settings), life.now) == []
    assert state == before


@settings(deadline=None, max_examples=12)
@given(lives)
def test_rule_03_no_passing_state_outstays_its_time_and_an_alarm_tells(steps: Lived) -> None:
    life = lived(steps)
    passing = {agent.name for agent in life.router.snapshot().agents.values() if agent.state in LONGEST_STAY}
    occupied = {name for name in passing if life.router.snapshot().agents[name].state != "wrap_up"}
    told = len(life.journal)
    life.tell(events.SwitchLost())
    life.pass_time(max(LONGEST_STAY.values()))
    alarmed = {c.subject for *_, out in life.journal[told:] for c in out if isinstance(c, RaiseAlarm)}
    assert occupied == alarmed
    assert not any(life.router.snapshot().agents[name].state in LONGEST_STAY for name in passing & set("abcdef"))


def test_rule_03_every_state_but_those_an_agent_or_a_talk_chooses_has_a_longest_stay() -> None:
    chosen = {"signed_out", "ready", "paused", "connected", "hold"}
    assert agents.TABLE.keys() == chosen | LONGEST_STAY.keys() | {"not_ready"}, "not_ready: back-off, or no phone"


able = st.sets(st.sampled_from(["tv", "phone", "hifi"]), min_size=1)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(["tv", "phone", "hifi"]), st.integers(0, 2)), max_size=12), able)
def test_rule_04_work_that_an_agent_cannot_take_does_not_block(
    waiting: list[tuple[str, int]], skills: set[str]
) -> None:
    """Of what waits, the agent gets what they can take, the highest class and then the oldest first."""
    queues = {name: QueueSettings(name, {name: 1}, wrap_up_seconds=0) for name in ("tv", "phone", "hifi")}
    router = Router()
    router.handle(
        events.SettingsChanged(Settings(queues, {"a": AgentSettings("a", dict.fromkeys(skills, 3), "a")})), START
    )
    for number, (queue, priority) in enumerate(waiting):
        router.handle(events.ContactQueued(f"{number}", queue, priority), START + number)
    router.handle(events.DeviceFound("a"), START + 99)
    commands, taken = router.handle(events.AgentSignedIn("a"), START + 99), []
    while offers := [command for command in commands if isinstance(command, Offer)]:
        taken.append(int(offers[0].contact))
        router.handle(events.ContactConnected(offers[0].offer), START + 99)
        commands = router.handle(events.ContactFinished(offers[0].contact), START + 99)
    mine = [number for number, (queue, _) in enumerate(waiting) if queue in skills]
    assert taken == sorted(mine, key=lambda number: (-waiting[number][1], number))


def test_rule_05_the_work_for_an_event_hardly_grows_with_agents_and_queues() -> None:
    small, large = (_calls_of_one_life(size) for size in (20, 160))
    assert all(after < 1.2 * before for before, after in zip(small, large, strict=True))


def _calls_of_one_life(size: int) -> tuple[int, int]:
    """How many functions are called for the third contact of a queue, among `size` agents and queues; and for the
    second pause, and its end, of an agent who can take from all queues."""
    people = {f"{n}": AgentSettings(f"{n}", {f"s{n}": 1}, f"PJSIP/{n}") for n in range(size)}
    people["all"] = AgentSettings("all", {f"s{n}": 1 for n in range(size)}, "PJSIP/all")
    plan = (Step(after=5, needs={"s0": 1}), Step(when=Condition("length", 3), priority=1))
    queues = {f"q{n}": QueueSettings(f"q{n}", {f"s{n}": 1}, plan=plan) for n in range(size)}
    router = Router()
    router.handle(events.SettingsChanged(Settings(queues, people)), START)
    for name in people:
        router.handle(events.DeviceFound(name), START)
        router.handle(events.AgentSignedIn(name), START)
    calls, met = 0, START

    def count(_frame: object, what: str, _argument: object) -> None:
        nonlocal calls
        calls += what in ("call", "c_call")

    for number in range(3):
        for queue in queues:
            met += 1e-4
            sys.setprofile(count if (number, queue) == (2, "q7") else None)
            router.handle(events.ContactQueued(f"{queue}-{number}", queue), met)
            sys.setprofile(None)
    of_contact, calls = calls, 0
    for number in range(2):
        sys.setprofile(count if number else None)
        router.handle(events.AgentPaused("all", "lunch"), met)
        router.handle(events.AgentWentReady("all"), met)
        sys.setprofile(None)
    return of_contact, calls


class Phones(Life):
    """A life in which events alone tell whose phone is there."""

    def __init__(self) -> None:
        self.there: set[str] = set()
        super().__init__()

    def tell(self, event: Event) -> None:
        if isinstance(event, events.DeviceFound):
            self.there.add(event.agent)
        elif isinstance(event, events.DeviceLost):
            self.there.discard(event.agent)
        super().tell(event)
        self.check_phones(self.journal[-1][2])

    def check_phones(self, commands: list[Command]) -> None:
        state = self.router.snapshot()
        for offer in commands:
            if isinstance(offer, Offer) and offer.agent not in self.there:
                queue = state.queue(state.contacts[offer.contact].queue)
                assert not state.settings.channel(queue.channel).needs_phone
        without = [agent for agent in state.agents.values() if agent.name not in self.there]
        assert all(agent.state != "ready" for agent in without)
        assert all(agent.reason for agent in without if agent.state == "not_ready")


@settings(deadline=None, max_examples=12)
@given(lives)
def test_rule_07_who_has_no_phone_is_never_ready_nor_offered_what_needs_one(steps: Lived) -> None:
    Phones().live(steps)


@settings(deadline=None, max_examples=12)
@given(st.lists(st.sampled_from(["no_answer", "declined", "busy", "failed"]), min_size=2, max_size=8))
def test_rule_08_a_contact_is_offered_to_everybody_before_anybody_twice(reasons: list[str]) -> None:
    people = {name: AgentSettings(name, {}, name) for name in "abc"}
    queue = QueueSettings("q", back_off_seconds=1, misses_before_pause=99)
    router = Router()
    router.handle(events.SettingsChanged(Settings({"q": queue}, people)), START)
    for name in people:
        router.handle(events.DeviceFound(name), START)
        router.handle(events.AgentSignedIn(name), START)
    out, asked, now = router.handle(events.ContactQueued("c", "q"), START), [], START
    for reason in reasons:
        [offer] = [command for command in out if isinstance(command, Offer)]
        asked.append(offer.agent)
        now += 2
        router.handle(events.TimePassed(), now)
        out = router.handle(events.OfferFailed(offer.offer, reason), now)
    assert sorted(asked[:3]) == ["a", "b", "c"][: len(asked)] or len(asked) < 3
    assert len(set(asked[:3])) == len(asked[:3])


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from(["no_answer", "unreachable", "declined", "connected"]), max_size=12), st.integers(1, 3))
def test_rule_08_misses_in_a_row_are_counted_and_pause_with_a_reason_until_the_agent_is_back(
    ends: list[str], most: int
) -> None:
    queue = QueueSettings("q", wrap_up_seconds=0, misses_before_pause=most)
    router, misses, now = Router(), 0, START
    router.handle(events.SettingsChanged(Settings({"q": queue}, {"a": AgentSettings("a", {}, "a")})), now)
    router.handle(events.DeviceFound("a"), now)
    out = [*router.handle(events.AgentSignedIn("a"), now), *router.handle(events.ContactQueued("c0", "q"), now)]
    for number, end in enumerate(ends, 1):
        [offer] = [command for command in out if isinstance(command, Offer)]
        if end == "connected":
            router.handle(events.ContactConnected(offer.offer), now)
            router.handle(events.ContactFinished(offer.contact), now)
            out = router.handle(events.ContactQueued(f"c{number}", "q"), now)
        else:
            out = router.handle(events.OfferFailed(offer.offer, end), now)
        misses = 0 if end == "connected" else misses + (end != "declined")
        [shown] = router.board(now).agents
        if misses == most:
            assert (shown.state, shown.reason) == ("paused", agents.RING_NO_ANSWER)
            assert router.handle(events.TimePassed(), now + 3600) == []
            out, misses = router.handle(events.AgentWentReady("a"), now), 0
        elif end != "connected":
            assert (shown.state, shown.reason) == ("not_ready", end.replace("_", " "))
            now += queue.back_off_seconds
            out = router.handle(events.TimePassed(), now)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.booleans(), max_size=30), st.integers(1, 5), st.integers(0, 5))
def test_rule_09_a_condition_follows_its_two_thresholds_at_every_moment(comes: list[bool], on: int, less: int) -> None:
    off = max(on - less, 0)
    step = Step(when=Condition("length", on, off), offer="link")
    router = Router()
    router.handle(events.SettingsChanged(Settings({"q": QueueSettings("q", plan=(step,))}, {})), START)
    length, held = 0, False
    waiting: list[str] = []
    for number, came in enumerate(comes):
        if came or not waiting:
            waiting.append(str(number))
            router.handle(events.ContactQueued(str(number), "q"), START + number)
        else:
            router.handle(events.ContactLeft(waiting.pop(), "abandoned"), START + number)
        length = len(waiting)
        held = length >= on if not held or off == on else length > off
        assert router.snapshot().holding["q"] == ([0] if held else [])


@settings(deadline=None, max_examples=20)
@given(lives, st.sampled_from([BLENDED, DEARER]))
def test_rule_10_contacts_fit_an_agents_attention_and_what_was_interrupted_goes_on(
    steps: Lived, version: Settings
) -> None:
    """While they live, `check_units` looks at every agent after every event."""
    life = Life()
    life.tell(events.SettingsChanged(version))
    for step in steps:
        life.live([("connected" if step[0] == "settings" else step[0], *step[1:])])
        for agent in life.router.board(life.now).agents:
            talks = [contact for contact in agent.contacts if contact.state in ("connected", "held")]
            assert sum(contact.units for contact in talks) <= ATTENTION
    life.tell(events.SwitchLost())
    for contact in list(life.router.snapshot().contacts.values()):
        if contact.agent and not contact.interruptible and contact.state in ("connected", "held"):
            life.tell(events.ContactFinished(contact.id))
    life.pass_time(max(LONGEST_STAY.values()))
    assert not any(contact.state == "interrupted" for contact in life.router.snapshot().contacts.values())


@settings(deadline=None, max_examples=12)
@given(lives)
def test_rule_11_every_interval_balances_with_what_was_seen_from_outside(steps: Lived) -> None:
    lived(steps).check_intervals()


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 5), st.floats(0, 70), st.sampled_from(["", "blended"]), st.sampled_from(["", "acme"]))
def test_rule_14_the_ring_that_time_has_opened_is_the_ring_that_serves(
    tv: int, waited: float, team: str, vendor: str
) -> None:
    plan = (Step(after=20, needs={"tv": 1}), Step(after=40, team="blended"), Step(after=60, vendor="acme"))
    agent = AgentSettings("a", {"tv": tv} if tv else {}, "a", team=team, vendor=vendor)
    router = Router()
    router.handle(
        events.SettingsChanged(Settings({"q": QueueSettings("q", {"tv": 3}, plan=plan)}, {"a": agent})), START
    )
    router.handle(events.DeviceFound("a"), START)
    router.handle(events.AgentSignedIn("a"), START)
    commands = router.handle(events.ContactQueued("c", "q"), START)
    while (wakeup := router.next_wakeup()) is not None and wakeup <= START + waited and not commands[:-1]:
        commands = router.handle(events.TimePassed(), wakeup)
    rings = [tv >= 3, tv >= 1 and waited >= 20, team == "blended" and waited >= 40, vendor == "acme" and waited >= 60]
    assert bool(router.snapshot().contacts["c"].tried) == any(rings)


def test_every_rule_of_the_design_is_named_in_a_test() -> None:
    tests = Path(__file__).parents[1]
    texts = [(tests / file).read_text() for file in ("cti/test_stream.py", *map(str, tests.glob("property/test_*.py")))]
    named = {int(number) for text in texts for number in re.findall(r"def test_rule_(\d\d)_", text)}
    assert named == set(range(1, 15))
