"""The design's rules for routing, each by its number, under random lives (see test_acd_router.py for the life itself).

Rules 6 (callbacks) and 12 (the stream to desktops) are not the router's alone.
"""

import sys
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tandem.acd import events
from tandem.acd.commands import Offer, RaiseAlarm, RecordWait
from tandem.acd.plan import Condition, Step
from tandem.acd.router import Router
from tandem.acd.settings import ATTENTION, AgentSettings, QueueSettings, Settings
from tests.property.test_acd_router import BLENDED, DEARER, LONGEST_STAY, START, VERSIONS, Life, lives

Lived = list[tuple[str, int, int]]


def lived(steps: Lived) -> Life:
    life = Life()
    life.live(steps)
    return life


@settings(deadline=None, max_examples=12)
@given(lives, st.integers(0, 40))
def test_rule_1_what_comes_late_under_an_old_number_changes_nothing(steps: Lived, number: int) -> None:
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
def test_rules_2_and_13_settings_that_come_again_reset_nobody(steps: Lived) -> None:
    life = lived(steps)
    state = life.router.snapshot()
    life.tell(events.SettingsChanged(state.settings))
    before = deepcopy(state)
    assert life.router.handle(events.SettingsChanged(state.settings), life.now) == []
    assert state == before


@settings(deadline=None, max_examples=12)
@given(lives, st.sampled_from(VERSIONS))
def test_rules_2_and_13_other_settings_turn_back_no_clock(steps: Lived, version: Settings) -> None:
    life = lived(steps)
    life.tell(events.SwitchLost())
    state = life.router.snapshot()
    agents, contacts, intervals = deepcopy((state.agents, state.contacts, state.intervals))
    life.tell(events.SettingsChanged(version))
    for name, agent in state.agents.items():
        if name in agents and name in version.agents:
            then = agents[name]
            assert (agent.since, agent.idle_since, agent.paused_since) == (
                then.since,
                then.idle_since,
                then.paused_since,
            )
    assert contacts.keys() == state.contacts.keys()
    assert all(state.contacts[name].enqueued_at == contact.enqueued_at for name, contact in contacts.items())
    kept = {name: contact for name, contact in contacts.items() if contact.agent in ("", *version.agents)}
    assert all(state.contacts[name].agent == contact.agent for name, contact in kept.items())
    assert all(len(state.intervals[queue]) >= len(rows) for queue, rows in intervals.items())


@settings(deadline=None, max_examples=12)
@given(lives)
def test_rule_3_no_passing_state_outstays_its_time_and_an_alarm_tells(steps: Lived) -> None:
    life = lived(steps)
    passing = {agent.name for agent in life.router.snapshot().agents.values() if agent.state in LONGEST_STAY}
    occupied = {name for name in passing if life.router.snapshot().agents[name].state != "wrap_up"}
    told = len(life.journal)
    life.tell(events.SwitchLost())
    life.pass_time(max(LONGEST_STAY.values()))
    alarmed = {c.subject for *_, out in life.journal[told:] for c in out if isinstance(c, RaiseAlarm)}
    assert occupied == alarmed
    assert not any(life.router.snapshot().agents[name].state in LONGEST_STAY for name in passing & set("abcdef"))


def test_rule_5_the_work_for_an_event_hardly_grows_with_agents_and_queues() -> None:
    small, large = (_calls_of_one_life(size) for size in (20, 160))
    assert large < 1.2 * small


def _calls_of_one_life(size: int) -> int:
    """How many functions are called for the third contact of a queue, among `size` agents and queues."""
    people = {f"{n}": AgentSettings(f"{n}", {f"s{n}": 1}, f"PJSIP/{n}") for n in range(size)}
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
    return calls


@settings(deadline=None, max_examples=12)
@given(lives)
def test_rule_7_who_has_no_phone_is_never_offered_what_needs_one(steps: Lived) -> None:
    life = Life()
    gone: set[str] = set()
    for step in steps:
        told = len(life.journal)
        life.live([step])
        for event, _, commands in life.journal[told:]:
            if isinstance(event, events.DeviceLost | events.DeviceFound):
                (gone.add if isinstance(event, events.DeviceLost) else gone.discard)(event.agent)
            offers = [command for command in commands if isinstance(command, Offer) and command.agent in gone]
            assert not any(life.router.snapshot().contacts[offer.contact].on_phone for offer in offers)


