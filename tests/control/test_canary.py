"""A version on trial: who gets it, how it is compared, and that it ends by itself when it is worse."""

import random

import msgspec
import pytest

from tandem.control import commands, events, wire
from tandem.control.plane import Plane
from tandem.control.publishing.canary import Canary, Margins, Tally, is_more, worse
from tandem.control.view import view
from tandem.ivr.flow import Flow
from tandem.ivr.reader import read_flow
from tests.control.playbook import FLOW, Playbook, one, said, these

NEW = read_flow(FLOW.replace("Press one", "Press the one"), "line.yaml")
BETTER = read_flow(FLOW.replace("Press one", "Just press one"), "line.yaml")
FEW = Margins(enough=5)


def started(percent: float = 50.0, margins: Margins = FEW, flow: Flow = NEW) -> events.CanaryStarted:
    return events.CanaryStarted(flow, percent, margins, "ann")


def on_trial(percent: float = 50.0, margins: Margins = FEW) -> Playbook:
    book = Playbook()
    book.tell(started(percent, margins))
    return book


def drawn(book: Playbook, new: bool, count: int) -> list[str]:
    """Numbers of callers who get the new version, or the old."""
    canary = book.plane.state.canaries["line"]
    numbers = (f"138{n:08d}" for n in range(10_000))
    return [number for number in numbers if canary.takes(number) == new][:count]


def test_so_many_of_the_callers_get_it_each_always_the_same() -> None:
    canary = on_trial(20.0).plane.state.canaries["line"]
    numbers = [f"138{n:08d}" for n in range(10_000)]
    taken = {number for number in numbers if canary.takes(number)}
    assert len(taken) / len(numbers) == pytest.approx(0.2, abs=0.015)
    wider = msgspec.structs.replace(canary, percent=60.0)
    assert taken < {number for number in numbers if wider.takes(number)}


def test_some_calls_get_the_new_version_and_the_others_the_old() -> None:
    book = on_trial()
    (new,), (old,) = drawn(book, True, 1), drawn(book, False, 1)
    assert "Press the one" in said(book.call("c1", new))
    assert "Press one" in said(book.call("c2", old))
    assert "Press the one" in said(book.call("c3", new))
    assert {call["version"] for call in view(book.plane, book.now)["calls"]} == {NEW.version, version_in_force(book)}


def version_in_force(book: Playbook) -> str:
    return book.plane.state.published["line"]


def run_calls(book: Playbook, count: int, contained: bool, new: bool) -> list[commands.Command]:
    """Calls of one side, one after another; returns the last one's commands at its end."""
    out: list[commands.Command] = []
    for caller in drawn(book, new, count):
        book.call("c", caller)
        if contained:
            book.press("1", "c")
            book.tell(events.LinkDelivered("c", 1, "webhook"))
        out = book.tell(events.CallEnded("c"), 5.0)
    return out


def test_a_version_that_contains_fewer_calls_is_rolled_back_by_itself() -> None:
    book = on_trial()
    run_calls(book, 5, contained=True, new=False)
    out = run_calls(book, 5, contained=False, new=True)
    alarm = one(commands.RaiseAlarm, out)
    assert (alarm.kind, alarm.subject) == ("canary rolled back", "line")
    assert alarm.detail == "not contained: 5 of 5 calls, before 0 of 5"
    row = one(commands.RecordCanary, out)
    assert (row.outcome, row.reason, row.ended_by) == ("rolled_back", alarm.detail, "")
    assert (row.calls, row.contained, row.base_calls, row.base_contained) == (5, 0, 5, 5)
    assert book.plane.state.canaries == {}
    assert len(book.plane.state.flows) == 1
    assert "Press one" in said(book.call("later", "13800000001"))


def test_calls_on_trial_keep_their_version_when_it_ends() -> None:
    book = on_trial()
    (caller,) = drawn(book, True, 1)
    book.call("c1", caller)
    book.tell(events.CanaryStopped("line", "bob"))
    assert "Press the one" in said(book.reenter("c1"))
    book.tell(events.CallEnded("c1"))
    assert len(book.plane.state.flows) == 1


def test_faults_are_counted_as_calls_with_a_fault() -> None:
    book = on_trial()
    (caller,) = drawn(book, True, 1)
    book.call("c1", caller)
    book.plane.state.calls["c1"].faults = 3
    book.tell(events.CallEnded("c1"))
    assert book.plane.state.canaries["line"].new == Tally(calls=1, faulty=1)


def test_what_the_switch_lost_and_what_began_before_is_not_counted() -> None:
    book = Playbook()
    book.call("before")
    book.tell(started(), 10.0)
    book.call("lost", drawn(book, True, 1)[0])
    book.tell(events.CallEnded("before"))
    book.tell(events.SwitchFound("boot-2", book.now + 5, (), ()), 5.0)
    canary = book.plane.state.canaries["line"]
    assert (canary.old.calls, canary.new.calls) == (0, 0)


