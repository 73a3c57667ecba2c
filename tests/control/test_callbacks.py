"""Customers are called back: once for a number and queue, in their turn, in the right hours, or not at all."""

import pytest
from msgspec.structs import replace

from tandem.control import commands, events
from tandem.control.callback.callback_settings import CallbackSettings, Retry
from tests.control.desk import NUMBER, Desk, settings
from tests.control.playbook import BEGIN, one, said, these

OTHER = "13800000002"


def test_a_callback_from_the_queue_keeps_the_age_and_frees_the_line() -> None:
    desk = Desk()
    out = desk.waits_and_books()
    assert "We will call you" in said(out)
    row = these(commands.RecordCallback, out)[-1]
    assert (row.number, row.queue, row.call, row.enqueued_at, row.booked_at) == (
        NUMBER,
        "tech",
        "c1",
        BEGIN + 1.0,
        BEGIN + 61.0,
    )
    wait = one(commands.RecordWait, out)
    assert (wait.call, wait.outcome) == ("c1", "called_back")
    assert one(commands.RecordContact, out).outcome == "called_back"
    contact = desk.router.contacts[desk.callback.contact]
    assert (contact.enqueued_at, contact.boost, contact.on_line) == (BEGIN + 1.0, 7.0, False)
    assert desk.plane.context.router.place("c1") is None


def test_whoever_waits_longer_than_a_callback_is_served_before_it_and_the_others_after() -> None:
    desk = Desk()
    desk.call("old", OTHER)
    desk.press("2", "old")
    desk.waits_and_books()
    desk.call("new", "13800000003")
    desk.press("2", "new")
    rung = [one(commands.RingAgent, desk.agent_ready(agent)).call for agent in ("1001", "1002", "1003")]
    assert rung == ["old", desk.callback.contact, "new"]


def test_one_for_a_number_and_queue_and_the_second_booking_is_known() -> None:
    desk = Desk()
    desk.waits_and_books()
    first = desk.callback
    desk.call("c2")
    out = desk.press(None, "c2")
    desk.tell(events.CallEnded("c2"))
    assert "We will call you" in said(out)
    assert desk.callback == first


def test_the_older_age_of_two_bookings_counts() -> None:
    desk = Desk()
    desk.call("c1")
    desk.press("2")
    waiting_since = desk.now
    desk.now += 30.0
    desk.books("c2")
    assert desk.callback.enqueued_at > waiting_since
    assert "We will call you" in said(desk.press("1", after=5.0))
    assert desk.callback.enqueued_at == waiting_since
    assert desk.router.contacts[desk.callback.contact].enqueued_at == waiting_since


def test_who_calls_again_is_told_and_taken_in_the_old_place() -> None:
    desk = Desk()
    desk.waits_and_books("c0", OTHER)
    desk.waits_and_books(waited=60.0)
    booked = desk.plane.state.callbacks["tandem-callback-c1-1"]
    assert "you are number two" in said(desk.call("c2"))
    out = desk.press("2", "c2", 100.0)
    assert these(commands.RecordCallback, out)[-1].outcome == "rejoined"
    assert desk.router.contacts["c2"].enqueued_at == booked.enqueued_at
    assert booked.contact not in desk.router.contacts
    assert set(desk.plane.state.callbacks) == {"tandem-callback-c0-1"}


def test_who_calls_again_while_their_phone_rings_for_it_is_served_and_the_ringing_stops() -> None:
    desk = Desk()
    desk.books()
    dialled = desk.dials().call
    desk.call("c2")
    out = desk.press("2", "c2")
    assert [stray.channel for stray in these(commands.HangUpStray, out)] == [dialled]
    assert one(commands.RecordCallbackAttempt, out).outcome == "rejoined"
    assert one(commands.RingAgent, out).call == "c2"
    assert desk.tell(events.DialFailed(dialled, "failed")) == []


def test_a_number_that_the_dial_plan_does_not_name_is_refused() -> None:
    desk = Desk()
    assert "We can not call you" in said(desk.books(caller="19000000001"))
    assert desk.plane.state.callbacks == {}
    assert desk.plane.state.counters["callbacks refused: not allowed"] == 1


def test_who_is_refused_in_the_queue_stays_in_it() -> None:
    desk = Desk()
    desk.call("c1", "19000000001")
    desk.press("2")
    place = desk.router.contacts["c1"].enqueued_at
    assert "We can not call you" in said(desk.press("1", after=30.0))
    assert desk.router.contacts["c1"].enqueued_at == place
    assert desk.plane.state.calls["c1"].state == "queued"


