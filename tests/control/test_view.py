"""What the state endpoint shows."""

import json

from tandem.control import events
from tandem.control.view import view
from tests.control.playbook import BEGIN, Playbook


def calls(book: Playbook) -> dict[str, dict[str, object]]:
    return {call["call"]: call for call in json.loads(json.dumps(view(book.plane, book.now)))["calls"]}


def wait_of(book: Playbook, call: str) -> tuple[object, ...]:
    seen = calls(book)[call]
    return seen["queue"], seen["place"], seen["enqueued_at"]


def test_a_waiting_call_shows_its_queue_place_and_age() -> None:
    book = Playbook()
    book.queue("c1")
    book.queue("c2")
    book.pass_time(30.0)
    assert wait_of(book, "c1") == ("tech", 1, BEGIN + 1)
    assert wait_of(book, "c2") == ("tech", 2, BEGIN + 2)


def test_a_call_in_the_menu_or_in_talk_does_not_wait() -> None:
    book = Playbook()
    book.talk("c1")
    book.call("c2")
    assert calls(book)["c1"]["agent"] == "1001"
    assert wait_of(book, "c1") == wait_of(book, "c2") == (None, None, None)


def test_agents_legs_and_counters_are_shown() -> None:
    book = Playbook()
    leg = book.talk("c1")
    book.tell(events.CommandFailed("HangUpLeg", leg, "why not"))
    seen = view(book.plane, book.now)
    assert seen["legs"] == [{"leg": leg, "call": "c1", "agent": "1001", "state": "talking"}]
    assert seen["board"]["agents"][0]["state"] == "connected"
    assert seen["counters"] == {"HangUpLeg failed": 1}
