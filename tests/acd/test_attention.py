"""Attention: an agent has 100 units of it, and as many contacts at once as fit."""

import msgspec
import pytest

from tandem.acd.commands import InterruptContact, RecordWait, ResumeContact, TakeBackContact
from tandem.acd.events import (
    AgentPaused,
    AgentSignedIn,
    AgentSignedOut,
    AgentWentReady,
    ContactConnected,
    ContactFinished,
    ContactHeld,
    ContactLeft,
    ContactQueued,
    ContactRetrieved,
    DeviceFound,
    DeviceLost,
    OfferFailed,
    SettingsChanged,
)
from tandem.acd.foresight import FIRST_TALKS
from tandem.acd.settings import AgentSettings, ChannelSettings, QueueSettings, Settings
from tests.acd.playbook import Playbook, offered_to

QUEUES = {
    "help": QueueSettings("help", wrap_up_seconds=30),
    "chats": QueueSettings("chats", channel="chat", wrap_up_seconds=0),
    "mails": QueueSettings("mails", channel="mail", wrap_up_seconds=0),
}
BESIDE = {"voice": 60}
"""The costs of an agent who chats while on the phone."""


def people(**costs: dict[str, int]) -> Settings:
    """Everybody can take everything; by agent, what they pay."""
    return Settings(QUEUES, {name: AgentSettings(name, {}, f"PJSIP/{name}", costs=own) for name, own in costs.items()})


def book_of(*ready: str, **costs: dict[str, int]) -> Playbook:
    return Playbook(people(**costs), *ready)


def mail(book: Playbook, name: str) -> None:
    """A mail that comes, and is accepted at once."""
    book.tell(ContactQueued(name, "mails", can_rest=True))
    book.tell(ContactConnected(book.contact(name).offer))


def taken(book: Playbook, name: str = "ann") -> tuple[str, int]:
    """The agent's state, and the units in use as the board shows them."""
    [figures] = [agent for agent in book.router.board(book.now).agents if agent.agent == name]
    return figures.state, figures.units


def test_chats_stand_side_by_side_as_far_as_they_fit() -> None:
    book = book_of("ann", ann={})
    for number in (1, 2, 3):
        book.talk(f"c{number}", "chats")
        assert taken(book) == ("connected", 33 * number)
    assert book.tell(ContactQueued("c4", "chats")) == []
    assert offered_to(book.tell(ContactFinished("c2"))) == [("c4", "ann")]
    assert taken(book) == ("reserved", 99)


def test_one_offer_at_a_time_the_next_follows_at_once() -> None:
    book = book_of("ann", ann={})
    assert offered_to(book.tell(ContactQueued("c1", "chats"))) == [("c1", "ann")]
    assert book.tell(ContactQueued("c2", "chats")) == []
    assert offered_to(book.tell(ContactConnected(1))) == [("c2", "ann")]


def test_an_offer_that_ends_leaves_the_agent_in_the_talk_they_had() -> None:
    book = book_of("ann", ann={})
    book.talk("c1", "chats")
    book.tell(ContactQueued("c2", "chats"), OfferFailed(2, "declined"))
    assert (taken(book), book.agent("ann").back_off_reason) == (("connected", 33), "declined")
    assert offered_to(book.after(10)) == [("c2", "ann")]
    book.tell(ContactLeft("c2", "abandoned"))
    assert taken(book) == ("connected", 33)


def test_the_voice_takes_the_whole_agent_unless_they_chat_while_on_the_phone() -> None:
    book = book_of("ann", "bob", ann={}, bob=BESIDE)
    book.talk("c1")
    book.talk("c2")
    assert (book.agent("ann").contacts, book.agent("bob").contacts) == (["c1"], ["c2"])
    assert offered_to(book.tell(ContactQueued("c3", "chats"))) == [("c3", "bob")]
    book.tell(ContactConnected(3))
    assert book.tell(ContactQueued("c4", "chats")) == []
    assert taken(book, "bob") == ("connected", 93)


def test_who_chats_is_called_when_the_call_fits_beside() -> None:
    book = book_of("ann", ann=BESIDE)
    book.talk("c1", "chats")
    book.talk("c2")
    assert taken(book) == ("connected", 93)
    book.tell(ContactHeld("c2"))
    assert taken(book) == ("hold", 93)
    book.tell(ContactRetrieved("c2"), ContactHeld("c2"), ContactFinished("c2"))
    assert taken(book) == ("connected", 33)


def test_a_phone_takes_one_call_at_a_time_whatever_it_costs() -> None:
    book = book_of("ann", ann={"voice": 10})
    book.talk("c1")
    assert book.tell(ContactQueued("c2", "help")) == []


def test_only_what_comes_by_phone_is_held() -> None:
    book = book_of("ann", ann={})
    book.talk("c1", "chats")
    book.tell(ContactHeld("c1"))
    assert (taken(book), book.state.dropped_events) == (("connected", 33), 1)