def test_a_trial_survives_a_restart_with_its_figures() -> None:
    book = on_trial()
    run_calls(book, 3, contained=True, new=True)
    book.tell(events.Restarted())
    shown = view(book.plane, book.now)["canaries"]
    assert [(each["version"], each["new"]["calls"], each["new"]["contained"]) for each in shown] == [
        (NEW.version, 3, 3)
    ]


def test_publishing_ends_a_trial() -> None:
    for flow, outcome in ((NEW, "promoted"), (BETTER, "superseded")):
        book = on_trial()
        out = book.tell(events.FlowPublished(flow, "bob"))
        row = one(commands.RecordCanary, out)
        assert (row.outcome, row.ended_by, row.author) == (outcome, "bob", "ann")
        assert version_in_force(book) == flow.version
        assert len(book.plane.state.flows) == 1


def test_publishing_what_is_in_force_already_lets_the_trial_go_on() -> None:
    book = on_trial()
    assert book.tell(events.FlowPublished(read_flow(FLOW, "line.yaml"), "bob")) == []
    assert book.plane.state.canaries["line"].version == NEW.version


def test_another_trial_takes_the_place_of_the_first() -> None:
    book = on_trial()
    ended, begun = these(commands.RecordCanary, book.tell(started(flow=BETTER), 1.0))
    assert (ended.outcome, begun.version, begun.ended_at) == ("superseded", BETTER.version, None)


def test_nothing_to_compare_with_is_an_alarm_and_no_trial() -> None:
    book = Playbook()
    book.tell(events.FlowPublished(NEW))
    assert one(commands.RaiseAlarm, book.tell(started())).kind == "canary without a comparison"
    assert book.plane.state.canaries == {}


def test_stopping_what_is_not_on_trial_does_nothing() -> None:
    assert Playbook().tell(events.CanaryStopped("line", "bob")) == []


def test_forcing_a_flow_is_an_alarm_with_who_and_why() -> None:
    alarm = one(commands.RaiseAlarm, Playbook().tell(events.FlowPublished(NEW, "bob", "the storm")))
    assert (alarm.kind, alarm.subject, alarm.detail) == ("flow forced", "line", "bob: the storm")


def test_a_replay_gives_the_same() -> None:
    book = on_trial()
    run_calls(book, 5, contained=True, new=False)
    run_calls(book, 5, contained=False, new=True)
    again = Plane()
    for now, event, out in book.history:
        assert again.handle(wire.decode(wire.encode(event)), now) == out


# --- the statistic -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "of", "hits_before", "of_before", "more"),
    [
        (30, 100, 10, 100, True),  # z = 3.54
        (22, 100, 10, 100, False),  # z = 2.31: by chance once in a hundred
        (24, 100, 10, 100, False),  # z = 2.64
        (25, 100, 10, 100, True),  # z = 2.79
        (104, 1000, 50, 1000, True),  # 5.4 points, z = 4.5
        (99, 1000, 50, 1000, False),  # sure, but not by the margin
        (10, 100, 30, 100, False),
        (0, 100, 0, 100, False),
        (100, 100, 100, 100, False),
    ],
)
def test_more_is_by_the_margin_and_surely(hits: int, of: int, hits_before: int, of_before: int, more: bool) -> None:
    assert is_more(hits, of, hits_before, of_before, 0.05) is more


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (Tally(200, 60, 20, 2), "not contained: 140 of 200 calls, before 100 of 200"),
        (Tally(200, 100, 60, 2), "abandoned: 60 of 200 calls, before 20 of 200"),
        (Tally(200, 100, 20, 20), "calls with a fault: 20 of 200 calls, before 2 of 200"),
        (Tally(200, 160, 0, 0), ""),
    ],
)
def test_each_figure_alone_can_end_a_trial(new: Tally, told: str) -> None:
    assert worse(new, Tally(200, 100, 20, 2), Margins()) == told


def test_between_two_looks_nothing_is_said() -> None:
    canary = Canary("line", "new", "old", 50.0, Margins(enough=30), "ann", 0.0)
    said = []
    for number in range(60):
        said.append(canary.count("old", 1.0, "contained", False))
        said.append(canary.count("new", 1.0, "contained" if number < 30 else "abandoned", False))
    assert said[:-1] == [""] * 119
    assert said[-1] == "not contained: 30 of 60 calls, before 0 of 60"


def verdicts(dice: random.Random, contained: float, calls: int) -> bool:
    """Whether a trial of so many calls a side is ended, the old version containing half of its calls."""
    canary = Canary("line", "new", "old", 50.0, Margins(), "ann", 0.0)
    for _ in range(calls):
        for version, share in (("old", 0.5), ("new", contained)):
            if canary.count(version, 1.0, "contained" if dice.random() < share else "served", False):
                return True
    return False


def test_no_difference_is_hardly_ever_taken_for_one_and_a_bad_one_hardly_ever_missed() -> None:
    dice = random.Random(7)
    assert sum(verdicts(dice, 0.5, 2000) for _ in range(300)) <= 6
    assert sum(verdicts(dice, 0.35, 1000) for _ in range(100)) >= 95
