"""Chats: the flow in writing, the queue, an agent, the flow again; silence, absence, kills."""

import msgspec
import pytest

from tandem.acd.settings import AgentSettings, QueueSettings
from tandem.acd.settings import Settings as AcdSettings
from tandem.control import commands, events, wire
from tandem.control.chat.chat import CHAT, Chat, Message
from tandem.control.chat.chats import AWAY_SECONDS, KEPT_SECONDS, MOST_KEPT
from tandem.control.plane import Plane
from tandem.control.settings import ChatSettings, DialPlan
from tandem.control.view import view
from tandem.ivr.reader import read_flow
from tandem.ivr.shown import Choice
from tests.control.playbook import FLOW as CALLS
from tests.control.playbook import SETTINGS, Playbook, one, these

FLOW = """
name: line
languages: [en, zh-CN]
start: welcome
apology: sorry
agent: agent
zone: UTC
texts:
  welcome: {en: 'Welcome, {caller.name}.', zh-CN: '您好'}
  menu: {en: Press one for a visit or two for a person., zh-CN: '请按键'}
  what: {en: What can we do?, zh-CN: '您需要什么？'}
  visit: {en: A visit, zh-CN: '上门'}
  person: {en: A person, zh-CN: '人工'}
  call: {en: A call from us, zh-CN: '回电'}
  send: {en: A link, zh-CN: '链接'}
  nothing: {en: Nothing was pressed., zh-CN: '没有'}
  wrong: {en: There is no such choice., zh-CN: '没有这个选项'}
  message: {en: 'Book here: {link}', zh-CN: '预约 {link}'}
  booked: {en: 'You are booked for floor {floor}.', zh-CN: '已预约'}
  place: {en: 'You are number {position}.', zh-CN: '您是第 {position} 位'}
  offer: {en: Book a visit meanwhile, zh-CN: '预约'}
  rate: {en: Please rate us from one to five., zh-CN: '评价'}
  sorry: {en: We are sorry., zh-CN: '对不起'}
  bye: {en: Goodbye., zh-CN: '再见'}
nodes:
  welcome: {type: say, text: welcome, next: menu}
  menu:
    type: menu
    text: menu
    question: what
    labels: {1: visit, 2: person, 3: call, 4: send}
    choices: {1: visit, 2: agent, 3: call, 4: send}
    no_input: nothing
    wrong_key: wrong
    tries: 3
    failed: bye
  visit:
    type: link
    purpose: booking
    text: message
    page: booking
    results: {floor: floor}
    done: booked
    next: agent
    failed: agent
  booked: {type: say, text: booked, next: bye}
  send: {type: link, purpose: order, text: message, next: bye, failed: agent}
  call: {type: callback, queue: tech, next: bye, refused: agent}
  agent:
    type: queue
    queue: tech
    while_waiting:
      announcements: [place]
      announce_after: 5
      announce_every: 10
      offers: [{key: '1', text: offer, next: visit}]
    next: rate
  rate: {type: survey, question: satisfaction, text: rate, keys: '12345', next: bye}
  bye: {type: end, text: bye}
"""

BOOKING = """
name: booking
languages: [en, zh-CN]
start: form
apology: sorry
results: {floor: text}
texts:
  sorry: {en: We are sorry., zh-CN: '对不起'}
  title: {en: A visit, zh-CN: '上门'}
  name: {en: Your name, zh-CN: '姓名'}
  hint: {en: As on the bill, zh-CN: '如账单'}
  floor: {en: The floor, zh-CN: '楼层'}
  low: {en: Ground floor, zh-CN: '一楼'}
  high: {en: Above, zh-CN: '楼上'}
  book: {en: Book, zh-CN: '预约'}
nodes:
  form:
    type: form
    title: title
    fields:
      - {variable: name, label: name, hint: hint, min: 3}
      - {variable: floor, label: floor, kind: choice, choices: {low: low, high: high}}
    submit: book
    next: done
    failed: done_without
  done_without: {type: set, values: {floor: ''}, next: done}
  done: {type: end}
"""