def test_the_less_engaged_goes_first_then_the_longest_idle() -> None:
    book = book_of("ann", "bob", ann={}, bob={})
    book.talk("c1", "chats")
    assert book.agent("ann").contacts == ["c1"]
    for name, agent in (("c2", "bob"), ("c3", "ann"), ("c4", "bob")):
        [offer] = book.after(1, ContactQueued(name, "chats"))
        assert offered_to([offer]) == [(name, agent)]
        book.tell(ContactConnected(book.state.next_offer - 1))


def test_one_wrap_up_keeps_offers_off_and_shows_once_nothing_is_in_conversation() -> None:
    book = book_of("ann", ann=BESIDE)
    book.talk("c1", "chats")
    book.talk("c2")
    book.after(60, ContactFinished("c2"))
    assert book.tell(ContactQueued("c3", "chats")) == []
    assert taken(book) == ("connected", 33)
    book.after(10, ContactFinished("c1"))
    assert taken(book) == ("wrap_up", 0)
    assert offered_to(book.after(20)) == [("c3", "ann")]


def test_a_wrap_up_that_ends_in_mid_chat_makes_room_by_itself() -> None:
    book = book_of("ann", ann=BESIDE)
    book.talk("c1", "chats")
    book.talk("c2")
    book.after(60, ContactFinished("c2"), ContactQueued("c3", "help"))
    assert book.router.next_wakeup() == book.now + 30
    assert offered_to(book.after(30)) == [("c3", "ann")]


def test_a_wrap_up_is_ended_early_in_mid_chat() -> None:
    book = book_of("ann", ann=BESIDE)
    book.talk("c1", "chats")
    book.talk("c2")
    book.after(60, ContactFinished("c2"), ContactQueued("c3", "chats"))
    assert offered_to(book.tell(AgentWentReady("ann"))) == [("c3", "ann")]


@pytest.mark.parametrize("asked", [AgentPaused("ann", "lunch"), AgentSignedOut("ann")])
def test_a_pause_asked_in_mid_contact_comes_after_the_last_one_and_nothing_new_meanwhile(
    asked: AgentPaused | AgentSignedOut,
) -> None:
    book = book_of("ann", ann={})
    book.talk("c1", "chats")
    book.talk("c2", "chats")
    book.tell(asked)
    assert book.tell(ContactQueued("c3", "chats"), ContactFinished("c1")) == []
    assert taken(book) == ("connected", 33)
    book.tell(ContactFinished("c2"))
    assert book.agent("ann").state == ("paused" if isinstance(asked, AgentPaused) else "signed_out")


def test_who_wants_no_pause_after_all_is_offered_more() -> None:
    book = book_of("ann", ann={})
    book.talk("c1", "chats")
    book.tell(AgentPaused("ann", "lunch"), ContactQueued("c2", "chats"))
    assert offered_to(book.tell(AgentWentReady("ann"))) == [("c2", "ann")]


def test_a_chat_needs_no_phone_a_call_does() -> None:
    book = book_of(ann={})
    book.tell(AgentSignedIn("ann"))
    assert (book.agent("ann").state, book.agent("ann").reason) == ("not_ready", "device")
    assert book.tell(ContactQueued("c1", "help")) == []
    assert offered_to(book.tell(ContactQueued("c2", "chats"))) == [("c2", "ann")]
    book.tell(ContactConnected(1), ContactFinished("c2"))
    assert (book.agent("ann").state, book.agent("ann").reason) == ("not_ready", "device")
    assert offered_to(book.tell(DeviceFound("ann"))) == [("c1", "ann")]


def test_a_phone_that_is_lost_withdraws_a_call_but_no_chat() -> None:
    book = book_of("ann", ann=BESIDE)
    book.talk("c1", "chats")
    book.tell(ContactQueued("c2", "chats"))
    assert book.tell(DeviceLost("ann")) == []
    book.tell(ContactConnected(2), DeviceFound("ann"))
    book.tell(ContactFinished("c2"))
    assert offered_to(book.tell(ContactQueued("c3", "help"))) == [("c3", "ann")]
    [withdrawn] = book.tell(DeviceLost("ann"))
    assert (type(withdrawn).__name__, taken(book)) == ("WithdrawOffer", ("connected", 33))


# --- mail ----------------------------------------------------------------------------------------------------------


