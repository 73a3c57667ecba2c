"""A contact waits for one agent before anyone else is asked; and the least occupied agent is chosen."""

from tandem.acd.events import (
    AgentPaused,
    AgentWentReady,
    ContactFinished,
    ContactLeft,
    ContactQueued,
    OfferFailed,
    SettingsChanged,
)
from tandem.acd.settings import QueueSettings, Settings
from tandem.acd.words import in_words
from tests.acd.playbook import Playbook, offered_to, settings
from tests.acd.test_selection import with_queues

HELP = settings({"help": {}}, {"ann": {}, "bob": {}}, wrap_up_seconds=0)


def asking_for(agent: str, contact: str = "c2", seconds: float = 30.0) -> ContactQueued:
    return ContactQueued(contact, "help", sticky=agent, sticky_seconds=seconds)


def test_the_named_agent_is_asked_before_the_longest_idle() -> None:
    book = Playbook(HELP, "ann", "bob")
    assert offered_to(book.tell(asking_for("bob"))) == [("c2", "bob")]
    assert in_words(book.decisions[-1]) == "offered to bob: rank 1 of 1; skipped ann: the contact waits for bob"
    assert in_words(book.decisions[-1], "zh-CN").endswith("跳过 ann: 该客户在等bob")


def test_it_waits_for_a_busy_agent_although_another_is_ready() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.make_ready("bob")
    assert book.tell(asking_for("ann")) == []
    assert offered_to(book.after(29, ContactFinished("c1"))) == [("c2", "ann")]


def test_after_its_time_it_goes_to_anyone() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.make_ready("bob")
    book.tell(asking_for("ann"))
    assert book.router.next_wakeup() == book.now + 30
    assert book.after(29.9) == []
    assert offered_to(book.after(0.1)) == [("c2", "bob")]


def test_it_does_not_wait_for_somebody_who_is_not_at_work() -> None:
    book = Playbook(HELP, "bob")
    assert offered_to(book.tell(asking_for("ann"))) == [("c2", "bob")]
    assert book.tell(asking_for("nobody", "c3")) == []
    assert book.contact("c3").sticky == ""


def test_it_goes_on_when_the_agent_pauses_or_does_not_answer() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.make_ready("bob")
    book.tell(asking_for("ann"), AgentPaused("ann", "lunch"))
    assert offered_to(book.tell(ContactFinished("c1"))) == [("c2", "bob")]
    book = Playbook(HELP, "ann", "bob")
    book.tell(asking_for("bob"))
    assert offered_to(book.tell(OfferFailed(1, "declined"))) == [("c2", "ann")]


def test_an_older_contact_of_the_same_class_goes_first() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.tell(ContactQueued("c0", "help"))
    book.after(1, asking_for("ann"))
    assert book.router.place("c2") is not None
    assert [place.position for c in ("c0", "c2") if (place := book.router.place(c))] == [1, 2]
    assert offered_to(book.after(1, ContactFinished("c1"))) == [("c0", "ann")]
    assert offered_to(book.tell(ContactLeft("c0", "abandoned"))) == [("c2", "ann")]


def test_an_agent_who_is_gone_from_the_settings_is_not_waited_for() -> None:
    book = Playbook(HELP, "ann")
    book.talk("c1")
    book.make_ready("bob")
    book.tell(asking_for("ann"))
    without = Settings(queues=HELP.queues, agents={"bob": HELP.agents["bob"]})
    assert offered_to(book.tell(SettingsChanged(without))) == [("c2", "bob")]


def test_the_least_occupied_is_chosen_whoever_is_idle_longest() -> None:
    queue = QueueSettings("help", selection="least_occupied", wrap_up_seconds=0)
    book = Playbook(with_queues(queue, ann={}, bob={}), "ann")
    book.talk("c1")
    book.make_ready("bob")
    book.after(60, ContactFinished("c1"))
    book.tell(AgentPaused("bob", "lunch"), AgentWentReady("bob"))
    # Ann is idle as long as Bob, and comes first by name, but only she has worked.
    assert offered_to(book.tell(ContactQueued("c2", "help"))) == [("c2", "bob")]
    assert book.agent("ann").busy_seconds == 61
