"""The attempts of callbacks: an agent reserved, the customer called once, both joined; and what comes of failures."""

import pytest
from msgspec.structs import replace

from tandem.acd.settings import AgentSettings
from tandem.control import commands, events
from tandem.control.callback.callback_settings import Retry
from tests.control.desk import NUMBER, RING, Desk
from tests.control.playbook import BEGIN, one, said, these

GREETING = {"en": "You asked us to call you back."}


def test_agent_first_the_agent_picks_up_and_the_customer_is_called_and_joined() -> None:
    desk = Desk()
    desk.waits_and_books()
    ring = one(commands.RingAgent, desk.agent_ready("1001"))
    assert (ring.device, ring.channel, ring.caller) == ("PJSIP/1001", "", NUMBER)
    desk.tell(events.LegRinging(ring.leg))
    dial = one(commands.DialCustomer, desk.tell(events.LegAnswered(ring.leg), 2.0))
    assert (dial.destination, dial.caller_id, dial.ring_seconds) == (f"PJSIP/{NUMBER}@out", "4008", RING)
    out = desk.answers(dial.call)
    assert one(commands.JoinLeg, out) == commands.JoinLeg(ring.leg, dial.call, f"PJSIP/out-{dial.call}")
    assert one(commands.RecordContact, out).caller == NUMBER
    out = desk.tell(events.Bridged(dial.call, ring.leg))
    row = one(commands.RecordCallback, out)
    assert (row.outcome, row.agent, row.reached, row.enqueued_at, row.dials) == (
        "reached",
        "1001",
        dial.call,
        BEGIN + 1.0,
        1,
    )
    assert one(commands.RecordCallbackAttempt, out).outcome == "reached"
    wait = one(commands.RecordWait, out)
    assert (wait.outcome, wait.since, wait.agent) == ("reached", BEGIN + 1.0, "1001")
    assert desk.agent_state("1001") == ("connected", "")
    assert desk.plane.state.callbacks == {}


@pytest.mark.parametrize("dialling", ["agent_first", "customer_first"])
def test_an_agent_on_a_kept_line_is_not_rung_but_joined(dialling: str) -> None:
    desk = Desk(dialling=dialling)
    settings = desk.plane.state.settings
    agent = AgentSettings("1001", {"tv": 3}, "PJSIP/1001", number=NUMBER, nailed_up=True)
    desk.tell(events.SettingsLoaded(replace(settings, acd=replace(settings.acd, agents={"1001": agent}))))
    desk.waits_and_books()
    line = one(commands.NailUp, desk.tell(events.AgentSignedIn("1001"))).line
    out = desk.tell(events.LineKept(line), 2.0)
    assert these(commands.RingAgent, out) == []
    dial = one(commands.DialCustomer, out)
    join = one(commands.JoinLeg, desk.answers(dial.call))
    assert (join.line, join.call) == (line, dial.call)
    desk.tell(events.Bridged(dial.call, line))
    assert desk.agent_state("1001") == ("connected", "")
    desk.tell(events.LineKept(line, join.leg), 60.0)
    assert desk.agent_state("1001") == ("wrap_up", "")


def test_after_the_talk_the_flow_goes_on_after_its_queue_node() -> None:
    desk = Desk()
    desk.waits_and_books()
    dial = desk.dials()
    desk.answers(dial.call)
    leg = desk.leg()
    desk.tell(events.Bridged(dial.call, leg))
    desk.tell(events.LegEnded(leg), 60.0)
    assert desk.agent_state("1001") == ("wrap_up", "")
    out = desk.tell(events.CallEntered(dial.call, f"PJSIP/out-{dial.call}", "", "", "", leg))
    assert "Please rate us" in said(out)
    assert one(commands.RecordAnswer, desk.press("5", dial.call)).answer == "5"
    row = one(commands.RecordContact, desk.tell(events.CallEnded(dial.call)))
    assert (row.outcome, row.talk_seconds) == ("served", 60.0)


def test_a_callback_that_was_not_booked_in_a_queue_ends_with_the_talk() -> None:
    desk = Desk()
    desk.books()
    dial = desk.dials()
    desk.answers(dial.call)
    leg = desk.leg()
    desk.tell(events.Bridged(dial.call, leg))
    desk.tell(events.LegEnded(leg), 60.0)
    out = desk.tell(events.CallEntered(dial.call, "PJSIP/out", "", "", "", leg))
    assert one(commands.HangUpCall, out).call == dial.call
    assert one(commands.RecordContact, desk.tell(events.CallEnded(dial.call))).outcome == "served"


