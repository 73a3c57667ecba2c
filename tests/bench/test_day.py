"""The day of calls that the core is timed on."""

from collections import Counter

from bench.day import day
from tandem.control import commands, events
from tandem.control.plane import Plane


def test_every_call_of_the_day_is_queued_answered_and_over_at_its_end() -> None:
    plane = Plane()
    out = [command for at, event in day(50, 5) for command in plane.handle(event, at)]
    waits = [command.outcome for command in out if isinstance(command, commands.RecordWait)]
    assert Counter(waits) == {"answered": 50}
    assert not plane.state.calls
    assert not plane.state.counters, "no alarm, no repair"


def test_some_callers_wait_because_every_agent_is_busy() -> None:
    plane = Plane()
    out = [command for at, event in day(200, 5) for command in plane.handle(event, at)]
    waits = [command.left_at - command.enqueued_at for command in out if isinstance(command, commands.RecordWait)]
    assert max(waits) > 10.0


def test_times_never_go_back_and_the_same_day_comes_again() -> None:
    moments = day(50, 5)
    times = [at for at, _ in moments]
    assert times == sorted(times)
    assert moments == day(50, 5) != day(51, 5)


def test_all_that_a_call_goes_through_is_in_it() -> None:
    kinds = {type(event) for _, event in day(5, 2)}
    assert kinds >= {events.CallEntered, events.Listened, events.LegRinging, events.LegAnswered, events.Bridged}
    assert kinds >= {events.LegEnded, events.CallEnded}
