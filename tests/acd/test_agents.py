"""Agents: one object over all queues, one idle clock, one wrap-up, one pause."""

import pytest

from tandem.acd.agent import TABLE
from tandem.acd.commands import RecordAgentState, RecordWrapUpExtended, WithdrawOffer
from tandem.acd.events import (
    AgentPaused,
    AgentSignedIn,
    AgentSignedOut,
    AgentWentReady,
    ContactFinished,
    ContactHeld,
    ContactQueued,
    ContactRetrieved,
    DeviceFound,
    DeviceLost,
    Event,
    WrapUpExtended,
)
from tandem.acd.settings import Settings
from tests.acd.playbook import START, Playbook, offered_to, settings

HELP = settings({"help": {}}, {"ann": {}, "bob": {}})


def test_a_new_agent_is_signed_out_without_a_phone() -> None:
    book = Playbook(HELP)
    assert (book.agent("ann").state, book.agent("ann").since) == ("signed_out", START)


def test_signing_in_without_the_phone_is_not_ready() -> None:
    book = Playbook(HELP)
    book.after(1, AgentSignedIn("ann"))
    assert (book.agent("ann").state, book.agent("ann").reason) == ("not_ready", "device")
    book.after(1, DeviceFound("ann"))
    assert book.agent("ann").state == "ready"
    assert book.recorded(RecordAgentState) == [
        RecordAgentState("ann", "not_ready", "device", START + 1, "ready", ""),
    ]


def test_signing_in_again_ends_no_pause() -> None:
    book = Playbook(HELP, "ann")
    book.tell(AgentPaused("ann", "lunch"))
    book.after(60, AgentSignedIn("ann"))
    assert (book.agent("ann").state, book.agent("ann").since) == ("paused", book.now - 60)


@pytest.mark.parametrize("asked", [AgentWentReady("ann"), AgentPaused("ann", "lunch")])
def test_who_is_signed_out_can_neither_pause_nor_go_ready(asked: Event) -> None:
    book = Playbook(HELP)
    book.tell(DeviceFound("ann"), asked)
    assert book.agent("ann").state == "signed_out"


def test_wrap_up_follows_the_talk_and_ends_by_itself() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.after(60, ContactFinished("c1"), ContactQueued("c2", "help"))
    assert book.agent("ann").state == "wrap_up"
    assert book.router.next_wakeup() == book.now + 30
    assert book.after(29) == []
    assert offered_to(book.after(1)) == [("c2", "ann")]


def test_the_agent_ends_the_wrap_up_early() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.after(60, ContactFinished("c1"))
    book.after(5, AgentWentReady("ann"))
    assert (book.agent("ann").state, book.agent("ann").idle_since) == ("ready", book.now)
    assert book.router.next_wakeup() is None


def test_no_wrap_up_of_zero_seconds_and_none_for_a_call_that_the_switch_lost() -> None:
    book = Playbook(settings({"help": {}}, {"ann": {}}, wrap_up_seconds=0), "ann")
    book.talk("c1")
    book.after(60, ContactFinished("c1"))
    assert [record.new_state for record in book.recorded(RecordAgentState)] == ["ready"]
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.after(60, ContactFinished("c1", "lost"))
    assert book.agent("ann").state == "ready"


LONGER = settings({"help": {}}, {"ann": {}}, wrap_up_extension_seconds=40)


def wraps_up(chosen: Settings) -> Playbook:
    book = Playbook(chosen, "ann")
    book.talk("c1")
    book.after(60, ContactFinished("c1"))
    return book


def test_a_wrap_up_is_extended_up_to_the_queues_limit_and_no_more() -> None:
    book = wraps_up(LONGER)
    ends = book.now + 30
    book.after(10, WrapUpExtended("ann", 25))
    assert book.recorded(RecordWrapUpExtended) == [RecordWrapUpExtended("ann", 25)]
    book.after(1, WrapUpExtended("ann", 25))
    assert book.recorded(RecordWrapUpExtended) == [RecordWrapUpExtended("ann", 15)]
    book.after(1, WrapUpExtended("ann", 25))
    assert (book.records, book.state.dropped_events) == ([], 1)
    assert book.router.next_wakeup() == ends + 40
    book.now = ends + 39
    assert book.after(0, ContactQueued("c2", "help")) == []
    assert offered_to(book.after(1)) == [("c2", "ann")]


def test_an_extended_wrap_up_may_end_early_and_the_next_has_the_whole_limit_again() -> None:
    book = wraps_up(LONGER)
    book.after(1, WrapUpExtended("ann", 40), AgentWentReady("ann"))
    assert book.agent("ann").state == "ready"
    book.talk("c2")
    book.after(60, ContactFinished("c2"), WrapUpExtended("ann", 40))
    assert book.router.next_wakeup() == book.now + 70


def test_an_extended_wrap_up_outlives_the_phone() -> None:
    book = wraps_up(LONGER)
    ends = book.now + 50
    book.after(1, WrapUpExtended("ann", 20), DeviceLost("ann"))
    book.after(1, DeviceFound("ann"))
    assert (book.agent("ann").state, book.router.next_wakeup()) == ("wrap_up", ends)


def refused(book: Playbook, seconds: float) -> bool:
    book.after(1, WrapUpExtended("ann", seconds))
    return (book.recorded(RecordWrapUpExtended), book.state.dropped_events) == ([], 1)


def test_there_is_no_extension_by_nothing_nor_where_none_is_allowed_nor_out_of_a_wrap_up() -> None:
    assert refused(wraps_up(LONGER), 0)
    assert refused(wraps_up(LONGER), -5)
    assert refused(wraps_up(HELP), 20)
    assert refused(Playbook(LONGER, "ann"), 20)