def test_customer_first_the_customer_is_called_with_an_agent_reserved_and_greeted() -> None:
    desk = Desk(dialling="customer_first", greeting=GREETING)
    desk.waits_and_books()
    out = desk.agent_ready("1001")
    dial = one(commands.DialCustomer, out)
    assert these(commands.RingAgent, out) == []
    assert desk.agent_state("1001") == ("reserved", "")
    out = desk.answers(dial.call, RING - 1.0)
    assert said(out) == GREETING["en"]
    ring = one(commands.RingAgent, out)
    assert (ring.call, ring.channel, ring.ring_seconds) == (dial.call, f"PJSIP/out-{dial.call}", 10.0)
    desk.tell(events.LegRinging(ring.leg))
    desk.tell(events.LegAnswered(ring.leg), 3.0)
    assert one(commands.RecordCallback, desk.tell(events.Bridged(dial.call, ring.leg))).outcome == "reached"


def test_customer_first_an_agent_who_does_not_take_it_leaves_the_customer_to_the_next() -> None:
    desk = Desk(dialling="customer_first")
    desk.books()
    dial = one(commands.DialCustomer, desk.agent_ready("1001"))
    first = one(commands.RingAgent, desk.answers(dial.call)).leg
    desk.tell(events.LegRinging(first))
    desk.agent_ready("1002")
    ring = one(commands.RingAgent, desk.tell(events.LegFailed(first, "no_answer"), 10.0))
    assert (ring.device, ring.channel) == ("PJSIP/1002", f"PJSIP/out-{dial.call}")
    assert these(commands.DialCustomer, desk.history[-1][2]) == []


@pytest.mark.parametrize("dialling", ["agent_first", "customer_first"])
@pytest.mark.parametrize(("reason", "minutes"), [("busy", 5.0), ("no_answer", 20.0), ("unreachable", 5.0)])
def test_a_customer_who_is_not_reached_frees_the_agent_at_once_and_is_tried_by_the_rule(
    dialling: str, reason: str, minutes: float
) -> None:
    desk = Desk(dialling=dialling)
    desk.waits_and_books()
    age = desk.callback.enqueued_at
    first = desk.dials() if dialling == "agent_first" else one(commands.DialCustomer, desk.agent_ready("1001"))
    out = desk.tell(events.DialFailed(first.call, reason), 8.0)
    attempt = one(commands.RecordCallbackAttempt, out)
    assert (attempt.attempt, attempt.outcome, attempt.agent) == (1, reason, "1001")
    assert desk.agent_state("1001") == ("ready", "")
    assert len(these(commands.HangUpLeg, out)) == (dialling == "agent_first")
    for leg in list(desk.plane.state.legs):
        desk.tell(events.LegEnded(leg))
    assert these(commands.DialCustomer, desk.pass_time(minutes * 60.0 - 1.0)) == []
    out = desk.pass_time(1.0)
    if dialling == "agent_first":
        out = desk.tell(events.LegAnswered(one(commands.RingAgent, out).leg))
    again = one(commands.DialCustomer, out)
    assert again.call != first.call
    assert desk.router.contacts[again.call].enqueued_at == age


def test_tries_come_to_an_end() -> None:
    desk = Desk(dialling="customer_first", busy=Retry(1.0, 2))
    desk.books()
    first = one(commands.DialCustomer, desk.agent_ready("1001"))
    assert one(commands.RecordCallback, desk.tell(events.DialFailed(first.call, "busy"))).outcome == ""
    second = one(commands.DialCustomer, desk.pass_time(60.0))
    row = one(commands.RecordCallback, desk.tell(events.DialFailed(second.call, "busy")))
    assert (row.outcome, row.dials) == ("failed", 2)
    assert desk.plane.state.callbacks == {}
    assert desk.agent_state("1001") == ("ready", "")


