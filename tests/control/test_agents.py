"""What agents want and what is forced on them; pauses by their own clocks; several phones of one agent."""

from msgspec.structs import replace

from tandem.acd.settings import AgentSettings
from tandem.control import commands, events
from tandem.control.settings import DialPlan, PauseReason, RemoteAgents, Settings
from tests.control.playbook import SETTINGS, Playbook, one, these

DESK, MOBILE = "PJSIP/1001", "PJSIP/1001-mobile"


def with_agent(agent: AgentSettings, **changed: object) -> Settings:
    """The playbook's centre with this agent alone."""
    return replace(SETTINGS, acd=replace(SETTINGS.acd, agents={agent.name: agent}), **changed)


TWO_PHONES = with_agent(AgentSettings("1001", {"tv": 3}, (DESK, MOBILE), auto_answer={MOBILE: 1.5}, tone=True))
BREAKS = replace(SETTINGS, pause_reasons={"lunch": PauseReason(30.0)})


def orders(out: list[commands.Command]) -> list[tuple[str, str, str]]:
    return [(order.what, order.reason, order.by) for order in these(commands.RecordAgentOrder, out)]


def test_a_supervisor_forces_a_pause_and_it_is_recorded_who() -> None:
    book = Playbook()
    book.agent_ready("1001")
    out = book.tell(events.AgentPaused("1001", "training", by="Mei"))
    assert orders(out) == [("paused", "training", "Mei")]
    assert one(commands.RecordPause, out) == commands.RecordPause("1001", book.now, None, "training", "Mei")
    figures = book.plane.context.router.board(book.now).agents[0]
    assert (figures.state, figures.wants_reason, figures.wanted_by) == ("paused", "training", "Mei")
    out = book.tell(events.AgentWentReady("1001"), 5.0)
    assert orders(out) == []
    assert one(commands.RecordPause, out).ended_at == book.now
    assert book.plane.context.router.board(book.now).agents[0].wanted_by == ""


def test_nobody_is_forced_who_is_signed_out() -> None:
    book = Playbook()
    assert orders(book.tell(events.AgentPaused("1001", "training", by="Mei"))) == []
    assert orders(book.tell(events.AgentWentReady("1001", by="Mei"))) == []


def test_a_supervisor_signs_an_agent_out_after_the_talk() -> None:
    book = Playbook()
    leg = book.talk()
    assert orders(book.tell(events.AgentSignedOut("1001", by="Mei"))) == [("signed_out", "", "Mei")]
    assert book.agent_state("1001") == ("connected", "")
    book.tell(events.LegEnded(leg))
    book.pass_time(5.0)
    assert book.agent_state("1001") == ("signed_out", "")


def test_a_pause_after_the_contact_lets_the_phone_ring() -> None:
    book = Playbook()
    book.queue()
    leg = one(commands.RingAgent, book.agent_ready("1001")).leg
    assert these(commands.HangUpLeg, book.tell(events.AgentPaused("1001", "lunch", after_contact=True))) == []
    assert these(commands.HangUpLeg, book.tell(events.AgentPaused("1001", "lunch"))) == [commands.HangUpLeg(leg)]
    assert book.agent_state("1001") == ("paused", "lunch")


def test_a_pause_is_one_record_while_the_phone_comes_and_goes() -> None:
    book = Playbook()
    book.agent_ready("1001")
    began_at = one(commands.RecordPause, book.tell(events.AgentPaused("1001", "lunch"))).began_at
    assert these(commands.RecordPause, book.tell(events.DeviceLost(DESK), 60.0)) == []
    assert these(commands.RecordPause, book.tell(events.DeviceFound(DESK), 60.0)) == []
    book.tell(events.DeviceLost(DESK), 60.0)
    ended = one(commands.RecordPause, book.tell(events.AgentWentReady("1001"), 60.0))
    assert (ended.began_at, ended.ended_at) == (began_at, book.now)


def test_another_reason_is_another_pause() -> None:
    book = Playbook()
    book.agent_ready("1001")
    book.tell(events.AgentPaused("1001", "lunch"))
    lunch, training = these(commands.RecordPause, book.tell(events.AgentPaused("1001", "training"), 60.0))
    assert (lunch.reason, lunch.ended_at, training.reason, training.began_at) == (
        *("lunch", book.now),
        *("training", book.now),
    )


