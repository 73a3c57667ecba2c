"""The numbered news of a stream to desktops: snapshot, sequence numbers, resume.

A desktop gets a snapshot with the position it was taken at, then news with numbers that follow one another. Cut off, it
comes back with the position of the last news it has, and gets what it missed; or it is told that it needs a snapshot,
because what it missed is not kept any more, or belongs to a stream of before a restart. A number that does not follow,
or a heartbeat with another position than its own, tells a desktop that it is stale: it resumes.
"""

from collections import deque
from typing import Generic, Literal, TypeVar

import msgspec

T = TypeVar("T")


class Position(msgspec.Struct, frozen=True):
    """After `number` news (0: before the first) of `stream`, whose name no other stream ever had or has."""

    stream: str
    number: int


class News(msgspec.Struct, Generic[T], frozen=True):
    """One of the news; `number` counts from 1, without a gap."""

    number: int
    content: T


class SnapshotNeeded(msgspec.Struct, frozen=True, tag=True):
    """What was missed can't be told: `too_old` (not kept any more), or `other_stream` (nor ever was of this one)."""

    reason: Literal["too_old", "other_stream"]


class Log(Generic[T]):
    """The newest news of one stream, at most `kept` of them, after the first `last`. Pure: what it is told is what it
    knows.

    `stream` names it: another one whenever the numbers begin anew.
    """

    def __init__(self, stream: str, kept: int, last: int = 0) -> None:
        if kept < 1:
            raise ValueError("a log keeps at least one of the news")
        self._stream, self._last = stream, last
        self._news: deque[News[T]] = deque(maxlen=kept)

    @property
    def position(self) -> Position:
        """Where the stream is: what goes with a snapshot taken now, and with a heartbeat."""
        return Position(self._stream, self._last)

    @property
    def kept(self) -> list[T]:
        """What is kept of it, the oldest first."""
        return [news.content for news in self._news]

    def add(self, content: T) -> News[T]:
        """Number something new; returns what is to be sent to whoever follows."""
        self._last += 1
        news = News(self._last, content)
        self._news.append(news)
        return news

    def since(self, position: Position) -> list[News[T]] | SnapshotNeeded:
        """What came after `position`, in order; empty when nothing did."""
        if position.stream != self._stream or not 0 <= position.number <= self._last:
            return SnapshotNeeded("other_stream")
        missed = self._last - position.number
        if missed > len(self._news):
            return SnapshotNeeded("too_old")
        first = len(self._news) - missed
        return [self._news[number] for number in range(first, len(self._news))]
