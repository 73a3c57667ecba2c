"""What receivers outside are told: each event once, numbered, to whom it concerns."""

from typing import Any, get_args

import msgspec
import pytest
from msgspec.structs import replace

from tandem.control import commands, events
from tandem.control.events import Target
from tandem.control.plane import Plane
from tandem.control.settings import Settings
from tandem.control.webhooks import told
from tandem.control.webhooks.webhook_settings import EventName, Webhook
from tandem.control.webhooks.webhooks import ABOUT_DESKS
from tests.control.desk import NUMBER, Desk
from tests.control.playbook import SETTINGS, Playbook, these
from tests.control.test_dispositions import SOLVED
from tests.control.test_dispositions import settings as with_dispositions
from tests.control.test_pages import answer, booking
from tests.control.test_talks import CENTRE

ALL = Webhook("crm")


def listening(settings: Settings = SETTINGS, hooks: dict[str, Webhook] | None = None) -> Settings:
    return replace(settings, webhooks=hooks or {"crm": ALL})


def sent(book: Playbook, since: int = 0) -> list[commands.TellReceivers]:
    return [told for _, _, out in book.history[since:] for told in these(commands.TellReceivers, out)]


def names(book: Playbook, *, agents: bool = False) -> list[str]:
    kinds = [type(one.told).__name__ for one in sent(book)]
    return [name for name in kinds if agents or name != "AgentChanged"]


def last(book: Playbook, kind: type[Any]) -> Any:
    return [one for one in sent(book) if isinstance(one.told, kind)][-1]


def through(book: Playbook) -> Playbook:
    """A talk of agent 1001 with c1, who then hangs up."""
    leg = book.talk()
    book.tell(events.LegEnded(leg), 10.0)
    book.tell(events.CallEnded("c1", 16))
    return book


def test_the_life_of_a_call_is_told_in_order_under_numbered_ids() -> None:
    book = through(Playbook(listening()))
    assert names(book) == ["ContactOffered", "ContactConnected", "ContactEnded"]
    assert [one.id for one in sent(book)] == [f"{one.at:.6f}-{place}" for place, one in enumerate(sent(book), 1)]
    ended = last(book, told.ContactEnded)
    assert (ended.subject, ended.told.queue, ended.told.outcome, ended.told.number) == (
        "c1", "tech", "served", "13800000001",
    )  # fmt: skip
    assert ended.told.talk_seconds == 10.0
    assert book.plane.state.last_queues == {}


def test_what_happens_after_a_backup_was_restored_has_ids_of_its_own() -> None:
    """A receiver drops an id that it has had, and it has had those that were given since the backup was taken."""
    book = Playbook(listening())
    book.talk()
    backup = book.plane.snapshot()
    lives = [
        these(commands.TellReceivers, plane.handle(events.CallEnded("c1", 16), book.now + later))
        for plane, later in ((book.plane, 10.0), (Plane.restore(backup), 60.0))
    ]
    first, again = ([one.id for one in told] for told in lives)
    assert [name.partition("-")[2] for name in first] == [name.partition("-")[2] for name in again]
    assert set(first) & set(again) == set()


def test_the_pop_has_what_the_desk_has() -> None:
    book = Playbook(listening())
    book.queue()
    book.agent_ready("1001")
    (offered,) = [one for one in sent(book) if type(one.told).__name__ == "ContactOffered"]
    (shown,) = [one.told for one in book.told if type(one.told).__name__ == "ContactOffered"]
    assert (offered.told, offered.agent, offered.receivers) == (shown, "1001", ("crm",))
    assert offered.at == book.now


def test_without_receivers_nothing_is_told_and_nothing_kept() -> None:
    book = through(Playbook())
    assert (sent(book), book.plane.state.last_queues, book.plane.state.webhook_events) == ([], {}, 0)


