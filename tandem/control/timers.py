"""What falls due in the plane by itself: one heap, kept by name, each name with one moment at most."""

from collections.abc import Mapping
from heapq import heapify, heappop, heappush


class Timers:
    """`due` maps a timer's name to its moment (epoch seconds); it is the state, and all that must survive.

    A name is a kind and a subject ("page call/1"): who sets it knows what to do when it falls due.
    """

    def __init__(self, due: dict[str, float]) -> None:
        self._due = due
        self._heap = [(at, name) for name, at in due.items()]
        heapify(self._heap)

    def set(self, name: str, at: float) -> None:
        """Have `name` fall due at `at`, and not at any other moment."""
        self._due[name] = at
        heappush(self._heap, (at, name))

    def clear(self, name: str) -> None:
        """Let `name` not fall due."""
        self._due.pop(name, None)

    def earliest(self) -> float | None:
        """The next moment, epoch seconds; None when there is none."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take(self, now: float) -> str | None:
        """Take off and return the next name that has fallen due."""
        earliest = self.earliest()
        if earliest is None or earliest > now:
            return None
        name = heappop(self._heap)[1]
        del self._due[name]
        return name

    @property
    def due(self) -> Mapping[str, float]:
        """All that is set."""
        return self._due
