"""The world around the router, told by hand."""

from collections.abc import Callable
from math import inf

from msgspec.structs import replace

from tandem.acd import events
from tandem.acd.commands import RecordOffer, RecordWait
from tandem.acd.settings import AgentSettings, QueueSettings, Settings
from tandem.sim.arrivals import Caller
from tandem.sim.model import Span, centre, measure, staff
from tandem.sim.talks import SlowDown
from tandem.sim.world import World

Heard = list[tuple[float, str, float, str]]


def waits(world: World, *callers: Caller, until: float = 1000.0) -> Heard:
    """(when, contact, wait, outcome) of everyone who came."""
    heard: Heard = []

    def ended(wait: RecordWait, now: float) -> None:
        heard.append((now, wait.contact, now - wait.enqueued_at, wait.outcome))

    world.watch(RecordWait, ended)
    world.expect(iter(callers))
    world.run(until)
    return heard


def one_queue(agents: int) -> Settings:
    return centre([QueueSettings("q")], staff(agents))


def test_callers_are_served_one_after_the_other() -> None:
    world = World(one_queue(1), lambda _caller, _agent: 10.0)
    callers = [Caller(at, "q") for at in (1.0, 2.0, 30.0)]
    assert waits(world, *callers) == [(1, "1", 0, "answered"), (11, "2", 9, "answered"), (30, "3", 0, "answered")]
    assert world.now == 1000


def test_who_is_out_of_patience_leaves_and_who_is_served_before_does_not() -> None:
    world = World(one_queue(1), lambda _caller, _agent: 10.0)
    callers = [Caller(0.0, "q", 3.0), Caller(1.0, "q", 4.0), Caller(2.0, "q", 9.0)]
    assert waits(world, *callers) == [(0, "1", 0, "answered"), (5, "2", 4, "abandoned"), (10, "3", 8, "answered")]
    assert world.router.snapshot().dropped_events == 0


def test_who_finds_every_line_taken_is_turned_away() -> None:
    world = World(one_queue(1), lambda _caller, _agent: 10.0, lines=2)
    callers = [Caller(at, "q") for at in (1.0, 2.0, 3.0, 12.0)]
    assert [contact for _, contact, _, _ in waits(world, *callers)] == ["1", "2", "3"]
    assert world.turned_away == 1


def test_a_phone_rings_before_it_is_answered() -> None:
    world = World(one_queue(1), lambda _caller, _agent: 10.0, phone=lambda _agent: 4.0)
    assert waits(world, Caller(1.0, "q"), Caller(2.0, "q")) == [(5, "1", 4, "answered"), (19, "2", 17, "answered")]


def test_a_phone_that_rings_too_long_goes_on_by_the_routers_own_deadline() -> None:
    queue = QueueSettings("q", ring_seconds=10.0)
    heard: list[tuple[float, str]] = []

    def ended(offer: RecordOffer, now: float) -> None:
        heard.append((now, offer.outcome))

    world = World(centre([queue], staff(1)), lambda _caller, _agent: 10.0, phone=lambda _agent: 60.0)
    world.watch(RecordOffer, ended)
    world.expect(iter([Caller(0.0, "q")]))
    world.run(20.0)
    assert heard == [(15.0, "withdrawn")]


def test_everyone_who_watches_is_told_before_it_is_done_the_newest_first() -> None:
    world = World(one_queue(1), lambda _caller, _agent: 10.0)
    told: list[tuple[str, bool]] = []

    def teller(name: str) -> Callable[[RecordWait, float], None]:
        return lambda wait, _now: told.append((name, wait.contact in world.waiting))

    world.watch(RecordWait, teller("first"))
    world.watch(RecordWait, teller("second"))
    world.expect(iter([Caller(1.0, "q")]))
    world.run(5.0)
    assert told == [("second", True), ("first", True)]


def test_a_list_without_end_is_worked_off_by_whoever_is_free() -> None:
    world = World(one_queue(2), lambda _caller, _agent: 10.0)
    world.work_off("q")
    tally = measure(world, Span(0.5, 100.5))
    assert len(tally.answered["q"]) == 20
    assert sum(tally.idle.values()) == 0


def test_idleness_is_that_within_the_span_only() -> None:
    agents = [AgentSettings("a", {}, "PJSIP/a")]
    world = World(centre([QueueSettings("q")], agents), lambda _caller, _agent: 10.0)
    world.expect(iter([Caller(5.0, "q"), Caller(30.0, "q")]))
    tally = measure(world, Span(2.0, 50.0))
    assert tally.idle == {"a": 3 + 15 + 10}
    assert tally.waits() == [0, 0]


def test_talk_is_timed_by_queue_and_agent() -> None:
    asked: list[tuple[str, str]] = []

    def handling(caller: Caller, agent: str) -> float:
        asked.append((caller.queue, agent))
        return 1.0

    world = World(one_queue(1), handling)
    world.expect(iter([Caller(5.0, "q", inf)]))
    world.run(10.0)
    assert asked == [("q", "agent 0")]


def test_wrap_up_keeps_an_agent_from_the_next_caller() -> None:
    settings = one_queue(1)
    slow = replace(settings, queues={"q": replace(settings.queues["q"], wrap_up_seconds=5.0)})
    world = World(slow, lambda _caller, _agent: 10.0)
    assert waits(world, Caller(0.0, "q"), Caller(1.0, "q"))[1] == (15, "2", 14, "answered")


def side_by_side(*queues: QueueSettings) -> Settings:
    """One agent with these queues, and no wrap-up."""
    return centre(queues, staff(1))


def lasting(settings: Settings, come: list[tuple[float, str]], slow_down: SlowDown | None) -> list[float]:
    """When the talks ended of those who came, each of whom takes a minute alone; to the second."""
    world = World(settings, lambda _caller, _agent: 60.0, slow_down=slow_down)
    world.expect(iter([Caller(at, queue) for at, queue in come]))
    ends, there = [], 0
    for second in range(400):
        world.run(second + 0.5)
        now = len(world.router.snapshot().contacts)
        ends += [float(second)] * max(there - now, 0)
        there = now
    return ends


def test_chats_side_by_side_take_as_much_longer_as_there_are_while_there_are() -> None:
    chats = side_by_side(QueueSettings("q", channel="chat"))
    come = [(0.0, "q"), (30.0, "q")]
    assert lasting(chats, come, None) == [60.0, 90.0]
    # From 30 on both go at half the pace: the first has 30 s left, which take 60; the second has then 30 s left.
    assert lasting(chats, come, lambda _agent, contacts: float(contacts)) == [90.0, 120.0]


def test_mail_rests_while_its_agent_is_on_the_phone() -> None:
    mixed = side_by_side(QueueSettings("mails", channel="mail"), QueueSettings("calls"))
    assert lasting(mixed, [(0.0, "mails"), (20.0, "calls")], None) == [80.0, 120.0]


def test_what_an_agent_gives_back_goes_on_where_it_was() -> None:
    world = World(side_by_side(QueueSettings("mails", channel="mail")), lambda _caller, _agent: 60.0)
    world.expect(iter([Caller(0.0, "mails")]))
    world.run(20.0)
    world.tell(events.AgentPaused("agent 0", "lunch"))
    assert world.returned == {"1": 40.0}
    world.run(100.0)
    world.tell(events.AgentWentReady("agent 0"))
    world.run(139.0)
    assert len(world.router.snapshot().contacts) == 1
    world.run(141.0)
    assert (world.router.snapshot().contacts, world.returned) == ({}, {})
