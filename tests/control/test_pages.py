"""Pages: a flow of their own, or the call's; what is told to the call, recorded and kept."""

import msgspec
import pytest

from tandem.control import commands, events
from tandem.control.page.guides import KEPT_SECONDS
from tandem.control.page.page import Page
from tandem.control.page.pages import PageShown, look
from tandem.control.view import view
from tandem.control.voice.wishes import PAGE_SECONDS
from tandem.ivr.face import Answer
from tandem.ivr.reader import read_flow
from tests.control.playbook import BEGIN, FLOW, Playbook, one, said, these

LINE = """
name: line
languages: [en]
start: agent
apology: sorry
texts:
  sorry: {en: We are sorry.}
  message: {en: 'Book here: {link}'}
  booked: {en: 'You are booked.'}
  soon: {en: An agent will be with you.}
  nothing: {en: Nothing.}
  menu: {en: Press one for a link.}
  place: {en: 'You are number {position}.'}
nodes:
  agent:
    type: menu
    text: menu
    choices: {1: send, 2: queue}
    no_input: nothing
    wrong_key: nothing
    failed: queue
  send:
    type: link
    purpose: booking
    text: message
    page: booking
    parameters: {city: Riga}
    results: {day: day}
    done: booked
    stuck: stuck
    next: queue
    failed: queue
  queue:
    type: queue
    queue: tech
    while_waiting: {announcements: [place], announce_after: 5, announce_every: 10}
    next: end
  booked: {type: end, text: booked}
  stuck: {type: say, text: soon, next: queue}
  end: {type: end}
"""

BOOKING = """
name: booking
languages: [en]
start: form
apology: sorry
parameters: {city: text}
results: {day: text}
texts:
  sorry: {en: We are sorry.}
  title: {en: 'A visit in {city}'}
  day: {en: The day}
  name: {en: Your name}
  book: {en: Book}
  thanks: {en: Thank you.}
nodes:
  form:
    type: form
    title: title
    fields: [{variable: day, label: day, kind: date}, {variable: name, label: name}]
    submit: book
    next: thanks
    failed: gave_up
  gave_up: {type: set, values: {day: ''}, next: thanks}
  thanks: {type: end, text: thanks}
"""


def booking(source: str = BOOKING) -> Playbook:
    """A caller who has the link to a booking, and waits in the queue meanwhile."""
    book = Playbook()
    book.tell(events.FlowPublished(read_flow(LINE, "line.yaml", {"booking": source}.get)))
    book.call()
    book.press("1")
    book.tell(events.LinkDelivered("c1", 1, "webhook"))
    book.press(None)
    assert book.plane.state.calls["c1"].state == "queued"
    return book


def following() -> Playbook:
    """A caller whose link leads to a page that follows the call."""
    book = Playbook(flow=FLOW.replace("next: bye, failed: bye}", "next: menu, failed: bye}"))
    book.call()
    book.press("1")
    book.tell(events.LinkDelivered("c1", 1, "webhook"))
    book.press(None)
    return book


def page(book: Playbook) -> Page:
    return book.plane.state.pages["c1/1"]


def seen(book: Playbook) -> PageShown:
    shown = look(book.plane.context, page(book), book.now)
    assert shown
    return shown


def answer(book: Playbook, step: int | None = None, **given: object) -> list[commands.Command]:
    at = seen(book).shown.step if step is None else step
    return book.tell(events.PageAnswered("c1/1", at, msgspec.convert(given, Answer)))


def test_a_page_begins_when_it_is_opened_with_what_the_flow_gave_it() -> None:
    book = booking()
    assert look(book.plane.context, page(book), book.now) is None
    out = book.tell(events.LinkOpened("c1", 1))
    assert one(commands.ShowPage, out[-1:]) == commands.ShowPage("c1/1")
    shown = seen(book).shown
    assert (shown.question, shown.submit, shown.position) == ("A visit in Riga", "Book", 1)
    assert [field.name for field in shown.fields] == ["day", "name"]
    assert seen(book).agent
    step = book.plane.state.pages["c1/1"].reader
    assert step and step.session.face == "page"
    book.tell(events.LinkOpened("c1", 1))
    assert seen(book).shown == shown


