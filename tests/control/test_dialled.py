"""Customers whom agents dial: the agent's phone, the customer, the talk and its wrap-up; and all that may fail."""

import pytest
from msgspec.structs import replace

from tandem.acd.settings import AgentSettings
from tandem.control import commands, events
from tandem.control.settings import DialOutSettings, DialPlan, Settings
from tandem.control.voice import dialled
from tests.control.playbook import SETTINGS, Playbook, one, said, these

NUMBER = "13800000009"
OUT: Settings = replace(
    SETTINGS,
    dial_plan=DialPlan(("138XXXXXXXX",), trunk="out", caller_id="4008"),
    dial_out={"tech": DialOutSettings(caller_id="4009", ring_seconds=20.0, per_minute=2)},
)
WISH = events.NumberDialled("1001", "138-0000-0009", "tech")


def book_of(agent: str = "1001") -> Playbook:
    book = Playbook(OUT)
    book.agent_ready(agent)
    return book


def dialling() -> tuple[Playbook, str, str]:
    """An agent who picked up while the customer's phone rings: the contact and the agent's leg."""
    book = book_of()
    ring = one(commands.RingAgent, book.tell(WISH))
    assert (ring.device, ring.channel, ring.caller) == ("PJSIP/1001", "", NUMBER)
    assert book.agent_state("1001") == ("reserved", "")
    book.tell(events.LegRinging(ring.leg))
    out = book.tell(events.LegAnswered(ring.leg), 2.0)
    assert one(commands.DialCustomer, out) == commands.DialCustomer(
        ring.call, f"PJSIP/{NUMBER}@out", "4009", "4009", 20.0, detect_machine=False
    )
    assert book.agent_state("1001") == ("connecting", "")
    assert book.desks["1001"].contacts[0].contact.number == NUMBER
    return book, ring.call, ring.leg


def answers(book: Playbook, call: str, after: float = 5.0) -> list[commands.Command]:
    return book.tell(events.CallEntered(call, f"PJSIP/out-{call}", "4009", "", "4009"), after)


def talking() -> tuple[Playbook, str, str]:
    book, call, leg = dialling()
    out = answers(book, call)
    assert one(commands.JoinLeg, out) == commands.JoinLeg(leg, call, f"PJSIP/out-{call}")
    row = one(commands.RecordContact, out)
    assert (row.caller, row.dialled, row.direction, row.outcome) == (NUMBER, "4009", "outbound", "")
    book.tell(events.Bridged(call, leg))
    assert book.agent_state("1001") == ("connected", "")
    return book, call, leg


def ended(out: list[commands.Command]) -> tuple[str, str, bool]:
    row = these(commands.RecordDial, out)[-1]
    return row.outcome, row.number, row.ended_at is not None


def test_an_outbound_contact_is_like_any_other_when_its_customer_answers() -> None:
    book, call, leg = talking()
    out = book.tell(events.LegEnded(leg), 30.0)
    assert book.agent_state("1001") == ("wrap_up", "")
    assert these(commands.HangUpCall, book.reenter(call, leg))
    out = book.tell(events.CallEnded(call), 1.0)
    row = one(commands.RecordContact, out)
    assert (row.direction, row.outcome, row.talk_seconds) == ("outbound", "served", 30.0)
    dial = one(commands.RecordDial, out)
    assert (dial.kind, dial.agent, dial.queue, dial.outcome, dial.talk_seconds) == (
        "outbound", "1001", "tech", "answered", 30.0,
    )  # fmt: skip
    assert (dial.dialled_at, dial.answered_at) == (book.now - 36.0, book.now - 31.0)
    book.pass_time(5.0)
    assert book.agent_state("1001") == ("ready", "")
    assert (book.plane.state.dials, book.plane.state.work, book.router.contacts) == ({}, {}, {})


