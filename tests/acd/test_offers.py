"""Offers: made, answered, failed, withdrawn, overstayed."""

import pytest

from tandem.acd.commands import Offer, RaiseAlarm, RecordOffer, RecordWait, WithdrawOffer
from tandem.acd.events import (
    AgentPaused,
    AgentSignedIn,
    AgentSignedOut,
    AgentWentReady,
    ContactConnected,
    ContactLeft,
    ContactQueued,
    DeviceLost,
    OfferAnswered,
    OfferFailed,
    OfferRinging,
    SwitchFound,
    SwitchLost,
    TimePassed,
)
from tests.acd.playbook import Playbook, offered_to, settings

HELP = settings({"help": {"tv": 1}}, {"ann": {"tv": 3}, "bob": {"tv": 5}, "eve": {}}, ring_seconds=15)


def test_a_contact_goes_to_the_longest_idle_agent_with_the_skill() -> None:
    book = Playbook(HELP, "eve", "bob", "ann")
    assert book.tell(ContactQueued("c1", "help")) == [Offer(1, "c1", "bob", 15)]
    assert book.tell(ContactQueued("c2", "help")) == [Offer(2, "c2", "ann", 15)]
    assert book.tell(ContactQueued("c3", "help")) == []


def test_agents_idle_since_the_same_moment_are_chosen_by_name() -> None:
    book = Playbook(HELP, "bob", "ann")
    for name in ("bob", "ann"):
        book.tell(AgentPaused(name, "team talk"))
    book.tell(AgentWentReady("bob"), AgentWentReady("ann"))
    assert offered_to(book.tell(ContactQueued("c1", "help"))) == [("c1", "ann")]


def test_an_answered_offer_ends_the_wait() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"))
    book.after(2, OfferRinging(1))
    assert (book.agent("ann").state, book.contact("c1").state) == ("ringing", "offered")
    book.after(3, OfferAnswered(1))
    assert (book.agent("ann").state, book.contact("c1").state) == ("connecting", "connecting")
    queued_at = book.now - 5
    book.after(1, ContactConnected(1))
    assert (book.agent("ann").state, book.contact("c1").state) == ("connected", "connected")
    assert book.recorded(RecordWait) == [RecordWait("c1", "help", queued_at, "answered", "ann", queued_at)]
    assert book.recorded(RecordOffer) == [RecordOffer(1, "c1", "ann", "help", queued_at, "answered")]


def test_a_conversation_seen_without_ringing_or_answer_is_believed() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"), ContactConnected(1))
    assert book.agent("ann").state == "connected"


@pytest.mark.parametrize("reason", ["no_answer", "declined", "busy", "unreachable", "failed"])
def test_a_failed_offer_goes_on_to_the_next_agent_with_its_age(reason: str) -> None:
    book = Playbook(HELP, "ann", "bob")
    book.tell(ContactQueued("c1", "help"))
    age = book.contact("c1").enqueued_at
    assert book.after(5, OfferFailed(1, reason)) == [Offer(2, "c1", "bob", 15)]
    assert book.recorded(RecordOffer) == [RecordOffer(1, "c1", "ann", "help", age, reason)]
    assert book.contact("c1").enqueued_at == age
    assert (book.agent("ann").state, book.agent("ann").reason) == ("not_ready", reason.replace("_", " "))


def test_a_failed_contact_goes_back_before_those_who_came_later() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"))
    book.after(1, ContactQueued("c2", "help"))
    book.after(1, OfferFailed(1, "declined"))
    assert offered_to(book.after(10)) == [("c1", "ann")]


def test_a_back_off_ends_by_itself_and_never_at_once() -> None:
    for chosen, expected in ((10.0, 10.0), (0.0, 1.0)):
        book = Playbook(settings({"help": {}}, {"ann": {}}, back_off_seconds=chosen), "ann")
        book.tell(ContactQueued("c1", "help"))
        assert book.tell(OfferFailed(1, "failed")) == []
        assert book.router.next_wakeup() == book.now + expected
        assert offered_to(book.after(expected)) == [("c1", "ann")]


