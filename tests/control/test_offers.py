from msgspec.structs import replace

from tandem.acd.plan import Condition, Step
from tandem.control import commands, events
from tests.control.playbook import SETTINGS, Playbook, one, said, these


def test_an_agent_is_rung_for_the_caller_and_joined() -> None:
    book = Playbook()
    book.queue()
    ring = one(commands.RingAgent, book.agent_ready("1001"))
    assert (ring.device, ring.channel, ring.caller, ring.ring_seconds) == (
        "PJSIP/1001",
        "PJSIP/trunk-c1",
        "13800000001",
        10.0,
    )
    book.tell(events.LegRinging(ring.leg))
    book.tell(events.LegAnswered(ring.leg), 3.0)
    wait = one(commands.RecordWait, book.tell(events.Bridged("c1", ring.leg)))
    assert (wait.outcome, wait.agent) == ("answered", "1001")
    assert book.agent_state("1001") == ("connected", "")


def test_no_answer_sends_the_caller_on_with_their_age_kept() -> None:
    book = Playbook()
    book.queue()
    enqueued_at = book.router.contacts["c1"].enqueued_at
    first = one(commands.RingAgent, book.agent_ready("1001"))
    book.tell(events.LegRinging(first.leg))
    book.agent_ready("1002")
    out = book.tell(events.LegFailed(first.leg, "no_answer"), 10.0)
    second = one(commands.RingAgent, out)
    assert second.device == "PJSIP/1002"
    assert one(commands.RecordLeg, out).outcome == "no_answer"
    assert book.router.contacts["c1"].enqueued_at == enqueued_at
    assert book.agent_state("1001") == ("not_ready", "no answer")


def test_hanging_up_while_an_agent_rings_frees_the_agent() -> None:
    book = Playbook()
    book.queue()
    leg = one(commands.RingAgent, book.agent_ready("1001")).leg
    book.tell(events.LegRinging(leg))
    out = book.tell(events.CallEnded("c1", 16), 2.0)
    assert one(commands.HangUpLeg, out).leg == leg
    assert one(commands.RecordContact, out).outcome == "abandoned"
    assert book.agent_state("1001") == ("ready", "")
    assert one(commands.RecordLeg, book.tell(events.LegFailed(leg, "failed"))).outcome == "withdrawn"


def test_the_survey_comes_when_the_agent_hangs_up_first() -> None:
    book = Playbook()
    leg = book.talk()
    out = book.tell(events.LegEnded(leg, 16), 60.0)
    assert one(commands.RecordLeg, out).outcome == "served"
    assert book.agent_state("1001") == ("wrap_up", "")
    assert "rate us" in said(book.reenter())
    assert one(commands.RecordAnswer, book.press("5")).answer == "5"
    ended = one(commands.RecordContact, book.tell(events.CallEnded("c1", 16)))
    assert (ended.outcome, ended.talk_seconds) == ("served", 60.0)


def test_the_survey_comes_when_the_caller_enters_before_the_legs_end_is_told() -> None:
    book = Playbook()
    leg = book.talk()
    assert "rate us" in said(book.reenter())
    assert book.agent_state("1001") == ("wrap_up", "")
    assert book.tell(events.LegEnded(leg, 16)) == []


def test_an_entry_that_overtook_the_whole_conversation_is_made_good() -> None:
    book = Playbook()
    book.queue()
    leg = one(commands.RingAgent, book.agent_ready("1001")).leg
    book.reenter()
    book.tell(events.Bridged("c1", leg))
    book.tell(events.LegEnded(leg))
    assert "rate us" in said(book.press(None))


def test_hanging_up_in_talk_ends_it_for_the_agent_too() -> None:
    book = Playbook()
    book.talk()
    out = book.tell(events.CallEnded("c1", 16), 30.0)
    assert one(commands.RecordContact, out).outcome == "served"
    assert one(commands.RecordContact, out).talk_seconds == 30.0
    assert book.agent_state("1001") == ("wrap_up", "")
    assert book.plane.state.legs == {}


def test_hold_is_counted() -> None:
    book = Playbook()
    leg = book.talk()
    book.tell(events.Held(leg), 5.0)
    assert book.agent_state("1001")[0] == "hold"
    book.tell(events.Retrieved(leg), 7.0)
    book.tell(events.Held(leg), 1.0)
    ended = one(commands.RecordLeg, book.tell(events.LegEnded(leg), 3.0))
    assert ended.hold_seconds == 10.0