def test_who_dials_is_busy_for_the_queue_and_the_contact_is_theirs_alone() -> None:
    book, call, leg = dialling()
    assert these(commands.RingAgent, book.queue("c2")) == []
    assert one(commands.RingAgent, book.agent_ready("1002")).call == "c2"
    book.tell(events.LegEnded(leg))
    assert call not in book.router.contacts


@pytest.mark.parametrize("reason", ["busy", "no_answer", "unreachable"])
def test_a_customer_who_is_not_reached_sets_the_agent_free_without_wrap_up(reason: str) -> None:
    book, call, leg = dialling()
    out = book.tell(events.DialFailed(call, reason), 9.0)
    assert one(commands.HangUpLeg, out).leg == leg
    assert ended(out) == (reason, NUMBER, True)
    row = one(commands.RecordContact, out)
    assert (row.direction, row.outcome, row.talk_seconds) == ("outbound", reason, 0.0)
    assert book.agent_state("1001") == ("ready", "")
    book.tell(events.LegEnded(leg))
    assert book.plane.state.legs == {}


def test_an_agent_who_does_not_pick_up_calls_nobody() -> None:
    book = book_of()
    leg = one(commands.RingAgent, book.tell(WISH)).leg
    out = book.tell(events.LegFailed(leg, "no_answer"), 10.0)
    assert these(commands.DialCustomer, out) == []
    assert ended(out) == ("no_answer", NUMBER, True)
    assert book.agent_state("1001") == ("ready", "")


def test_an_agent_who_hangs_up_stops_the_customers_phone() -> None:
    book, call, leg = dialling()
    out = book.tell(events.LegEnded(leg), 3.0)
    assert one(commands.HangUpStray, out).channel == call
    assert ended(out) == ("agent_gone", NUMBER, True)
    assert one(commands.HangUpStray, answers(book, call)).channel == call
    assert book.plane.state.calls == {}


def test_a_customer_who_hangs_up_before_the_agent_is_there() -> None:
    book, call, leg = dialling()
    answers(book, call)
    out = book.tell(events.CallEnded(call), 0.5)
    assert ended(out) == ("hung_up", NUMBER, True)
    assert one(commands.HangUpLeg, out).leg == leg
    assert book.agent_state("1001") == ("ready", "")


def test_an_agent_who_is_gone_when_the_customer_answers_leaves_nobody_waiting() -> None:
    book, call, leg = dialling()
    answers(book, call)
    book.tell(events.LegFailed(leg, "failed"))
    out = book.pass_time(1.0)
    assert one(commands.HangUpStray, out).channel == call
    assert ended(book.tell(events.CallEnded(call))) == ("hung_up", NUMBER, True)


def test_a_paused_agent_may_dial_and_is_paused_again() -> None:
    book = book_of()
    book.tell(events.AgentPaused("1001", "calls"))
    leg = one(commands.RingAgent, book.tell(WISH)).leg
    book.tell(events.LegFailed(leg, "declined"))
    assert book.agent_state("1001") == ("paused", "calls")


def test_an_agent_on_a_kept_line_is_not_rung() -> None:
    agent = AgentSettings("1001", {"tv": 3}, "PJSIP/1001", number=NUMBER, nailed_up=True)
    book = Playbook(replace(OUT, acd=replace(OUT.acd, agents={"1001": agent})))
    line = one(commands.NailUp, book.tell(events.AgentSignedIn("1001"))).line
    book.tell(events.LineKept(line), 2.0)
    dial = one(commands.DialCustomer, book.tell(WISH))
    assert one(commands.JoinLeg, answers(book, dial.call)).line == line


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (replace(WISH, agent="9999"), "unknown_agent"),
        (replace(WISH, agent="1002"), "not_at_work"),
        (replace(WISH, queue="nowhere"), "unknown_queue"),
        (replace(WISH, number="13900000009"), "not_allowed_number"),
        (replace(WISH, number="call me"), "bad_number"),
        (replace(WISH, number=""), "bad_number"),
        (WISH, ""),
    ],
)
def test_what_can_not_be_dialled_has_a_code_and_rings_nobody(wish: events.NumberDialled, code: str) -> None:
    book = book_of()
    assert dialled.why_not(book.plane.context, wish, book.now) == code
    assert len(these(commands.RingAgent, book.tell(wish))) == (not code)