def test_each_is_told_what_it_wants_of_the_queues_it_wants() -> None:
    hooks = {
        "ends": Webhook("crm", events=("ContactEnded",)),
        "tech": Webhook("crm", queues=("tech",), events=("ContactEnded", "AgentChanged")),
        "other": Webhook("crm", queues=("other",)),
    }
    book = through(Playbook(listening(hooks=hooks)))
    assert last(book, told.ContactEnded).receivers == ("ends", "tech")
    assert {one.receivers for one in sent(book) if one.agent and not one.told.__struct_fields__[1:]} == {
        ("tech", "other")
    }
    book.queue("c2")
    book.tell(events.CallEnded("c2", 16))
    assert (last(book, told.ContactEnded).told.outcome, last(book, told.ContactEnded).told.queue) == (
        "abandoned", "tech",
    )  # fmt: skip
    book.call("c2")
    book.tell(events.CallEnded("c2", 16))
    assert last(book, told.ContactEnded).receivers == ("ends",)
    assert last(book, told.ContactEnded).told.queue == ""


def test_an_offer_that_nobody_answers_is_over_for_the_crm_too() -> None:
    book = Playbook(listening())
    book.queue()
    (ring,) = these(commands.RingAgent, book.agent_ready("1001"))
    book.tell(events.LegFailed(ring.leg, "no_answer"), 10.0)
    ended = last(book, told.OfferEnded)
    assert (ended.told, ended.agent) == (told.OfferEnded("c1", "tech", "no_answer"), "1001")


def test_hold_and_retrieve() -> None:
    book = Playbook(listening())
    leg = book.talk()
    book.tell(events.Held(leg))
    book.tell(events.Retrieved(leg))
    assert names(book)[-2:] == ["ContactHeld", "ContactRetrieved"]


def test_the_disposition_is_told_with_its_queue() -> None:
    book = Playbook(listening(with_dispositions()))
    book.talk()
    book.tell(SOLVED, 5.0)
    disposed = last(book, told.ContactDisposed)
    assert (disposed.told, disposed.agent) == (told.ContactDisposed("c1", "tech", "solved", ""), "1001")


def test_a_callback_is_booked_once_and_ends_once() -> None:
    desk = Desk(expire_hours=2.0)
    desk.tell(events.SettingsLoaded(listening(desk.plane.state.settings)))
    desk.books()
    assert names(desk).count("CallbackBooked") == 1
    booked = last(desk, told.CallbackBooked)
    assert (booked.subject, booked.told.contact, booked.told.number) == (desk.callback.id, "c1", NUMBER)
    desk.tell(events.CallbackSnoozed(desk.callback.id, desk.now + 60.0))
    desk.pass_time(7300.0)
    assert names(desk).count("CallbackBooked") == names(desk).count("CallbackEnded") == 1
    assert (last(desk, told.CallbackEnded).told.outcome, last(desk, told.CallbackEnded).subject) == (
        "expired", booked.subject,
    )  # fmt: skip


def test_a_form_is_told_of_when_it_is_right() -> None:
    book = booking()
    book.tell(events.SettingsLoaded(listening(book.plane.state.settings)))
    book.tell(events.LinkOpened("c1", 1))
    answer(book, values={"name": "Ann"})
    assert "FormCompleted" not in names(book)
    answer(book, values={"day": "2026-02-03", "name": "Ann"}, submitted=True)
    values = {"day": "2026-02-03", "name": "Ann"}
    assert last(book, told.FormCompleted).told == told.FormCompleted("c1", "tech", "booking/form", values)


def test_a_caller_who_is_sent_on_was_transferred() -> None:
    book = Playbook(listening(CENTRE))
    book.talk()
    book.tell(events.AgentTransferred("1001", "c1", Target(queue="more"), "look"), 5.0)
    sent_on = last(book, told.ContactTransferred)
    assert (sent_on.agent, sent_on.told) == (
        "1001", told.ContactTransferred("c1", "tech", "blind", "more", "", "look"),
    )  # fmt: skip


def test_what_can_be_chosen_is_what_can_be_told() -> None:
    kinds = {*told.Happened.__subclasses__(), *get_args(ABOUT_DESKS)}
    assert {kind.__name__ for kind in kinds} | {"AgentChanged"} == set(get_args(EventName))


@pytest.mark.parametrize("path", ["x", "/a?b", "/a b", "/a#b"])
def test_a_path_is_one(path: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"service": "crm", "path": path}, Webhook)