def test_misses_in_a_row_pause_the_agent_until_they_say_ready() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"))
    book.tell(OfferFailed(1, "no_answer"))
    book.after(10)
    book.tell(OfferFailed(2, "unreachable"))
    assert (book.agent("ann").state, book.agent("ann").reason) == ("paused", "ring no answer")
    assert book.after(3600) == []
    assert offered_to(book.tell(AgentWentReady("ann"))) == [("c1", "ann")]
    book.tell(OfferFailed(3, "no_answer"))
    assert book.agent("ann").state == "not_ready"


@pytest.mark.parametrize("reason", ["declined", "busy", "failed"])
def test_an_offer_that_never_rang_out_is_no_miss(reason: str) -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"))
    for number in (1, 2, 3, 4):
        book.tell(OfferFailed(number, reason))
        book.after(10)
    assert book.agent("ann").misses == 0


def test_going_ready_ends_a_back_off() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"), OfferFailed(1, "declined"))
    assert offered_to(book.after(1, AgentWentReady("ann"))) == [("c1", "ann")]


def test_signing_out_and_in_starts_with_a_clean_sheet() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"), OfferFailed(1, "no_answer"), AgentSignedOut("ann"))
    assert offered_to(book.tell(AgentSignedIn("ann"))) == [("c1", "ann")]
    assert book.agent("ann").misses == 0


def test_the_pause_an_agent_asked_for_stays_theirs_whatever_they_miss() -> None:
    book = Playbook(settings({"help": {}}, {"ann": {}}, misses_before_pause=1), "ann")
    book.tell(ContactQueued("c1", "help"), OfferAnswered(1), AgentPaused("ann", "lunch"), OfferFailed(1, "no_answer"))
    assert (book.agent("ann").state, book.agent("ann").reason) == ("paused", "lunch")


def test_saying_ready_while_it_rings_stops_nothing() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"), OfferRinging(1))
    assert book.tell(AgentWentReady("ann")) == []
    assert book.agent("ann").state == "ringing"


def test_an_answered_contact_forgives_the_misses() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"), OfferFailed(1, "no_answer"))
    assert book.agent("ann").misses == 1
    book.after(10, ContactConnected(2))
    assert (book.agent("ann").state, book.agent("ann").misses) == ("connected", 0)


def test_a_contact_is_offered_to_somebody_new_before_anybody_again() -> None:
    book = Playbook(HELP, "ann", "bob")
    book.tell(AgentPaused("bob", "lunch"), ContactQueued("c1", "help"))
    book.tell(SwitchLost(), OfferFailed(1, "declined"))
    book.after(10, AgentWentReady("bob"))
    assert book.agent("ann").idle_since == book.agent("bob").idle_since
    assert offered_to(book.tell(SwitchFound())) == [("c1", "bob")]


def test_a_contact_is_offered_again_when_nobody_else_is_left() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"), OfferFailed(1, "declined"))
    assert offered_to(book.after(10)) == [("c1", "ann")]
    assert book.contact("c1").tried == ["ann"]


def test_a_contact_that_leaves_gives_the_agent_back_as_idle_as_before() -> None:
    book = Playbook(HELP, "ann", "bob")
    idle_since = book.agent("ann").idle_since
    book.after(5, ContactQueued("c1", "help"))
    book.tell(OfferRinging(1))
    left = book.after(5, ContactLeft("c1", "abandoned"))
    assert left == [WithdrawOffer(1, "c1", "ann", "abandoned")]
    assert (book.agent("ann").state, book.agent("ann").idle_since) == ("ready", idle_since)
    assert book.recorded(RecordOffer)[0].outcome == "withdrawn"
    assert book.recorded(RecordWait)[0].outcome == "abandoned"
    assert offered_to(book.tell(ContactQueued("c2", "help"))) == [("c2", "ann")]


def test_an_agent_whose_caller_gave_up_gets_the_next_one() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"), ContactQueued("c2", "help"))
    assert offered_to(book.tell(ContactLeft("c1", "abandoned"))) == [("c2", "ann")]


def test_answers_that_carry_a_dead_number_are_dropped_and_counted() -> None:
    book = Playbook(HELP, "ann", "bob")
    book.tell(ContactQueued("c1", "help"), OfferFailed(1, "declined"))
    before = book.state.dropped_events
    late = [OfferRinging(1), OfferAnswered(1), ContactConnected(1), OfferFailed(1, "no_answer"), OfferRinging(99)]
    assert book.tell(*late) == []
    assert book.records == []
    assert book.state.dropped_events == before + 5
    assert book.agent("bob").state == "reserved"


