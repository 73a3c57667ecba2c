"""What an agent does about a talk: hang up, hold, mute, keys, and sending the caller on."""

import msgspec
import pytest

from tandem.acd.settings import QueueSettings
from tandem.control import commands, events
from tandem.control.events import Target
from tandem.control.settings import DialPlan
from tandem.control.voice.permits import why_not
from tests.control.playbook import SETTINGS, Playbook, one, said, these

QUEUES = SETTINGS.acd.queues | {
    "more": QueueSettings("more", {"tv": 1}, ring_seconds=10.0),
    "chats": QueueSettings("chats", {"tv": 1}, channel="chat"),
}
CENTRE = msgspec.structs.replace(
    SETTINGS,
    acd=msgspec.structs.replace(SETTINGS.acd, queues=QUEUES),
    dial_plan=DialPlan(("2XXX",), trunk="trunk", caller_id="4008"),
)
HELD, RETRIEVED = events.AgentHeld("1001", "c1"), events.AgentRetrieved("1001", "c1")


@pytest.fixture
def book() -> Playbook:
    """A call c1 that the agent 1001 has."""
    book = Playbook(CENTRE)
    book.talk()
    return book


def leg_of(book: Playbook) -> str:
    return str(book.plane.state.calls["c1"].leg)


def refused(book: Playbook, event: events.Event) -> str:
    """The code of the refusal; the plane passes over the same."""
    refusal = why_not(book.plane.context, event)
    assert refusal
    before = book.plane.snapshot()
    assert book.tell(event) == []
    assert book.plane.snapshot() == before
    return refusal


def hold(book: Playbook) -> None:
    """The caller is on hold, and hears music."""
    book.tell(HELD)
    book.reenter()


def test_who_hangs_up_at_the_desk_ends_their_channel_and_the_caller_goes_on(book: Playbook) -> None:
    out = book.tell(events.AgentHungUp("1001", "c1"))
    assert out == [commands.HangUpLeg(leg_of(book))]
    book.tell(events.LegEnded(leg_of(book)))
    assert said(book.reenter()) == "Please rate us from one to five."


def test_hold_takes_the_caller_to_the_music_and_retrieve_joins_them_again(book: Playbook) -> None:
    leg = leg_of(book)
    assert one(commands.HoldCall, book.tell(HELD)) == commands.HoldCall("c1", "PJSIP/trunk-c1", leg)
    assert book.agent_state("1001") == ("hold", "")
    music = one(commands.Listen, book.reenter())
    assert (music.say, music.keys, music.music) == ((), "", "default")
    assert one(commands.JoinLeg, book.tell(RETRIEVED, 5.0)) == commands.JoinLeg(leg, "c1", "PJSIP/trunk-c1")
    assert book.agent_state("1001") == ("hold", "")
    book.tell(events.Bridged("c1", leg), 1.0)
    assert book.agent_state("1001") == ("connected", "")
    book.tell(events.LegEnded(leg), 4.0)
    assert book.plane.state.calls["c1"].hold_seconds == 6.0
    assert book.plane.state.calls["c1"].talk_seconds == 10.0


def test_nobody_is_joined_before_they_are_back_from_the_talk(book: Playbook) -> None:
    book.tell(HELD)
    assert these(commands.JoinLeg, book.tell(RETRIEVED)) == []
    assert one(commands.JoinLeg, book.reenter()).leg == leg_of(book)


def test_music_that_is_over_begins_anew(book: Playbook) -> None:
    hold(book)
    assert one(commands.Listen, book.press(None)).music == "default"


def test_a_new_controller_plays_the_music_again(book: Playbook) -> None:
    hold(book)
    book.tell(events.Restarted())
    assert one(commands.Listen, book.reenter()).music == "default"
    assert one(commands.JoinLeg, book.tell(RETRIEVED)).leg == leg_of(book)


def test_who_is_left_on_hold_goes_on_in_the_flow_at_once(book: Playbook) -> None:
    hold(book)
    out = book.tell(events.LegEnded(leg_of(book)))
    assert one(commands.Interrupt, out).call == "c1"
    assert said(book.tell(events.Listened("c1", book.plane.state.calls["c1"].out, None))).startswith("Please rate")
    assert book.agent_state("1001") == ("wrap_up", "")


