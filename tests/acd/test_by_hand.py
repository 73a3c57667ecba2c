"""What supervisors do with waiting contacts, and what can't be done any more."""

import pytest

from tandem.acd import by_hand
from tandem.acd.commands import RecordMove, RecordPlanStep, RecordWait
from tandem.acd.events import (
    AgentPaused,
    ContactAdvanced,
    ContactAssigned,
    ContactMoved,
    ContactQueued,
    ContactRaised,
    Event,
    SettingsChanged,
)
from tandem.acd.plan import Condition, Step
from tandem.acd.settings import AgentSettings, QueueSettings, Settings
from tests.acd.playbook import START, Playbook, offered_to

PLAN = (
    Step(after=30.0, needs={"tv": 1}),
    Step(after=60.0, move="sales"),
    Step(when=Condition("length", 9.0), priority=1),
)
BOTH = Settings(
    queues={
        "tech": QueueSettings("tech", {"tv": 3}, plan=PLAN),
        "sales": QueueSettings("sales", {"sales": 1}, plan=(Step(after=50.0, priority=1),)),
        "online": QueueSettings("online", {"sales": 1}, channel="chat"),
    },
    agents={
        "ann": AgentSettings("ann", {"tv": 1, "sales": 1}, "PJSIP/ann"),
        "bob": AgentSettings("bob", {"tv": 5}, "PJSIP/bob"),
        "cid": AgentSettings("cid", {}, "PJSIP/cid"),
    },
)


def waiting(*ready: str) -> Playbook:
    book = Playbook(BOTH, *ready)
    book.tell(ContactQueued("c1", "tech"))
    return book


def test_a_moved_contact_keeps_its_age_and_is_served_there() -> None:
    book = waiting("ann")
    out = book.after(10.0, ContactMoved("c1", "sales"))
    assert offered_to(out) == [("c1", "ann")]
    assert book.contact("c1").enqueued_at == START + 1
    assert book.recorded(RecordMove) == [RecordMove("c1", "tech", "sales")]
    assert book.recorded(RecordWait)[0].outcome == "overflowed_out"


def test_a_raised_contact_goes_before_older_ones() -> None:
    book = waiting()
    book.after(1.0, ContactQueued("c2", "tech"))
    book.after(1.0, ContactRaised("c2", 5))
    assert offered_to(book.make_ready("bob")) == [("c2", "bob")]


def test_an_assigned_contact_waits_for_its_agent_alone_and_then_for_anyone() -> None:
    book = waiting("cid")
    book.tell(AgentPaused("cid", "lunch"))
    assert book.tell(ContactAssigned("c1", "cid", 60.0)) == []  # who has paused is not at work
    assert book.contact("c1").sticky == ""
    assert offered_to(waiting("cid").after(2.0, ContactAssigned("c1", "cid", 60.0))) == [("c1", "cid")]
    book = waiting("cid")
    book.make_ready("ann")
    other = book.tell(ContactQueued("c2", "sales"))
    assert offered_to(other) == [("c2", "ann")]
    book.tell(ContactAssigned("c1", "ann", 60.0))
    assert offered_to(book.make_ready("bob")) == []
    book.now += 58.0
    assert offered_to(book.after(2.0)) == [("c1", "bob")]


def test_a_step_by_hand_comes_with_those_before_it() -> None:
    book = waiting("ann")
    out = book.after(5.0, ContactAdvanced("c1", 0))
    assert offered_to(out) == [("c1", "ann")]
    assert [step.step for step in book.recorded(RecordPlanStep)] == [0]
    book = waiting("ann")
    book.after(5.0, ContactAdvanced("c1", 1))
    assert book.contact("c1").queue == "tech"  # ann had it by the first step, before it could move
    assert book.contact("c1").agent == "ann"
    book = waiting()
    book.after(5.0, ContactAdvanced("c1", 1))
    assert book.contact("c1").queue == "sales"
    assert book.contact("c1").stage == 0  # there it is as far on as it has waited


def test_a_step_by_hand_stays_over_new_settings_and_the_next_moment_comes_by_itself() -> None:
    book = waiting()
    book.after(5.0, ContactAdvanced("c1", 0))
    book.tell(SettingsChanged(BOTH))
    assert book.contact("c1").stage == 1
    assert book.router.next_wakeup() == START + 60.0
    book.after(55.0)
    assert book.contact("c1").queue == "sales"


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (ContactMoved("gone", "sales"), "unknown_contact"),
        (ContactMoved("talks", "sales"), "not_waiting"),
        (ContactMoved("later", "sales"), "is_callback"),
        (ContactMoved("c1", "nowhere"), "unknown_queue"),
        (ContactMoved("c1", "tech"), "same_queue"),
        (ContactMoved("c1", "online"), "other_channel"),
        (ContactAssigned("c1", "nobody", 9.0), "unknown_agent"),
        (ContactAssigned("c1", "cid", 9.0), "not_at_work"),
        (ContactAdvanced("c1", 3), "unknown_step"),
        (ContactAdvanced("c1", -1), "unknown_step"),
        (ContactAdvanced("c1", 2), "conditional_step"),
        (ContactRaised("talks", 3), "not_waiting"),
        (ContactRaised("c1", 3), ""),
    ],
)
def test_what_can_not_be_done_has_a_code_and_changes_nothing(event: Event, code: str) -> None:
    book = waiting()
    book.make_ready("ann")
    book.talk("talks", "sales")
    book.tell(ContactQueued("later", "tech", dial_seconds=30.0))
    router = book.router
    assert router.why_not_by_hand(event) == code
    dropped = book.state.dropped_events
    book.tell(event)
    assert book.state.dropped_events - dropped == bool(code)
    assert by_hand.EVENTS
