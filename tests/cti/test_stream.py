"""The stream to desktops: snapshot, sequence numbers, resume; a desktop that is stale knows it."""

from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.stream import Log, News, Position, SnapshotNeeded


def log_of(contents: str, kept: int = 3, stream: str = "one") -> Log[str]:
    log = Log[str](stream, kept)
    for content in contents:
        log.add(content)
    return log


def test_news_are_numbered_from_one() -> None:
    log = Log[str]("one", 3)
    assert log.position == Position("one", 0)
    assert [log.add("a"), log.add("b")] == [News(1, "a"), News(2, "b")]
    assert log.position == Position("one", 2)


def test_what_is_kept_is_told_from_the_oldest_on() -> None:
    assert log_of("abcde").kept == ["c", "d", "e"]


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        (5, []),
        (4, [News(5, "e")]),
        (2, [News(3, "c"), News(4, "d"), News(5, "e")]),
        (1, SnapshotNeeded("too_old")),
        (0, SnapshotNeeded("too_old")),
        (6, SnapshotNeeded("other_stream")),
        (-1, SnapshotNeeded("other_stream")),
    ],
)
def test_what_was_missed_is_told_or_that_a_snapshot_is_needed(number: int, answer: object) -> None:
    assert log_of("abcde").since(Position("one", number)) == answer


def test_a_position_of_before_a_restart_needs_a_snapshot() -> None:
    assert log_of("abcde", stream="two").since(Position("one", 4)) == SnapshotNeeded("other_stream")


def test_a_log_that_keeps_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Log[str]("one", 0)


class Desktop:
    """What docs/architecture.md says a desktop does: the last value of each key, or the knowledge that it is stale."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {}
        self.position = Position("", 0)
        self.stale = True

    def hears(self, news: News[tuple[str, int]]) -> None:
        if self.stale or news.number <= self.position.number:
            return
        if news.number > self.position.number + 1:
            self.stale = True
            return
        self.position = Position(self.position.stream, news.number)
        self.values |= [news.content]

    def hears_beat(self, position: Position) -> None:
        self.stale |= position != self.position

    def resumes(self, centre: "Centre") -> None:
        missed = centre.log.since(self.position)
        self.stale = False
        if isinstance(missed, SnapshotNeeded):
            self.values, self.position = dict(centre.values), centre.log.position
        else:
            for news in missed:
                self.hears(news)


class Centre:
    """What desktops look at. A restart loses the log, not the values."""

    def __init__(self, kept: int) -> None:
        self.values: dict[str, int] = {}
        self._runs, self._kept = count(), kept
        self.restarts()

    def restarts(self) -> None:
        self.log = Log[tuple[str, int]](f"run-{next(self._runs)}", self._kept)

    def changes(self, key: str, value: int) -> News[tuple[str, int]]:
        self.values[key] = value
        return self.log.add((key, value))


class Line:
    """A centre and a desktop, and what may happen between them."""

    def __init__(self, kept: int) -> None:
        self.centre, self.desktop = Centre(kept), Desktop()
        self.late: list[News[tuple[str, int]]] = []
        self.resumes(0)

    def changes(self, number: int, times: int = 1) -> News[tuple[str, int]]:
        news = self.centre.changes("abc"[number % 3], number)
        for _ in range(times):
            self.desktop.hears(news)
        return news

    def lost(self, number: int) -> None:
        self.changes(number, times=0)

    def twice(self, number: int) -> None:
        self.changes(number, times=2)

    def held_up(self, number: int) -> None:
        self.late.append(self.changes(number, times=0))

    def comes_late(self, _: int) -> None:
        while self.late:
            self.desktop.hears(self.late.pop())

    def beat(self, _: int) -> None:
        self.desktop.hears_beat(self.centre.log.position)
        assert self.desktop.stale or self.desktop.values == self.centre.values

    def resumes(self, _: int) -> None:
        self.desktop.resumes(self.centre)

    def restarts(self, _: int) -> None:
        """The connection goes too, and what was still on it."""
        self.centre.restarts()
        self.desktop.stale = True
        self.late.clear()


HAPPENS = (Line.changes, Line.changes, Line.lost, Line.twice, Line.held_up, Line.comes_late, Line.beat, Line.resumes)


@given(st.lists(st.sampled_from([*HAPPENS, Line.restarts]), max_size=60), st.integers(1, 5))
def test_rule_12_a_desktop_shows_what_is_or_knows_that_it_is_stale(
    life: list[Callable[[Line, int], object]], kept: int
) -> None:
    """News are lost, come twice or late, the controller restarts: a heartbeat, and a resume, mend all of it."""
    line = Line(kept)
    for number, happen in enumerate(life):
        happen(line, number)
        if not line.desktop.stale and line.desktop.position == line.centre.log.position:
            assert line.desktop.values == line.centre.values
    line.beat(0)
    if line.desktop.stale:
        line.resumes(0)
    assert (line.desktop.values, line.desktop.stale) == (line.centre.values, False)
