"""Quarter-hour figures."""

import pytest

from tandem.acd.commands import RecordInterval
from tandem.acd.events import ContactConnected, ContactLeft, ContactQueued
from tandem.acd.machine import InvariantBroken
from tests.acd.playbook import START, Playbook, settings

QUARTER = 999_900.0
HELP = settings({"help": {}}, {"ann": {}}, service_level_seconds=20)


def test_an_arrival_is_counted_in_its_quarter_hour() -> None:
    book = Playbook(HELP)
    book.tell(ContactQueued("c1", "help", enqueued_at=START - 9999))
    [interval] = book.recorded(RecordInterval)
    assert (interval.start, interval.target, interval.offered, interval.waiting) == (QUARTER, 20, 1, 1)


@pytest.mark.parametrize("outcome", ["abandoned", "overflowed_out", "called_back", "self_served", "lost"])
def test_an_outcome_is_counted_where_the_contact_arrived(outcome: str) -> None:
    book = Playbook(HELP)
    book.tell(ContactQueued("c1", "help"), ContactQueued("c2", "help"))
    book.after(3600, ContactLeft("c1", outcome))
    [interval] = book.recorded(RecordInterval)
    assert (interval.start, interval.offered, interval.waiting, getattr(interval, outcome)) == (QUARTER, 2, 1, 1)


def test_an_answer_counts_when_the_talk_begins_and_waits_count_by_age() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help", enqueued_at=book.now - 15))
    assert book.recorded(RecordInterval)[0].answered == 0
    book.after(5, ContactConnected(1))
    [interval] = book.recorded(RecordInterval)
    assert (interval.answered, interval.answered_in_target, interval.wait_answered) == (1, 1, 20)


def test_in_target_means_within_the_target() -> None:
    book = Playbook(HELP)
    book.tell(ContactQueued("c1", "help"), ContactQueued("c2", "help"))
    book.after(20, ContactLeft("c1", "abandoned"))
    book.after(1, ContactLeft("c2", "abandoned"))
    [interval] = book.recorded(RecordInterval)
    assert (interval.abandoned, interval.abandoned_in_target) == (2, 1)


def test_a_step_that_changes_a_figure_twice_reports_it_once() -> None:
    book = Playbook(HELP, "ann")
    book.tell(ContactQueued("c1", "help"))
    assert len(book.recorded(RecordInterval)) == 1


def test_old_intervals_go_unless_somebody_still_waits() -> None:
    book = Playbook(HELP)
    book.tell(ContactQueued("c1", "help"))
    book.after(900, ContactQueued("c2", "help"), ContactLeft("c2", "abandoned"))
    book.after(4 * 3600, ContactQueued("c3", "help"))
    assert [interval.offered for interval in book.state.intervals["help"]] == [1, 1]
    book.tell(ContactLeft("c1", "abandoned"))
    assert book.recorded(RecordInterval)[0].start == QUARTER


def test_a_clock_set_back_over_a_quarter_hour_breaks_nothing() -> None:
    book = Playbook(HELP)
    book.tell(ContactQueued("c1", "help"))
    book.after(-200, ContactQueued("c2", "help"))
    book.after(200, ContactQueued("c3", "help"))
    assert [(i.start, i.offered, i.waiting) for i in book.recorded(RecordInterval)] == [(QUARTER, 2, 2)]


def test_figures_that_do_not_balance_stop_the_router() -> None:
    book = Playbook(HELP)
    book.tell(ContactQueued("c1", "help"))
    book.state.intervals["help"][0].offered += 1
    with pytest.raises(InvariantBroken):
        book.tell(ContactLeft("c1", "abandoned"))


def test_an_outcome_that_nobody_knows_stops_the_router() -> None:
    with pytest.raises(InvariantBroken):
        Playbook(HELP).tell(ContactLeft("c1", "vanished"))
