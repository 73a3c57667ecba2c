"""Lines of remote agents that are nailed up: kept, lent, back in their place, dropped, called again."""

from msgspec.structs import replace

from tandem.acd.settings import AgentSettings
from tandem.control import commands, events
from tandem.control.settings import DialPlan, RemoteAgents
from tests.control.playbook import SETTINGS, Playbook, one, said, these
from tests.control.test_agents import with_agent

NAILED = with_agent(
    AgentSettings("1001", {"tv": 3}, "PJSIP/1001", number="13900000001", nailed_up=True),
    dial_plan=DialPlan(numbers=("139.",), caller_id="4008"),
    remote_agents=RemoteAgents(call_again=5.0, longest_call_again=15.0),
)


def signed_in() -> tuple[Playbook, str]:
    """An agent whose line is there."""
    book = Playbook(NAILED)
    line = one(commands.NailUp, book.tell(events.AgentSignedIn("1001"))).line
    book.tell(events.LegRinging(line))
    book.tell(events.LegAnswered(line), 4.0)
    assert book.agent_state("1001") == ("not_ready", "device")
    book.tell(events.LineKept(line))
    assert book.agent_state("1001") == ("ready", "")
    return book, line


def in_talk() -> tuple[Playbook, str, str]:
    book, line = signed_in()
    join = one(commands.JoinLeg, book.queue())
    assert (join.line, join.call, join.channel) == (line, "c1", "PJSIP/trunk-c1")
    assert book.agent_state("1001") == ("connecting", "")
    book.tell(events.Bridged("c1", line))
    assert book.agent_state("1001") == ("connected", "")
    return book, line, join.leg


def test_the_line_is_called_once_at_sign_in_and_hung_up_at_sign_out() -> None:
    book, line = signed_in()
    assert book.tell(events.AgentSignedIn("1001")) == []
    assert one(commands.HangUpLeg, book.tell(events.AgentSignedOut("1001"))).leg == line
    assert book.plane.state.lines == {}
    assert book.tell(events.LegEnded(line)) == []
    assert one(commands.NailUp, book.tell(events.AgentSignedIn("1001"))).line != line


def test_the_number_and_the_caller_id_are_the_dial_plans() -> None:
    book = Playbook(NAILED)
    call = one(commands.NailUp, book.tell(events.AgentSignedIn("1001")))
    assert (call.destination, call.caller_id, call.manner.tone) == ("PJSIP/13900000001", "4008", True)
    book = Playbook(replace(NAILED, dial_plan=DialPlan()))
    out = book.tell(events.AgentSignedIn("1001"))
    assert these(commands.NailUp, out) == []
    assert one(commands.RaiseAlarm, out).kind == "agent's line is down"


def test_after_the_talk_the_line_is_back_in_its_place_for_the_next() -> None:
    book, line, leg = in_talk()
    ended = book.tell(events.CallEnded("c1"), 30.0)
    assert one(commands.RecordLeg, ended).outcome == "served"
    assert these(commands.HangUpLeg, ended) == []
    book.tell(events.LineKept(line, leg))
    book.pass_time(5.0)
    assert book.agent_state("1001") == ("ready", "")
    assert one(commands.JoinLeg, book.queue("c2")).line == line


def test_the_next_contact_waits_until_the_line_is_back() -> None:
    queues = {"tech": replace(NAILED.acd.queues["tech"], wrap_up_seconds=0.0)}
    book, line, leg = in_talk()
    book.tell(events.SettingsLoaded(replace(NAILED, acd=replace(NAILED.acd, queues=queues))))
    book.tell(events.CallEnded("c1"), 30.0)
    assert these(commands.JoinLeg, book.queue("c2")) == []
    assert book.agent_state("1001") == ("reserved", "")
    assert one(commands.JoinLeg, book.tell(events.LineKept(line, leg))).call == "c2"
    assert book.agent_state("1001") == ("connecting", "")


