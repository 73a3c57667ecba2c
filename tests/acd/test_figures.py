"""Places in the queue and the operator's board."""

import pytest
from msgspec.structs import replace

from tandem.acd.board import ContactFigures, QueueFigures
from tandem.acd.events import (
    AgentPaused,
    ContactConnected,
    ContactFinished,
    ContactLeft,
    ContactQueued,
    DeviceLost,
    OfferRinging,
)
from tandem.acd.waiting import expected_wait
from tests.acd.playbook import Playbook, offered_to, settings

HELP = settings({"help": {}, "tv": {"tv": 1}}, {"ann": {}, "bob": {}, "eve": {}}, expected_handling_seconds=100)


def told(book: Playbook, contact: str) -> tuple[str, int, float, float]:
    place = book.router.place(contact, book.now)
    assert place is not None
    assert 0 < place.earliest < place.estimated_wait < place.latest
    return place.queue, place.position, place.estimated_wait, place.enqueued_at


def work_ahead(book: Playbook, contact: str) -> float:
    lines, handling_of = book.router._floor.lines, book.router.snapshot().handling_of
    return lines.work_ahead_of(book.contact(contact), book.now, handling_of)


def test_the_place_counts_those_ahead_and_the_agents_at_work() -> None:
    book = Playbook(HELP, "ann", "bob")
    book.talk("c1")
    book.talk("c2")
    book.tell(ContactQueued("c3", "help"), ContactQueued("c4", "help"), ContactQueued("c5", "help", priority=1))
    book.now += 7
    assert told(book, "c5") == ("help", 1, 50, book.now - 7)
    assert told(book, "c4") == ("help", 3, 150, book.now - 7)


def test_paused_agents_and_lost_phones_do_not_count() -> None:
    book = Playbook(HELP, "ann", "bob", "eve")
    book.tell(AgentPaused("bob", "lunch"), DeviceLost("eve"))
    book.talk("c1")
    book.tell(ContactQueued("c2", "help"))
    assert told(book, "c2") == ("help", 1, 100, book.now)


def test_with_nobody_there_the_estimate_is_for_one_agent() -> None:
    book = Playbook(HELP)
    book.tell(ContactQueued("c1", "help"), ContactQueued("c2", "help"))
    assert told(book, "c2") == ("help", 2, 200, book.now)


def test_observed_handling_moves_the_estimate() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.after(170, ContactFinished("c1"))
    book.tell(ContactQueued("c2", "help"))
    # A tenth of the way from 100 to 170 + 30 wrap-up.
    assert told(book, "c2") == ("help", 1, 110, book.now)
    book.after(30, ContactConnected(2))
    book.after(180, ContactFinished("c2"), ContactQueued("c3", "help"))
    assert told(book, "c3")[2] == pytest.approx(110 + 100 / 11)


def test_a_contact_in_talk_or_unknown_has_no_place() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    assert book.router.place("c1") is None
    assert book.router.place("nothing") is None


def test_the_board_shows_agents_and_queues() -> None:
    book = Playbook(HELP, "ann", "bob")
    book.talk("c1")
    book.tell(ContactQueued("c2", "help"), ContactQueued("c3", "help", enqueued_at=book.now - 5), OfferRinging(2))
    book.tell(AgentPaused("ann", "lunch"))
    board = book.router.board(book.now + 20)
    assert board.queues == (QueueFigures("help", 2, 25, 1), QueueFigures("tv", 0, 0, 0))
    ann, bob, eve = board.agents
    assert (ann.state, ann.wants, ann.units, ann.since) == ("connected", "paused", 100, book.now)
    assert ann.contacts == (ContactFigures("c1", "help", "voice", "connected", 100),)
    assert (bob.state, [contact.contact for contact in bob.contacts]) == ("ringing", ["c2"])
    assert (eve.state, eve.contacts, eve.paused_since) == ("signed_out", (), None)


def test_those_who_give_up_shorten_the_wait() -> None:
    # One leaves at 1/100 + 2/200, the next at 1/100 + 1/200, then the contact itself is served.
    assert expected_wait(2, 100.0, 1, 1 / 200).mean == pytest.approx(50 + 100 / 1.5 + 100)
    endless = expected_wait(3000, 100.0, 10, 0.0).mean
    assert expected_wait(3000, 100.0, 10, 1e-9).mean == pytest.approx(endless, rel=1e-3)
    exact = sum(1 / (0.1 + k / 200) for k in range(301))
    assert expected_wait(300, 100.0, 10, 1 / 200).mean == pytest.approx(exact, rel=1e-4)


def test_work_of_other_queues_that_comes_first_is_counted() -> None:
    chosen = settings({"help": {}, "tv": {"tv": 1}, "gold": {"tv": 1}}, {"ann": {"tv": 1}, "bob": {}})
    book = Playbook(chosen)
    book.tell(ContactQueued("c1", "tv"))
    book.after(1, ContactQueued("c2", "help"), ContactQueued("c3", "gold", priority=1))
    # Before c2 come c1 and c3, both for Ann, who is half of those who can serve c2; before c1 c3, and none of c2.
    assert (work_ahead(book, "c2"), work_ahead(book, "c1")) == (2, 1)


def test_of_a_queue_that_does_not_age_nobody_comes_first() -> None:
    chosen = settings({"spare": {}, "help": {}}, {"ann": {}})
    spare = replace(chosen.queues["spare"], ageing=0.0)
    book = Playbook(replace(chosen, queues={**chosen.queues, "spare": spare}))
    book.tell(ContactQueued("c1", "spare"))
    book.after(5, ContactQueued("c2", "help"))
    book.after(5)
    assert (work_ahead(book, "c2"), work_ahead(book, "c1")) == (0, 1)
    assert offered_to(book.make_ready("ann")) == [("c2", "ann")]


def test_callers_who_gave_up_are_remembered() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.tell(ContactQueued("c2", "help"))
    book.after(50, ContactLeft("c2", "abandoned"), ContactQueued("c3", "help"), ContactQueued("c4", "help"))
    place = book.router.place("c4")
    assert place is not None
    assert place.estimated_wait == pytest.approx(100 + 1 / (1 / 100 + 1 / 50))


def test_of_work_that_others_can_take_too_a_part_is_counted() -> None:
    book = Playbook(settings({"help": {}, "tv": {"tv": 1}}, {"ann": {"tv": 1}, "bob": {}}))
    book.tell(ContactQueued("c1", "help"))
    book.after(1, ContactQueued("c2", "tv"))
    assert work_ahead(book, "c2") == 0.5
    # A contact of help takes an agent four times as long.
    book.state.handling["help"] = 720.0
    assert work_ahead(book, "c2") == 2