def test_mail_makes_room_for_a_call_and_goes_on_by_itself_after_the_wrap_up() -> None:
    book = book_of("ann", ann={})
    mail(book, "m1")
    [offer] = book.tell(ContactQueued("c1", "help"))
    assert offered_to([offer]) == [("c1", "ann")]
    assert book.contact("m1").state == "connected"
    book.after(3, ContactConnected(2))
    assert book.recorded(InterruptContact) == [InterruptContact("m1", "ann")]
    assert (book.contact("m1").state, taken(book)) == ("interrupted", ("connected", 100))
    book.after(57, ContactFinished("c1"))
    assert (book.contact("m1").state, taken(book)) == ("interrupted", ("wrap_up", 0))
    book.after(30)
    assert book.recorded(ResumeContact) == [ResumeContact("m1", "ann")]
    assert (book.contact("m1").state, taken(book)) == ("connected", ("connected", 20))
    book.after(17, ContactFinished("m1"))
    assert book.state.handling["mails"] == 180 + (3 + 17 - 180) / 10


def test_an_offer_that_comes_to_nothing_interrupts_no_mail() -> None:
    book = book_of("ann", ann={})
    mail(book, "m1")
    book.tell(ContactQueued("c1", "help"), OfferFailed(2, "no_answer"))
    assert (book.contact("m1").state, taken(book)) == ("connected", ("connected", 20))


def test_only_as_much_mail_is_interrupted_as_has_to_be_the_newest_first() -> None:
    book = book_of("ann", ann={})
    for number in range(1, 6):
        mail(book, f"m{number}")
    book.talk("c1", "chats")
    assert [book.contact(f"m{number}").state for number in range(1, 6)] == ["connected"] * 3 + ["interrupted"] * 2
    assert taken(book) == ("connected", 93)
    assert book.tell(ContactQueued("m6", "mails", can_rest=True)) == []
    book.tell(ContactFinished("m1"))
    assert (book.contact("m4").state, book.contact("m5").state) == ("connected", "interrupted")
    assert taken(book) == ("connected", 93)


def test_mail_that_is_closed_while_it_rests_is_over() -> None:
    book = book_of("ann", ann={})
    mail(book, "m1")
    book.talk("c1")
    book.after(60, ContactFinished("m1"))
    assert book.agent("ann").interrupted == []
    assert taken(book) == ("connected", 100)
    assert book.state.handling["mails"] == 180 - 180 / 10


@pytest.mark.parametrize("asked", [AgentPaused("ann", "lunch"), AgentSignedOut("ann")])
def test_mail_of_who_leaves_work_waits_with_its_age_for_the_same_agent_for_a_while(
    asked: AgentPaused | AgentSignedOut,
) -> None:
    book = book_of("ann", "bob", ann={}, bob={})
    mail(book, "m1")
    book.after(100, asked)
    assert book.recorded(TakeBackContact) == [TakeBackContact("m1", "ann", "mails")]
    assert book.agent("ann").state in ("paused", "signed_out")
    letter = book.contact("m1")
    assert (letter.state, letter.sticky, letter.enqueued_at) == ("waiting", "ann", book.now - 100)
    assert offered_to(book.after(60, AgentSignedIn("ann"), AgentWentReady("ann"))) == [("m1", "ann")]
    book.tell(ContactConnected(2), asked)
    assert offered_to(book.after(900)) == [("m1", "bob")]


def test_whoever_waits_on_the_line_is_not_interrupted_whatever_the_queue_says() -> None:
    book = book_of("ann", ann={})
    book.talk("c1", "mails")
    assert book.tell(ContactQueued("c2", "help")) == []
    assert book.tell(AgentPaused("ann", "lunch")) == []
    assert taken(book) == ("connected", 20)


def test_an_interrupted_mail_is_taken_back_as_well_and_the_call_goes_on() -> None:
    book = book_of("ann", ann={})
    mail(book, "m1")
    book.talk("c1")
    book.tell(AgentPaused("ann", "lunch"))
    assert (book.contact("m1").state, taken(book)) == ("waiting", ("connected", 100))


def test_mail_that_comes_back_was_answered_once_and_arrives_once_more() -> None:
    book = book_of("ann", ann={})
    mail(book, "m1")
    book.after(5, AgentPaused("ann", "lunch"))
    [interval] = book.state.intervals["mails"]
    assert (interval.offered, interval.answered, interval.ended) == (2, 1, 1)
    book.after(5, AgentWentReady("ann"))
    book.tell(ContactConnected(2))
    assert [wait.enqueued_at for wait in book.recorded(RecordWait)] == [book.now - 10]


def test_mail_that_comes_back_teaches_about_its_first_wait_only() -> None:
    book = book_of("ann", ann={"mail": 100})
    book.state.handled["mails"] = FIRST_TALKS
    mail(book, "m1")
    book.tell(ContactQueued("m2", "mails", can_rest=True))
    book.after(10, ContactFinished("m1"))
    book.tell(ContactConnected(2))
    taught = msgspec.json.encode(book.state.experience["mails"][""].sums)
    assert [bool(wait.estimate) for wait in book.recorded(RecordWait)] == [True]
    book.after(50, AgentPaused("ann", "lunch"))
    book.after(50, AgentWentReady("ann"))
    book.tell(ContactConnected(3))
    assert [bool(wait.estimate) for wait in book.recorded(RecordWait)] == [False]
    assert msgspec.json.encode(book.state.experience["mails"][""].sums) == taught