def test_ringing_reported_twice_changes_nothing() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"), OfferRinging(1))
    wakeup = book.router.next_wakeup()
    book.after(3, OfferRinging(1))
    assert book.router.next_wakeup() == wakeup


@pytest.mark.parametrize(
    ("progress", "stay", "state"),
    [
        ([], 8, "reserved"),
        ([OfferRinging(1)], 20, "ringing"),
        ([OfferRinging(1), OfferAnswered(1)], 8, "connecting"),
    ],
)
def test_an_offer_that_overstays_is_withdrawn_with_an_alarm(
    progress: list[OfferRinging], stay: int, state: str
) -> None:
    book = Playbook(HELP, "ann", "bob")
    book.tell(ContactQueued("c1", "help"), *progress)
    assert book.router.next_wakeup() == book.now + stay
    assert book.after(stay - 0.5) == []
    alarm, withdrawal, offer = book.after(0.5)
    assert isinstance(alarm, RaiseAlarm)
    assert (alarm.kind, alarm.subject) == ("overstayed", "ann")
    assert withdrawal == WithdrawOffer(1, "c1", "ann", f"overstayed: {state}")
    assert offer == Offer(2, "c1", "bob", 15)
    assert (book.agent("ann").state, book.agent("ann").misses) == ("not_ready", 0)


def test_late_news_counts_as_long_as_the_deadline_was_not_told() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"), OfferRinging(1))
    book.now += 3600
    book.tell(ContactConnected(1), TimePassed())
    assert book.agent("ann").state == "connected"


def test_an_answer_without_conversation_keeps_the_contact_in_its_place() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"), OfferRinging(1), OfferAnswered(1), OfferFailed(1, "failed"))
    assert book.contact("c1").state == "waiting"
    assert book.agent("ann").state == "not_ready"


def test_a_phone_lost_while_it_rings_is_a_miss_and_the_contact_goes_on() -> None:
    book = Playbook(HELP, "ann", "bob")
    book.tell(ContactQueued("c1", "help"), OfferRinging(1))
    assert book.tell(DeviceLost("ann")) == [WithdrawOffer(1, "c1", "ann", "device lost"), Offer(2, "c1", "bob", 15)]
    assert book.recorded(RecordOffer)[0].outcome == "unreachable"
    assert (book.agent("ann").state, book.agent("ann").reason, book.agent("ann").misses) == ("not_ready", "device", 1)


@pytest.mark.parametrize(
    ("asked", "state"), [(AgentPaused("ann", "lunch"), "paused"), (AgentSignedOut("ann"), "signed_out")]
)
def test_an_agent_who_goes_while_it_rings_lets_the_contact_go_on(asked: AgentPaused, state: str) -> None:
    book = Playbook(HELP, "ann", "bob")
    book.tell(ContactQueued("c1", "help"), OfferRinging(1))
    assert book.tell(asked) == [WithdrawOffer(1, "c1", "ann", f"agent {state}"), Offer(2, "c1", "bob", 15)]
    assert (book.agent("ann").state, book.agent("ann").misses) == (state, 0)


def test_no_offers_while_the_switch_is_lost_and_all_that_fit_when_it_is_found() -> None:
    book = Playbook(HELP, "ann", "bob")
    book.tell(SwitchLost())
    assert book.tell(ContactQueued("c1", "help"), ContactQueued("c2", "help", priority=1)) == []
    assert offered_to(book.tell(SwitchFound())) == [("c2", "ann"), ("c1", "bob")]


def test_a_contact_queued_twice_keeps_its_first_place() -> None:
    book = Playbook(HELP)
    book.tell(ContactQueued("c1", "help"))
    book.after(5, ContactQueued("c1", "help", priority=9))
    assert (book.contact("c1").priority, book.contact("c1").enqueued_at) == (0, book.now - 5)


def test_an_unknown_queue_raises_an_alarm_and_nothing_else() -> None:
    book = Playbook(HELP, "ann")
    assert book.tell(ContactQueued("c1", "nowhere")) == [RaiseAlarm("no such queue", "c1", "nowhere")]
    assert book.state.contacts == {}
    assert not book.router.has_queue("nowhere")