def test_all_tries_together_come_to_an_end_too() -> None:
    desk = Desk(dialling="customer_first", tries=2, busy=Retry(1.0, 5), no_answer=Retry(1.0, 5))
    desk.books()
    first = one(commands.DialCustomer, desk.agent_ready("1001"))
    desk.tell(events.DialFailed(first.call, "busy"))
    second = one(commands.DialCustomer, desk.pass_time(60.0))
    assert one(commands.RecordCallback, desk.tell(events.DialFailed(second.call, "no_answer"))).outcome == "failed"


def test_an_answering_machine_is_not_put_through() -> None:
    desk = Desk(detect_machines=True)
    desk.books()
    dial = desk.dials()
    assert dial.detect_machine
    out = desk.answers(dial.call, machine=True)
    assert these(commands.JoinLeg, out) == []
    assert one(commands.HangUpStray, out).channel == dial.call
    assert one(commands.RecordCallbackAttempt, out).outcome == "machine"
    assert desk.callback.not_before == desk.now + 3600.0
    assert desk.tell(events.CallEnded(dial.call)) == []


def test_an_agent_who_does_not_pick_up_costs_the_customer_nothing() -> None:
    desk = Desk()
    desk.books()
    leg = one(commands.RingAgent, desk.agent_ready("1001")).leg
    desk.tell(events.LegRinging(leg))
    desk.agent_ready("1002")
    out = desk.tell(events.LegFailed(leg, "no_answer"), 10.0)
    assert one(commands.RingAgent, out).device == "PJSIP/1002"
    assert these(commands.DialCustomer, [c for _, _, out in desk.history for c in out]) == []


def test_an_agent_who_goes_while_the_customers_phone_rings_stops_the_ringing() -> None:
    desk = Desk()
    desk.books()
    dial = desk.dials()
    out = desk.tell(events.LegEnded(desk.leg()), 3.0)
    assert [stray.channel for stray in these(commands.HangUpStray, out)] == [dial.call]
    assert desk.dialling() == []
    out = desk.tell(events.DialFailed(dial.call, "failed"))
    assert one(commands.RecordCallbackAttempt, out).outcome == "agent_gone"
    assert desk.callback.state == "waiting"
    assert desk.callback.contact != dial.call


def test_another_agent_does_not_have_the_customer_called_a_second_time() -> None:
    desk = Desk()
    desk.books()
    dial = desk.dials()
    desk.agent_ready("1002")
    second = one(commands.RingAgent, desk.tell(events.LegEnded(desk.leg()), 3.0))
    assert (second.device, second.call) == ("PJSIP/1002", dial.call)
    assert these(commands.DialCustomer, desk.tell(events.LegAnswered(second.leg))) == []
    out = desk.tell(events.DialFailed(dial.call, "failed"))
    assert these(commands.HangUpLeg, out)[0].leg == second.leg
    assert one(commands.RingAgent, out).call != dial.call


def test_a_listing_that_was_asked_for_before_the_dial_says_nothing_of_it() -> None:
    desk = Desk()
    desk.books()
    dial = desk.dials()
    seen = (events.SeenChannel(desk.leg(), "PJSIP/1001-1", True),)
    desk.tell(events.SwitchFound("boot-1", desk.now - 0.5, seen, ("PJSIP/1001",)))
    assert desk.dialling() == [dial.call]


def test_a_customer_who_hangs_up_before_the_agent_comes_is_called_again() -> None:
    desk = Desk(dialling="customer_first")
    desk.books()
    dial = one(commands.DialCustomer, desk.agent_ready("1001"))
    leg = one(commands.RingAgent, desk.answers(dial.call)).leg
    out = desk.tell(events.CallEnded(dial.call), 2.0)
    assert one(commands.RecordCallbackAttempt, out).outcome == "hung_up"
    assert one(commands.HangUpLeg, out).leg == leg
    assert desk.agent_state("1001") == ("ready", "")
    assert desk.callback.not_before == desk.now + 300.0


def test_while_the_customer_rings_the_agent_does_not_overstay() -> None:
    desk = Desk()
    desk.books()
    desk.dials()
    assert these(commands.RaiseAlarm, desk.pass_time(RING + 7.0)) == []
    assert these(commands.RaiseAlarm, desk.pass_time(2.0)) != []


# --- the process is killed, the switch begins anew -----------------------------------------------------------------


def test_killed_between_booking_and_dialling_it_is_dialled_once() -> None:
    desk = Desk()
    desk.waits_and_books()
    desk.tell(events.Restarted(), 5.0)
    desk.tell(events.SwitchFound("boot-1", desk.now, (), ()))
    assert one(commands.DialCustomer, [desk.dials()]).call == "tandem-callback-c1-1-1"


