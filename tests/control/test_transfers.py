"""A caller is connected with somebody outside, and comes back to the flow."""

import msgspec
import pytest

from tandem.control import commands, events
from tandem.control.events import Transferred
from tandem.control.settings import DialPlan
from tandem.ivr import commands as ivr
from tandem.ivr import events as ivr_events
from tandem.ivr import session as flow_session
from tandem.ivr.flow import Flow
from tandem.ivr.session import Session
from tests.control.playbook import BEGIN, SETTINGS, Playbook, one, said, these

OUTSIDE = msgspec.structs.replace(SETTINGS, dial_plan=DialPlan(("2XXX",), trunk="trunk", caller_id="4008"))


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> Playbook:
    """Every flow begins with a transfer, and says how that ended."""

    def session(session: Session, _flow: Flow, event: ivr_events.Event, _now: float) -> list[ivr.Command]:
        if isinstance(event, ivr_events.Started):
            return [ivr.Transfer(str(session.variables["dialled"]), 20.0)]
        if isinstance(event, ivr_events.TransferEnded):
            session.listen = ivr.Listen((ivr.Utterance("en", event.outcome),))
        return [session.listen]

    monkeypatch.setattr(flow_session, "handle", session)
    return Playbook(msgspec.structs.replace(OUTSIDE, lines={"*": "line"}))


def back(book: Playbook, words: Transferred | None, after: float = 0.0) -> list[commands.Command]:
    return book.tell(events.CallEntered("c1", "PJSIP/trunk-c1", "", "", "2001", transferred=words), after)


def test_the_switch_dials_and_the_flow_hears_what_came_of_it(book: Playbook) -> None:
    order = one(commands.Transfer, book.call(dialled="2001"))
    assert order == commands.Transfer("c1", 1, "PJSIP/2001@trunk", "4008", 20.0, 7200.0)
    book.tell(events.TransferAnswered("c1"), 5.0)
    out = back(book, Transferred(1, "answered", 30.0), 31.0)
    assert said(out) == "answered"
    leg = one(commands.RecordLeg, out)
    assert (leg.leg, leg.device, leg.outcome) == ("transfer-c1-1", "PJSIP/2001@trunk", "answered")
    assert (leg.ringing_at, leg.answered_at, leg.ended_at) == (BEGIN, BEGIN + 5, BEGIN + 36)
    assert one(commands.RecordContact, book.tell(events.CallEnded("c1"))).outcome == "transferred"


@pytest.mark.parametrize("outcome", ["busy", "no_answer", "failed"])
def test_nobody_there_is_told_to_the_flow(book: Playbook, outcome: str) -> None:
    book.call(dialled="2001")
    out = back(book, Transferred(1, outcome, 0.0))
    assert said(out) == outcome
    assert one(commands.RecordLeg, out).outcome == outcome
    assert one(commands.RecordContact, book.tell(events.CallEnded("c1"))).outcome == "left_menu"


def test_what_the_plan_does_not_name_is_not_dialled_and_alarms(book: Playbook) -> None:
    out = book.call(dialled="900190019001")
    assert these(commands.Transfer, out) == []
    assert one(commands.RaiseAlarm, out).kind == "transfer not allowed"
    assert said(out) == "not_allowed"


def test_an_order_lost_with_the_process_is_given_again_under_its_number(book: Playbook) -> None:
    order = one(commands.Transfer, book.call(dialled="2001"))
    book.tell(events.Restarted())
    out = back(book, None)
    assert one(commands.Transfer, out) == order
    assert one(commands.Answer, out).call == "c1"


def test_an_order_that_outlived_the_process_is_not_given_again(book: Playbook) -> None:
    book.call(dialled="2001")
    book.tell(events.Restarted())
    out = back(book, Transferred(1, "answered", 30.0), 60.0)
    assert these(commands.Transfer, out) == []
    assert one(commands.RecordLeg, out).answered_at == BEGIN + 30.0
    assert said(out) == "answered"


def test_the_word_of_an_older_transfer_counts_for_nothing(book: Playbook) -> None:
    book.call(dialled="2001")
    assert one(commands.Transfer, back(book, Transferred(0, "answered", 30.0))).number == 1


def test_a_talk_that_dial_did_not_see_the_end_of_was_one(book: Playbook) -> None:
    book.call(dialled="2001")
    book.tell(events.TransferAnswered("c1"), 5.0)
    assert said(back(book, Transferred(1, "failed", 0.0))) == "answered"


def test_hanging_up_while_it_rings_or_in_talk_is_recorded(book: Playbook) -> None:
    book.call("c1", dialled="2001")
    out = book.tell(events.CallEnded("c1"))
    assert one(commands.RecordLeg, out).outcome == "abandoned"
    assert one(commands.RecordContact, out).outcome == "left_menu"
    book.call("c2", dialled="2001")
    book.tell(events.TransferAnswered("c2"))
    out = book.tell(events.CallEnded("c2"), 10.0)
    assert one(commands.RecordLeg, out).outcome == "answered"
    assert one(commands.RecordContact, out).outcome == "transferred"


def test_an_answer_missed_with_the_link_is_seen_in_the_listing(book: Playbook) -> None:
    book.call(dialled="2001")
    book.tell(events.SwitchLost())
    seen = (events.SeenChannel("c1", "PJSIP/trunk-c1", True, ("other",)),)
    book.tell(events.SwitchFound("boot-1", book.now, seen, ()), 5.0)
    out = book.tell(events.CallEnded("c1"), 10.0)
    assert one(commands.RecordLeg, out).answered_at == BEGIN + 5.0


def test_a_call_lost_with_the_switch_is_lost(book: Playbook) -> None:
    book.call(dialled="2001")
    out = book.tell(events.SwitchFound("boot-2", book.now + 5.0, (), ()), 5.0)
    assert one(commands.RecordContact, out).outcome == "lost"
    assert one(commands.RecordLeg, out).outcome == "abandoned"


def test_a_switch_that_can_not_dial_it_fails_the_transfer(book: Playbook) -> None:
    book.call(dialled="2001")
    assert said(book.tell(events.CommandFailed("Transfer", "c1", "no such thing"))) == "failed"


def test_nothing_is_heard_of_the_flow_meanwhile(book: Playbook) -> None:
    book.call(dialled="2001")
    assert book.tell(events.Listened("c1", 0, None)) == []