def test_three_bookings_a_day_are_enough_for_a_number() -> None:
    desk = Desk()
    for number in range(3):
        desk.books(f"c{number}")
        desk.tell(events.CallbackCancelled(desk.callback.id))
    assert "We can not call you" in said(desk.books("c3"))
    assert "We will call you" in said(desk.books("c4", OTHER))
    desk.pass_time(86400.0)
    assert desk.plane.state.bookings == {}
    assert "We will call you" in said(desk.books("c5"))


def test_only_the_bookings_of_the_last_day_count() -> None:
    desk = Desk()
    for number, later in enumerate((0.0, 12 * 3600.0, 13 * 3600.0)):
        desk.pass_time(later)
        desk.books(f"c{number}")
        desk.tell(events.CallbackCancelled(desk.callback.id))
    assert "We will call you" in said(desk.books("c3"))


def test_no_more_callbacks_are_open_in_a_queue_than_allowed() -> None:
    desk = Desk(most_open=2)
    for number in range(2):
        desk.books(f"c{number}", f"1380000010{number}")
    assert "We can not call you" in said(desk.books("c3"))


def test_a_cancelled_callback_is_over_and_recorded() -> None:
    desk = Desk()
    desk.books()
    out = desk.tell(events.CallbackCancelled(desk.callback.id))
    row = one(commands.RecordCallback, out)
    assert (row.outcome, row.ended_at) == ("cancelled", desk.now)
    assert desk.router.contacts == {}
    assert desk.plane.state.booked == {}
    assert these(commands.RingAgent, desk.agent_ready("1001")) == []
    assert list(desk.plane.context.timers.due) == [f"bookings {NUMBER}"]


def test_who_calls_again_may_cancel_by_key() -> None:
    desk = Desk()
    desk.books()
    desk.call("c2")
    out = desk.press("3", "c2")
    assert one(commands.RecordCallback, out).outcome == "cancelled"
    assert desk.plane.state.callbacks == {}
    assert one(commands.RecordContact, desk.tell(events.CallEnded("c2"))).outcome != "called_back"


def test_who_calls_again_may_snooze_by_key() -> None:
    desk = Desk()
    desk.books()
    desk.call("c2")
    desk.press("4", "c2")
    assert (desk.callback.state, desk.callback.not_before) == ("asleep", desk.now + 600.0)


def test_nobody_cancels_the_callback_of_another_number() -> None:
    desk = Desk()
    desk.books()
    desk.call("c2", OTHER)
    assert "Two for a person" in said(desk.history[-1][2])
    assert desk.callback.number == NUMBER


def test_a_cancelled_callback_whose_agent_rings_frees_the_agent() -> None:
    desk = Desk()
    desk.books()
    leg = one(commands.RingAgent, desk.agent_ready("1001")).leg
    out = desk.tell(events.CallbackCancelled(desk.callback.id))
    assert one(commands.HangUpLeg, out).leg == leg
    assert desk.agent_state("1001") == ("ready", "")


def test_a_snoozed_callback_is_not_offered_until_then_and_keeps_its_age() -> None:
    desk = Desk()
    desk.waits_and_books()
    age = desk.callback.enqueued_at
    desk.tell(events.CallbackSnoozed(desk.callback.id, desk.now + 600.0))
    assert these(commands.RingAgent, desk.agent_ready("1001")) == []
    assert these(commands.RingAgent, desk.pass_time(599.0)) == []
    assert len(these(commands.RingAgent, desk.pass_time(1.0))) == 1
    assert desk.router.contacts[desk.callback.contact].enqueued_at == age


def test_a_callback_that_reached_nobody_in_time_expires_with_a_record() -> None:
    desk = Desk(expire_hours=2.0)
    desk.books()
    assert these(commands.RecordCallback, desk.pass_time(7195.0)) == []
    row = one(commands.RecordCallback, desk.pass_time(10.0))
    assert (row.outcome, row.dials) == ("expired", 0)
    assert desk.plane.state.callbacks == {}
    assert desk.router.contacts == {}


def test_one_that_expires_while_the_customers_phone_rings_is_over_when_that_came_to_nothing() -> None:
    desk = Desk(expire_hours=1.0)
    desk.books()
    desk.pass_time(3595.0)
    dial = desk.dials()
    assert these(commands.RecordCallback, desk.pass_time(10.0)) == []
    assert one(commands.RecordCallback, desk.tell(events.DialFailed(dial.call, "busy"))).outcome == "expired"


def test_nobody_snoozes_past_the_end() -> None:
    desk = Desk(expire_hours=1.0)
    desk.books()
    desk.tell(events.CallbackSnoozed(desk.callback.id, desk.now + 1e9))
    assert desk.callback.not_before == desk.callback.expires_at


