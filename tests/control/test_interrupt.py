"""A session that wants to say something new while its caller still hears something else."""

import pytest

from tandem.control import commands, events
from tandem.ivr import commands as ivr
from tandem.ivr import events as ivr_events
from tandem.ivr import session as flow_session
from tandem.ivr.flow import Flow
from tandem.ivr.session import Session
from tests.control.playbook import Playbook, one, these

INTERRUPT = commands.Interrupt("c1", "PJSIP/trunk-c1")
NEWS = ivr.Listen((ivr.Utterance("en", "Moved."),))
MOVED = events.LinkDelivered("c1", 1, "webhook")


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> Playbook:
    """A caller at a link whose delivery makes the session speak at once."""
    handle = flow_session.handle

    def restless(session: Session, flow: Flow, event: ivr_events.Event, now: float) -> list[ivr.Command]:
        if isinstance(event, ivr_events.LinkDelivered):
            session.listen = NEWS
        elif not (isinstance(event, ivr_events.Resumed) and session.listen == NEWS):
            return handle(session, flow, event, now)
        return [NEWS]

    monkeypatch.setattr(flow_session, "handle", restless)
    book = Playbook()
    book.call()
    book.press("1")
    return book


def heard(out: list[commands.Command]) -> list[str]:
    return [utterance.text for listen in these(commands.Listen, out) for utterance in listen.say]


def listened(book: Playbook, step: int, key: str | None = None) -> list[commands.Command]:
    return book.tell(events.Listened("c1", step, key))


def test_the_listen_that_is_out_is_interrupted_and_its_answer_brings_the_new_one(book: Playbook) -> None:
    old = book.plane.state.calls["c1"].out
    out = book.tell(MOVED)
    assert one(commands.Interrupt, out) == INTERRUPT
    assert heard(out) == []
    assert heard(listened(book, old, key="1")) == ["Moved."]


def test_so_does_an_entry_and_the_old_answer_changes_nothing_then(book: Playbook) -> None:
    old = book.plane.state.calls["c1"].out
    book.tell(MOVED)
    assert heard(book.reenter()) == ["Moved."]
    assert listened(book, old) == []


def test_an_entry_after_the_old_answer_says_it_again(book: Playbook) -> None:
    old = book.plane.state.calls["c1"].out
    book.tell(MOVED)
    listened(book, old)
    assert heard(book.reenter()) == ["Moved."]
    assert book.plane.state.calls["c1"].out == book.plane.state.calls["c1"].listen


def test_one_interruption_is_enough(book: Playbook) -> None:
    book.tell(MOVED)
    book.plane.state.calls["c1"].links[1].status = "requested"
    assert these(commands.Interrupt, book.tell(MOVED)) == []


def test_nothing_is_interrupted_where_nothing_is_out(book: Playbook) -> None:
    book.plane.state.calls["c1"].out = 0
    out = book.tell(MOVED)
    assert heard(out) == ["Moved."]
    assert these(commands.Interrupt, out) == []


def test_an_interruption_that_failed_is_told_and_the_listen_ends_by_itself(book: Playbook) -> None:
    old = book.plane.state.calls["c1"].out
    book.tell(MOVED)
    assert one(commands.RaiseAlarm, book.tell(events.CommandFailed("Interrupt", "c1", "no link"))).subject == "c1"
    assert heard(listened(book, old)) == ["Moved."]


def test_a_listing_asks_again_for_who_was_not_interrupted(book: Playbook) -> None:
    seen = (events.SeenChannel("c1", "PJSIP/trunk-c1", True),)
    assert book.tell(events.SwitchFound("boot-1", book.now, seen, ())) == []
    book.tell(MOVED)
    out = book.tell(events.SwitchFound("boot-1", book.now, seen, ()))
    assert one(commands.Interrupt, out) == INTERRUPT


def test_after_a_restart_the_entry_brings_what_is_due(book: Playbook) -> None:
    book.tell(events.Restarted())
    out = book.tell(MOVED)
    assert these(commands.Interrupt, out) == []
    assert heard(out) == []
    assert heard(book.reenter()) == ["Moved."]


def test_who_talks_is_not_interrupted() -> None:
    book = Playbook()
    book.call()
    book.press("1")
    leg = book.talk("c2")
    assert these(commands.Interrupt, book.tell(events.LinkFailed("c1", 1, "no way"))) == []
    assert these(commands.Listen, book.tell(events.LegEnded(leg))) == []