def test_killed_while_the_customer_rings_the_attempt_is_found_again() -> None:
    desk = Desk()
    desk.books()
    dial, leg = desk.dials(), desk.leg()
    desk.tell(events.Restarted(), 3.0)
    seen = (events.SeenChannel(dial.call, "PJSIP/out-1", False), events.SeenChannel(leg, "PJSIP/1001-1", True))
    out = desk.tell(events.SwitchFound("boot-1", desk.now, seen, ("PJSIP/1001",)))
    assert these(commands.DialCustomer, out) == []
    assert one(commands.JoinLeg, desk.answers(dial.call)).leg == leg


def test_killed_after_the_customer_answered_they_are_joined_when_they_come_back() -> None:
    desk = Desk()
    desk.books()
    dial = desk.dials()
    leg = desk.leg()
    desk.answers(dial.call)
    desk.tell(events.Restarted())
    seen = (events.SeenChannel(dial.call, "PJSIP/out-1", True), events.SeenChannel(leg, "PJSIP/1001-1", True))
    desk.tell(events.SwitchFound("boot-1", desk.now, seen, ("PJSIP/1001",)))
    out = desk.tell(events.CallEntered(dial.call, f"PJSIP/out-{dial.call}", "", "", ""), 0.5)
    assert one(commands.JoinLeg, out).leg == leg
    assert len(these(commands.Listen, out)) == 1


def test_an_attempt_that_is_gone_unseen_is_not_made_twice_but_tried_again_later() -> None:
    desk = Desk()
    desk.books()
    dial, leg = desk.dials(), desk.leg()
    desk.tell(events.Restarted(), 3.0)
    seen = (events.SeenChannel(leg, "PJSIP/1001-1", True),)
    out = desk.tell(events.SwitchFound("boot-1", desk.now, seen, ("PJSIP/1001",)))
    assert one(commands.RecordCallbackAttempt, out).outcome == "lost"
    assert these(commands.HangUpLeg, out) != []
    assert desk.callback.not_before == desk.now + 300.0
    assert desk.callback.contact == dial.call
    assert desk.agent_state("1001") == ("ready", "")


def test_a_customer_given_up_just_before_a_kill_is_given_up_again() -> None:
    desk = Desk()
    desk.books()
    dial = desk.dials()
    desk.tell(events.LegEnded(desk.leg()))
    desk.tell(events.Restarted())
    seen = (events.SeenChannel(dial.call, "PJSIP/out-1", False),)
    out = desk.tell(events.SwitchFound("boot-1", desk.now, seen, ("PJSIP/1001",)))
    assert [stray.channel for stray in these(commands.HangUpStray, out)] == [dial.call]


def test_customer_first_a_listing_leaves_the_reserved_agent_alone() -> None:
    desk = Desk(dialling="customer_first")
    desk.books()
    dial = one(commands.DialCustomer, desk.agent_ready("1001"))
    desk.now += 5.0
    seen = (events.SeenChannel(dial.call, "PJSIP/out-1", False),)
    desk.tell(events.SwitchFound("boot-1", desk.now, seen, ("PJSIP/1001",)))
    assert len(these(commands.RingAgent, desk.answers(dial.call))) == 1


def test_a_customer_whom_nobody_knows_any_more_is_hung_up() -> None:
    desk = Desk()
    out = desk.tell(events.CallEntered("tandem-callback-c9-1-1", "PJSIP/out-1", "", "", "4008"))
    assert one(commands.HangUpStray, out).channel == "tandem-callback-c9-1-1"
    seen = (events.SeenChannel("tandem-callback-c9-1-1", "PJSIP/out-1", True),)
    out = desk.tell(events.SwitchFound("boot-1", desk.now, seen, ()))
    assert one(commands.HangUpStray, out).channel == "tandem-callback-c9-1-1"


def test_the_switch_began_anew_and_callbacks_on_the_line_are_tried_again() -> None:
    desk = Desk(dialling="customer_first")
    desk.books()
    dial = one(commands.DialCustomer, desk.agent_ready("1001"))
    desk.answers(dial.call)
    desk.tell(events.SwitchLost())
    out = desk.tell(events.SwitchFound("boot-2", desk.now + 2.0, (), ("PJSIP/1001",)), 2.0)
    assert one(commands.RecordCallbackAttempt, out).outcome == "lost"
    assert desk.callback.state == "asleep"


