"""The one total order of contacts."""

from tandem.acd.events import ContactQueued
from tandem.acd.settings import Settings
from tests.acd.playbook import Playbook, offered_to, settings


def first_served(chosen: Settings, *queued: ContactQueued) -> str:
    """The contact that the one agent gets, when the contacts came a second apart before the agent did."""
    book = Playbook(chosen)
    for event in queued:
        book.after(1, event)
    [(contact, _)] = offered_to(book.make_ready("ann"))
    return contact


ONE = settings({"help": {}, "shop": {}}, {"ann": {}})


def test_the_oldest_goes_first_whatever_its_queue() -> None:
    assert first_served(ONE, ContactQueued("c1", "shop"), ContactQueued("c2", "help")) == "c1"


def test_a_higher_class_goes_before_any_age() -> None:
    assert first_served(ONE, ContactQueued("c1", "help", boost=999), ContactQueued("c2", "help", priority=1)) == "c2"


def test_the_queue_and_the_contact_make_the_class_together() -> None:
    queues = ONE.queues | settings({"gold": {}}, {}, priority=2).queues
    chosen = Settings(queues=queues, agents=ONE.agents)
    assert first_served(chosen, ContactQueued("c1", "help", priority=1), ContactQueued("c2", "gold")) == "c2"
    assert first_served(chosen, ContactQueued("c1", "help", priority=2), ContactQueued("c2", "gold")) == "c1"


def test_a_boost_is_age_for_free() -> None:
    assert first_served(ONE, ContactQueued("c1", "help"), ContactQueued("c2", "help", boost=1.5)) == "c2"
    assert first_served(ONE, ContactQueued("c1", "help"), ContactQueued("c2", "help", boost=0.5)) == "c1"


def test_an_earlier_age_is_kept() -> None:
    assert first_served(ONE, ContactQueued("c1", "help"), ContactQueued("c2", "shop", enqueued_at=5.0)) == "c2"


def test_equal_ages_go_by_id() -> None:
    book = Playbook(ONE)
    book.tell(ContactQueued("c2", "help"), ContactQueued("c1", "shop"))
    assert offered_to(book.make_ready("ann")) == [("c1", "ann")]


def test_work_that_the_agent_cannot_take_does_not_block() -> None:
    chosen = settings({"tv": {"tv": 3}, "help": {}}, {"ann": {"tv": 2}})
    assert first_served(chosen, ContactQueued("c1", "tv", priority=9), ContactQueued("c2", "help")) == "c2"