def test_the_state_after_the_contact_can_be_changed_and_cancelled() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.tell(AgentPaused("ann", "lunch"))
    book.tell(AgentPaused("ann", "training"))
    assert (book.agent("ann").wants, book.agent("ann").pause_reason) == ("paused", "training")
    book.tell(AgentWentReady("ann"))
    book.after(5, ContactFinished("c1"))
    book.after(30)
    assert book.agent("ann").state == "ready"


def test_what_is_asked_for_after_the_contact_leaves_the_offer_alone() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"))
    assert book.tell(AgentPaused("ann", "lunch", after_contact=True)) == []
    assert (book.agent("ann").state, book.agent("ann").wants) == ("reserved", "paused")
    [withdrawn] = book.tell(AgentSignedOut("ann"))
    assert isinstance(withdrawn, WithdrawOffer)
    assert book.agent("ann").state == "signed_out"


def test_what_a_supervisor_forces_takes_an_offer_back_and_bears_their_name() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"))
    [withdrawn] = book.tell(AgentPaused("ann", "training", by="Mei"))
    assert isinstance(withdrawn, WithdrawOffer)
    ann = book.agent("ann")
    assert (ann.state, ann.reason, ann.wanted_by) == ("paused", "training", "Mei")
    book.tell(AgentWentReady("ann"))
    assert book.agent("ann").wanted_by == ""


def test_hold_and_back() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.after(5, ContactHeld("c1"))
    assert (book.agent("ann").state, book.contact("c1").state) == ("hold", "held")
    book.after(5, ContactRetrieved("c1"))
    assert (book.agent("ann").state, book.contact("c1").state) == ("connected", "connected")
    book.after(5, ContactHeld("c1"), ContactFinished("c1"))
    assert book.agent("ann").state == "wrap_up"


@pytest.mark.parametrize("asked", [AgentPaused("ann", "lunch"), AgentSignedOut("ann")])
def test_what_is_asked_in_talk_takes_effect_after_the_wrap_up(asked: AgentPaused | AgentSignedOut) -> None:
    wanted = "paused" if isinstance(asked, AgentPaused) else "signed_out"
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.after(10, asked)
    assert (book.agent("ann").state, book.agent("ann").wants) == ("connected", wanted)
    book.after(10, ContactFinished("c1"))
    assert book.agent("ann").state == "wrap_up"
    book.after(30)
    assert book.agent("ann").state == wanted


def test_a_pause_asked_in_talk_begins_when_it_takes_effect() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.after(10, AgentPaused("ann", "lunch"), ContactFinished("c1"))
    book.after(30)
    assert (book.agent("ann").reason, book.agent("ann").paused_since) == ("lunch", book.now)


def test_a_pause_keeps_its_reason_and_start_while_the_phone_is_gone() -> None:
    book = Playbook(HELP, "ann")
    book.tell(AgentPaused("ann", "lunch"))
    began = book.now
    book.after(60, DeviceLost("ann"))
    assert (book.agent("ann").state, book.agent("ann").reason) == ("not_ready", "device")
    book.after(60, DeviceFound("ann"))
    ann = book.agent("ann")
    assert (ann.state, ann.reason, ann.since, ann.paused_since) == ("paused", "lunch", book.now, began)


def test_another_reason_is_another_pause() -> None:
    book = Playbook(HELP, "ann")
    book.tell(AgentPaused("ann", "lunch"))
    book.after(60, AgentPaused("ann", "training"))
    assert (book.agent("ann").reason, book.agent("ann").paused_since) == ("training", book.now)
    book.after(60, AgentPaused("ann", "training"))
    assert book.agent("ann").paused_since == book.now - 60


def test_a_phone_that_blinks_costs_no_idle_time() -> None:
    book = Playbook(HELP, "ann", "bob")
    idle_since = book.agent("ann").idle_since
    book.after(10, DeviceLost("ann"))
    assert offered_to(book.tell(ContactQueued("c1", "help"))) == [("c1", "bob")]
    book.after(10, DeviceFound("ann"))
    assert book.agent("ann").idle_since == idle_since


def test_the_idle_clock_starts_anew_after_a_pause() -> None:
    book = Playbook(HELP, "ann", "bob")
    book.after(10, AgentPaused("ann", "lunch"), AgentWentReady("ann"))
    assert offered_to(book.tell(ContactQueued("c1", "help"))) == [("c1", "bob")]


def test_a_phone_lost_in_talk_matters_only_afterwards() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.after(5, DeviceLost("ann"))
    assert book.agent("ann").state == "connected"
    book.after(5, ContactFinished("c1"))
    assert (book.agent("ann").state, book.agent("ann").reason) == ("not_ready", "device")


def test_a_phone_that_returns_gives_the_rest_of_the_wrap_up_back() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.after(5, ContactFinished("c1"))
    ends = book.now + 30
    book.after(10, DeviceLost("ann"))
    book.after(10, DeviceFound("ann"))
    assert book.agent("ann").state == "wrap_up"
    assert book.router.next_wakeup() == ends


def test_who_signed_out_stays_out_when_the_phone_returns() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.tell(AgentSignedOut("ann"), DeviceLost("ann"), ContactFinished("c1"))
    assert book.agent("ann").state == "signed_out"
    book.tell(DeviceFound("ann"))
    assert book.agent("ann").state == "signed_out"


def test_unknown_agents_and_contacts_are_counted_and_ignored() -> None:
    book = Playbook(HELP)
    assert book.tell(AgentSignedIn("nobody"), DeviceLost("nobody"), ContactFinished("nothing")) == []
    assert book.state.dropped_events == 3


def test_every_state_of_the_table_can_be_left_and_leads_to_known_states() -> None:
    for state, steps in TABLE.items():
        assert set(steps.values()) - {state}
        assert set(steps.values()) <= TABLE.keys()