SENDERS = {"bot": "", "customer": "> ", "agent": "A: ", "system": "* "}


class ChatBook(Playbook):
    """A playbook with one chat."""

    def __init__(self) -> None:
        lines = {"4008": "line", "web": "line"}
        super().__init__(msgspec.structs.replace(SETTINGS, lines=lines, chats=ChatSettings(60.0, 30.0)))
        self.tell(events.FlowPublished(read_flow(FLOW, "line.yaml", {"booking": BOOKING}.get)))
        self.read = 0

    def begin(self, number: str = "7", **given: str) -> list[commands.Command]:
        return self.tell(events.ChatBegan("chat-1", "web", given.pop("name", "Ann"), number=number, **given))

    def says(self, text: str, after: float = 1.0) -> list[commands.Command]:
        return self.tell(events.ChatSaid("chat-1", self.chat.heard + 1, text), after)

    def queued(self) -> list[commands.Command]:
        self.begin()
        return self.says("2")

    def talking(self) -> None:
        self.agent_ready("1001")
        self.queued()
        self.accept()

    def accept(self) -> list[commands.Command]:
        return self.tell(events.AgentAccepted("chat-1", self.chat.offer), 2.0)

    def agent_says(self, text: str) -> list[commands.Command]:
        return self.tell(events.AgentSaid("chat-1", self.chat.agent, self.chat.agent_heard + 1, text), 1.0)

    def close(self) -> list[commands.Command]:
        return self.tell(events.AgentClosed("chat-1", self.chat.agent), 1.0)

    @property
    def chat(self) -> Chat:
        return self.plane.state.chats["chat-1"]

    def news(self) -> list[str]:
        """What was said since this was asked last."""
        new = [message for message in self.chat.messages if message.number > self.read]
        self.read = self.chat.said
        return [shown(message) for message in new]

    def outcome(self) -> commands.RecordContact:
        rows = [row for _, _, out in self.history for row in these(commands.RecordContact, out)]
        return [row for row in rows if row.call == "chat-1"][-1]


def shown(message: Message) -> str:
    return SENDERS[message.sender] + (message.notice or message.text)


MENU = "What can we do?\n1. A visit\n2. A person\n3. A call from us\n4. A link"


def test_a_chat_begins_with_what_the_flow_says_and_its_choices_numbered() -> None:
    book = ChatBook()
    out = book.begin()
    assert book.news() == ["Welcome, Ann.", MENU]
    assert book.chat.messages[-1].choices[0] == Choice("1", "A visit")
    row = one(commands.RecordContact, out)
    assert (row.channel, row.caller, row.dialled, row.flow, row.outcome) == ("chat", "7", "web", "line", "")
    assert [message.text for message in these(commands.RecordMessage, out)] == ["Welcome, Ann.", MENU]
    assert out[-1] == commands.ShowChat("chat-1", "")


def test_what_a_customer_says_of_themselves_puts_them_nowhere_ahead() -> None:
    book = ChatBook()
    book.begin(number="7", name="{mallory}")
    known = book.chat.session.variables
    assert (known["caller.number"], known["caller.name"], known["caller.tier"]) == ("7", "mallory", "")
    assert (known["caller.boost"], known["caller.priority"]) == (0.0, 0)


def test_a_chat_is_in_the_customers_language_where_the_flow_has_it() -> None:
    book = ChatBook()
    book.begin(language="zh-CN")
    assert book.news()[0] == "您好"
    assert book.outcome().language == "zh-CN"


def test_a_line_that_leads_nowhere_begins_nothing() -> None:
    book = ChatBook()
    out = book.tell(events.ChatBegan("chat-1", "nowhere"))
    assert one(commands.RaiseAlarm, out).kind == "no flow for number"
    assert book.plane.state.chats == {}


@pytest.mark.parametrize("answer", ["2", "２", "a person", " A PERSON ", "0"])
def test_a_choice_is_taken_by_its_number_its_label_or_the_flows_key(answer: str) -> None:
    book = ChatBook()
    book.begin()
    book.says(answer)
    assert book.chat.state == "queued"