def test_a_pause_after_the_contact_leaves_the_mail_that_the_agent_is_at() -> None:
    book = book_of("ann", ann={})
    mail(book, "m1")
    book.tell(AgentPaused("ann", "lunch", after_contact=True), ContactQueued("c1", "help"))
    assert (book.contact("m1").state, taken(book)) == ("connected", ("connected", 20))
    book.tell(ContactFinished("m1"))
    assert book.agent("ann").state == "paused"


def test_a_mail_that_is_accepted_with_a_pause_to_follow_is_answered_first() -> None:
    book = book_of("ann", ann={})
    book.tell(ContactQueued("m1", "mails", can_rest=True), AgentPaused("ann", "lunch", after_contact=True))
    book.tell(ContactConnected(1))
    assert (book.contact("m1").state, taken(book)) == ("connected", ("connected", 20))
    assert book.tell(AgentPaused("ann", "fire drill")) == []
    assert (book.contact("m1").state, book.agent("ann").state) == ("waiting", "paused")


def test_a_pause_after_the_contact_gives_back_the_mail_that_rests() -> None:
    book = book_of("ann", ann={})
    mail(book, "m1")
    book.talk("c1")
    book.tell(AgentPaused("ann", "lunch", after_contact=True))
    assert (book.contact("m1").state, taken(book)) == ("waiting", ("connected", 100))


def test_mail_waits_for_an_agent_who_is_away() -> None:
    book = book_of("bob", ann={}, bob={})
    letter = ContactQueued("m1", "mails", sticky="ann", sticky_seconds=60, can_rest=True)
    assert book.tell(letter, ContactQueued("c1", "chats", sticky="ann", sticky_seconds=60))[0] is not None
    assert (book.contact("m1").agent, book.contact("c1").agent) == ("", "bob")


# --- settings ------------------------------------------------------------------------------------------------------


def test_costs_that_change_count_for_the_next_contact_not_for_those_in_hand() -> None:
    book = book_of("ann", ann={})
    book.talk("c1", "chats")
    dearer = msgspec.structs.replace(people(ann={}), channels={"chat": ChannelSettings(60)})
    book.tell(SettingsChanged(dearer), ContactQueued("c2", "chats"))
    assert taken(book) == ("reserved", 93)
    book.tell(ContactConnected(2))
    assert book.tell(ContactQueued("c3", "chats"), ContactFinished("c2")) != []
    assert book.contact("c3").cost == 60


@pytest.mark.parametrize("cost", [0, 101, -5])
def test_a_cost_is_1_to_100(cost: int) -> None:
    with pytest.raises(ValueError, match=f"cost: {cost} is no cost; it runs from 1 to 100"):
        ChannelSettings(cost)
    with pytest.raises(ValueError, match=r"costs\.chat: "):
        AgentSettings("ann", {}, "PJSIP/ann", costs={"chat": cost})


def test_the_estimate_counts_the_contacts_that_fit_not_the_agents() -> None:
    book = book_of("ann", "bob", ann={}, bob={"chat": 50})
    for number in range(6):
        book.tell(ContactQueued(f"c{number}", "chats"))
        if book.contact(f"c{number}").offer:
            book.tell(ContactConnected(book.state.next_offer - 1))
    place = book.router.place("c5")
    assert place is not None
    assert place.estimated_wait == pytest.approx(180 / 5)


def test_a_chat_ahead_is_as_much_work_as_it_takes_of_an_agent() -> None:
    book = book_of("ann", ann={})
    book.talk("c0")
    book.tell(ContactQueued("c1", "chats"))
    book.after(1, ContactQueued("c2", "help"))
    place = book.router.place("c2")
    assert place is not None
    assert place.estimated_wait == pytest.approx(180 * (1 + 33 / 100))


def test_who_has_no_phone_counts_for_chats_and_not_for_calls() -> None:
    book = book_of(ann={"chat": 100}, bob={"chat": 100})
    for name in ("ann", "bob"):
        book.tell(AgentSignedIn(name))
    for number in range(3):
        book.tell(ContactQueued(f"c{number}", "chats"))
        if book.contact(f"c{number}").offer:
            book.tell(ContactConnected(book.state.next_offer - 1))
    book.tell(ContactQueued("p", "help"))
    chat, call = book.router.place("c2"), book.router.place("p")
    assert chat is not None and call is not None
    assert chat.estimated_wait == pytest.approx(180 / 2)
    book.tell(DeviceFound("ann"), DeviceFound("bob"))
    waits = book.router.place("p")
    assert waits is not None and waits.estimated_wait < call.estimated_wait
