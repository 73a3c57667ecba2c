"""What is counted of a talk in a chat, and files in it."""

from tandem.control import commands, events
from tandem.control.chat.talk import File
from tests.control.playbook import one, these
from tests.control.test_chats import ChatBook

PICTURE = File("5e" * 32, "电视.jpg", "image/jpeg", 70_000)


def talk_of(out: list[commands.Command]) -> commands.RecordChatTalk:
    return one(commands.RecordChatTalk, out)


def test_a_talk_is_counted_from_the_queue_the_joining_and_by_its_responses() -> None:
    book = ChatBook()
    book.queued()
    queued_at = book.now
    book.pass_time(20.0)
    book.agent_ready("1001")
    book.accept()
    joined_at = book.now
    book.tell(events.AgentSaid("chat-1", "1001", 1, "Hello."), 4.0)
    book.says("My television", 3.0)
    book.says("is dark.", 5.0)
    book.tell(events.AgentSaid("chat-1", "1001", 2, "I see."), 6.0)
    book.tell(events.AgentSaid("chat-1", "1001", 3, "Is it plugged in?"), 2.0)
    book.says("Yes.", 30.0)
    book.tell(events.AgentSaid("chat-1", "1001", 4, "One moment."), 8.0)
    out = book.close()
    assert talk_of(out) == commands.RecordChatTalk(
        call="chat-1",
        number=1,
        queue="tech",
        agent="1001",
        enqueued_at=queued_at,
        connected_at=joined_at,
        ended_at=book.now,
        first_response_at=joined_at + 4.0,
        customer_messages=3,
        agent_messages=4,
        responses=2,
        response_seconds=(5.0 + 6.0) + 8.0,
    )
    assert book.chat.talk is None
    assert book.chat.talk_seconds == book.now - joined_at


def test_what_was_written_before_the_talk_waits_for_no_response_in_it() -> None:
    book = ChatBook()
    book.queued()
    book.says("hello?")
    book.agent_ready("1001")
    book.accept()
    book.agent_says("Good day.")
    talk = talk_of(book.close())
    assert (talk.customer_messages, talk.responses, talk.first_response_at) == (0, 0, book.now - 1.0)


def test_a_talk_that_the_customer_leaves_counts_too_without_a_response() -> None:
    book = ChatBook()
    book.talking()
    book.says("Anybody?")
    talk = talk_of(book.tell(events.ChatLeft("chat-1")))
    assert (talk.first_response_at, talk.agent_messages, talk.customer_messages, talk.responses) == (None, 0, 1, 0)


def test_a_file_comes_as_a_message_and_counts_as_one() -> None:
    book = ChatBook()
    book.talking()
    out = book.tell(events.ChatSaid("chat-1", book.chat.heard + 1, "", PICTURE), 1.0)
    row = one(commands.RecordMessage, out)
    assert (row.file, row.file_name, row.file_kind, row.file_size) == ("5e" * 32, "电视.jpg", "image/jpeg", 70_000)
    assert book.chat.messages[-1].file == PICTURE
    back = book.tell(events.AgentSaid("chat-1", "1001", 1, "", PICTURE), 2.0)
    assert one(commands.RecordMessage, back).agent == "1001"
    assert book.chat.messages[-1].file == PICTURE
    talk = talk_of(book.close())
    assert (talk.customer_messages, talk.agent_messages, talk.response_seconds) == (1, 1, 2.0)


def test_a_file_answers_nothing_that_the_flow_asks() -> None:
    book = ChatBook()
    book.begin()
    book.news()
    out = book.tell(events.ChatSaid("chat-1", 1, "2", PICTURE))
    assert book.news() == ["> 2"]
    assert book.chat.state == "flow"
    assert these(commands.RecordMessage, out)[-1].sender == "customer"
