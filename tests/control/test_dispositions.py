"""Dispositions: set in talk and in wrap-up, changed until its end, required by a queue."""

import pytest
from msgspec.structs import replace

from tandem.control import commands, events
from tandem.control.desktop import dispositions
from tandem.control.settings import Disposition, Settings
from tests.control.playbook import SETTINGS, Playbook, one, these
from tests.control.test_talks import CENTRE

CODES = {"solved": Disposition({"en": "Solved"}), "other": Disposition({"en": "Other"}, needs_note=True)}
SOLVED = events.ContactDisposed("1001", "c1", "solved")


def settings(*, required: bool = False, seconds: float = 60.0) -> Settings:
    tech = replace(SETTINGS.acd.queues["tech"], disposition_required=required, disposition_seconds=seconds)
    acd = replace(SETTINGS.acd, queues={"tech": tech})
    return replace(SETTINGS, acd=acd, dispositions={"tech": CODES})


def in_wrap_up(*, required: bool = True) -> Playbook:
    """Agent 1001 is through with a talk; a wrap-up is 5 s."""
    book = Playbook(settings(required=required))
    leg = book.talk()
    book.tell(events.LegEnded(leg), 10.0)
    assert book.agent_state("1001") == ("wrap_up", "")
    return book


def shown(book: Playbook) -> list[tuple[str, bool, str, str]]:
    return [(w.contact, w.owed, w.code, w.note) for w in book.desks["1001"].agent.wrapping]


def test_it_is_set_in_the_talk_and_changed_in_the_wrap_up() -> None:
    book = Playbook(settings())
    leg = book.talk()
    row = one(commands.RecordDisposition, book.tell(SOLVED, 5.0))
    assert row == commands.RecordDisposition("c1", "1001", "tech", "solved", "", book.now)
    assert book.desks["1001"].contacts[0].contact.disposition == "solved"
    book.tell(events.LegEnded(leg), 5.0)
    assert shown(book) == [("c1", False, "solved", "")]
    out = book.tell(replace(SOLVED, code="other", note="A new thing"), 1.0)
    assert one(commands.RecordDisposition, out).note == "A new thing"
    assert shown(book) == [("c1", False, "other", "A new thing")]
    book.pass_time(5.0)
    assert book.agent_state("1001") == ("ready", "")
    assert (shown(book), book.plane.state.disposed) == ([], {})
    assert dispositions.why_not(book.plane.context, SOLVED) == "not_on_desk"


def test_an_agent_who_owes_one_is_not_free_before_it_is_set() -> None:
    book = in_wrap_up()
    assert shown(book) == [("c1", True, "", "")]
    assert dispositions.why_not_ready(book.plane.context, events.AgentWentReady("1001")) == "disposition_needed"
    book.tell(events.AgentWentReady("1001"))
    book.pass_time(20.0)
    assert book.agent_state("1001") == ("wrap_up", "")
    book.tell(SOLVED)
    assert book.agent_state("1001") == ("ready", "")


def test_set_early_the_wrap_up_is_the_usual_one() -> None:
    book = in_wrap_up()
    book.tell(SOLVED, 1.0)
    assert book.agent_state("1001") == ("wrap_up", "")
    assert book.desks["1001"].agent.until == book.now + 4.0
    assert dispositions.why_not_ready(book.plane.context, events.AgentWentReady("1001")) == ""
    book.pass_time(4.0)
    assert book.agent_state("1001") == ("ready", "")


def test_what_was_set_in_the_talk_is_not_owed() -> None:
    book = Playbook(settings(required=True))
    leg = book.talk()
    book.tell(SOLVED)
    book.tell(events.LegEnded(leg), 5.0)
    assert shown(book) == [("c1", False, "solved", "")]
    book.pass_time(5.0)
    assert book.agent_state("1001") == ("ready", "")


def test_the_limit_and_a_supervisor_free_the_agent_too() -> None:
    book = in_wrap_up()
    book.pass_time(59.9)
    assert book.agent_state("1001") == ("wrap_up", "")
    book.pass_time(0.1)
    assert book.agent_state("1001") == ("ready", "")
    book = in_wrap_up()
    assert dispositions.why_not_ready(book.plane.context, events.AgentWentReady("1001", "ann")) == ""
    book.tell(events.AgentWentReady("1001", "ann"))
    assert book.agent_state("1001") == ("ready", "")


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (replace(SOLVED, contact="c9"), "not_on_desk"),
        (replace(SOLVED, agent="1002"), "not_on_desk"),
        (replace(SOLVED, code="nothing"), "unknown_disposition"),
        (replace(SOLVED, code="other"), "note_needed"),
        (replace(SOLVED, code="other", note="x"), ""),
    ],
)
def test_what_can_not_be_set_has_a_code_and_is_not_recorded(wish: events.ContactDisposed, code: str) -> None:
    book = in_wrap_up()
    assert dispositions.why_not(book.plane.context, wish) == code
    assert len(these(commands.RecordDisposition, book.tell(wish))) == (not code)


def test_a_contact_that_is_only_offered_has_none() -> None:
    book = Playbook(settings())
    book.agent_ready("1001")
    book.queue()
    assert dispositions.why_not(book.plane.context, SOLVED) == "not_on_desk"


def asking(settings: Settings) -> Settings:
    """Each queue wants to know what its contacts were about."""
    queues = {
        name: replace(queue, disposition_required=True, disposition_seconds=60.0)
        for name, queue in settings.acd.queues.items()
    }
    return replace(settings, acd=replace(settings.acd, queues=queues), dispositions=dict.fromkeys(queues, CODES))


@pytest.mark.parametrize("early", [True, False])
def test_who_left_the_caller_to_a_colleague_says_what_it_was_about_and_so_does_the_colleague(early: bool) -> None:
    book = Playbook(asking(CENTRE))
    leg = book.talk()
    book.agent_ready("1002")
    book.tell(events.AgentConsulted("1001", "c1", events.Target(agent="1002")))
    book.reenter()
    consultation = book.plane.state.calls["c1"].consultation
    assert consultation
    colleague = str(consultation.leg)
    book.tell(events.LegAnswered(colleague), 3.0)
    if early:
        book.tell(SOLVED)
    book.tell(events.LegEnded(leg), 5.0)
    book.tell(events.Bridged("c1", colleague))
    assert shown(book) == [("c1", not early, "solved" if early else "", "")]
    row = one(commands.RecordDisposition, book.tell(replace(SOLVED, code="other", note="for a lawyer"), 10.0))
    assert (row.agent, row.code, row.note) == ("1001", "other", "for a lawyer")
    assert book.agent_state("1001") == ("ready", "")
    book.tell(events.LegEnded(colleague), 5.0)
    assert [wrapping.owed for wrapping in book.desks["1002"].agent.wrapping] == [True]
    book.tell(replace(SOLVED, agent="1002"), 10.0)
    assert book.agent_state("1002") == ("ready", "")


def test_who_sent_the_caller_on_says_what_it_was_about() -> None:
    book = Playbook(asking(CENTRE))
    book.talk()
    book.tell(events.AgentTransferred("1001", "c1", events.Target(queue="more")))
    book.reenter()
    assert book.router.contacts["c1"].queue == "more"
    assert shown(book) == [("c1", True, "", "")]
    row = one(commands.RecordDisposition, book.tell(SOLVED, 10.0))
    assert (row.agent, row.queue) == ("1001", "tech")
    assert book.agent_state("1001") == ("reserved", "")  # free again, and the only one for the caller
