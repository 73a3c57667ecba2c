"""Who is in a contact: asked of the store while the call goes on, and on the desk before anybody can answer."""

import re

from msgspec.structs import replace

from tandem.acd.settings import QueueSettings
from tandem.control import commands, events
from tandem.control.desktop import told
from tandem.control.desktop.customer import KnownCustomer, PastContact
from tandem.control.settings import Customer, DialPlan
from tandem.control.view import Readers
from tests.control.desk import NUMBER, Desk
from tests.control.playbook import FLOW, SETTINGS, Playbook, one, said, these

CHINA = replace(SETTINGS, dial_plan=DialPlan(("2001",), country="CN"))
BEFORE = PastContact("c0", 900_000.0, "voice", "tech", "served", "1002")
ANN = KnownCustomer("ann", "Ann", "gold", ("tv",), "zh-CN", (BEFORE,))


def bilingual() -> str:
    """The flow of the playbook, in two languages."""
    chinese = re.sub(r"^(  [a-z]+: {en: .*)}$", r"\1, zh-CN: '好'}", FLOW, flags=re.MULTILINE)
    return chinese.replace("[en]", "[en, zh-CN]").replace("{link}', zh-CN: '好'", "{link}', zh-CN: '好{link}'")


def pop(book: Playbook, agent: str = "1001") -> told.ContactOffered:
    """What the agent's desk was told of last when a contact came to it."""
    (offered,) = (n.told for n in book.told if n.agent == agent and isinstance(n.told, told.ContactOffered))
    return offered


def test_the_store_is_asked_by_the_number_in_full_and_the_call_does_not_wait() -> None:
    book = Playbook(CHINA)
    out = book.call()
    assert one(commands.FindCustomer, out) == commands.FindCustomer("c1", "phone:+8613800000001")
    assert "Press one" in said(out)
    assert one(commands.RecordContact, out).identity == "phone:+8613800000001"


def test_who_withholds_their_number_is_not_looked_for() -> None:
    book = Playbook(CHINA)
    assert these(commands.FindCustomer, book.call(caller="")) == []
    assert these(commands.FindCustomer, book.call("c2", caller="anonymous")) == []


def test_the_customer_is_in_the_very_message_that_tells_of_the_contact() -> None:
    book = Playbook(CHINA)
    book.queue()
    book.tell(events.CustomerFound("c1", ANN))
    book.agent_ready("1001")
    assert pop(book).contact.customer == ANN
    assert pop(book).contact.tier == "gold"
    assert [step.detail for step in pop(book).story if step.what == "customer"] == ["ann"]


def test_who_is_found_later_is_told_of_as_a_change() -> None:
    book = Playbook(CHINA)
    book.agent_ready("1001")
    book.queue()
    assert pop(book).contact.customer is None
    book.told = []
    book.tell(events.CustomerFound("c1", ANN))
    (changed,) = (n.told for n in book.told if isinstance(n.told, told.ContactChanged))
    assert changed.contact.customer == ANN


def test_flow_and_router_learn_name_and_tier() -> None:
    book = Playbook(CHINA)
    book.call()
    book.tell(events.CustomerFound("c1", ANN))
    variables = book.plane.state.calls["c1"].session.variables
    assert (variables["caller.name"], variables["caller.tier"]) == ("Ann", "gold")
    book.press("2")
    assert book.router.contacts["c1"].tier == "gold"


def test_what_the_settings_say_of_a_number_comes_first() -> None:
    book = Playbook(replace(SETTINGS, customers={"77": replace(SETTINGS.customers["7"], name="")}))
    book.call(caller="77")
    book.tell(events.CustomerFound("c1", ANN))
    variables = book.plane.state.calls["c1"].session.variables
    assert (variables["caller.name"], variables["caller.tier"]) == ("Ann", "vip")
    assert book.plane.state.calls["c1"].tier == "vip"