def test_a_wrong_answer_gets_the_question_again_until_there_were_too_many() -> None:
    book = ChatBook()
    book.begin()
    book.news()
    book.says("what?")
    assert book.news() == ["> what?", "There is no such choice.", MENU]
    book.says("what?")
    out = book.says("what?")
    assert book.news()[-1] == "Goodbye."
    assert book.chat.state == "ended"
    assert one(commands.RecordContact, out).outcome == "contained"


def test_a_message_sent_twice_counts_once_and_one_before_its_turn_does_not() -> None:
    book = ChatBook()
    book.begin()
    book.tell(events.ChatSaid("chat-1", 2, "2"))
    assert book.chat.state == "flow"
    book.tell(events.ChatSaid("chat-1", 1, "what?"))
    said = book.chat.said
    again = book.tell(events.ChatSaid("chat-1", 1, "what?"))
    assert again == [commands.ShowChat("chat-1", "")]
    assert book.chat.said == said


def test_a_links_page_is_walked_right_there_field_by_field() -> None:
    book = ChatBook()
    book.begin()
    book.news()
    out = book.says("1")
    assert not these(commands.SendLink, out)
    assert book.news() == ["> 1", "A visit", "Your name\nAs on the bill"]
    book.says("Al")
    assert book.news() == ["> Al", "A visit", "Your name\nAs on the bill"]
    field = book.chat.messages[-1].field
    assert field and (field.error, field.min) == ("too_short", "3")
    book.says("Alice")
    assert book.news() == ["> Alice", "The floor\n1. Ground floor\n2. Above"]
    out = book.says("2")
    assert book.news() == ["> 2", "You are booked for floor high.", "Goodbye."]
    form = these(commands.RecordForm, out)[-1]
    assert (form.call, form.submitted) == ("chat-1", True)
    assert book.outcome().outcome == "contained"
    assert not [alarm for _, _, out in book.history for alarm in these(commands.RaiseAlarm, out)]


def test_who_is_stuck_in_the_form_asks_for_an_agent() -> None:
    book = ChatBook()
    book.begin()
    book.says("1")
    book.says("0")
    assert book.chat.state == "queued"


def test_a_link_without_a_page_has_nothing_to_show() -> None:
    book = ChatBook()
    book.begin()
    book.says("4")
    book.pass_time(1.0)
    assert (book.chat.state, book.chat.faults) == ("queued", 1)


def test_a_callback_is_booked_in_writing_where_the_dial_plan_allows_the_number() -> None:
    book = ChatBook()
    plan = DialPlan(numbers=("138.",))
    book.tell(events.SettingsLoaded(msgspec.structs.replace(book.plane.state.settings, dial_plan=plan)))
    book.begin(number="13800000001")
    book.says("3")
    (callback,) = book.plane.state.callbacks.values()
    assert (callback.number, callback.queue, callback.call) == ("13800000001", "tech", book.chat.id)
    assert book.chat.outcome == "called_back"


def test_a_number_that_may_not_be_called_leads_on_as_refused() -> None:
    book = ChatBook()
    book.begin(number="0900123456")
    book.says("3")
    assert (book.chat.state, book.plane.state.callbacks) == ("queued", {})


def test_who_waits_is_told_their_place_at_its_rhythm_and_offered_what_the_queue_offers() -> None:
    book = ChatBook()
    book.queued()
    book.news()
    book.pass_time(4.5)
    assert book.news() == []
    book.pass_time(1.0)
    assert book.news() == ["You are number 1.", "1. Book a visit meanwhile"]
    book.pass_time(9.0)
    assert book.news() == []
    book.pass_time(1.5)
    assert book.news() == ["You are number 1.", "1. Book a visit meanwhile"]
    book.says("hello?")
    assert book.news() == ["> hello?"]


def test_who_takes_an_offer_keeps_their_place_and_leaves_the_queue_when_that_is_done() -> None:
    book = ChatBook()
    book.queued()
    book.says("1")
    assert book.chat.state == "queued"
    book.says("Alice")
    out = book.says("1")
    assert one(commands.RecordWait, out).outcome == "self_served"
    assert book.outcome().outcome == "contained"


