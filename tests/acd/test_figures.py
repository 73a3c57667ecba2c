"""Places in the queue and the operator's board."""

from tandem.acd.board import QueueFigures
from tandem.acd.events import AgentPaused, ContactConnected, ContactFinished, ContactQueued, DeviceLost, OfferRinging
from tandem.acd.waiting import Place
from tests.acd.playbook import Playbook, settings

HELP = settings({"help": {}, "tv": {"tv": 1}}, {"ann": {}, "bob": {}, "eve": {}}, expected_handling_seconds=100)


def test_the_place_counts_those_ahead_and_the_agents_at_work() -> None:
    book = Playbook(HELP, "ann", "bob")
    book.talk("c1")
    book.talk("c2")
    book.tell(ContactQueued("c3", "help"), ContactQueued("c4", "help"), ContactQueued("c5", "help", priority=1))
    book.now += 7
    assert book.router.place("c5") == Place("help", 1, 50, book.now - 7)
    assert book.router.place("c4") == Place("help", 3, 150, book.now - 7)


def test_paused_agents_and_lost_phones_do_not_count() -> None:
    book = Playbook(HELP, "ann", "bob", "eve")
    book.tell(AgentPaused("bob", "lunch"), DeviceLost("eve"))
    book.talk("c1")
    book.tell(ContactQueued("c2", "help"))
    assert book.router.place("c2") == Place("help", 1, 100, book.now)


def test_with_nobody_there_the_estimate_is_for_one_agent() -> None:
    book = Playbook(HELP)
    book.tell(ContactQueued("c1", "help"), ContactQueued("c2", "help"))
    assert book.router.place("c2") == Place("help", 2, 200, book.now)


def test_observed_handling_moves_the_estimate() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.after(170, ContactFinished("c1"))
    book.tell(ContactQueued("c2", "help"))
    # A tenth of the way from 100 to 170 + 30 wrap-up.
    assert book.router.place("c2") == Place("help", 1, 110, book.now)
    book.after(30, ContactConnected(2))
    book.after(180, ContactFinished("c2"), ContactQueued("c3", "help"))
    assert book.router.place("c3") == Place("help", 1, 120, book.now)


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
    assert (ann.state, ann.wants, ann.contact, ann.since) == ("connected", "paused", "c1", book.now)
    assert (bob.state, bob.contact) == ("ringing", "c2")
    assert (eve.state, eve.contact, eve.paused_since) == ("signed_out", "", None)