def test_the_agent_ends_the_talk_and_not_the_line() -> None:
    book, line, leg = in_talk()
    assert one(commands.KeepLine, book.tell(events.AgentHungUp("1001", "c1"))).line == line
    out = book.tell(events.LineKept(line, leg), 1.0)
    assert one(commands.RecordLeg, out).outcome == "served"
    assert book.agent_state("1001") == ("wrap_up", "")
    assert "rate us" in said(book.reenter())


def test_old_news_of_the_line_ends_no_talk() -> None:
    book, line, leg = in_talk()
    assert book.tell(events.LineKept(line)) == []
    assert book.tell(events.LineKept(line, "tandem-leg-c0-9")) == []
    assert book.agent_state("1001") == ("connected", "")
    book.tell(events.LineKept(line, leg))
    assert book.tell(events.LineKept(line, leg)) == []


def test_a_caller_gone_before_the_bridge_leaves_the_line_free() -> None:
    book, line = signed_in()
    leg = one(commands.JoinLeg, book.queue()).leg
    assert one(commands.KeepLine, book.tell(events.CallEnded("c1"))).line == line
    assert book.agent_state("1001") == ("ready", "")
    book.tell(events.LineKept(line, leg))
    assert book.plane.state.lines["1001"].state == "kept"


def test_a_bridge_that_did_not_come_about_is_a_failed_offer() -> None:
    book, line = signed_in()
    leg = one(commands.JoinLeg, book.queue()).leg
    book.tell(events.LineKept(line, leg))
    out = book.pass_time(1.0)
    assert one(commands.RecordOffer, out).outcome == "failed"
    assert book.router.contacts["c1"].state == "waiting"


def test_a_bridge_with_who_is_gone_already_is_taken_apart() -> None:
    book, line = signed_in()
    book.queue()
    book.tell(events.CallEnded("c1"))
    assert one(commands.KeepLine, book.tell(events.Bridged("c1", line))).line == line


def test_hold_is_told_by_the_line() -> None:
    book, line, leg = in_talk()
    book.tell(events.Held(line), 5.0)
    assert book.agent_state("1001") == ("hold", "")
    book.tell(events.Retrieved(line), 7.0)
    assert one(commands.RecordLeg, book.tell(events.LineKept(line, leg))).hold_seconds == 7.0


def test_a_line_that_drops_is_called_again_with_back_off_and_counted() -> None:
    book, line = signed_in()
    book.pass_time(60.0)
    out = book.tell(events.LegEnded(line))
    assert book.agent_state("1001") == ("not_ready", "device")
    assert one(commands.RaiseAlarm, out).kind == "agent's line is down"
    for pause in (5.0, 10.0, 15.0, 15.0):
        assert these(commands.NailUp, book.pass_time(pause - 0.1)) == []
        line = one(commands.NailUp, book.pass_time(0.1)).line
        assert these(commands.RaiseAlarm, book.tell(events.LegFailed(line, "no_answer"))) == []
    counters = book.plane.state.counters
    assert (counters["agent lines: dropped"], counters["agent lines: not reached"]) == (1, 4)


def test_a_line_that_lasted_begins_anew_with_the_shortest_back_off() -> None:
    book, line = signed_in()
    for lasts, pause in ((1.0, 5.0), (1.0, 10.0), (16.0, 5.0)):
        book.pass_time(lasts)
        book.tell(events.LegEnded(line))
        assert these(commands.NailUp, book.pass_time(pause - 0.1)) == []
        line = one(commands.NailUp, book.pass_time(0.1)).line
        book.tell(events.LineKept(line))


def test_a_line_that_drops_in_talk_sends_the_caller_on() -> None:
    book, line, _ = in_talk()
    out = book.tell(events.LegEnded(line), 10.0)
    assert one(commands.RecordLeg, out).outcome == "served"
    assert book.agent_state("1001") == ("not_ready", "device")
    assert "rate us" in said(book.reenter())


def test_a_line_that_drops_before_the_bridge_fails_the_offer() -> None:
    book, line = signed_in()
    book.queue()
    out = book.tell(events.LegEnded(line))
    assert one(commands.RecordOffer, out).outcome == "unreachable"
    assert book.plane.state.legs == {}


