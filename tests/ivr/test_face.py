"""A session that is read: what it shows, and how it is answered."""

import msgspec

from tandem.ivr import commands, events
from tandem.ivr.face import Answer, Face, event_of, tell
from tandem.ivr.flow import Flow
from tandem.ivr.reader import read_flow
from tandem.ivr.session import Session
from tandem.ivr.shown import Choice, Digits, Shown
from tests.ivr.playbook import START, wrap

TEXTS = {
    "welcome": "Welcome, {caller.name}.",
    "menu": "Press one to cancel, two for the hours.",
    "what": "What can we do?",
    "cancel": "Cancel an order",
    "hours_label": "Opening hours",
    "none": "Nothing came.",
    "done_hint": "A hint.",
    "wrong": "There is no such choice.",
    "hours": "We are open for {left|minutes}.",
    "ask": "Your order number, please.",
    "bad": "That is no order number.",
    "done": "Order {order|digits} is cancelled.",
    "rate": "How was it?",
    "thanks": "Thank you.",
}

NODES = """welcome: {type: say, text: welcome, next: left}
left: {type: set, values: {left: 540}, next: menu}
menu: {type: menu, text: menu, question: what, labels: {1: cancel, 2: hours_label}, choices: {1: ask, 2: hours},
  no_input: none, wrong_key: wrong, failed: bye}
hours: {type: say, text: hours, next: menu}
ask: {type: collect, text: ask, variable: order, min: 2, max: 4, no_input: none, invalid: bad, next: done, failed: bye}
done: {type: say, text: done, next: rate}
rate: {type: survey, question: rate, text: rate, keys: '12', thanks: thanks, next: bye}
bye: {type: end, text: thanks}"""


class Reader:
    """Somebody who reads; what they read is written down and read back between any two answers."""

    def __init__(self, nodes: str = NODES) -> None:
        self.flow: Flow = read_flow(wrap(nodes, TEXTS, agent="bye", zone="UTC"), "test.yaml")
        self.face = Face(Session.begin(self.flow, {"caller.name": "Ann"}, face="page"))
        self.now = START
        self.wanted: list[commands.Command] = []

    def tell(self, event: events.Event, after: float = 0.0) -> Shown:
        self.now += after
        self.face = msgspec.msgpack.decode(msgspec.msgpack.encode(self.face), type=Face)
        self.wanted = tell(self.face, self.flow, event, self.now)
        return self.face.shown(self.flow, self.now)

    def answer(self, answer: Answer) -> Shown:
        event = event_of(self.face.session, self.flow, answer)
        assert event is not None
        return self.tell(event)


def test_announcements_are_read_at_once_with_the_question_that_follows() -> None:
    shown = Reader().tell(events.Started())
    assert shown == Shown(
        step=3,
        language="en",
        texts=("Welcome, Ann.",),
        question="What can we do?",
        choices=(Choice("1", "Cancel an order"), Choice("2", "Opening hours")),
        ways=("repeat", "agent"),
    )


def test_what_was_said_since_the_answer_stands_before_the_next_question_with_figures_to_read() -> None:
    reader = Reader()
    reader.tell(events.Started())
    assert reader.answer(Answer(key="2")).texts == ("We are open for nine minutes.",)
    reader.answer(Answer(key="1"))
    shown = reader.answer(Answer(text="120"))
    assert (shown.texts, shown.question) == (("Order 120 is cancelled.",), "How was it?")
    assert shown.choices == (Choice("1", "1"), Choice("2", "2"))


def test_a_complaint_stands_before_the_question_and_the_step_stays() -> None:
    reader = Reader()
    first = reader.tell(events.Started())
    shown = reader.answer(Answer(key="7"))
    assert (shown.texts, shown.question) == (("There is no such choice.",), first.question)
    assert shown.step == first.step
    assert reader.answer(Answer(key="1")).step > first.step


def test_digits_are_asked_for_with_their_length_and_back_leads_back() -> None:
    reader = Reader()
    menu = reader.tell(events.Started())
    shown = reader.answer(Answer(key="1"))
    assert (shown.digits, shown.choices, shown.ways) == (Digits(2, 4), (), ("repeat", "back", "agent"))
    assert menu.asks and shown.asks
    assert reader.answer(Answer(way="back")).question == menu.question


def test_ways_are_answered_by_their_names() -> None:
    reader = Reader()
    reader.tell(events.Started())
    assert reader.answer(Answer(way="repeat")).question == "What can we do?"
    shown = reader.answer(Answer(way="agent"))
    assert shown.ended and not shown.asks
    assert shown.texts == ("Thank you.",)


def test_a_way_that_leads_nowhere_is_not_taken() -> None:
    reader = Reader()
    first = reader.tell(events.Started())
    assert reader.answer(Answer(way="back")).question == first.question
    assert reader.answer(Answer(way="slow")).step == first.step


FORM = """form:
  type: form
  title: what
  fields:
    - {variable: day, label: hours_label, kind: date, earliest: 1, latest: 3}
    - {variable: name, label: cancel, min: 2, max: 20, required: false, hint: done_hint}
    - {variable: count, label: cancel, kind: number, min: 0.5}
    - {variable: floor, label: cancel, kind: choice, choices: {low: hours_label}}
  submit: menu
  next: bye
  failed: bye
bye: {type: end, text: thanks}"""


def test_a_form_shows_its_fields_what_stands_in_them_and_what_is_wrong() -> None:
    reader = Reader(FORM)
    shown = reader.tell(events.Started())
    assert (shown.question, shown.submit) == ("What can we do?", "Press one to cancel, two for the hours.")
    assert [(field.min, field.max) for field in shown.fields] == [
        ("2023-11-15", "2023-11-17"), ("2", "20"), ("0.5", ""), ("", ""),
    ]  # fmt: skip
    assert [field.required for field in shown.fields] == [True, False, True, True]
    assert shown.fields[1].hint == "A hint."
    assert shown.fields[3].choices == (Choice("low", "Opening hours"),)
    reader.answer(Answer(values={"name": "Ann"}))
    shown = reader.answer(Answer(values={"count": "0"}, submitted=True))
    assert [field.error for field in shown.fields] == ["required", "", "too_small", "required"]
    assert [field.value for field in shown.fields] == ["", "Ann", "0", ""]
    right = {"day": "2023-11-16", "count": "1", "floor": "low"}
    assert reader.answer(Answer(values=right, submitted=True)).ended


def test_at_the_end_it_wants_to_hang_up_and_takes_no_more_answers() -> None:
    reader = Reader()
    reader.tell(events.Started())
    reader.answer(Answer(way="agent"))
    assert isinstance(reader.wanted[-1], commands.HangUp)
    assert not any(isinstance(command, commands.Listen) for command in reader.wanted)
    assert event_of(reader.face.session, reader.flow, Answer(key="1")) is None


def test_who_reads_is_never_hurried() -> None:
    reader = Reader()
    reader.tell(events.Started())
    assert reader.face.due is None


def test_announcements_in_a_circle_end_with_the_apology() -> None:
    reader = Reader(
        "a: {type: say, text: thanks, next: b}\n"
        "b: {type: branch, cases: [{when: dialled == '1', next: bye}], else: c}\n"
        "c: {type: say, text: thanks, next: a}\n"
        "bye: {type: end}"
    )
    shown = reader.tell(events.Started())
    assert shown.ended
    assert shown.texts == ("We are sorry.",)
    assert any(isinstance(c, commands.RecordFault) and "100 announcements" in c.reason for c in reader.wanted)
    assert isinstance(reader.wanted[-1], commands.HangUp)
