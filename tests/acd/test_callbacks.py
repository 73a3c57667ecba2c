"""A callback is the same queue entry with its line released."""

from tandem.acd.commands import Offer, RecordInterval, RecordWait, WithdrawOffer
from tandem.acd.events import (
    ContactConnected,
    ContactFinished,
    ContactLeft,
    ContactQueued,
    OfferAnswered,
    OfferFailed,
    OfferRinging,
)
from tests.acd.playbook import START, Playbook, offered_to, settings

ONE_QUEUE = settings({"help": {}}, {"ann": {}, "bob": {}}, ring_seconds=10, wrap_up_seconds=0)


def book_callback(book: Playbook, contact: str, dial_seconds: float = 30.0) -> None:
    """Release the line of a waiting contact: its entry goes on as a callback of its age."""
    age = book.contact(contact).enqueued_at
    book.tell(ContactQueued(f"cb-{contact}", "help", enqueued_at=age, dial_seconds=dial_seconds))
    book.tell(ContactLeft(contact, "called_back"))


def test_a_callback_keeps_age_and_place() -> None:
    book = Playbook(ONE_QUEUE)
    for contact in ("first", "second", "third"):
        book.after(10, ContactQueued(contact, "help"))
    book_callback(book, "second")
    assert [book.router.place(name).position for name in ("first", "cb-second", "third")] == [1, 2, 3]  # type: ignore[union-attr]
    assert book.contact("cb-second").enqueued_at == START + 20


def test_the_line_released_counts_as_called_back_and_the_callback_in_no_interval() -> None:
    book = Playbook(ONE_QUEUE)
    book.tell(ContactQueued("c", "help"))
    book_callback(book, "c")
    [interval] = book.recorded(RecordInterval)
    assert (interval.offered, interval.called_back, interval.waiting) == (1, 1, 0)
    assert [wait.outcome for wait in book.recorded(RecordWait)] == ["called_back"]
    [offer] = book.make_ready("ann")
    assert isinstance(offer, Offer)
    book.tell(OfferRinging(offer.offer), OfferAnswered(offer.offer), ContactConnected(offer.offer))
    assert book.recorded(RecordInterval) == []
    assert [(w.contact, w.outcome, w.enqueued_at, w.agent) for w in book.recorded(RecordWait)] == [
        ("cb-c", "reached", START, "ann")
    ]
    book.tell(ContactFinished("cb-c"))
    assert book.agent("ann").state == "ready"


def test_an_agent_may_hold_a_callback_for_as_long_as_the_customer_is_called() -> None:
    book = Playbook(ONE_QUEUE, "ann")
    [offer] = book.tell(ContactQueued("cb", "help", dial_seconds=30.0))
    assert isinstance(offer, Offer)
    assert book.after(30) == []
    book.tell(OfferRinging(offer.offer), OfferAnswered(offer.offer))
    assert book.after(37) == []
    assert WithdrawOffer in [type(command) for command in book.after(2)]


def test_a_callback_that_is_not_for_now_frees_its_agent_at_once_and_as_idle_as_before() -> None:
    book = Playbook(ONE_QUEUE, "ann")
    idle_since = book.agent("ann").idle_since
    [offer] = book.tell(ContactQueued("cb", "help", dial_seconds=30.0))
    assert isinstance(offer, Offer)
    book.tell(OfferRinging(offer.offer), OfferAnswered(offer.offer))
    assert [type(command) for command in book.after(20, ContactLeft("cb", "not_now"))] == [WithdrawOffer]
    ann = book.agent("ann")
    assert (ann.state, ann.misses, ann.idle_since) == ("ready", 0, idle_since)
    assert book.recorded(RecordWait) == []
    assert book.recorded(RecordInterval) == []


def test_an_agent_who_does_not_take_it_leaves_it_its_place() -> None:
    book = Playbook(ONE_QUEUE, "ann")
    [offer] = book.tell(ContactQueued("cb", "help", dial_seconds=30.0))
    assert isinstance(offer, Offer)
    book.make_ready("bob")
    assert offered_to(book.tell(OfferFailed(offer.offer, "no_answer"))) == [("cb", "bob")]


def test_callbacks_are_figures_of_their_own_on_the_board() -> None:
    book = Playbook(ONE_QUEUE)
    book.tell(ContactQueued("c", "help"), ContactQueued("cb", "help", enqueued_at=START - 1000, dial_seconds=30.0))
    [queue] = book.router.board(book.now + 5).queues
    assert (queue.waiting, queue.longest_wait, queue.callbacks) == (1, 5.0, 1)