def test_dialling_is_off_busy_or_too_fast() -> None:
    book = book_of()
    for _ in range(2):
        leg = one(commands.RingAgent, book.tell(WISH)).leg
        assert dialled.why_not(book.plane.context, WISH, book.now) == "not_free"
        book.tell(events.LegFailed(leg, "declined"))
    assert dialled.why_not(book.plane.context, WISH, book.now) == "too_many_dials"
    assert these(commands.RingAgent, book.tell(WISH)) == []
    assert dialled.why_not(book.plane.context, WISH, book.now + 60.0) == ""
    book.tell(events.SwitchLost())
    assert dialled.why_not(book.plane.context, WISH, book.now + 60.0) == "switch_lost"
    book.tell(events.SwitchFound("boot-1", book.now, (), None))
    book.tell(events.SettingsLoaded(replace(OUT, dial_out={})))
    assert dialled.why_not(book.plane.context, WISH, book.now + 60.0) == "no_dialling"


def seen(*names: str, at: float) -> events.SwitchFound:
    return events.SwitchFound("boot-1", at, tuple(events.SeenChannel(name, name, True) for name in names), None)


def test_a_restart_while_it_rings_dials_nobody_twice_and_mends_what_is_gone() -> None:
    book, call, leg = dialling()
    book.tell(events.Restarted(), 1.0)
    out = book.tell(seen(call, leg, "tandem-dialled-77", at=book.now), 1.0)
    assert these(commands.DialCustomer, out) == []
    assert one(commands.HangUpStray, out).channel == "tandem-dialled-77"
    out = book.tell(seen(leg, at=book.now), 5.0)
    assert ended(out) == ("lost", NUMBER, True)
    assert one(commands.HangUpLeg, out).leg == leg


def test_a_customer_who_answered_into_a_restart_is_joined_when_they_come_back() -> None:
    book, call, leg = dialling()
    answers(book, call)
    book.tell(events.Restarted(), 1.0)
    book.tell(seen(call, leg, at=book.now), 1.0)
    out = answers(book, call)
    assert one(commands.JoinLeg, out).call == call
    assert these(commands.HangUpCall, out) == []
    assert said(out) == ""


def test_an_outbound_contact_is_held_and_retrieved_like_any_other() -> None:
    book, call, leg = talking()
    assert one(commands.HoldCall, book.tell(events.AgentHeld("1001", call))).call == call
    out = book.reenter(call, leg)
    assert not these(commands.HangUpCall, out)
    assert one(commands.Listen, out).music
    assert one(commands.JoinLeg, book.tell(events.AgentRetrieved("1001", call))).leg == leg


def test_an_outbound_contact_that_is_sent_on_hears_music_until_a_colleague_is_free_and_is_over_after_them() -> None:
    book, call, leg = talking()
    book.tell(events.AgentTransferred("1001", call, events.Target(queue="tech")))
    waits = one(commands.Listen, book.reenter(call, leg))
    assert waits.music
    again = book.tell(events.Listened(call, waits.step, ""), 30.0)
    assert one(commands.Listen, again).music
    assert not these(commands.HangUpCall, again)
    ring = one(commands.RingAgent, book.agent_ready("1002"))
    assert (ring.device, ring.channel) == ("PJSIP/1002", f"PJSIP/out-{call}")
    book.tell(events.LegAnswered(ring.leg))
    assert these(commands.JoinLeg, book.reenter(call, "")) == []  # the colleague's own phone bridges it
    book.tell(events.Bridged(call, ring.leg))
    assert book.agent_state("1002") == ("connected", "")
    book.tell(events.LegEnded(ring.leg), 10.0)
    assert these(commands.HangUpCall, book.reenter(call, ring.leg))