def test_the_language_is_theirs_from_the_next_thing_said_until_they_have_answered() -> None:
    book = Playbook(CHINA, bilingual())
    book.call()
    book.tell(events.CustomerFound("c1", ANN))
    assert "好" in said(book.press("9"))
    late = Playbook(CHINA, bilingual())
    late.call()
    late.press("9")
    late.tell(events.CustomerFound("c1", ANN))
    assert late.plane.state.calls["c1"].session.language == "en"
    book.call("c2")
    book.tell(events.CustomerFound("c2", replace(ANN, language="fr")))
    assert book.plane.state.calls["c2"].session.language == "en"
    of_settings = Playbook(replace(CHINA, customers={"77": Customer("77", language="en")}), bilingual())
    of_settings.call("c3", caller="77")
    of_settings.tell(events.CustomerFound("c3", ANN))
    assert of_settings.plane.state.calls["c3"].session.language == "en"


def test_the_record_of_the_end_says_who_it_was() -> None:
    book = Playbook(CHINA)
    book.call()
    book.tell(events.CustomerFound("c1", ANN))
    assert one(commands.RecordContact, book.tell(events.CallEnded("c1"))).customer == "ann"
    assert (book.plane.state.customers, book.plane.state.sought) == ({}, {})


def test_an_answer_that_comes_twice_or_too_late_changes_nothing() -> None:
    book = Playbook(CHINA)
    book.call()
    book.tell(events.CustomerFound("c1", ANN))
    assert book.tell(events.CustomerFound("c1", replace(ANN, name="Bob"))) == []
    book.call("c2")
    book.tell(events.CallEnded("c2"))
    assert book.tell(events.CustomerFound("c2", ANN)) == []
    assert "c2" not in book.plane.state.customers


def test_a_failure_is_counted_and_told_to_the_operator_and_nobody_known_is_none() -> None:
    book = Playbook(CHINA)
    book.call()
    assert book.tell(events.CustomerNotFound("c1")) == []
    book.call("c2")
    alarm = one(commands.RaiseAlarm, book.tell(events.CustomerNotFound("c2", "no answer within 1 s")))
    assert (alarm.kind, alarm.subject) == ("customer not looked up", "c2")
    assert book.plane.state.counters["customer not looked up"] == 1
    assert book.tell(events.CustomerNotFound("c2", "again")) == []


def test_what_was_not_answered_is_asked_again_after_a_restart() -> None:
    book = Playbook(CHINA)
    book.call()
    again = one(commands.FindCustomer, book.tell(events.Restarted()))
    assert again.contact == "c1"
    book.tell(events.CustomerNotFound("c1"))
    assert these(commands.FindCustomer, book.tell(events.Restarted())) == []


def test_what_somebody_writes_of_themselves_is_not_proven_and_brings_no_tier() -> None:
    book = Playbook(CHINA)
    begun = book.tell(events.ChatBegan("chat-1", "4008", number="138 0000 0001"))
    assert one(commands.FindCustomer, begun).identity == "phone:+8613800000001"
    book.tell(events.CustomerFound("chat-1", ANN))
    assert book.plane.state.customers["chat-1"] == replace(ANN, proven=False)
    chat = book.plane.state.chats["chat-1"]
    assert (chat.tier, chat.session.variables["caller.tier"]) == ("", "")
    ended = one(commands.RecordContact, book.tell(events.ChatLeft("chat-1")))
    assert (ended.customer, ended.identity) == ("ann", "phone:+8613800000001")
    assert book.plane.state.customers == {}


def test_a_mail_is_known_by_the_address_it_came_from() -> None:
    queues = {"mails": QueueSettings("mails", channel="mail")}
    book = Playbook(replace(CHINA, acd=replace(CHINA.acd, queues=queues)))
    came = book.tell(events.MailCame("mail-1", "mails", "Where is it?", sender="Ann <Ann@Example.com>"))
    assert one(commands.FindCustomer, came).identity == "email:ann@example.com"
    book.tell(events.CustomerFound("mail-1", ANN))
    book.agent_ready("1001")
    assert pop(book).contact.customer == replace(ANN, proven=False)
    assert one(commands.RecordContact, book.tell(events.MailWithdrawn("mail-1"))).customer == "ann"
    assert book.plane.state.customers == {}


