"""Calls between agents: both busy from the order on, no contact, no wrap-up; and all that may fail."""

import pytest
from msgspec.structs import replace

from tandem.acd.settings import AgentSettings
from tandem.control import commands, events
from tandem.control.voice import colleagues
from tests.control.playbook import SETTINGS, Playbook, one, these

WISH = events.AgentCalled("1001", "1002")
BUSY, READY = ("connected", "internal call"), ("ready", "")


def asked() -> tuple[Playbook, str]:
    book = Playbook()
    book.agent_ready("1001")
    book.agent_ready("1002")
    ring = one(commands.RingAgent, book.tell(WISH))
    assert (ring.device, ring.channel, ring.caller) == ("PJSIP/1001", "", "1002")
    assert (book.agent_state("1001"), book.agent_state("1002")) == (BUSY, BUSY)
    return book, ring.leg


def ringing() -> tuple[Playbook, str, str]:
    book, first = asked()
    book.tell(events.LegRinging(first))
    ring = one(commands.RingColleague, book.tell(events.LegAnswered(first), 2.0))
    assert (ring.device, ring.channel, ring.caller) == ("PJSIP/1002", first, "1001")
    return book, first, ring.leg


def both_free(book: Playbook) -> bool:
    return (book.agent_state("1001"), book.agent_state("1002")) == (READY, READY)


def test_two_agents_talk_and_are_ready_again_without_a_wrap_up() -> None:
    book, first, second = ringing()
    assert these(commands.RingAgent, book.queue("c1")) == []
    book.tell(events.LegAnswered(second), 3.0)
    out = book.tell(events.LegEnded(first), 20.0)
    assert [hang.leg for hang in these(commands.HangUpLeg, out)] == [second]
    row = one(commands.RecordDial, out)
    assert (row.kind, row.agent, row.number, row.outcome, row.talk_seconds) == (
        "internal", "1001", "1002", "answered", 20.0,
    )  # fmt: skip
    assert (row.dialled_at, row.answered_at) == (book.now - 24.0, book.now - 20.0)
    assert these(commands.RecordContact, out) == []
    assert one(commands.RingAgent, out).call == "c1"  # who waited is offered at once
    assert book.plane.state.internal == {}
    assert book.tell(events.LegEnded(second)) == []


@pytest.mark.parametrize("reason", ["declined", "busy", "no_answer"])
def test_a_colleague_may_decline(reason: str) -> None:
    book, first, second = ringing()
    out = book.tell(events.LegFailed(second, reason), 4.0)
    assert one(commands.HangUpLeg, out).leg == first
    assert one(commands.RecordDial, out).outcome == reason
    assert both_free(book)


def test_who_calls_and_does_not_pick_up_or_hangs_up_rings_nobody() -> None:
    book, first = asked()
    out = book.tell(events.LegFailed(first, "no_answer"), 4.0)
    assert these(commands.HangUpLeg, out) == []
    assert one(commands.RecordDial, out).outcome == "agent_gone"
    assert both_free(book)
    book, first, second = ringing()
    out = book.tell(events.LegEnded(first), 4.0)
    assert one(commands.HangUpLeg, out).leg == second
    assert one(commands.RecordDial, out).outcome == "agent_gone"


def test_a_colleague_who_paused_is_paused_again_and_one_whose_phone_went_is_not_rung() -> None:
    book, first = asked()
    book.tell(events.AgentPaused("1002", "lunch"))
    book.tell(events.DeviceLost("PJSIP/1002"))
    assert book.agent_state("1002") == BUSY
    out = book.tell(events.LegAnswered(first))
    assert these(commands.RingColleague, out) == []
    assert one(commands.RecordDial, out).outcome == "unreachable"
    book.tell(events.DeviceFound("PJSIP/1002"))
    assert book.agent_state("1002") == ("paused", "lunch")


def with_remote() -> Playbook:
    agents = {**SETTINGS.acd.agents, "1004": AgentSettings("1004", {}, "PJSIP/1004", number="13900000001")}
    book = Playbook(replace(SETTINGS, acd=replace(SETTINGS.acd, agents=agents)))
    for name in ("1001", "1002", "1004"):
        book.agent_ready(name)
    return book


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (replace(WISH, colleague="1001"), "own_call"),
        (replace(WISH, colleague="9999"), "unknown_agent"),
        (replace(WISH, colleague="1003"), "colleague_not_free"),
        (replace(WISH, agent="1003"), "not_free"),
        (replace(WISH, colleague="1004"), "no_phone"),
        (WISH, ""),
    ],
)
def test_what_can_not_be_done_has_a_code_and_rings_nobody(wish: events.AgentCalled, code: str) -> None:
    book = with_remote()
    assert colleagues.why_not(book.plane.context, wish) == code
    assert len(these(commands.RingAgent, book.tell(wish))) == (not code)


def test_without_the_switch_nobody_is_rung() -> None:
    book = with_remote()
    book.tell(events.SwitchLost())
    assert colleagues.why_not(book.plane.context, WISH) == "switch_lost"
    assert book.tell(WISH) == []


def test_who_is_in_a_talk_is_not_called() -> None:
    book = Playbook()
    book.talk()
    book.agent_ready("1002")
    assert colleagues.why_not(book.plane.context, replace(WISH, agent="1002", colleague="1001")) == "colleague_not_free"


def seen(*channels: tuple[str, bool], at: float) -> events.SwitchFound:
    return events.SwitchFound("boot-1", at, tuple(events.SeenChannel(n, n, up) for n, up in channels), None)


def test_the_listing_mends_what_was_missed() -> None:
    book, first = asked()
    book.tell(events.Restarted(), 1.0)
    stray = "tandem-leg-internal-9-1"
    out = book.tell(seen((first, True), (stray, True), at=book.now), 1.0)
    second = one(commands.RingColleague, out).leg
    assert one(commands.HangUpStray, out).channel == stray
    book.tell(seen((first, True), (second, True), at=book.now), 3.0)
    assert book.plane.state.internal["internal-1"].state == "talking"
    out = book.tell(seen((first, True), at=book.now), 5.0)
    assert one(commands.RecordDial, out).outcome == "answered"
    assert first in {hang.leg for hang in these(commands.HangUpLeg, out)}
    assert both_free(book)


def test_a_switch_that_began_anew_has_lost_it() -> None:
    book, first, second = ringing()
    book.tell(events.SwitchLost())
    out = book.tell(events.SwitchFound("boot-2", book.now + 5.0, (), None), 5.0)
    assert one(commands.RecordDial, out).outcome == "lost"
    assert both_free(book)
    assert book.tell(events.LegEnded(first)) == book.tell(events.LegEnded(second)) == []