def test_a_pause_that_lasts_longer_than_its_reason_allows_raises_one_alarm_though_the_phone_is_gone() -> None:
    book = Playbook(BREAKS)
    book.agent_ready("1001")
    book.tell(events.AgentPaused("1001", "lunch"))
    book.tell(events.DeviceLost(DESK), 60.0)
    assert these(commands.RaiseAlarm, book.pass_time(1739.0)) == []
    alarm = one(commands.RaiseAlarm, book.pass_time(1.0))
    assert (alarm.kind, alarm.subject, alarm.detail) == (
        "pause too long",
        "1001",
        "lunch for 30 min, allowed are 30",
    )
    book.tell(events.DeviceFound(DESK))
    assert these(commands.RaiseAlarm, book.pass_time(4000.0)) == []


def test_a_shorter_limit_holds_for_those_in_pause() -> None:
    book = Playbook(BREAKS)
    book.agent_ready("1001")
    book.tell(events.AgentPaused("1001", "lunch"))
    book.pass_time(900.0)
    book.tell(events.SettingsLoaded(replace(BREAKS, pause_reasons={"lunch": PauseReason(10.0)})))
    assert book.plane.next_wakeup() == book.now
    assert one(commands.RaiseAlarm, book.pass_time(0.0)).detail == "lunch for 15 min, allowed are 10"


def test_a_pause_that_ended_raises_no_alarm() -> None:
    book = Playbook(BREAKS)
    book.agent_ready("1001")
    book.tell(events.AgentPaused("1001", "lunch"))
    book.tell(events.AgentWentReady("1001"), 60.0)
    assert these(commands.RaiseAlarm, book.pass_time(4000.0)) == []


def test_an_extension_of_the_wrap_up_is_recorded_by_what_was_granted() -> None:
    queues = {"tech": replace(SETTINGS.acd.queues["tech"], wrap_up_extension_seconds=20.0)}
    book = Playbook(replace(SETTINGS, acd=replace(SETTINGS.acd, queues=queues)))
    book.tell(events.LegEnded(book.talk()))
    granted = one(commands.RecordAgentOrder, book.tell(events.WrapUpExtended("1001", 30.0)))
    assert (granted.what, granted.seconds) == ("wrap_up_extended", 20.0)
    book.pass_time(24.0)
    assert book.agent_state("1001") == ("wrap_up", "")
    book.pass_time(1.0)
    assert book.agent_state("1001") == ("ready", "")


def two_phones(*there: str) -> Playbook:
    book = Playbook(TWO_PHONES)
    for device in there:
        book.tell(events.DeviceFound(device))
    book.queue()
    return book


def test_the_preferred_phone_that_is_there_is_rung() -> None:
    ring = one(commands.RingAgent, two_phones(MOBILE, DESK).tell(events.AgentSignedIn("1001")))
    assert (ring.device, ring.manner) == (DESK, commands.Manner(None, tone=True))
    ring = one(commands.RingAgent, two_phones(MOBILE).tell(events.AgentSignedIn("1001")))
    assert (ring.device, ring.manner) == (MOBILE, commands.Manner(1.5, tone=True))


def test_the_next_phone_rings_within_the_same_offer_and_in_what_is_left_of_its_time() -> None:
    book = two_phones(DESK, MOBILE)
    first = one(commands.RingAgent, book.tell(events.AgentSignedIn("1001")))
    book.tell(events.LegRinging(first.leg))
    out = book.tell(events.LegFailed(first.leg, "busy"), 3.0)
    second = one(commands.RingAgent, out)
    assert (second.device, second.ring_seconds, second.leg != first.leg) == (MOBILE, 7.0, True)
    assert one(commands.RecordLeg, out).outcome == "busy"
    assert these(commands.RecordOffer, out) == []
    assert book.agent_state("1001") == ("ringing", "")
    book.tell(events.LegRinging(second.leg))
    assert book.router.dropped_events == 0
    book.tell(events.LegAnswered(second.leg))
    book.tell(events.Bridged("c1", second.leg))
    assert book.agent_state("1001") == ("connected", "")
    assert list(book.plane.state.legs) == [second.leg]


def test_no_other_phone_rings_for_who_declined_or_when_no_time_is_left() -> None:
    for reason, after in (("declined", 1.0), ("no_answer", 1.0), ("unreachable", 8.5)):
        book = two_phones(DESK, MOBILE)
        ring = one(commands.RingAgent, book.tell(events.AgentSignedIn("1001")))
        out = book.tell(events.LegFailed(ring.leg, reason), after)
        assert one(commands.RecordOffer, out).outcome == reason
        assert these(commands.RingAgent, out) == []


