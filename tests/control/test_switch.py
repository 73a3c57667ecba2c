from tandem.control import commands, events
from tandem.control.events import SeenChannel
from tests.control.playbook import Playbook, one, said, these


def channel(call: str, *bridged_with: str) -> SeenChannel:
    return SeenChannel(call, f"PJSIP/trunk-{call}", True, bridged_with)


def leg_channel(leg: str, up: bool, *bridged_with: str) -> SeenChannel:
    return SeenChannel(leg, "PJSIP/1001-00000001", up, bridged_with)


def found(book: Playbook, *channels: SeenChannel, boot: str = "boot-1", after: float = 5.0) -> list[commands.Command]:
    book.now += after
    return book.tell(events.SwitchFound(boot, book.now, channels, None))


def repairs(book: Playbook) -> dict[str, int]:
    return {kind: count for kind, count in book.plane.state.counters.items() if kind.startswith("repairs")}


def test_a_listing_that_agrees_repairs_nothing() -> None:
    book = Playbook()
    leg = book.talk()
    assert found(book, channel("c1", leg), leg_channel(leg, True, "c1")) == []
    assert repairs(book) == {}


def test_a_call_that_is_gone_is_ended_and_counted() -> None:
    book = Playbook()
    book.queue()
    assert one(commands.RecordContact, found(book)).outcome == "abandoned"
    assert repairs(book) == {"repairs": 1, "repairs: call gone from the switch": 1}


def test_a_call_younger_than_the_listing_is_left_alone() -> None:
    book = Playbook()
    book.call()
    assert found(book, after=0.5) == []
    assert "c1" in book.plane.state.calls


def test_calls_of_a_switch_that_was_restarted_are_lost_and_the_agents_freed() -> None:
    book = Playbook()
    book.talk("c1", "1001")
    book.queue("c2")
    book.tell(events.SwitchLost())
    out = found(book, boot="boot-2")
    assert [record.outcome for record in these(commands.RecordContact, out)] == ["lost", "lost"]
    assert book.agent_state("1001") == ("ready", "")
    assert one(commands.RecordWait, out).outcome == "lost"


def test_an_answer_and_a_conversation_that_were_missed_are_made_good() -> None:
    book = Playbook()
    book.queue()
    leg = one(commands.RingAgent, book.agent_ready("1001")).leg
    book.tell(events.LegRinging(leg))
    book.tell(events.SwitchLost())
    found(book, channel("c1", leg), leg_channel(leg, True, "c1"))
    assert book.agent_state("1001") == ("connected", "")
    assert book.plane.state.calls["c1"].state == "connected"


def test_an_agent_who_left_unseen_is_in_wrap_up_and_the_caller_gets_the_survey() -> None:
    book = Playbook()
    book.talk()
    found(book, channel("c1"))
    assert book.agent_state("1001") == ("wrap_up", "")
    assert "rate us" in said(book.reenter())


def test_while_the_switch_is_lost_nobody_is_rung_and_afterwards_the_first_in_line_is() -> None:
    book = Playbook()
    book.queue("c1")
    book.queue("c2")
    book.tell(events.SwitchLost())
    assert these(commands.RingAgent, book.agent_ready("1001")) == []
    assert one(commands.RingAgent, found(book, channel("c1"), channel("c2"))).call == "c1"


def test_nothing_overstays_while_the_switch_is_lost() -> None:
    book = Playbook()
    book.queue()
    leg = one(commands.RingAgent, book.agent_ready("1001")).leg
    book.tell(events.LegRinging(leg))
    book.tell(events.SwitchLost())
    assert book.pass_time(60.0) == []
    found(book, channel("c1", leg), leg_channel(leg, True, "c1"))
    assert book.agent_state("1001") == ("connected", "")


def test_a_stray_leg_is_ended() -> None:
    out = found(Playbook(), leg_channel("tandem-leg-x-9", True))
    assert one(commands.HangUpStray, out).channel == "tandem-leg-x-9"


def test_devices_follow_the_listing() -> None:
    book = Playbook()
    book.agent_ready("1001")
    book.tell(events.SwitchFound("boot-1", book.now, (), ("PJSIP/1002",)))
    assert book.agent_state("1001") == ("not_ready", "device")
    book.tell(events.SwitchFound("boot-1", book.now, (), ("PJSIP/1001",)))
    assert book.agent_state("1001") == ("ready", "")


