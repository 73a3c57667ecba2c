"""What flows ask and tell systems outside: asked, answered once, asked again after a restart, counted when it fails."""

from tandem.control import commands, events, outside
from tandem.ivr import commands as ivr
from tests.control.playbook import Playbook, one, these

ASK = ivr.LookUp(
    number=1, service="orders", method="GET", path="/orders/7", query={}, headers={}, body=None,
    values={"state": ivr.Wanted("$.state")}, timeout=3.0, retries=1, cache_seconds=0.0,
)  # fmt: skip
NOTE = ivr.Notify(2, "orders", "call_ended", {"rating": "5"})


def waiting() -> Playbook:
    """A call whose flow has asked and told something."""
    book = Playbook()
    book.call()
    context = book.plane.context
    outside.ask(context, "c1", ASK, book.now)
    outside.notify(context, "c1", NOTE)
    return book


def test_what_is_not_answered_is_asked_again_after_a_restart() -> None:
    out = waiting().tell(events.Restarted())
    assert these(commands.LookUp, out) == [commands.LookUp("c1", ASK)]
    assert these(commands.Notify, out) == [commands.Notify("c1", NOTE)]


def test_what_is_answered_is_not_asked_again_and_is_in_the_timeline_without_its_values() -> None:
    book = waiting()
    step = one(commands.RecordStep, book.tell(events.LookedUp("c1", 1, {"state": "secret"}), 0.25))
    assert (step.what, step.detail) == ("looked up", "orders in 250 ms")
    step = one(commands.RecordStep, book.tell(events.Notified("c1", 2)))
    assert (step.what, step.detail) == ("notified", "orders of call_ended")
    out = book.tell(events.Restarted())
    assert not these(commands.LookUp, out) and not these(commands.Notify, out)
    assert (book.plane.state.lookups, book.plane.state.notes) == ({}, {})


def test_an_answer_that_comes_twice_is_taken_once() -> None:
    book = waiting()
    book.tell(events.LookedUp("c1", 1, {}))
    assert book.tell(events.LookedUp("c1", 1, {})) == []
    assert book.tell(events.LookupFailed("c1", 1, "no answer in 3 s")) == []
    book.tell(events.NotifyFailed("c1", 2, "answered 500"))
    assert book.tell(events.NotifyFailed("c1", 2, "answered 500")) == []
    assert book.tell(events.Notified("c1", 2)) == []


def test_a_failure_is_counted_and_told_to_the_operator() -> None:
    book = waiting()
    alarm = one(commands.RaiseAlarm, book.tell(events.LookupFailed("c1", 1, "no answer in 3 s")))
    assert (alarm.kind, alarm.subject, alarm.detail) == ("lookup failed", "orders", "c1: no answer in 3 s")
    alarm = one(commands.RaiseAlarm, book.tell(events.NotifyFailed("c1", 2, "answered 500")))
    assert (alarm.kind, alarm.subject, alarm.detail) == ("notification failed", "orders", "c1: answered 500")
    counters = book.plane.state.counters
    assert (counters["lookup failed"], counters["notification failed"]) == (1, 1)


def test_that_there_is_no_such_thing_is_no_fault() -> None:
    book = waiting()
    out = book.tell(events.LookupFailed("c1", 1, events.NOT_FOUND))
    assert one(commands.RecordStep, out).detail == "orders: not_found"
    assert these(commands.RaiseAlarm, out) == []


def test_a_call_that_is_over_waits_for_no_answer_but_what_it_told_is_told() -> None:
    book = waiting()
    book.tell(events.CallEnded("c1", 16))
    out = book.tell(events.Restarted())
    assert these(commands.LookUp, out) == []
    assert these(commands.Notify, out) == [commands.Notify("c1", NOTE)]
    assert book.tell(events.LookedUp("c1", 1, {})) == []
    assert book.tell(events.Notified("c1", 2)) == []
    assert book.plane.state.notes == {}
