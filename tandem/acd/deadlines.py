"""A heap of the moments at which something has to be done about an agent or a contact."""

from collections.abc import Mapping
from heapq import heapify, heappop, heappush
from typing import Generic, Protocol, TypeVar


class Timed(Protocol):
    """Whatever has to be looked at again at `deadline` (epoch seconds), if that is not None."""

    deadline: float | None


Thing = TypeVar("Thing", bound=Timed)


class Deadlines(Generic[Thing]):
    """Deadlines by name, earliest first. An entry that is not its thing's deadline any more is passed over."""

    def __init__(self, things: Mapping[str, Thing]) -> None:
        self._things = things
        self._heap = [(thing.deadline, name) for name, thing in things.items() if thing.deadline is not None]
        heapify(self._heap)

    def add(self, name: str, deadline: float) -> None:
        """Watch the thing's new deadline."""
        heappush(self._heap, (deadline, name))

    def earliest(self) -> float | None:
        """When the next deadline falls, epoch seconds; None when there is none."""
        heap, things = self._heap, self._things
        while heap:
            deadline, name = heap[0]
            thing = things.get(name)
            if thing is not None and thing.deadline == deadline:
                return deadline
            heappop(heap)
        return None

    def due(self, now: float) -> Thing | None:
        """Take off and return the next thing whose deadline has come."""
        earliest = self.earliest()
        if earliest is None or earliest > now:
            return None
        return self._things[heappop(self._heap)[1]]
