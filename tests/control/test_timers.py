"""Timers: one moment a name, taken in order, made anew from the state."""

from tandem.control.timers import Timers


def test_they_fall_due_in_order_and_once() -> None:
    timers = Timers({})
    timers.set("b", 20.0)
    timers.set("a", 10.0)
    assert timers.earliest() == 10.0
    assert timers.take(9.9) is None
    assert [timers.take(30.0), timers.take(30.0), timers.take(30.0)] == ["a", "b", None]
    assert timers.earliest() is None


def test_a_name_has_one_moment() -> None:
    timers = Timers({})
    timers.set("a", 10.0)
    timers.set("a", 30.0)
    assert timers.take(10.0) is None
    assert timers.take(30.0) == "a"


def test_a_cleared_one_does_not_fall_due() -> None:
    timers = Timers({"a": 10.0, "b": 20.0})
    timers.clear("a")
    timers.clear("never set")
    assert timers.earliest() == 20.0


def test_the_state_is_all_it_needs() -> None:
    due: dict[str, float] = {}
    Timers(due).set("a", 10.0)
    assert Timers(due).take(10.0) == "a"
    assert due == {}
