"""The explanation of an offer."""

from tandem.acd.events import (
    AgentPaused,
    AgentWentReady,
    ContactFinished,
    ContactQueued,
    DeviceLost,
    OfferFailed,
    SwitchFound,
    SwitchLost,
)
from tandem.acd.words import in_words
from tests.acd.playbook import Playbook, settings

PEOPLE = {"1001": {"tv": 3}, "1002": {"tv": 3}, "1003": {"tv": 2}, "1004": {}, "1005": {"tv": 5}, "1006": {"tv": 5}}
TV = settings({"help": {"tv": 3}}, PEOPLE)


def test_who_was_chosen_and_who_was_skipped_and_why() -> None:
    book = Playbook(TV, "1001")
    book.talk("c1")
    for name in ("1002", "1003", "1004", "1005", "1006"):
        book.make_ready(name)
    book.tell(AgentPaused("1005", "lunch"), DeviceLost("1006"), ContactFinished("c1"))
    book.after(18, ContactQueued("c2", "help"))
    assert in_words(book.decisions[-1]) == (
        "offered to 1002: rank 1 of 1; skipped 1001: wrap-up 12 s left; 1003: tv 2 < 3; 1004: no tv; "
        "1005: paused: lunch; 1006: not ready: device"
    )


def test_who_is_signed_out_or_simply_later_is_not_listed() -> None:
    book = Playbook(TV, "1001", "1002")
    book.tell(ContactQueued("c1", "help"))
    assert in_words(book.decisions[-1]) == "offered to 1001: rank 1 of 2"


def test_who_is_busy_or_backing_off() -> None:
    book = Playbook(TV, "1001", "1002", "1005")
    book.talk("c1")
    book.tell(ContactQueued("c2", "help"), OfferFailed(2, "no_answer"))
    assert in_words(book.decisions[-1]) == (
        "offered to 1005: rank 1 of 1; skipped 1001: with another contact (connected); "
        "1002: not ready: no answer, 10 s left"
    )


def test_who_was_tried_already() -> None:
    book = Playbook(TV, "1001", "1002")
    book.tell(AgentPaused("1002", "lunch"), ContactQueued("c1", "help"))
    book.tell(SwitchLost(), OfferFailed(1, "declined"))
    book.after(10)
    book.after(1, AgentWentReady("1002"), SwitchFound())
    decision = book.decisions[-1]
    assert in_words(decision) == "offered to 1002: rank 2 of 2; skipped 1001: tried already"
    assert (decision.offer, decision.contact, decision.waited) == (2, "c1", 11)
