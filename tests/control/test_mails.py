"""Mail: work from outside on an agent's desk, interrupted by calls and resumed by itself; chats side by side."""

import pytest
from msgspec.structs import replace

from tandem.acd.settings import AgentSettings, QueueSettings
from tandem.acd.settings import Settings as AcdSettings
from tandem.control import commands, events
from tandem.control.mail import mails
from tandem.control.mail.mail import Mail, MailShown
from tandem.control.view import view
from tests.control.playbook import SETTINGS, Playbook, one, these

QUEUES = {
    **SETTINGS.acd.queues,
    "mails": QueueSettings("mails", channel="mail", ring_seconds=10.0, wrap_up_seconds=0.0),
    "special": QueueSettings("special", {"nobody": 1}, channel="mail"),
}
AGENT = AgentSettings("1001", {"tv": 3}, "PJSIP/1001")
MAIL = events.MailCame("mail-1", "mails", "Where is it?", "ann@example.com", "case 7")


def book_of(*ready: str) -> Playbook:
    book = Playbook(replace(SETTINGS, acd=AcdSettings(QUEUES, SETTINGS.acd.agents)))
    for name in ready:
        book.agent_ready(name)
    return book


def mail(book: Playbook, name: str = "mail-1") -> Mail:
    return book.plane.state.mails[name]


def accepted(book: Playbook, name: str = "mail-1") -> list[commands.Command]:
    return book.tell(events.MailAccepted(name, mail(book, name).offer))


def talk(book: Playbook) -> str:
    """A call comes in, is offered to the agent who has the mail, and put through; returns the leg."""
    leg = one(commands.RingAgent, book.queue()).leg
    assert desk(book) == [("mail-1", "connected")]
    book.tell(events.LegAnswered(leg), 2.0)
    book.tell(events.Bridged("c1", leg))
    return leg


def desk(book: Playbook, agent: str = "1001") -> list[tuple[str, str]]:
    return [(shown.mail, shown.state) for shown in mails.desk(book.plane.context, agent)]


def test_a_mail_is_offered_on_the_desk_accepted_and_closed() -> None:
    book = book_of("1001")
    out = book.tell(MAIL)
    assert commands.ShowMail("mail-1", "1001") in out
    assert one(commands.RecordContact, out).channel == "mail"
    shown = MailShown("mail-1", 1, "queued", "mails", "Where is it?", "ann@example.com", "case 7", book.now)
    assert mails.desk(book.plane.context, "1001") == [shown]
    accepted(book)
    assert desk(book) == [("mail-1", "connected")]
    out = book.tell(events.MailClosed("mail-1", "1001"), after=60)
    record = one(commands.RecordContact, out)
    assert (record.outcome, record.talk_seconds, record.caller) == ("served", 60, "ann@example.com")
    assert (desk(book), mail(book).state) == ([], "ended")
    assert book.router.agents["1001"].state == "ready"


def test_a_mail_told_of_twice_is_one_even_after_its_end() -> None:
    book = book_of("1001")
    book.tell(MAIL)
    assert book.tell(MAIL) == []
    accepted(book)
    book.tell(events.MailClosed("mail-1", "1001"))
    assert book.tell(MAIL) == []
    book.pass_time(mails.KEPT_SECONDS)
    assert book.plane.state.mails == {}


def test_a_mail_nobody_could_ever_serve_is_an_alarm() -> None:
    out = book_of().tell(replace(MAIL, queue="special"))
    assert one(commands.RaiseAlarm, out).subject == "special"


def test_a_mail_that_is_declined_or_not_seen_goes_to_the_next() -> None:
    book = book_of("1001", "1002")
    book.tell(MAIL)
    book.tell(events.MailDeclined("mail-1", mail(book).offer))
    assert (desk(book), mail(book).agent) == ([], "1002")
    book.pass_time(10)
    assert mail(book).agent == "1001"
    late = events.MailAccepted("mail-1", 2)
    assert book.tell(late) == []


def test_a_call_interrupts_a_mail_which_goes_on_after_the_wrap_up() -> None:
    book = book_of("1001")
    book.tell(MAIL)
    accepted(book)
    leg = talk(book)
    assert commands.ShowMail("mail-1", "1001") in book.history[-1][2]
    assert desk(book) == [("mail-1", "interrupted")]
    [figures] = [a for a in view(book.plane, book.now)["board"]["agents"] if a["agent"] == "1001"]
    assert [(c["contact"], c["state"], c["units"]) for c in figures["contacts"]] == [
        ("c1", "connected", 100),
        ("mail-1", "interrupted", 20),
    ]
    assert figures["units"] == 100
    book.pass_time(100)
    book.tell(events.LegEnded(leg))
    assert desk(book) == [("mail-1", "interrupted")]
    out = book.pass_time(5)
    assert commands.ShowMail("mail-1", "1001") in out
    assert desk(book) == [("mail-1", "connected")]
    before = mail(book).talk_seconds
    book.tell(events.MailClosed("mail-1", "1001"), after=20)
    assert mail(book).talk_seconds == before + 20
    assert before == 3  # two seconds of ringing, one that the caller took to press a key


def test_an_interrupted_mail_can_be_closed() -> None:
    book = book_of("1001")
    book.tell(MAIL)
    accepted(book)
    talk(book)
    book.tell(events.MailClosed("mail-1", "1001"))
    assert (mail(book).state, book.router.agents["1001"].contacts) == ("ended", ["c1"])


def test_who_signs_out_leaves_the_mail_and_gets_it_back() -> None:
    book = book_of("1001", "1002")
    book.tell(MAIL)
    accepted(book)
    assert mail(book).agent == "1001"
    out = book.tell(events.AgentSignedOut("1001"), after=30)
    assert commands.ShowMail("mail-1", "1001") in out
    assert (mail(book).state, mail(book).agent, mail(book).talk_seconds) == ("queued", "", 30)
    book.tell(events.AgentSignedIn("1001"), after=60)
    assert (mail(book).agent, mail(book).offer) == ("1001", 2)
    assert book.router.contacts["mail-1"].enqueued_at == mail(book).came_at


@pytest.mark.parametrize("step", ["waiting", "offered", "connected"])
def test_a_mail_that_needs_nobody_any_more_is_gone_at_any_step(step: str) -> None:
    book = book_of(*([] if step == "waiting" else ["1001"]))
    book.tell(MAIL)
    if step == "connected":
        accepted(book)
    out = book.tell(events.MailWithdrawn("mail-1"))
    assert one(commands.RecordContact, out).outcome == "withdrawn"
    assert (desk(book), book.router.contacts) == ([], {})
    assert book.tell(events.MailWithdrawn("mail-1")) == []
    assert these(commands.RaiseAlarm, out) == []


def test_nobody_closes_what_is_not_theirs() -> None:
    book = book_of("1001")
    book.tell(MAIL)
    assert book.tell(events.MailClosed("mail-1", "1001")) == []
    accepted(book)
    assert book.tell(events.MailClosed("mail-1", "1002")) == []
