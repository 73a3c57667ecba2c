"""What a queue's plan offers reaches the contact that waits: told at once, taken or not, on every face."""

from typing import Any

import msgspec
import pytest

from tandem.acd.plan import Step
from tandem.control import commands, events
from tandem.control.callback.callback_settings import CallbackSettings
from tandem.control.page import pages
from tandem.control.settings import OfferSettings, Settings
from tandem.ivr.face import Answer
from tandem.ivr.reader import read_flow
from tests.control.desk import CALLBACK, FLOW, NUMBER, settings
from tests.control.playbook import BEGIN, Playbook, one, said, these

PAGE = """
name: page
languages: [en]
start: rate
apology: sorry
texts: {rate: {en: Rate us.}, sorry: {en: We are sorry.}}
nodes:
  rate: {type: survey, question: page, text: rate, keys: '12', next: bye}
  bye: {type: end}
"""
PLAIN = FLOW.replace(', while_waiting: {offers: [{key: "1", text: place, next: later}]}', "")
OWN = FLOW.replace("text: place, next: later", "text: place, next: later, way: callback")


def with_plan(*plan: Step, callback: CallbackSettings = CALLBACK, offers: OfferSettings | None = None) -> Settings:
    base = settings(callback)
    queue = msgspec.structs.replace(base.acd.queues["tech"], plan=plan)
    acd = msgspec.structs.replace(base.acd, queues={"tech": queue})
    return msgspec.structs.replace(base, acd=acd, offers={"tech": offers} if offers else {})


class Waiter(Playbook):
    """Somebody waits in a queue whose plan offers other ways."""

    def __init__(self, *plan: Step, flow: str = PLAIN, **more: Any) -> None:
        super().__init__(with_plan(*plan, **more), flow)
        self.tell(events.FlowPublished(read_flow(PAGE, "page.yaml")))
        self.call("c1", NUMBER)
        self.press("2")

    def timeline(self) -> list[tuple[str, str]]:
        """What is noted of offers."""
        steps = these(commands.RecordStep, [command for _, _, out in self.history for command in out])
        return [(step.what, step.detail) for step in steps if "another way" in step.what]

    def shown(self, link: int = 1) -> list[tuple[str, str]]:
        """The choices on a page of the call."""
        context = self.plane.context
        view = pages.look(context, context.state.pages[f"c1/{link}"], self.now)
        assert view
        return [(choice.key, choice.label) for choice in view.shown.choices]

    def hears(self, seconds: float) -> str:
        """What the caller hears when so many seconds have passed, the music being cut short for it."""
        assert one(commands.Interrupt, self.pass_time(seconds)).call == "c1"
        return said(self.tell(events.Listened("c1", self.plane.state.calls["c1"].out, None)))

    def counted(self, what: str) -> int:
        return self.plane.state.counters.get(what, 0)


def test_an_offer_of_the_plan_cuts_the_music_and_its_key_books_a_callback_in_the_old_place() -> None:
    book = Waiter(Step(after=10.0, offer="callback"))
    assert these(commands.Interrupt, book.pass_time(9.0)) == []
    assert book.hears(1.0) == "To keep your place and be called back, press one"
    out = book.press("1")
    assert "You keep your place" in said(out)
    row = one(commands.RecordCallback, out)
    assert (row.number, row.queue, row.enqueued_at) == (NUMBER, "tech", BEGIN + 1.0)
    assert one(commands.RecordWait, out).outcome == "called_back"
    assert one(commands.HangUpCall, book.press(None)).call == "c1"
    assert one(commands.RecordContact, book.tell(events.CallEnded("c1"))).outcome == "called_back"
    assert book.timeline() == [("offered another way", "callback"), ("took another way", "callback")]
    assert book.counted("other ways: callback taken") == 1


def test_a_refused_callback_leads_back_into_the_queue() -> None:
    book = Waiter(Step(offer="callback"), callback=msgspec.structs.replace(CALLBACK, most_a_day=1))
    book.plane.state.bookings[NUMBER] = [BEGIN]
    book.hears(0.0)
    assert "can not call this number" in said(book.press("1"))
    book.press(None)
    assert book.plane.state.calls["c1"].state == "queued"
    assert book.router.contacts["c1"].enqueued_at == BEGIN + 1.0


@pytest.mark.parametrize("end", ["hangs up", "is answered", "goes"])
def test_who_does_not_take_an_offer_is_on_record(end: str) -> None:
    book = Waiter(Step(after=10.0, offer="voicemail"), flow=FLOW)
    book.hears(10.0)
    if end == "hangs up":
        assert one(commands.RecordContact, book.tell(events.CallEnded("c1"))).outcome == "abandoned"
    elif end == "goes":
        book.press("1")
    else:
        leg = one(commands.RingAgent, book.agent_ready("1001")).leg
        book.tell(events.LegAnswered(leg))
        book.tell(events.Bridged("c1", leg))
    assert book.timeline() == [("offered another way", "voicemail"), ("did not take another way", "voicemail")]


def test_an_offer_that_the_flow_prepared_is_told_in_its_words_and_leads_where_it_says() -> None:
    book = Waiter(Step(after=10.0, offer="callback"), flow=OWN)
    assert these(commands.RecordCallback, book.press("1", after=1.0)) == []
    assert book.hears(9.0) == "One to be called back."
    assert "We will call you" in said(book.press("1"))
    assert book.timeline()[-1] == ("took another way", "callback")