def test_what_is_typed_is_recorded_and_seen_by_the_agent_before_it_is_submitted() -> None:
    book = booking()
    book.tell(events.LinkOpened("c1", 1))
    out = answer(book, values={"name": "Ann"})
    assert one(commands.RecordForm, out) == commands.RecordForm("c1", "booking/form", '{"name":"Ann"}', False, book.now)
    assert seen(book).shown.fields[1].value == "Ann"
    assert book.plane.state.pages["c1/1"].reader.forms == {"booking/form": {"name": "Ann"}}  # type: ignore[union-attr]


def test_a_form_that_is_done_leaves_the_queue_and_the_voice_says_so() -> None:
    book = booking()
    book.tell(events.LinkOpened("c1", 1))
    wrong = answer(book, values={"day": "soon", "name": "Ann"}, submitted=True)
    assert [field.error for field in seen(book).shown.fields] == ["bad_date", ""]
    assert not these(commands.Interrupt, wrong)
    out = answer(book, values={"day": "2026-02-03", "name": "Ann"}, submitted=True)
    assert one(commands.RecordForm, out).submitted
    assert one(commands.RecordWait, out).outcome == "self_served"
    assert one(commands.Interrupt, out).call == "c1"
    assert (seen(book).outcome, seen(book).shown.texts) == ("done", ("Thank you.",))
    assert said(book.reenter()) == "You are booked."
    assert book.plane.state.calls["c1"].session.variables["day"] == "2026-02-03"
    book.press(None)
    assert book.plane.state.calls["c1"].flow_ended


def test_who_is_stuck_asks_for_an_agent_and_keeps_the_place() -> None:
    book = booking()
    book.tell(events.LinkOpened("c1", 1))
    answer(book, values={"name": "Ann"})
    out = answer(book, way="agent")
    assert seen(book).outcome == "stuck"
    assert one(commands.Interrupt, out)
    assert not these(commands.RecordWait, out)
    assert said(book.reenter()) == "An agent will be with you."
    assert book.plane.state.calls["c1"].state == "queued"
    assert answer(book, values={"name": "Bob"}) == [commands.ShowPage("c1/1")]


def test_a_page_outlives_its_call_and_its_form_can_still_be_submitted() -> None:
    book = booking()
    book.tell(events.LinkOpened("c1", 1))
    book.tell(events.CallEnded("c1", 16))
    assert not seen(book).agent
    out = answer(book, values={"day": "2026-02-03", "name": "Ann"}, submitted=True)
    assert one(commands.RecordForm, out).submitted
    assert seen(book).outcome == "done"
    assert {step.call for step in these(commands.RecordStep, out)} == {"c1/1"}


def test_a_page_that_is_done_during_the_talk_does_not_disturb_it() -> None:
    book = booking()
    book.tell(events.LinkOpened("c1", 1))
    leg = one(commands.RingAgent, book.agent_ready("1001")).leg
    book.tell(events.LegAnswered(leg))
    book.tell(events.Bridged("c1", leg))
    assert seen(book).talking
    out = answer(book, values={"day": "2026-02-03", "name": "Ann"}, submitted=True)
    assert not these(commands.Interrupt, out)
    call = book.plane.state.calls["c1"]
    assert (call.state, call.session.node) == ("connected", "queue")


def test_a_stale_answer_answers_nothing_and_shows_the_present() -> None:
    book = booking()
    book.tell(events.LinkOpened("c1", 1))
    assert answer(book, step=0, values={"name": "Ann"}) == [commands.ShowPage("c1/1")]
    assert answer(book, step=0, way="agent") == [commands.ShowPage("c1/1")]
    assert seen(book).outcome == ""