def test_who_is_left_before_they_hear_music_goes_on_when_they_come(book: Playbook) -> None:
    book.tell(HELD)
    assert these(commands.Interrupt, book.tell(events.LegEnded(leg_of(book)))) == []
    assert said(book.reenter()).startswith("Please rate")


def test_a_caller_who_hangs_up_on_hold_frees_the_agent(book: Playbook) -> None:
    leg = leg_of(book)
    hold(book)
    out = book.tell(events.CallEnded("c1"))
    assert one(commands.HangUpLeg, out).leg == leg
    assert one(commands.RecordContact, out).outcome == "served"
    assert book.agent_state("1001") == ("wrap_up", "")


def test_the_hold_of_the_phone_and_that_of_the_desk_are_one_and_the_other(book: Playbook) -> None:
    leg = leg_of(book)
    book.tell(events.Held(leg))
    assert refused(book, HELD) == "on_hold"
    assert refused(book, RETRIEVED) == "held_by_phone"
    book.tell(events.Retrieved(leg))
    hold(book)
    book.tell(events.Held(leg))
    book.tell(events.Retrieved(leg))
    assert book.agent_state("1001")[0] == "hold"
    book.tell(events.Held(leg))
    book.tell(RETRIEVED)
    book.tell(events.Bridged("c1", leg))
    assert book.agent_state("1001")[0] == "hold"
    book.tell(events.Retrieved(leg))
    assert book.agent_state("1001")[0] == "connected"


def test_mute_is_told_once_and_again_after_the_link_was_lost(book: Playbook) -> None:
    leg = leg_of(book)
    assert one(commands.MuteLeg, book.tell(events.AgentMuted("1001", "c1", muted=True))) == commands.MuteLeg(leg, True)
    assert book.tell(events.AgentMuted("1001", "c1", muted=True)) == []
    assert book.desks["1001"].contacts[0].contact.muted
    book.tell(events.SwitchLost())
    seen = (
        events.SeenChannel("c1", "PJSIP/trunk-c1", True, (leg,)),
        events.SeenChannel(leg, leg, True, ("c1",)),
    )
    assert one(commands.MuteLeg, book.tell(events.SwitchFound("boot-1", book.now, seen, None))).muted
    assert not one(commands.MuteLeg, book.tell(events.AgentMuted("1001", "c1", muted=False))).muted


def test_keys_go_to_the_caller_and_stand_in_no_record(book: Playbook) -> None:
    out = book.tell(events.AgentPressed("1001", "c1", "12#"))
    assert out == [commands.SendDigits("c1", "PJSIP/trunk-c1", "12#")]
    for digits in ("", "1 2", "A", "1" * 33):
        assert refused(book, events.AgentPressed("1001", "c1", digits)) == "bad_digits"
    hold(book)
    assert refused(book, events.AgentPressed("1001", "c1", "1")) == "on_hold"


def test_only_who_is_in_the_talk_may_do_anything_about_it(book: Playbook) -> None:
    for agent, contact in (("1002", "c1"), ("1001", "c2"), ("1001", "")):
        assert refused(book, events.AgentHungUp(agent, contact)) == "not_in_talk"
    assert refused(book, RETRIEVED) == "not_on_hold"
    for event in (events.ConsultationSwapped, events.ConsultationCompleted, events.ConferenceBegan):
        assert refused(book, event("1001", "c1")) == "not_consulting"


@pytest.mark.parametrize(
    ("to", "code"),
    [
        (Target(), "bad_target"),
        (Target("1002", "more"), "bad_target"),
        (Target(agent="1001"), "unknown_agent"),
        (Target(agent="nobody"), "unknown_agent"),
        (Target(agent="1002"), "colleague_not_free"),
        (Target(queue="nowhere"), "unknown_queue"),
        (Target(queue="chats"), "bad_target"),
        (Target(number="1900555"), "not_allowed_number"),
    ],
)
def test_a_caller_is_sent_to_no_bad_place(book: Playbook, to: Target, code: str) -> None:
    assert refused(book, events.AgentTransferred("1001", "c1", to)) == code
    assert refused(book, events.AgentConsulted("1001", "c1", to)) == code