# --- the customer is asked ---------------------------------------------------------------------------------------


def asked(dialling: str = "agent_first", **changes: object) -> tuple[Desk, str]:
    """A customer who has answered hears what they may press; their call."""
    desk = Desk(dialling=dialling, ask=True, greeting=GREETING, snooze_minutes=10.0, **changes)
    desk.waits_and_books()
    dial = desk.dials() if dialling == "agent_first" else one(commands.DialCustomer, desk.agent_ready("1001"))
    out = desk.answers(dial.call, RING - 1.0)
    assert said(out).startswith(f"{GREETING['en']} To be put through, press one.")
    assert one(commands.Listen, out).keys == "123"
    assert (dialling == "customer_first") == bool(these(commands.RingAgent, out))
    assert these(commands.JoinLeg, out) == []
    return desk, dial.call


@pytest.mark.parametrize("key", ["1", None])
def test_a_customer_who_agrees_or_says_nothing_is_put_through(key: str | None) -> None:
    desk, call = asked()
    leg = desk.leg()
    assert these(commands.RaiseAlarm, desk.pass_time(25.0)) == []
    assert one(commands.JoinLeg, desk.press(key, call)).leg == leg
    assert one(commands.RecordCallback, desk.tell(events.Bridged(call, leg))).outcome == "reached"


@pytest.mark.parametrize("dialling", ["agent_first", "customer_first"])
def test_a_customer_who_wants_it_later_frees_the_agent_at_once_and_is_called_again_then(dialling: str) -> None:
    desk, call = asked(dialling, tries=1)
    age, idle = desk.callback.enqueued_at, desk.router.agents["1001"].idle_since
    out = desk.press("2", call)
    assert one(commands.HangUpLeg, out).leg.startswith("tandem-leg-")
    assert (desk.agent_state("1001"), desk.router.agents["1001"].idle_since) == (("ready", ""), idle)
    assert one(commands.RecordCallbackAttempt, out).outcome == "snoozed"
    assert said(out) == "We will call you again later. Goodbye."
    assert (desk.callback.state, desk.callback.not_before) == ("asleep", desk.now + 600.0)
    assert one(commands.HangUpCall, desk.press(None, call)).call == call
    assert one(commands.RecordContact, desk.tell(events.CallEnded(call, 16))).outcome == "called_back"
    assert these(commands.DialCustomer, desk.pass_time(590.0)) == []
    out = desk.pass_time(15.0)
    assert len(these(commands.RingAgent if dialling == "agent_first" else commands.DialCustomer, out)) == 1
    assert desk.router.contacts[desk.callback.contact].enqueued_at == age


def test_a_customer_who_needs_it_no_more_ends_it_with_a_record() -> None:
    desk, call = asked()
    desk.press("1", call)
    out = desk.press("3", call)
    assert one(commands.RecordCallback, out).outcome == "cancelled"
    assert one(commands.RecordCallbackAttempt, out).outcome == "cancelled"
    assert said(out) == "You will not be called any more. Goodbye."
    assert (desk.plane.state.callbacks, desk.router.contacts) == ({}, {})
    assert desk.agent_state("1001") == ("ready", "")
    assert one(commands.HangUpCall, desk.press(None, call)).call == call
    assert one(commands.RecordContact, desk.tell(events.CallEnded(call, 16))).outcome == "contained"


def test_keys_mean_nothing_where_nobody_asks() -> None:
    desk = Desk()
    desk.books()
    call = desk.dials().call
    out = desk.answers(call)
    assert one(commands.Listen, out).keys == ""
    assert desk.press("2", call)
    assert desk.callback.state == "on_line"


def test_killed_while_the_customer_is_asked_they_are_put_through() -> None:
    desk, call = asked()
    desk.tell(events.Restarted())
    channels = tuple(events.SeenChannel(name, name, True) for name in (call, desk.leg()))
    desk.tell(events.SwitchFound("boot-1", desk.now, channels))
    out = desk.tell(events.CallEntered(call, f"PJSIP/out-{call}", NUMBER, "", "4008"))
    assert one(commands.JoinLeg, out).call == call
