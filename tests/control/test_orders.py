"""A customer's orders, on the desk of the agent whose phone rings: asked for beside the offer."""

from typing import Any

import pytest
from msgspec.structs import replace

from tandem.control import commands, events
from tandem.control.desktop.customer import KnownCustomer
from tandem.control.desktop.shown import OrdersShown
from tandem.control.order_lookup import OrderLookup
from tandem.control.settings import Settings
from tandem.control.view import Readers
from tandem.ivr.values import Value
from tests.control.playbook import SETTINGS, Playbook, one, these

LOOKUP = OrderLookup("shop", fields={"number": "$.number", "what": "$['item name']"}, most=2)
SUBJECT = "orders/c1"
ROWS: dict[str, Value] = {"0 number": "7", "0 what": "a lamp", "1 number": "", "1 what": ""}
FOUND = OrdersShown("known", "", ({"number": "7", "what": "a lamp"},))


def asking(**changes: Any) -> Settings:
    return replace(SETTINGS, orders=replace(LOOKUP, **changes))


def offered(settings: Settings | None = None, call: str = "c1") -> Playbook:
    """A call is offered to 1001."""
    book = Playbook(settings or asking())
    book.queue(call)
    book.agent_ready("1001")
    return book


def asked(book: Playbook) -> list[commands.LookUp]:
    return [lookup for _, _, out in book.history for lookup in these(commands.LookUp, out)]


def shown(book: Playbook) -> OrdersShown | None:
    return book.desks["1001"].contacts[0].contact.orders


def test_they_are_asked_for_with_the_offer_which_does_not_wait() -> None:
    book = Playbook(asking())
    assert these(commands.LookUp, book.queue()) == []
    out = book.agent_ready("1001")
    lookup = one(commands.LookUp, out)
    assert one(commands.RingAgent, out)
    assert (lookup.subject, lookup.ask.number, lookup.ask.service, lookup.ask.method) == (SUBJECT, 1, "shop", "GET")
    assert (lookup.ask.path, lookup.ask.query) == ("/orders", {"phone": "13800000001"})
    assert {name: wanted.path for name, wanted in lookup.ask.values.items()} == {
        "0 number": "$.orders[0].number",
        "0 what": "$.orders[0]['item name']",
        "1 number": "$.orders[1].number",
        "1 what": "$.orders[1]['item name']",
    }
    assert shown(book) == OrdersShown("asked")


def test_the_answer_is_on_the_desk_by_an_event_of_its_own() -> None:
    book = offered()
    before = len(book.told)
    book.tell(events.LookedUp(SUBJECT, 1, ROWS), 0.2)
    assert shown(book) == FOUND
    assert [type(news.told).__name__ for news in book.told[before:]] == ["ContactChanged", "ContactStepped"]
    assert book.plane.state.lookups == {}


def test_that_there_are_none_is_an_answer() -> None:
    book = offered()
    book.tell(events.LookupFailed(SUBJECT, 1, events.NOT_FOUND))
    assert shown(book) == OrdersShown("known")
    assert "lookup failed" not in book.plane.state.counters


def test_a_failure_is_shown_counted_and_tried_again_by_the_agent() -> None:
    book = offered()
    out = book.tell(events.LookupFailed(SUBJECT, 1, "it answered 500"))
    assert shown(book) == OrdersShown("failed", "it answered 500")
    assert one(commands.RaiseAlarm, out).subject == "shop"
    wish = events.OrdersWanted("1001", "c1")
    assert Readers(lambda: book.plane, lambda: book.now).why_not(wish) == ""
    assert one(commands.LookUp, book.tell(wish)).ask.number == 2
    assert shown(book) == OrdersShown("asked")
    assert these(commands.LookUp, book.tell(wish)) == [], "it is under way"
    book.tell(events.LookedUp(SUBJECT, 1, {"0 number": "old"}))
    assert shown(book) == OrdersShown("asked"), "that was another question"
    book.tell(events.LookedUp(SUBJECT, 2, ROWS))
    assert shown(book) == FOUND


def test_an_answer_that_never_comes_is_missed_by_the_plane() -> None:
    book = offered()
    book.tell(events.LegAnswered(one(commands.RingAgent, book.history[-1][2]).leg))
    book.pass_time(2 * (LOOKUP.timeout + 3.0))
    assert book.plane.state.orders["c1"].state == "failed"


def test_the_next_agent_has_them_at_once_and_they_are_asked_for_once() -> None:
    book = offered()
    book.tell(events.LookedUp(SUBJECT, 1, ROWS))
    leg = one(commands.RingAgent, book.history[-2][2]).leg
    book.agent_ready("1002")
    book.tell(events.LegFailed(leg, "no_answer"), 10.0)
    assert book.desks["1002"].contacts[0].contact.orders == FOUND
    assert len(asked(book)) == 1


def test_what_failed_is_asked_again_for_the_next_agent() -> None:
    book = offered()
    book.tell(events.LookupFailed(SUBJECT, 1, "it answered 500"))
    leg = one(commands.RingAgent, book.history[-2][2]).leg
    book.agent_ready("1002")
    assert one(commands.LookUp, book.tell(events.LegFailed(leg, "no_answer"), 10.0)).ask.number == 2


def test_nothing_is_asked_of_nobody_nor_for_nobody() -> None:
    assert asked(offered(SETTINGS)) == []
    book = Playbook(asking())
    book.call(caller="anonymous")
    book.press("2")
    book.agent_ready("1001")
    assert (asked(book), shown(book)) == ([], None)
    assert Readers(lambda: book.plane, lambda: book.now).why_not(events.OrdersWanted("1001", "c1")) == "no_orders"
    assert Readers(lambda: book.plane, lambda: book.now).why_not(events.OrdersWanted("1002", "c1")) == "not_on_desk"


def test_by_the_customers_id_they_are_asked_for_once_it_is_known() -> None:
    book = offered(asking(path="/customers/{customer}/orders", query={}))
    assert (asked(book), shown(book)) == ([], None)
    out = book.tell(events.CustomerFound("c1", KnownCustomer("an/n", "Ann")))
    assert one(commands.LookUp, out).ask.path == "/customers/an%2Fn/orders"
    assert shown(book) == OrdersShown("asked")


def test_they_are_forgotten_with_the_contact() -> None:
    book = offered()
    book.tell(events.LookedUp(SUBJECT, 1, ROWS))
    book.tell(events.CallEnded("c1"))
    assert book.plane.state.orders == {}
    book = offered()
    book.tell(events.CallEnded("c1"))
    assert (book.plane.state.orders, book.plane.state.lookups) == ({}, {})
    book.tell(events.LookedUp(SUBJECT, 1, ROWS))
    assert book.plane.state.orders == {}


def test_after_a_restart_they_are_asked_for_again_under_the_same_key() -> None:
    book = offered()
    (first,) = asked(book)
    assert these(commands.LookUp, book.tell(events.Restarted())) == [first]


@pytest.mark.parametrize("value", ["..", "."])
def test_no_number_leads_elsewhere(value: str) -> None:
    book = Playbook(asking(path="/orders/{number}", query={}))
    book.queue()
    book.plane.state.orders["c1"] = replace(book.plane.state.orders["c1"], value=value)
    assert these(commands.LookUp, book.agent_ready("1001")) == []