def test_signing_out_in_talk_keeps_the_line_until_the_wrap_up_is_over() -> None:
    book, line, leg = in_talk()
    assert these(commands.HangUpLeg, book.tell(events.AgentSignedOut("1001"))) == []
    book.tell(events.LineKept(line, leg))
    assert one(commands.HangUpLeg, book.pass_time(5.0)).leg == line


def seen(line: str, *bridged_with: str, kept: bool = False) -> events.SeenChannel:
    return events.SeenChannel(line, "PJSIP/13900000001-1", True, bridged_with, kept)


CALLER = events.SeenChannel("c1", "PJSIP/trunk-c1", True)


def test_a_listing_mends_what_was_missed_of_a_line() -> None:
    book = Playbook(NAILED)
    line = one(commands.NailUp, book.tell(events.AgentSignedIn("1001"))).line
    book.tell(events.SwitchLost())
    book.tell(events.SwitchFound("boot-1", book.now + 1, (seen(line, kept=True),), ()), 2.0)
    assert book.agent_state("1001") == ("ready", "")
    book.queue()
    book.tell(events.SwitchLost())
    book.tell(events.SwitchFound("boot-1", book.now + 1, (CALLER, seen(line, "c1")), ()), 2.0)
    assert book.agent_state("1001") == ("connected", "")
    book.tell(events.SwitchLost())
    book.tell(events.SwitchFound("boot-1", book.now + 1, (CALLER, seen(line, kept=True)), ()), 2.0)
    assert book.agent_state("1001") == ("wrap_up", "")
    book.tell(events.SwitchLost())
    out = book.tell(events.SwitchFound("boot-1", book.now + 1, (CALLER,), ()), 2.0)
    assert book.plane.state.lines["1001"].state == "down"
    assert these(commands.HangUpStray, out) == []


def test_a_line_that_nobody_knows_is_hung_up() -> None:
    book = Playbook(NAILED)
    out = book.tell(events.SwitchFound("boot-1", book.now, (seen("tandem-leg-line-1001-9"),), ()))
    assert one(commands.HangUpStray, out).channel == "tandem-leg-line-1001-9"


def test_a_listing_leaves_a_line_alone_that_is_being_called() -> None:
    book = Playbook(NAILED)
    line = one(commands.NailUp, book.tell(events.AgentSignedIn("1001"))).line
    asleep = events.SeenChannel(line, "PJSIP/13900000001-1", False)
    assert book.tell(events.SwitchFound("boot-1", book.now + 5, (asleep,), ()), 6.0) == []
    assert book.tell(events.SwitchFound("boot-1", book.now - 20, (), ())) == []


def test_a_line_in_talk_outlives_a_change_of_settings_until_the_talk_is_over() -> None:
    book, line, leg = in_talk()
    phone = with_agent(AgentSettings("1001", {"tv": 3}, "PJSIP/1001"))
    assert these(commands.HangUpLeg, book.tell(events.SettingsLoaded(phone))) == []
    assert one(commands.HangUpLeg, book.tell(events.LineKept(line, leg), 5.0)).leg == line


def test_a_line_for_an_agent_who_got_a_phone_is_hung_up() -> None:
    book, line = signed_in()
    phone = with_agent(AgentSettings("1001", {"tv": 3}, "PJSIP/1001"))
    assert one(commands.HangUpLeg, book.tell(events.SettingsLoaded(phone))).leg == line
    assert book.agent_state("1001") == ("not_ready", "device")


def elsewhere(number: str, **changed: object) -> events.SettingsLoaded:
    agent = replace(NAILED.acd.agents["1001"], number=number)
    return events.SettingsLoaded(replace(NAILED, acd=replace(NAILED.acd, agents={"1001": agent}), **changed))


def test_another_number_is_another_line_once_the_talk_is_over() -> None:
    book, line = signed_in()
    out = book.tell(elsewhere("13900000002"))
    assert one(commands.HangUpLeg, out).leg == line
    assert one(commands.NailUp, out).destination == "PJSIP/13900000002"
    book, line, _ = in_talk()
    assert these(commands.NailUp, book.tell(elsewhere("13900000002"))) == []
    ended = book.tell(events.CallEnded("c1"), 30.0)
    assert one(commands.HangUpLeg, ended).leg == line
    assert one(commands.NailUp, ended).destination == "PJSIP/13900000002"