def test_an_agent_who_accepts_while_a_form_is_filled_in_takes_the_chat_at_once() -> None:
    book = ChatBook()
    book.queued()
    book.says("1")
    book.agent_ready("1001")
    book.accept()
    book.says("Alice")
    assert book.news()[-2:] == ["* joined", "> Alice"]
    book.close()
    assert book.news()[-1] == "Please rate us from one to five."


def test_the_whole_way_bot_queue_agent_survey() -> None:
    book = ChatBook()
    book.agent_ready("1001")
    out = book.queued()
    offered = one(commands.OfferChat, out)
    assert (offered.agent, offered.chat) == ("1001", "chat-1")
    assert [shown(message) for message in offered.said] == ["Welcome, Ann.", MENU, "> 2"]
    assert book.agent_state("1001") == ("ringing", "")
    book.news()
    out = book.accept()
    assert one(commands.WithdrawChat, out).offer == offered.offer
    assert one(commands.RecordWait, out).outcome == "answered"
    assert book.agent_state("1001") == ("connected", "")
    book.agent_says("Hello, Ann.")
    book.says("My television is dark.")
    assert book.news() == ["* joined", "A: Hello, Ann.", "> My television is dark."]
    assert book.chat.messages[-2].agent == "1001"
    out = book.close()
    assert book.agent_state("1001") == ("wrap_up", "")
    assert book.news() == ["* left", "Please rate us from one to five."]
    out = book.says("5")
    assert one(commands.RecordAnswer, out).answer == "5"
    row = one(commands.RecordContact, out)
    assert (row.outcome, row.channel, row.talk_seconds) == ("served", "chat", 3.0)
    assert book.news() == ["> 5", "Goodbye."]
    steps = [step for _, _, out in book.history for step in these(commands.RecordStep, out)]
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    wanted = ["queued", "offered", "connected", "offer ended", "talk ended", "ended"]
    assert [step.what for step in steps if step.what in wanted] == wanted


def test_an_agent_who_declines_or_does_not_look_makes_way_for_the_next() -> None:
    book = ChatBook()
    for agent in ("1001", "1002", "1003"):
        book.agent_ready(agent)
    first = one(commands.OfferChat, book.queued())
    out = book.tell(events.AgentDeclined("chat-1", first.offer))
    second = one(commands.OfferChat, out)
    assert {offer.outcome for offer in these(commands.RecordOffer, out)} == {"declined"}
    out = book.pass_time(11.0)
    third = one(commands.OfferChat, out)
    assert one(commands.RecordOffer, out).outcome == "no_answer"
    assert {first.agent, second.agent, third.agent} == {"1001", "1002", "1003"}
    for stale in (first.offer, 0):
        assert book.tell(events.AgentAccepted("chat-1", stale)) == []
    book.accept()
    assert book.chat.agent == third.agent


def test_nobody_but_the_agent_in_talk_speaks_and_nothing_is_said_twice() -> None:
    book = ChatBook()
    book.talking()
    book.news()
    assert book.tell(events.AgentSaid("chat-1", "1002", 1, "Me too.")) == []
    assert book.tell(events.AgentClosed("chat-1", "1002")) == []
    book.agent_says("Hello.")
    book.tell(events.AgentSaid("chat-1", "1001", 1, "Hello."))
    book.tell(events.AgentSaid("chat-1", "1001", 3, "Early."))
    assert book.news() == ["A: Hello."]


def test_a_second_talk_begins_to_count_anew() -> None:
    book = ChatBook()
    book.talking()
    book.agent_says("Hello.")
    book.close()
    book.says("0")
    book.pass_time(6.0)
    book.accept()
    book.news()
    book.tell(events.AgentSaid("chat-1", "1001", 1, "Hello again."))
    assert book.news() == ["A: Hello again."]
    book.close()
    book.says("5")
    assert book.outcome().outcome == "served"


