"""What an agent's desktop is told, and that it shows the truth at every moment."""

from msgspec.structs import replace

from tandem.control import commands, events
from tandem.control.desktop import told
from tests.control.mirror import mirrored
from tests.control.playbook import SETTINGS, Playbook, one


def told_of(play: Playbook, agent: str = "1001") -> list[told.Told]:
    """The events an agent was told of since this was asked last."""
    seen = [news.told for news in play.told if news.agent == agent]
    play.told = [news for news in play.told if news.agent != agent]
    return seen


def test_the_pop_comes_with_the_ring_and_has_all_that_was_entered() -> None:
    play = Playbook()
    play.queue()
    ring = one(commands.RingAgent, play.agent_ready("1001"))
    (offered,) = (event for event in told_of(play) if isinstance(event, told.ContactOffered))
    assert (offered.contact.contact, offered.contact.state, offered.contact.channel) == ("c1", "offered", "voice")
    assert (offered.contact.number, offered.contact.queue, offered.contact.flow) == ("13800000001", "tech", "line")
    assert offered.contact.offer == int(ring.leg.rsplit("-", 1)[1])
    assert offered.story[0].what == "entered"
    assert [step.what for step in offered.story][-2:] == ["queued", "offered"]
    assert offered.contact.waiting_since == play.now


def test_a_talk_is_told_step_by_step() -> None:
    play = Playbook()
    leg = play.talk()
    kinds = [type(event) for event in told_of(play)]
    assert kinds.index(told.ContactOffered) < kinds.index(told.ContactConnected)
    play.tell(events.Held(leg))
    assert told.ContactHeld in [type(event) for event in told_of(play)]
    play.tell(events.Retrieved(leg))
    assert told.ContactRetrieved in [type(event) for event in told_of(play)]
    play.tell(events.LegEnded(leg))
    last = told_of(play)
    assert told.ContactEnded("c1", "ended") in last
    assert [event.agent.state for event in last if isinstance(event, told.AgentChanged)] == ["wrap_up"]


def test_what_comes_next_and_a_longer_wrap_up_are_told_though_the_state_stays() -> None:
    queue = replace(SETTINGS.acd.queues["tech"], wrap_up_extension_seconds=20.0)
    play = Playbook(replace(SETTINGS, acd=replace(SETTINGS.acd, queues={"tech": queue})))
    leg = play.talk()
    told_of(play)
    play.tell(events.AgentPaused("1001", "lunch"))
    assert told_agents(play) == [("connected", "paused", None, 0.0)]
    play.tell(events.LegEnded(leg))
    over = play.now + queue.wrap_up_seconds
    assert told_agents(play) == [("wrap_up", "paused", over, 20.0)]
    play.tell(events.WrapUpExtended("1001", 15.0))
    assert told_agents(play) == [("wrap_up", "paused", over + 15.0, 5.0)]


def told_agents(play: Playbook) -> list[tuple[str, str, float | None, float]]:
    agents = [event.agent for event in told_of(play) if isinstance(event, told.AgentChanged)]
    return [(agent.state, agent.wants, agent.until, agent.extension_left) for agent in agents]


def test_an_offer_that_comes_to_nothing_says_how() -> None:
    play = Playbook()
    play.queue()
    leg = one(commands.RingAgent, play.agent_ready("1001")).leg
    play.tell(events.LegFailed(leg, "no_answer"))
    assert told.ContactEnded("c1", "no_answer") in told_of(play)


def test_what_a_caller_does_meanwhile_is_told_too() -> None:
    play = Playbook()
    play.talk()
    told_of(play)
    play.tell(events.CallEnded("c1", 16))
    steps = [event.step.what for event in told_of(play) if isinstance(event, told.ContactStepped)]
    assert steps == []  # it is off the desk: what is told after its end is told to nobody


def test_a_desk_that_follows_the_events_shows_what_a_fresh_look_does() -> None:
    play = Playbook()
    desk = play.plane.desk("1001")
    assert desk
    play.told = []
    leg = play.talk()
    play.tell(events.Held(leg))
    play.tell(events.CallEnded("c1", 16))
    play.pass_time(60)
    for news in play.told:
        if news.agent == "1001":
            desk = mirrored(desk, news)
    assert desk == play.plane.desk("1001")
    assert desk.number > 8


def test_nobody_has_a_desk_who_is_no_agent() -> None:
    assert Playbook().plane.desk("9999") is None


def test_an_agent_who_is_taken_out_while_they_are_rung_leaves_the_contact_to_the_next() -> None:
    book = Playbook()
    book.agent_ready("1002")
    book.queue()
    book.agent_ready("1001")
    rest = {name: agent for name, agent in SETTINGS.acd.agents.items() if name != "1002"}
    book.tell(events.SettingsLoaded(replace(SETTINGS, acd=replace(SETTINGS.acd, agents=rest))))
    assert book.agent_state("1001") == ("reserved", "")
    book.tell(events.CallEnded("c1"))
    assert book.desks["1001"].contacts == ()
