"""What flows ask and tell systems outside: asked, answered once, asked again after a restart, counted when it fails."""

from tandem.control import commands, events
from tests.control.playbook import Playbook, one, said, these

FLOW = """
name: line
languages: [en]
start: find
apology: bye
texts:
  state: {en: 'It is {state}.'}
  none: {en: There is no such order.}
  sorry: {en: We can not look it up now.}
  bye: {en: Goodbye.}
nodes:
  find:
    type: lookup
    service: orders
    path: /orders/7
    values: {state: {path: $.state}}
    timeout: 4
    retries: 1
    next: state
    not_found: none
    failed: sorry
  state: {type: say, text: state, next: told}
  none: {type: say, text: none, next: told}
  sorry: {type: say, text: sorry, next: told}
  told: {type: notify, service: notices, event: was_told, body: {state: done}, next: bye}
  bye: {type: say, text: bye, next: done}
  done: {type: end}
"""


def asked() -> Playbook:
    """A call whose flow has asked and waits."""
    book = Playbook(flow=FLOW)
    lookup = one(commands.LookUp, book.call())
    assert (lookup.subject, lookup.ask.number, lookup.ask.path) == ("c1", 1, "/orders/7")
    return book


def told() -> Playbook:
    """A call whose flow has told something and goes on."""
    book = asked()
    book.tell(events.LookedUp("c1", 1, {"state": "sent"}))
    command = one(commands.Notify, book.press(None))
    assert (command.subject, command.note.number, command.note.event) == ("c1", 1, "was_told")
    return book


def steps(out: list[commands.Command]) -> list[tuple[str, str]]:
    return [(step.what, step.detail) for step in these(commands.RecordStep, out)]


def test_the_flow_goes_on_with_the_answer_and_the_timeline_tells_no_values() -> None:
    out = asked().tell(events.LookedUp("c1", 1, {"state": "on its way"}), 0.25)
    assert said(out) == "It is on its way"
    assert steps(out) == [("looked up", "orders in 250 ms"), ("say", "state")]


def test_a_failure_is_counted_told_to_the_operator_and_the_caller_hears_the_apology() -> None:
    book = asked()
    out = book.tell(events.LookupFailed("c1", 1, "it answered 500"))
    assert "can not look it up" in said(out)
    alarm = next(alarm for alarm in these(commands.RaiseAlarm, out) if alarm.kind == "lookup failed")
    assert (alarm.subject, alarm.detail) == ("orders", "c1: it answered 500")
    assert book.plane.state.counters["lookup failed"] == 1


def test_that_there_is_no_such_thing_is_no_fault() -> None:
    out = asked().tell(events.LookupFailed("c1", 1, events.NOT_FOUND))
    assert "no such order" in said(out)
    assert steps(out)[0] == ("lookup failed", "orders: not_found")
    assert these(commands.RaiseAlarm, out) == []


def test_what_is_not_answered_is_asked_again_after_a_restart_and_then_answered() -> None:
    book = asked()
    out = book.tell(events.Restarted(), 60.0)
    again = one(commands.LookUp, out)
    assert (again.subject, again.ask.number) == ("c1", 1)
    assert these(commands.Listen, book.reenter()) == []
    assert book.pass_time(13.0) == []  # its time begins anew
    assert "It is sent" in said(book.tell(events.LookedUp("c1", 1, {"state": "sent"})))
    assert these(commands.LookUp, book.tell(events.Restarted())) == []


def test_an_answer_that_comes_twice_is_taken_once() -> None:
    book = asked()
    book.tell(events.LookedUp("c1", 1, {"state": "sent"}))
    assert (book.plane.state.lookups, book.plane.state.timers) == ({}, {})
    assert book.tell(events.LookedUp("c1", 1, {"state": "lost"})) == []
    assert book.tell(events.LookupFailed("c1", 1, "it answered 500")) == []


def test_without_any_answer_the_flow_goes_on_when_all_tries_must_be_over() -> None:
    book = asked()
    assert book.pass_time(13.9) == []
    assert "can not look it up" in said(book.pass_time(0.2))
    assert book.tell(events.LookedUp("c1", 1, {"state": "sent"})) == []
    assert book.plane.next_wakeup() is None


def test_a_call_that_is_over_waits_for_no_answer() -> None:
    book = asked()
    book.tell(events.CallEnded("c1", 16))
    assert these(commands.LookUp, book.tell(events.Restarted())) == []
    assert (book.plane.state.lookups, book.plane.state.timers) == ({}, {})
    assert book.tell(events.LookedUp("c1", 1, {"state": "sent"})) == []


def test_what_was_told_is_told_again_after_a_restart_until_it_is_taken_even_when_the_call_is_over() -> None:
    book = told()
    first = one(commands.Notify, book.tell(events.Restarted()))
    book.tell(events.CallEnded("c1", 16))
    assert one(commands.Notify, book.tell(events.Restarted())) == first
    assert book.tell(events.Notified("c1", 1)) == []
    assert book.plane.state.notes == {}
    assert these(commands.Notify, book.tell(events.Restarted())) == []


def test_what_was_taken_is_in_the_timeline() -> None:
    book = told()
    assert steps(book.tell(events.Notified("c1", 1))) == [("notified", "notices of was_told")]
    assert book.tell(events.Notified("c1", 1)) == []


def test_what_was_not_taken_is_counted_and_told_to_the_operator() -> None:
    book = told()
    out = book.tell(events.NotifyFailed("c1", 1, "the service answered 401"))
    alarm = one(commands.RaiseAlarm, out)
    assert (alarm.kind, alarm.subject, alarm.detail) == (
        "notification failed",
        "notices",
        "c1: the service answered 401",
    )
    assert steps(out) == [("notification failed", "notices of was_told: the service answered 401")]
    assert book.plane.state.counters["notification failed"] == 1
    assert book.tell(events.NotifyFailed("c1", 1, "the service answered 401")) == []


def test_while_an_agent_is_on_the_line_no_answer_moves_the_flow() -> None:
    book = asked()
    book.plane.state.calls["c1"].state = "connected"  # as for one that left its queue's node to look something up
    assert these(commands.Listen, book.tell(events.LookedUp("c1", 1, {"state": "sent"}))) == []
    assert book.plane.state.lookups == {}
