"""A board that is told what changes shows what one shows that is opened just then, whatever happens."""

from hypothesis import given, settings

from tandem.control.board.waiting import in_line
from tandem.control.plane import Plane
from tests.control.boards import Follower
from tests.control.playbook import Playbook
from tests.property.test_plane import Step, lives


@settings(max_examples=200, deadline=None)
@given(lives)
def test_a_board_fed_by_events_equals_one_opened_now(life: list[tuple[Step, int]]) -> None:
    book = Playbook()
    board = Follower(book.plane, book.now)
    book.talk("c1", "1001")
    book.queue("c2")
    for step, pick in life:
        step(book, pick)
        if pick % 3:  # several events may come together
            board.check(book.plane, book.now)
    board.check(book.plane, book.now)
    for queue in board.queues.values():
        waiting = in_line(book.plane.context, queue.queue, "en", book.now)
        assert waiting is not None
        assert (waiting.total, waiting.total and min(one.since for one in waiting.contacts)) == (
            queue.waiting, queue.oldest or 0,
        )  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(lives)
def test_the_counts_of_the_day_balance_and_survive_a_snapshot(life: list[tuple[Step, int]]) -> None:
    book = Playbook()
    board = Follower(book.plane, book.now)
    for step, pick in life:
        step(book, pick)
    board.follow(book.now)
    for queue in board.queues.values():
        today = queue.today
        ended = today.answered + today.abandoned + today.overflowed_out + today.called_back + today.self_served
        assert today.offered == ended + today.lost + queue.waiting
    again = Follower(Plane.restore(book.plane.snapshot()), book.now)
    assert (again.queues, again.agents, again.centre) == (board.queues, board.agents, board.centre)