def test_an_agent_who_pauses_loses_the_offer() -> None:
    book = ChatBook()
    book.agent_ready("1001")
    book.queued()
    out = book.tell(events.AgentPaused("1001", "lunch"))
    assert one(commands.WithdrawChat, out).agent == "1001"
    assert (book.chat.offer, book.chat.agent, book.chat.state) == (0, "", "queued")
    assert book.plane.state.timers.get("chat-offer chat-1") is None


@pytest.mark.parametrize("where", ["flow", "queued", "offered", "connected"])
def test_a_customer_who_leaves_is_gone_at_once_wherever_they_are(where: str) -> None:
    book = ChatBook()
    if where == "connected":
        book.talking()
    elif where == "flow":
        book.begin()
    else:
        if where == "offered":
            book.agent_ready("1001")
        book.queued()
    out = book.tell(events.ChatLeft("chat-1"))
    outcome = {"flow": "left_menu", "queued": "abandoned", "offered": "abandoned", "connected": "served"}[where]
    assert one(commands.RecordContact, out).outcome == outcome
    assert book.chat.state == "ended"
    assert book.router.contacts == {}
    if where == "offered":
        assert one(commands.WithdrawChat, out).chat == "chat-1"
        assert book.agent_state("1001") == ("ready", "")
    if where == "connected":
        assert book.agent_state("1001")[0] == "wrap_up"
    assert book.tell(events.ChatSaid("chat-1", book.chat.heard + 1, "still here")) == [commands.ShowChat("chat-1", "")]
    book.pass_time(KEPT_SECONDS + 1)
    assert book.plane.state.chats == {}
    assert book.plane.state.timers == {}


def test_who_owes_an_answer_is_reminded_then_the_chat_ends() -> None:
    book = ChatBook()
    book.begin()
    book.news()
    book.pass_time(59.0)
    assert book.news() == []
    book.pass_time(2.0)
    assert book.news() == ["* remind"]
    book.says("what?", 20.0)
    book.pass_time(70.0)
    assert book.news()[-1] == "* remind"
    book.pass_time(30.0)
    assert book.news() == ["* idle"]
    assert book.outcome().outcome == "left_menu"


def test_nobody_is_hurried_who_waits_for_us() -> None:
    book = ChatBook()
    book.queued()
    book.pass_time(3600.0)
    assert book.chat.state == "queued"
    talk = ChatBook()
    talk.talking()
    talk.says("Are you there?")
    talk.pass_time(3600.0)
    assert talk.chat.state == "connected"
    talk.agent_says("Yes. Are you?")
    talk.pass_time(91.0)
    assert talk.chat.state == "ended"
    assert talk.outcome().outcome == "served"


def test_who_loses_the_connection_may_come_back_for_a_while() -> None:
    book = ChatBook()
    book.queued()
    book.tell(events.ChatLost("chat-1"))
    book.pass_time(AWAY_SECONDS - 1)
    book.tell(events.ChatResumed("chat-1"))
    book.pass_time(AWAY_SECONDS + 1)
    assert book.chat.state == "queued"
    book.tell(events.ChatLost("chat-1"))
    book.pass_time(AWAY_SECONDS + 1)
    assert book.outcome().outcome == "abandoned"


def test_after_a_restart_an_offer_is_shown_again_and_who_does_not_come_back_has_left() -> None:
    book = ChatBook()
    book.agent_ready("1001")
    offered = one(commands.OfferChat, book.queued())
    assert one(commands.OfferChat, book.tell(events.Restarted())) == offered
    book.tell(events.SwitchFound("boot-1", book.now, (), ("PJSIP/1001",)))
    assert book.chat.offer == offered.offer
    book.accept()
    book.tell(events.Restarted())
    book.tell(events.ChatResumed("chat-1"))
    book.pass_time(AWAY_SECONDS + 1)
    assert book.chat.state == "connected"
    book.tell(events.Restarted())
    book.pass_time(AWAY_SECONDS + 1)
    assert book.chat.state == "ended"