# BEGIN is Monday 12 January 1970, 13:46:40 UTC, 21:46:40 in Shanghai, where 138... is at home.


def test_nobody_is_called_in_the_quiet_hours_of_their_region() -> None:
    desk = Desk(quiet_hours="22:00-08:00")
    desk.books()
    assert desk.callback.state == "waiting"
    desk.pass_time(14 * 60.0)
    assert desk.callback.state == "asleep"
    assert these(commands.RingAgent, desk.agent_ready("1001")) == []
    desk.pass_time(10 * 3600.0)
    woke = [now for now, _, out in desk.history if these(commands.RingAgent, out)]
    assert woke[0] == BEGIN + 800.0 + 10 * 3600.0  # 08:00 there


def test_a_callback_sleeps_while_the_centre_is_closed() -> None:
    desk = Desk(zone="UTC", hours={"tuesday": "09:00-12:00, 13:00-17:00"})
    desk.books()
    assert desk.callback.state == "asleep"
    desk.pass_time(19.5 * 3600.0)
    assert desk.callback.state == "waiting"
    desk.pass_time(3 * 3600.0)
    assert desk.callback.state == "asleep"
    desk.pass_time(1.2 * 3600.0)
    assert desk.callback.state == "waiting"
    assert desk.callback.attempt == 2


def test_a_centre_that_never_opens_again_lets_callbacks_expire() -> None:
    desk = Desk(zone="UTC", hours={"saturday": "09:00-12:00"}, expire_hours=1.0)
    desk.books()
    assert one(commands.RecordCallback, desk.pass_time(4000.0)).outcome == "expired"


def test_new_settings_count_from_the_next_look_on() -> None:
    desk = Desk()
    desk.books()
    desk.tell(events.SettingsLoaded(settings(CallbackSettings(dialling="customer_first", quiet_hours=""))))
    out = desk.agent_ready("1001")
    assert these(commands.RingAgent, out) == []
    assert one(commands.DialCustomer, out).destination == f"PJSIP/{NUMBER}@out"


def test_a_flow_version_is_kept_for_the_way_on_of_a_callback() -> None:
    desk = Desk()
    desk.waits_and_books()
    version = desk.callback.version
    from tandem.ivr.reader import read_flow
    from tests.control.desk import FLOW

    desk.tell(events.FlowPublished(read_flow(FLOW.replace("Please rate us", "Rate us"), "line.yaml")))
    assert f"line@{version}" in desk.plane.state.flows
    desk.tell(events.CallbackCancelled(desk.callback.id))
    assert f"line@{version}" not in desk.plane.state.flows


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("quiet_hours", "22-8", "are no quiet hours"),
        ("zone", "Shanghai", "there is no time zone"),
        ("hours", {"monday": "9-12"}, "are no hours"),
    ],
)
def test_settings_that_make_no_sense_are_told(field: str, value: object, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        CallbackSettings(**{field: value})  # type: ignore[arg-type]


def test_every_outcome_has_its_rule() -> None:
    rules = CallbackSettings(busy=Retry(1.0, 1), no_answer=Retry(2.0, 1), machine=Retry(3.0, 1), failed=Retry(4.0, 1))
    outcomes = ("busy", "declined", "no_answer", "machine", "unreachable", "failed", "lost", "hung_up")
    assert [rules.retry(rules.rule(outcome)).minutes for outcome in outcomes] == [1, 1, 2, 3, 4, 4, 4, 4]


def test_one_whose_queue_is_gone_from_the_settings_sleeps_until_it_is_back() -> None:
    desk = Desk()
    desk.books()
    desk.tell(events.CallbackSnoozed(desk.callback.id, desk.now + 600.0))
    without = replace(settings(), acd=replace(settings().acd, queues={}))
    desk.tell(events.SettingsLoaded(without))
    alarm = one(commands.RaiseAlarm, desk.pass_time(600.0))
    assert (alarm.kind, desk.callback.state, desk.plane.state.work) == ("callback's queue is gone", "asleep", {})
    desk.tell(events.SettingsLoaded(settings()), 60.0)
    assert desk.callback.state == "waiting"
    desk.answers(desk.dials().call)
    desk.tell(events.Bridged(desk.plane.state.legs[desk.leg()].call, desk.leg()))
    assert desk.plane.state.callbacks == {}


def test_one_whose_queue_stays_gone_expires() -> None:
    desk = Desk(expire_hours=1.0)
    desk.books()
    desk.tell(events.CallbackSnoozed(desk.callback.id, desk.now + 600.0))
    desk.tell(events.SettingsLoaded(replace(settings(), acd=replace(settings().acd, queues={}))))
    assert these(commands.RecordCallback, desk.pass_time(3700.0))[-1].outcome == "expired"