def test_a_revoked_page_and_one_too_old_are_gone() -> None:
    book = booking()
    book.tell(events.LinkOpened("c1", 1))
    out = book.tell(events.PageRevoked("c1/1"))
    assert one(commands.RecordLink, out).status == "revoked"
    assert commands.ShowPage("c1/1") in out
    assert book.plane.state.pages == {}
    assert book.tell(events.PageAnswered("c1/1", 1, Answer(key="1"))) == []
    book.tell(events.CallEnded("c1", 16))
    book.pass_time(2 * PAGE_SECONDS)
    old = booking()
    old.tell(events.CallEnded("c1", 16))
    old.pass_time(BEGIN + PAGE_SECONDS - old.now - 1)
    assert old.plane.state.pages
    old.pass_time(3)
    assert old.plane.state.pages == {}
    assert old.plane.state.timers == {}


def test_a_flow_version_stays_while_a_page_walks_it() -> None:
    book = booking()
    book.tell(events.LinkOpened("c1", 1))
    book.tell(events.CallEnded("c1", 16))
    book.tell(events.FlowPublished(read_flow(FLOW, "line.yaml")))
    assert seen(book).shown.question
    book.tell(events.PageRevoked("c1/1"))
    assert len([key for key in book.plane.state.flows if key.startswith("line@")]) == 1


def test_a_page_that_follows_shows_what_the_voice_asks_and_answers_for_it() -> None:
    book = following()
    shown = seen(book).shown
    assert shown.question.startswith("Press one")
    assert [choice.key for choice in shown.choices] == ["1", "2"]
    out = answer(book, key="2")
    assert one(commands.Interrupt, out).call == "c1"
    assert book.plane.state.calls["c1"].state == "queued"
    assert seen(book).shown.position == 1
    assert commands.ShowPage("c1/1") in out


def test_a_key_on_the_phone_moves_the_page() -> None:
    book = following()
    out = book.press("2")
    assert commands.ShowPage("c1/1") in out
    assert (seen(book).shown.question, seen(book).shown.position) == ("", 1)
    stale = book.tell(events.PageAnswered("c1/1", 3, Answer(key="1")))
    assert stale == [commands.ShowPage("c1/1")]


def test_a_page_that_follows_is_over_with_the_call() -> None:
    book = following()
    out = book.tell(events.CallEnded("c1", 16))
    assert commands.ShowPage("c1/1") in out
    assert seen(book).outcome == "over"
    assert answer(book, key="1") == [commands.ShowPage("c1/1")]


@pytest.mark.parametrize("submitted", [False, True])
def test_after_a_restart_the_page_is_as_it_was_and_nothing_is_sent_twice(submitted: bool) -> None:
    book = booking()
    book.tell(events.LinkOpened("c1", 1))
    answer(book, values={"day": "2026-02-03", "name": "Ann"}, submitted=submitted)
    before = seen(book)
    out = book.tell(events.Restarted())
    assert not these(commands.SendLink, out)
    assert seen(book).shown.fields == before.shown.fields
    assert seen(book).outcome == before.outcome


def test_the_view_of_a_call_has_its_pages_and_forms() -> None:
    book = booking()
    (call,) = view(book.plane, book.now)["calls"]
    assert call["pages"] == [{"link": 1, "purpose": "booking", "node": None, "outcome": "", "forms": {}}]
    book.tell(events.LinkOpened("c1", 1))
    answer(book, values={"name": "Ann"})
    (call,) = view(book.plane, book.now)["calls"]
    assert call["pages"][0]["forms"] == {"booking/form": {"name": "Ann"}}
    assert (call["pages"][0]["node"], call["forms"]) == ("form", {})


def with_form(nodes: str) -> str:
    """The booking, whose form gives way to other nodes."""
    return BOOKING[: BOOKING.index("nodes:")] + nodes + BOOKING[BOOKING.index("  gave_up:") :]


LOOKUP = """nodes:
  form: {type: lookup, service: orders, path: /days, values: {day: {path: $.day}}, next: thanks, failed: gave_up}
"""