@settings(deadline=None, max_examples=12)
@given(st.lists(st.sampled_from(["no_answer", "declined", "busy", "failed"]), min_size=2, max_size=8))
def test_rule_8_a_contact_is_offered_to_everybody_before_anybody_twice(reasons: list[str]) -> None:
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


@settings(deadline=None, max_examples=50)
@given(st.lists(st.booleans(), max_size=30), st.integers(1, 5), st.integers(0, 5))
def test_rule_9_a_condition_follows_its_two_thresholds_at_every_moment(comes: list[bool], on: int, less: int) -> None:
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


# --- fairness under overload ----------------------------------------------------------------------------------------

RULES: dict[str, dict[str, object]] = {
    "priority": {"high": {"priority": 1}},
    "ageing": {"high": {"ageing": 4.0}},
    "target": {"high": {"service_level_seconds": 5.0}, "order": "service_objective"},
    "age": {},
}
SERVICE = 10.0


def waits_of(arrivals: list[tuple[float, str]], rule: dict[str, object], **both: float) -> dict[str, list[float]]:
    """One agent, talks of ten seconds: the waits of all who came, by queue."""
    fields = {name: {"wrap_up_seconds": 0.0, **both, **rule.get(name, {})} for name in ("high", "low")}  # type: ignore[dict-item]
    queues = {name: QueueSettings(name, **more) for name, more in fields.items()}  # type: ignore[arg-type]
    chosen = Settings(queues, {"a": AgentSettings("a", {}, "a")})
    router = Router()
    order = rule.get("order")
    router.handle(events.SettingsChanged(replace(chosen, order=order) if order else chosen), 0.0)
    waits: dict[str, list[float]] = {"high": [], "low": []}
    ends: list[tuple[float, str]] = []
    coming = [(at, str(number), queue) for number, (at, queue) in enumerate(sorted(arrivals))]

    def tell(event: events.Event, now: float) -> None:
        for command in router.handle(event, now):
            if isinstance(command, Offer):
                ends.append((now + SERVICE, command.contact))
                tell(events.ContactConnected(command.offer), now)
            elif isinstance(command, RecordWait):
                waits[command.queue].append(now - command.enqueued_at)

    tell(events.DeviceFound("a"), 0.0)
    tell(events.AgentSignedIn("a"), 0.0)
    while coming or ends:
        wakeup = router.next_wakeup()
        moments = [at for at, *_ in coming[:1]] + [at for at, _ in ends[:1]] + ([] if wakeup is None else [wakeup])
        now = min(moments)
        if wakeup == now:
            tell(events.TimePassed(), now)
        elif coming and coming[0][0] == now:
            _, name, queue = coming.pop(0)
            tell(events.ContactQueued(name, queue), now)
        else:
            tell(events.ContactFinished(ends.pop(0)[1]), now)
    return waits


overload = st.lists(st.tuples(st.integers(0, 300).map(float), st.sampled_from(["high", "high", "low"])), max_size=60)


@settings(deadline=None, max_examples=12)
@given(overload)
def test_conservation_the_sum_of_all_waits_is_the_same_for_every_order_that_never_idles(
    arrivals: list[tuple[float, str]],
) -> None:
    sums = [
        sum(map(sum, waits_of(arrivals, rule, **more).values()))
        for rule in RULES.values()
        for more in (
            {},
            {"longest_wait": 40.0},
        )
    ]
    assert sums == pytest.approx([sums[0]] * len(sums))


@pytest.mark.parametrize("rule", RULES)
@settings(deadline=None, max_examples=15)
@given(lows=st.lists(st.integers(0, 1000), min_size=1, max_size=5, unique=True))
def test_nobody_starves_a_longest_wait_holds_for_every_class_under_overload(rule: str, lows: list[int]) -> None:
    """Twice the work that can be done comes in the high class, which is allowed to wait; the low class is not."""
    arrivals = [(float(at), "low") for at in lows] + [(at * 5.0 + 0.5, "high") for at in range(250)]
    bounded = {**RULES[rule], "low": {"longest_wait": 60.0}}
    # At most: the longest wait, the talk under way, and those of the same class who are overdue too.
    assert max(waits_of(arrivals, bounded)["low"]) <= 60 + SERVICE * len(lows)