def test_a_line_to_a_number_that_is_not_allowed_any_more_is_hung_up() -> None:
    book, line = signed_in()
    out = book.tell(elsewhere("13900000001", dial_plan=DialPlan()))
    assert one(commands.HangUpLeg, out).leg == line
    assert one(commands.RaiseAlarm, out).kind == "agent's line is down"
    assert book.agent_state("1001") == ("not_ready", "device")


def test_an_agent_who_is_taken_out_in_talk_leaves_after_it_and_the_desk_says_so() -> None:
    book, _, _ = in_talk()
    nobody = replace(NAILED, acd=replace(NAILED.acd, agents={}))
    assert these(commands.HangUpLeg, book.tell(events.SettingsLoaded(nobody))) == []
    assert book.desks["1001"].agent.wants == "signed_out"
    book.tell(events.CallEnded("c1"), 30.0)
    book.pass_time(400.0)
    assert book.plane.state.lines == {}
    assert book.plane.desk("1001") is None


def test_a_line_is_held_muted_and_taken_back_like_any_leg() -> None:
    book, line, leg = in_talk()
    assert one(commands.MuteLeg, book.tell(events.AgentMuted("1001", "c1", muted=True))).leg == line
    assert one(commands.HoldCall, book.tell(events.AgentHeld("1001", "c1"))).leg == line
    book.reenter()
    join = one(commands.JoinLeg, book.tell(events.AgentRetrieved("1001", "c1")))
    assert (join.leg, join.line) == (leg, line)
    book.tell(events.Bridged("c1", line))
    assert book.agent_state("1001")[0] == "connected"
    assert book.tell(events.AgentHungUp("1001", "c1")) == [commands.KeepLine(line)]
    out = book.tell(events.LineKept(line, leg))
    assert one(commands.MuteLeg, out) == commands.MuteLeg(line, muted=False)
    assert said(book.reenter(last_leg=leg)).startswith("Please rate")


def test_a_colleague_on_a_line_is_led_into_the_room_and_to_the_caller() -> None:
    """1002 consults 1001, whose line is kept, and leaves the caller to them."""
    colleague = SETTINGS.acd.agents["1002"]
    both = replace(NAILED, acd=replace(NAILED.acd, agents=NAILED.acd.agents | {"1002": colleague}))
    book = Playbook(both)
    first = book.talk("c1", "1002")
    line = one(commands.NailUp, book.tell(events.AgentSignedIn("1001"))).line
    book.tell(events.LineKept(line))
    out = book.tell(events.AgentConsulted("1002", "c1", events.Target(agent="1001")))
    assert not these(commands.RingAgent, out) and not these(commands.JoinRoom, out)
    out = book.reenter()  # until then the agent is on their way out of the talk
    leg = str(book.plane.state.lines["1001"].lent)
    assert one(commands.JoinRoom, out).legs == {first: first, line: leg}
    join = one(commands.JoinLeg, book.tell(events.ConsultationCompleted("1002", "c1")))
    assert (join.leg, join.line, join.channel) == (leg, line, "PJSIP/trunk-c1")
    book.tell(events.Bridged("c1", line))
    assert book.agent_state("1001")[0] == "connected"
    book.tell(events.LineKept(line, leg))
    assert said(book.reenter(last_leg=leg)).startswith("Please rate")
    assert book.agent_state("1001")[0] == "wrap_up"


def test_who_is_taken_out_of_the_settings_in_a_wrap_up_has_no_line_any_more() -> None:
    book, line, leg = in_talk()
    book.tell(events.LineKept(line, leg), 10.0)
    assert book.agent_state("1001")[0] == "wrap_up"
    out = book.tell(events.SettingsLoaded(replace(NAILED, acd=replace(NAILED.acd, agents={}))))
    assert one(commands.HangUpLeg, out).leg == line
    book.tell(events.LegEnded(line))
    book.pass_time(60.0)
    assert (book.plane.state.lines, book.router.agents.keys() & {"1001"}) == ({}, set())