def test_a_page_asks_systems_outside_and_goes_on_when_they_answer() -> None:
    book = booking(with_form(LOOKUP))
    out = book.tell(events.LinkOpened("c1", 1))
    assert one(commands.LookUp, out).subject == "c1/1"
    assert not seen(book).shown.asks and seen(book).outcome == ""
    assert one(commands.LookUp, book.tell(events.Restarted())).subject == "c1/1"
    out = book.tell(events.LookedUp("c1/1", 1, {"day": "Monday"}))
    assert ("c1/1", "page looked up") in [(step.call, step.what) for step in these(commands.RecordStep, out)]
    assert seen(book).outcome == "done"
    assert book.plane.state.calls["c1"].session.variables["day"] == "Monday"
    assert commands.ShowPage("c1/1") in out


def test_what_a_page_asked_is_forgotten_with_it() -> None:
    book = booking(with_form(LOOKUP))
    book.tell(events.LinkOpened("c1", 1))
    book.tell(events.PageRevoked("c1/1"))
    assert not these(commands.LookUp, book.tell(events.Restarted()))


def test_a_page_whose_flow_wants_an_agent_is_stuck() -> None:
    book = booking(with_form("nodes:\n  form: {type: queue, queue: tech, next: gave_up}\n"))
    out = book.tell(events.LinkOpened("c1", 1))
    assert seen(book).outcome == "stuck"
    assert one(commands.Interrupt, out)
    assert book.plane.state.calls["c1"].session.node == "stuck"
    assert len(book.plane.context.router.snapshot().contacts) == 1


def test_a_link_that_a_page_would_send_fails_and_the_page_goes_on_by_itself() -> None:
    texts = BOOKING.replace("  thanks: {en: Thank you.}", "  thanks: {en: Thank you.}\n  message: {en: 'See {link}'}")
    link = "nodes:\n  form: {type: link, purpose: x, text: message, next: gave_up, failed: gave_up}\n"
    book = booking(texts[: texts.index("nodes:")] + link + texts[texts.index("  gave_up:") :])
    out = book.tell(events.LinkOpened("c1", 1))
    assert not these(commands.SendLink, out) and seen(book).outcome == ""
    out = book.pass_time(1.0)
    assert seen(book).outcome == "done"
    assert one(commands.RaiseAlarm, out).kind == "flow fault"


def test_a_guide_is_begun_once_and_goes_by_itself() -> None:
    book = Playbook()
    book.tell(events.FlowPublished(read_flow(BOOKING, "booking.yaml")))
    out = book.tell(events.GuideBegan("guide-1", "booking", "c9", "en", {"city": "Riga"}))
    assert one(commands.RecordStep, out).call == "c9/guide-1"
    assert commands.ShowPage("guide-1") in out
    assert book.tell(events.GuideBegan("guide-1", "booking")) == []
    assert book.plane.state.timers == {"guide guide-1": book.now + KEPT_SECONDS}
    answered = events.GuideAnswered("guide-1", 1, Answer(values={"name": "Ann"}))
    assert one(commands.RecordForm, book.tell(answered, 60.0)).call == "c9"
    assert book.plane.state.timers == {"guide guide-1": book.now + KEPT_SECONDS}
    book.pass_time(KEPT_SECONDS + 1)
    assert (book.plane.state.guides, book.plane.state.timers) == ({}, {})
    book.tell(events.GuideBegan("guide-2", "booking"))
    assert commands.ShowPage("guide-2") in book.tell(events.GuideEnded("guide-2"))
    assert (book.plane.state.guides, book.plane.state.timers) == ({}, {})


def test_what_a_queue_offers_can_be_taken_on_the_page() -> None:
    book = following()
    book.press("2")
    shown = seen(book).shown
    assert [(choice.key, choice.label) for choice in shown.choices] == [("1", "Press one for a link.")]
    assert answer(book, key="2") == [commands.ShowPage("c1/1")]
    out = answer(book, key="1")
    assert one(commands.Interrupt, out)
    assert one(commands.SendLink, out).link == 2