def test_a_caller_who_hangs_up_stops_the_second_phone() -> None:
    book = two_phones(DESK, MOBILE)
    ring = one(commands.RingAgent, book.tell(events.AgentSignedIn("1001")))
    second = one(commands.RingAgent, book.tell(events.LegFailed(ring.leg, "unreachable")))
    assert one(commands.HangUpLeg, book.tell(events.CallEnded("c1"))).leg == second.leg


def test_the_agent_has_a_device_while_one_phone_is_there() -> None:
    book = Playbook(TWO_PHONES)
    book.tell(events.AgentSignedIn("1001"))
    for device in (DESK, MOBILE):
        book.tell(events.DeviceFound(device))
    book.tell(events.DeviceLost(DESK))
    assert book.agent_state("1001") == ("ready", "")
    book.tell(events.SwitchFound("boot-1", book.now, (), (DESK,)))
    assert book.agent_state("1001") == ("ready", "")
    book.tell(events.DeviceLost(DESK))
    assert book.agent_state("1001") == ("not_ready", "device")


OUTSIDE = with_agent(
    AgentSettings("1001", {"tv": 3}, DESK, number="139 0000 0001", confirm=True),
    dial_plan=DialPlan(numbers=("139.",), trunk="trunk", caller_id="4008"),
    remote_agents=RemoteAgents(confirm_text={"en": "Press one."}),
)


def outside() -> tuple[Playbook, commands.RingAgent]:
    book = Playbook(OUTSIDE)
    book.queue()
    ring = one(commands.RingAgent, book.tell(events.AgentSignedIn("1001")))
    book.tell(events.LegRinging(ring.leg))
    return book, ring


def test_an_agent_outside_is_there_as_soon_as_they_are_signed_in_and_sees_our_own_number() -> None:
    _, ring = outside()
    assert (ring.device, ring.caller) == ("PJSIP/13900000001@trunk", "4008")
    assert ring.manner == commands.Manner(None, False, "1", (commands.Utterance("en", "Press one."),))


def test_only_a_key_is_an_answer() -> None:
    book, ring = outside()
    book.tell(events.LegAnswered(ring.leg), 3.0)
    assert book.agent_state("1001") == ("ringing", "")
    book.tell(events.LegConfirmed(ring.leg), 3.0)
    assert book.agent_state("1001") == ("connecting", "")
    assert book.plane.state.timers == {}


def test_what_does_not_press_the_key_in_time_has_not_answered() -> None:
    book, ring = outside()
    book.tell(events.LegAnswered(ring.leg), 3.0)
    out = book.pass_time(7.0)
    assert one(commands.HangUpLeg, out).leg == ring.leg
    assert one(commands.RecordOffer, out).outcome == "no_answer"
    assert book.agent_state("1001") == ("not_ready", "no answer")
    assert book.tell(events.LegEnded(ring.leg)) == []


def test_a_listing_is_no_key() -> None:
    book, ring = outside()
    book.tell(events.LegAnswered(ring.leg), 3.0)
    seen = (
        events.SeenChannel("c1", "PJSIP/trunk-c1", True),
        events.SeenChannel(ring.leg, "PJSIP/13900000001@trunk-1", True),
    )
    for _ in range(2):
        book.tell(events.SwitchFound("boot-1", book.now + 1, seen, ()), 2.0)
        assert book.plane.state.legs[ring.leg].state == "confirming"
    assert "repairs" not in book.plane.state.counters


def test_a_machine_that_hangs_up_has_not_answered() -> None:
    book, ring = outside()
    book.tell(events.LegAnswered(ring.leg), 3.0)
    assert one(commands.RecordOffer, book.tell(events.LegEnded(ring.leg), 1.0)).outcome == "no_answer"


def test_a_number_that_is_not_allowed_any_more_is_not_called() -> None:
    book = Playbook(replace(OUTSIDE, dial_plan=DialPlan()))
    book.queue()
    out = book.tell(events.AgentSignedIn("1001"))
    assert these(commands.RingAgent, out) == []
    assert one(commands.RecordOffer, out).outcome == "unreachable"
    assert one(commands.RaiseAlarm, out).kind == "agent can't be called"