def test_a_queue_that_nobody_serves_leads_on() -> None:
    book = ChatBook()
    nobody = msgspec.structs.replace(SETTINGS, lines={"web": "line"}, acd=AcdSettings())
    book.tell(events.SettingsLoaded(nobody))
    book.queued()
    book.pass_time(1.5)
    assert book.news()[-1] == "We are sorry."
    assert book.chat.state == "ended"
    assert book.chat.faults == 1


def test_of_a_long_chat_the_newest_stays_and_all_is_recorded() -> None:
    book = ChatBook()
    book.talking()
    for number in range(MOST_KEPT):
        book.says(str(number))
    assert len(book.chat.messages) == MOST_KEPT
    recorded = [row for _, _, out in book.history for row in these(commands.RecordMessage, out)]
    assert [row.number for row in recorded] == list(range(1, book.chat.said + 1))


def test_an_ended_chat_holds_no_flow_version() -> None:
    book = ChatBook()
    book.begin()
    book.tell(events.FlowPublished(read_flow(FLOW.replace("Welcome", "Hello"), "line.yaml", {"booking": BOOKING}.get)))
    assert len(book.plane.state.flows) == 2
    book.tell(events.ChatLeft("chat-1"))
    assert len(book.plane.state.flows) == 1


def test_a_replay_gives_what_the_run_gave() -> None:
    book = ChatBook()
    book.talking()
    book.agent_says("Hello.")
    book.close()
    book.says("4")
    book.pass_time(KEPT_SECONDS + 1)
    again = Plane()
    for now, event, out in book.history:
        assert again.handle(wire.decode(wire.encode(event)), now) == out


def test_nothing_is_accepted_or_declined_that_was_not_offered() -> None:
    book = ChatBook()
    book.begin()
    assert book.tell(events.AgentAccepted("chat-1", 0)) == []
    assert book.tell(events.AgentDeclined("chat-1", 0)) == []
    assert book.tell(events.AgentDeclined("chat-2", 1)) == []


def test_an_illegal_turn_leaves_the_chat_as_it_was() -> None:
    book = ChatBook()
    book.begin()
    assert not book.chat.can("connect")
    assert set(CHAT) == {"flow", "queued", "connected", "ended"}


def test_an_agent_has_chats_side_by_side_and_a_call_beside_them_if_their_profile_says_so() -> None:
    queues = {name: msgspec.structs.replace(queue, channel="chat") for name, queue in SETTINGS.acd.queues.items()}
    calls = QueueSettings("calls", {"tv": 2})
    person = AgentSettings("1001", {"tv": 3}, "PJSIP/1001", costs={"voice": 30})
    book = ChatBook()
    acd = AcdSettings({**queues, "calls": calls}, {"1001": person})
    lines = {"4008": "call", "web": "line"}
    book.tell(events.SettingsLoaded(msgspec.structs.replace(SETTINGS, lines=lines, acd=acd)))
    call_flow = CALLS.replace("name: line", "name: call").replace("queue: tech", "queue: calls")
    book.tell(events.FlowPublished(read_flow(call_flow, "call.yaml")))
    book.talking()
    book.tell(events.ChatBegan("chat-2", "web"))
    offered = one(commands.OfferChat, book.tell(events.ChatSaid("chat-2", 1, "2")))
    assert (offered.agent, offered.chat) == ("1001", "chat-2")
    ring = book.queue("c1")
    assert these(commands.RingAgent, ring) == []
    leg = one(commands.RingAgent, book.tell(events.AgentAccepted("chat-2", offered.offer))).leg
    book.tell(events.LegAnswered(leg))
    book.tell(events.Bridged("c1", leg))
    [figures] = view(book.plane, book.now)["board"]["agents"]
    assert [contact["channel"] for contact in figures["contacts"]] == ["chat", "chat", "voice"]
    assert (figures["state"], figures["units"]) == ("connected", 96)
    book.agent_says("One moment.")
    assert book.news()[-1] == "A: One moment."
    book.tell(events.LegEnded(leg))
    assert book.agent_state("1001") == ("connected", "")