def test_a_leg_that_ends_between_answer_and_bridge_puts_the_caller_back_in_their_place() -> None:
    book = Playbook()
    book.queue()
    leg = one(commands.RingAgent, book.agent_ready("1001")).leg
    book.tell(events.LegAnswered(leg))
    book.tell(events.LegEnded(leg))
    book.pass_time(1.0)
    assert book.router.contacts["c1"].state == "waiting"


def test_a_bridge_for_a_withdrawn_offer_is_not_a_conversation() -> None:
    book = Playbook()
    book.queue()
    leg = one(commands.RingAgent, book.agent_ready("1001")).leg
    book.tell(events.LegRinging(leg))
    assert these(commands.HangUpLeg, book.pass_time(20.0))
    assert book.tell(events.Bridged("c1", leg)) == []
    assert book.plane.state.calls["c1"].state == "queued"


def test_the_steps_of_a_plan_are_in_the_timeline() -> None:
    tech = SETTINGS.acd.queues["tech"]
    there = replace(tech, name="there", plan=())
    plan = (Step(after=20, needs={"tv": 1}), Step(after=30, offer="callback"), Step(after=40, move="there"))
    queues = {"tech": replace(tech, plan=(*plan, Step(when=Condition("length", 1), priority=1))), "there": there}
    book = Playbook(replace(SETTINGS, acd=replace(SETTINGS.acd, queues=queues)))
    queued = book.queue()
    assert these(commands.RecordQueueStep, queued) == [
        commands.RecordQueueStep("tech", book.now, 3, True, "priority +1")
    ]
    steps = []
    for _ in range(3):
        wakeup = book.plane.context.router.next_wakeup()
        assert wakeup is not None
        out = book.tell(events.TimePassed(), wakeup - book.now)
        steps += [(step.what, step.detail) for step in these(commands.RecordStep, out)]
    assert steps == [
        ("plan", "needs tv >= 1"),
        ("plan", "offer callback"),
        ("offered another way", "callback"),
        ("plan", "move to there"),
        ("moved", "tech to there"),
    ]
    assert these(commands.RecordQueueStep, out) == [commands.RecordQueueStep("tech", book.now, 3, False, "priority +1")]
    assert book.plane.state.counters == {"plan of tech: priority +1": 1, "other ways: callback made": 1}


def answered(book: Playbook) -> str:
    """An agent picks up for a caller who waits; the leg."""
    book.queue()
    leg = one(commands.RingAgent, book.agent_ready("1001")).leg
    book.tell(events.LegRinging(leg))
    book.tell(events.LegAnswered(leg), 2.0)
    return leg


def test_who_answers_as_the_caller_hangs_up_is_as_idle_as_before_whichever_end_is_heard_of_first() -> None:
    book = Playbook()
    leg = answered(book)
    idle_since = book.router.agents["1001"].idle_since
    assert book.tell(events.LegEnded(leg, 16), 0.1) == []
    out = book.tell(events.CallEnded("c1", 16), 0.2)
    assert one(commands.RecordLeg, out).outcome == "withdrawn"
    assert these(commands.HangUpLeg, out) == []
    assert one(commands.RecordContact, out).outcome == "abandoned"
    assert book.agent_state("1001") == ("ready", "")
    assert book.router.agents["1001"].idle_since == idle_since
    assert not any(name.startswith("leg ") for name in book.plane.state.timers)


def test_who_answers_and_is_gone_before_the_talk_backs_off_and_the_caller_goes_on() -> None:
    book = Playbook()
    leg = answered(book)
    book.agent_ready("1002")
    assert book.tell(events.LegEnded(leg, 16), 0.1) == []
    out = book.pass_time(1.0)
    assert one(commands.RingAgent, out).device == "PJSIP/1002"
    assert one(commands.RecordLeg, out).outcome == "failed"
    assert book.agent_state("1001") == ("not_ready", "failed")


def test_a_listing_does_not_judge_an_agent_who_has_just_gone() -> None:
    book = Playbook()
    leg = answered(book)
    book.tell(events.LegEnded(leg, 16), 1.0)
    seen = (events.SeenChannel("c1", "PJSIP/trunk-c1", True),)
    book.tell(events.SwitchFound("boot-1", book.now + 0.5, seen), 0.5)
    assert "repairs" not in book.plane.state.counters
    assert book.agent_state("1001")[0] == "connecting"