def test_a_voicemail_brings_its_customer_until_it_was_heard() -> None:
    flow = FLOW.replace("2: agent}", "2: message}").replace("agent:\n    type: queue", "agent:\n    type: queue")
    flow = flow.replace("choices: {1: orders, 2: message}", "choices: {1: orders, 2: message, 3: agent}")
    book = Playbook(CHINA, flow + "  message: {type: voicemail, queue: tech, next: bye, failed: bye}\n")
    book.call()
    sought = one(commands.FindCustomer, book.press("2"))
    assert sought.contact == "voicemail-c1-1"
    book.tell(events.CustomerFound(sought.contact, ANN))
    book.tell(events.CallEnded("c1"))
    book.tell(events.VoicemailRecorded(sought.contact, 7.0))
    at_work = Readers(lambda: book.plane, lambda: book.now).at_work("", ("phone:+8613800000001",))
    assert at_work == ["voicemail-c1-1"]
    leg = one(commands.PlayToAgent, book.agent_ready("1001")).leg
    assert pop(book).contact.customer == ANN
    book.tell(events.LegAnswered(leg))
    book.tell(events.LegEnded(leg))
    assert (book.plane.state.customers, book.plane.state.sought) == ({}, {})


def test_a_message_that_nobody_left_is_forgotten() -> None:
    flow = FLOW.replace("2: agent}", "2: message, 3: agent}")
    book = Playbook(CHINA, flow + "  message: {type: voicemail, queue: tech, next: bye, failed: bye}\n")
    for call, ends in (
        ("c1", events.VoicemailRecorded("voicemail-c1-1", 0.0)),
        ("c2", events.CommandFailed("TakeVoicemail", "c2", "disk full")),
    ):
        book.call(call)
        book.press("2", call)
        book.tell(ends)
        book.tell(events.CallEnded(call))
    assert (book.plane.state.customers, book.plane.state.sought) == ({}, {})


def test_a_customer_who_is_called_back_is_known_before_they_answer() -> None:
    desk = Desk()
    sought = these(commands.FindCustomer, desk.books())
    contact = sought[-1].contact
    assert (contact, sought[-1].identity) == (desk.callback.contact, "phone:+8613800000001")
    desk.tell(events.CustomerFound(contact, ANN))
    call = desk.dials().call
    assert pop(desk).contact.customer == ANN
    desk.answers(call)
    desk.tell(events.Bridged(call, desk.leg()))
    assert one(commands.RecordContact, desk.tell(events.CallEnded(call))).customer == "ann"
    assert NUMBER not in desk.plane.state.booked
    assert (desk.plane.state.customers, desk.plane.state.sought) == ({}, {})


def test_a_callback_that_sleeps_or_is_cancelled_holds_nobody() -> None:
    desk = Desk()
    desk.books()
    desk.tell(events.CustomerFound(desk.callback.contact, ANN))
    desk.tell(events.CallbackSnoozed(desk.callback.id, desk.now + 60))
    assert (desk.plane.state.customers, desk.plane.state.sought) == ({}, {})


def test_who_is_to_be_called_back_is_at_work_too() -> None:
    desk = Desk()
    desk.books()
    desk.tell(events.CallbackSnoozed(desk.callback.id, desk.now + 60))
    readers = Readers(lambda: desk.plane, lambda: desk.now)
    assert readers.at_work("ann", ("phone:+8613800000001",)) == [desk.callback.id]
    assert readers.at_work("ann", ("phone:+8613800000002",)) == []
    desk.tell(events.ChatBegan("chat-1", "4008", number="13800000002"))
    desk.tell(events.CustomerNotFound("chat-1"))
    assert readers.at_work("ann", ("phone:+8613800000002",)) == ["chat-1"]
    desk.tell(events.ChatLeft("chat-1"))
    assert readers.at_work("ann", ("phone:+8613800000002",)) == []