def test_an_offer_is_told_as_often_as_the_queue_says() -> None:
    book = Waiter(Step(offer="callback"), offers=OfferSettings(times=3))
    told = [book.hears(0.0)]
    for _ in range(4):
        told += [" ".join(part.text for part in one(commands.Listen, book.press(None, after=46.0)).say)]
    assert ["called back" in words for words in told] == [True, True, True, False, False]


def test_a_voicemail_ends_the_wait_and_is_work_of_the_queue_that_offered_it() -> None:
    book = Waiter(Step(offer="voicemail"))
    book.hears(0.0)
    assert "after the tone" in said(book.press("1"))
    out = book.press(None)
    assert one(commands.RecordWait, out).outcome == "overflowed_out"
    name = one(commands.TakeVoicemail, out).voicemail
    book.tell(events.VoicemailRecorded(name, 7.0))
    book.reenter()
    (work,) = book.plane.state.work.values()
    assert (work.kind, work.queue) == ("voicemail", "tech")


def test_a_link_leads_to_the_flow_of_the_queues_settings_and_its_end_ends_the_wait() -> None:
    book = Waiter(Step(offer="link"), offers=OfferSettings(link="page"))
    book.hears(0.0)
    link = one(commands.SendLink, book.press("1"))
    book.tell(events.LinkDelivered("c1", 1, "outbox"))
    assert "You keep your place" in said(book.press(None))
    book.press(None)
    assert link.address == NUMBER
    book.tell(events.LinkOpened("c1", 1))
    page = book.plane.state.pages["c1/1"]
    assert page.reader and page.reader.flow == "page"
    book.tell(events.PageAnswered("c1/1", page.reader.session.steps, Answer(key="2")))
    assert "All is done" in said(book.tell(events.Listened("c1", book.plane.state.calls["c1"].out, None)))
    book.press(None)
    assert one(commands.RecordContact, book.tell(events.CallEnded("c1"))).outcome == "contained"


def test_a_page_of_a_queue_without_a_flow_for_it_follows_the_call() -> None:
    book = Waiter(Step(offer="link"), Step(after=30.0, offer="callback"))
    book.hears(0.0)
    book.press("1")
    book.tell(events.LinkDelivered("c1", 1, "outbox"))
    book.press(None)
    book.press(None)
    book.tell(events.LinkOpened("c1", 1))
    book.pass_time(40.0)
    assert book.shown() == [("1", "Send me a link"), ("2", "Call me back")]
    step = book.plane.state.calls["c1"].session.steps
    out = book.tell(events.PageAnswered("c1/1", step, Answer(key="2")))
    assert one(commands.RecordCallback, out).number == NUMBER


def test_a_link_to_the_chat_has_its_address_and_needs_one() -> None:
    book = Waiter(Step(offer="chat"), offers=OfferSettings(chat="https://shop.example/chat"))
    book.hears(0.0)
    assert one(commands.SendLink, book.press("1")).text == "Here you can chat with us: https://shop.example/chat"
    assert "c1/1" not in book.plane.state.pages
    book.tell(events.LinkDelivered("c1", 1, "outbox"))
    out = book.press(None)
    assert one(commands.RecordWait, out).outcome == "overflowed_out"
    bare = Waiter(Step(offer="chat"))
    bare.hears(0.0)
    assert these(commands.SendLink, bare.press("1")) == []
    assert "We could not send" in said(bare.press(None))


def test_nothing_is_offered_that_needs_a_number_to_who_withholds_it() -> None:
    book = Playbook(with_plan(Step(offer="link"), Step(offer="callback")), PLAIN)
    book.call("c1", "")
    book.press("2")
    assert these(commands.Interrupt, book.pass_time(1.0)) == []
    assert book.plane.state.counters["other ways: link not possible"] == 1


def test_an_offer_on_its_way_to_who_is_served_or_gone_is_dropped() -> None:
    for gone in (True, False):
        book = Waiter(Step(after=10.0, offer="callback"))
        book.plane.context.timers.set("way callback c1 tech", book.now + 5.0)
        if gone:
            book.tell(events.CallEnded("c1"))
        else:
            leg = one(commands.RingAgent, book.agent_ready("1001")).leg
            book.tell(events.LegAnswered(leg))
            book.tell(events.Bridged("c1", leg))
        book.pass_time(20.0)
        assert book.timeline() == []


def test_a_chat_is_offered_a_callback_as_a_choice_and_nothing_that_needs_a_voice() -> None:
    flow = PLAIN.replace("text: menu, choices", "text: menu, labels: {2: menu, 5: no}, choices")
    book = Playbook(with_plan(Step(after=10.0, offer="voicemail"), Step(after=20.0, offer="callback")), flow)
    book.tell(events.ChatBegan("chat-1", "4008", number=NUMBER))
    book.tell(events.ChatSaid("chat-1", 1, "2"))
    book.pass_time(25.0)
    last = book.plane.state.chats["chat-1"].messages[-1]
    assert [(choice.key, choice.label) for choice in last.choices] == [("1", "Call me back")]
    assert [m.text for m in book.plane.state.chats["chat-1"].messages if "press" in m.text] == []
    out = book.tell(events.ChatSaid("chat-1", 2, "1"))
    assert one(commands.RecordCallback, out).number == NUMBER