def test_a_restart_asks_for_pending_links_again_under_the_same_key() -> None:
    book = Playbook()
    book.call()
    before = one(commands.SendLink, book.press("1"))
    assert one(commands.SendLink, book.tell(events.Restarted())) == before


def test_a_restart_keeps_the_ringing_agent_and_offers_nobody_twice() -> None:
    book = Playbook()
    book.queue()
    leg = one(commands.RingAgent, book.agent_ready("1001")).leg
    book.agent_ready("1002")
    book.tell(events.LegRinging(leg))
    book.tell(events.Restarted(), 1.0)
    assert these(commands.RingAgent, book.reenter()) == []
    assert these(commands.RingAgent, found(book, channel("c1"), leg_channel(leg, False), after=2.0)) == []
    assert book.agent_state("1001") == ("ringing", "")


def ring(book: Playbook) -> str:
    """A call waits and the phone of 1001 rings for it; returns the leg."""
    book.queue()
    leg = one(commands.RingAgent, book.agent_ready("1001")).leg
    book.tell(events.LegRinging(leg))
    return leg


def test_a_caller_who_talked_while_the_switch_was_lost_gets_the_survey_not_the_queue() -> None:
    book = Playbook()
    leg = ring(book)
    book.tell(events.SwitchLost())
    out = book.reenter(last_leg=leg)
    assert "rate us" in said(out)
    assert one(commands.RecordWait, out).outcome == "answered"
    assert one(commands.RecordLeg, out).outcome == "served"
    assert book.agent_state("1001") == ("wrap_up", "")
    assert repairs(book) == {"repairs": 1, "repairs: conversation missed": 1}
    assert found(book, channel("c1")) == []


def test_a_caller_who_comes_back_from_an_older_conversation_keeps_waiting() -> None:
    book = Playbook()
    ring(book)
    assert one(commands.Listen, book.reenter(last_leg="tandem-leg-c1-0")).music == "default"
    assert book.agent_state("1001") == ("ringing", "")


def test_after_a_restart_a_leg_that_is_gone_is_no_failed_offer_before_its_caller_came_back() -> None:
    book = Playbook()
    leg = ring(book)
    book.agent_ready("1002")
    book.tell(events.Restarted())
    assert these(commands.RingAgent, found(book, channel("c1"))) == []
    assert "rate us" in said(book.reenter(last_leg=leg))
    assert book.agent_state("1001") == ("wrap_up", "")


def test_after_a_restart_a_caller_who_did_not_talk_is_offered_to_the_next() -> None:
    book = Playbook()
    leg = ring(book)
    book.agent_ready("1002")
    book.tell(events.Restarted())
    found(book, channel("c1"))
    out = book.reenter()
    assert one(commands.RecordLeg, out).leg == leg
    assert one(commands.RingAgent, out).device == "PJSIP/1002"
    assert book.agent_state("1001") == ("not_ready", "failed")


def test_a_leg_that_was_withdrawn_while_the_switch_was_lost_is_ended_when_it_is_found() -> None:
    book = Playbook()
    leg = ring(book)
    book.tell(events.SwitchLost())
    book.tell(events.AgentPaused("1001", "lunch"))
    out = found(book, channel("c1", leg), leg_channel(leg, True, "c1"))
    assert one(commands.HangUpLeg, out).leg == leg
    assert repairs(book) == {"repairs": 1, "repairs: leg not withdrawn": 1}
    assert found(book, channel("c1"), leg_channel(leg, True)) == []


def test_a_call_that_enters_again_is_answered_again_since_the_first_may_have_been_lost() -> None:
    book = Playbook()
    book.call()
    book.tell(events.Restarted())
    assert one(commands.Answer, book.reenter()).call == "c1"


def test_after_a_break_even_the_youngest_call_and_leg_that_are_not_listed_are_gone() -> None:
    book = Playbook()
    ring(book)
    book.tell(events.SwitchLost())
    found(book, after=0.1)
    assert (book.plane.state.calls, book.plane.state.legs) == ({}, {})
    assert book.agent_state("1001") == ("ready", "")
