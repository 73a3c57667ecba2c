"""Sums of talks, by which a monitoring system makes means."""

from types import SimpleNamespace
from typing import Any

from tandem.control.commands import RecordChatTalk
from tandem.cti.metrics import Metrics
from tandem.cti.scan import Scan
from tandem.service.chat_totals import ChatTotals
from tandem.service.figures import chats
from tests.control.test_chats import ChatBook


def test_talks_are_summed_by_queue_and_who_was_never_answered_counts_in_no_first_response() -> None:
    totals = ChatTotals()
    totals.take(RecordChatTalk("chat-1", 1, "tech", "1001", 80.0, 100.0, 400.0, 110.0, 5, 4, 3, 60.0))
    totals.take(RecordChatTalk("chat-2", 1, "tech", "1001", 390.0, 400.0, 500.0, None, 1, 0, 0, 0.0))
    totals.take(RecordChatTalk("chat-3", 1, "sales", "1002", 850.0, 860.0, 960.0, 861.0, 1, 2, 1, 3.0))
    assert totals.talks == {"tech": 2, "sales": 1}
    assert totals.talk_seconds == {"tech": 400.0, "sales": 100.0}
    assert totals.first_responses == {"tech": 1, "sales": 1}
    assert totals.first_response_seconds == {
        ("tech", "queue"): 30.0, ("tech", "join"): 10.0, ("sales", "queue"): 11.0, ("sales", "join"): 1.0,
    }  # fmt: skip
    assert (totals.responses, totals.response_seconds) == ({"tech": 3, "sales": 1}, {"tech": 60.0, "sales": 3.0})
    assert totals.messages["tech", "customer"] == 6 and totals.messages["sales", "agent"] == 2


def test_the_metrics_show_them_and_how_many_chats_an_agent_has_now() -> None:
    book = ChatBook()
    book.talking()
    totals, scan, metrics = ChatTotals(), Scan(), Metrics()
    totals.take(RecordChatTalk("chat-9", 1, "tech", "1001", 80.0, 100.0, 400.0, 110.0, 5, 4, 3, 60.0))
    engine: Any = SimpleNamespace(plane=book.plane)
    chats(metrics, engine, totals, scan)
    shown = metrics.render().decode()
    for line in (
        'tandem_chats{state="connected"} 1.0',
        'tandem_chats{state="queued"} 0.0',
        "tandem_chat_agents 1.0",
        'tandem_chat_first_response_seconds_total{queue="tech",since="join"} 10.0',
        'tandem_chat_messages_total{queue="tech",sender="agent"} 4.0',
    ):
        assert line in shown