def test_a_caller_who_is_sent_to_a_queue_takes_along_what_they_waited_and_the_note(book: Playbook) -> None:
    waited = book.plane.state.calls["c1"].waited
    assert waited == 2.0
    out = book.tell(events.AgentTransferred("1001", "c1", Target(queue="more"), "wants a refund"), 60.0)
    assert one(commands.RecordLeg, out).outcome == "served"
    record = one(commands.RecordTransfer, out)
    assert (record.kind, record.agent, record.target, record.note) == ("blind", "1001", "more", "wants a refund")
    assert one(commands.HangUpLeg, out)
    assert book.agent_state("1001") == ("wrap_up", "")
    book.agent_ready("1002")
    out = book.reenter()
    assert one(commands.RingAgent, out).leg == leg_of(book)
    contact = book.router.contacts["c1"]
    assert (contact.queue, contact.agent, contact.enqueued_at) == ("more", "1002", book.now - waited)
    story = [(step.what, step.detail) for step in book.desks["1002"].contacts[0].story]
    assert ("transferred", "1001 to more: wants a refund") in story
    book.tell(events.Bridged("c1", leg_of(book)), 3.0)
    book.tell(events.LegEnded(leg_of(book)))
    assert said(book.reenter()).startswith("Please rate")


def test_a_caller_on_hold_is_sent_on_at_once(book: Playbook) -> None:
    hold(book)
    book.agent_ready("1002")
    out = book.tell(events.AgentTransferred("1001", "c1", Target(agent="1002")))
    assert one(commands.RingAgent, out).device == "PJSIP/1002"


def test_an_agent_who_does_not_answer_a_transfer_leaves_it_to_the_others(book: Playbook) -> None:
    book.agent_ready("1002")
    book.agent_ready("1003")
    book.tell(events.AgentTransferred("1001", "c1", Target(agent="1003")))
    leg = one(commands.RingAgent, book.reenter())
    assert leg.device == "PJSIP/1003"
    out = book.tell(events.LegFailed(leg.leg, "no_answer"), 10.0)
    assert one(commands.RingAgent, out).device == "PJSIP/1002"


def test_a_caller_is_sent_outside_and_comes_back_to_the_flow(book: Playbook) -> None:
    book.tell(events.AgentTransferred("1001", "c1", Target(number="2001")))
    order = one(commands.Transfer, book.reenter())
    assert (order.number, order.destination) == (1, "PJSIP/2001@trunk")
    back = events.CallEntered("c1", "PJSIP/trunk-c1", "138", "", "4008", "", events.Transferred(1, "answered", 30.0))
    assert said(book.tell(back, 40.0)).startswith("Please rate")


def test_a_place_that_is_gone_meanwhile_lets_the_caller_go_on(book: Playbook) -> None:
    book.tell(events.AgentTransferred("1001", "c1", Target(queue="more")))
    book.tell(events.SettingsLoaded(SETTINGS))
    out = book.reenter()
    assert one(commands.RaiseAlarm, out).kind == "transfer came to nothing"
    assert said(out).startswith("Please rate")


def test_who_hangs_up_on_the_way_is_recorded(book: Playbook) -> None:
    book.tell(events.AgentTransferred("1001", "c1", Target(queue="more")))
    assert one(commands.RecordContact, book.tell(events.CallEnded("c1"))).outcome == "served"
    assert book.plane.state.calls == {}


def test_an_order_to_hold_that_was_lost_is_given_again(book: Playbook) -> None:
    leg = leg_of(book)
    book.tell(HELD)
    book.tell(events.SwitchLost())
    seen = (
        events.SeenChannel("c1", "PJSIP/trunk-c1", True, (leg,)),
        events.SeenChannel(leg, leg, True, ("c1",)),
    )
    out = book.tell(events.SwitchFound("boot-1", book.now + 1.0, seen, None), 1.0)
    assert one(commands.HoldCall, out).leg == leg
    book.reenter()
    book.tell(RETRIEVED)
    book.tell(events.SwitchLost())
    out = book.tell(events.SwitchFound("boot-1", book.now + 1.0, seen, None), 1.0)
    assert book.plane.state.calls["c1"].state == "connected"
    assert book.plane.state.counters["repairs: talk missed"] == 1
