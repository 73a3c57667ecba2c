"""A contact whose agent consults a colleague, and leaves it to them."""

from tandem.acd.commands import Offer
from tandem.acd.events import (
    AgentPaused,
    ContactConnected,
    ContactFinished,
    ContactHandedOver,
    ContactHeld,
    ContactQueued,
    OfferAnswered,
    OfferFailed,
)
from tests.acd.playbook import Playbook, offered_to, settings

CENTRE = settings({"help": {}}, {"ann": {}, "bob": {}, "cid": {}}, wrap_up_seconds=5.0, back_off_seconds=3.0)


def consulted() -> Playbook:
    """Ann has c1, and consults Bob."""
    book = Playbook(CENTRE, "ann", "bob", "cid")
    book.talk("c1")
    [offer] = book.tell(ContactHeld("c1"), consultation())
    assert isinstance(offer, Offer)
    book.tell(OfferAnswered(offer.offer), ContactConnected(offer.offer))
    return book


def consultation() -> ContactQueued:
    return ContactQueued("k1", "help", dial_seconds=0.0, sticky="bob", sticky_seconds=60.0, sticky_only=True)


def test_the_colleague_has_the_contact_and_the_agent_wraps_up() -> None:
    book = consulted()
    book.after(10, ContactHandedOver("c1", "k1"))
    assert (book.agent("ann").state, book.agent("bob").state) == ("wrap_up", "connected")
    assert (book.agent("ann").units, book.agent("bob").units) == (0, 100)
    assert (book.agent("bob").contacts, book.contact("c1").agent, list(book.state.contacts)) == (["c1"], "bob", ["c1"])
    book.after(10, ContactFinished("c1"))
    assert (book.agent("bob").state, book.agent("bob").units) == ("wrap_up", 0)
    assert book.state.handled["help"] == 2


def test_a_contact_that_nobody_has_is_not_handed_over() -> None:
    book = consulted()
    book.tell(ContactHandedOver("c1", "unknown"), ContactHandedOver("unknown", "k1"))
    assert (book.contact("c1").agent, book.contact("k1").agent) == ("ann", "bob")
    assert book.state.dropped_events == 2


def test_nobody_but_the_colleague_is_offered_a_consultation() -> None:
    book = Playbook(CENTRE, "ann", "bob", "cid")
    book.talk("c1")
    [offer] = book.tell(consultation())
    assert isinstance(offer, Offer)
    assert offered_to(book.tell(OfferFailed(offer.offer, "declined"))) == []
    assert offered_to(book.after(4)) == [("k1", "bob")]
    assert offered_to(book.tell(AgentPaused("bob", "lunch"))) == []
    assert book.contact("k1").agent == ""


def test_a_consultation_counts_in_no_interval() -> None:
    book = consulted()
    [interval] = book.state.intervals["help"]
    assert (interval.offered, interval.answered) == (1, 1)
