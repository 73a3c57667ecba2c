"""How often somebody may try to sign in: the first few at once, then ever more slowly."""

from collections import OrderedDict
from collections.abc import Callable

FREE = 5
"""Failures after which there is a pause."""
LONGEST_PAUSE = 900.0
"""Seconds. A pause, not a lock: otherwise anybody could lock out anybody."""
FORGOTTEN_AFTER = 3600.0
MOST_KEPT = 10_000


class SignInLimit:
    """Failures by subject (a user's name, an address), in memory; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def pause(self, *subjects: str) -> float:
        """Seconds until one of these may try again; 0: now."""
        return max(self._pause(subject) for subject in subjects)

    def tried(self, *subjects: str) -> None:
        """They try. It counts as a failure until it succeeds: many tries at once are no way around the pause."""
        for subject in subjects:
            number, _ = self._recent(subject)
            self._failures[subject] = number + 1, self._clock()
            self._failures.move_to_end(subject)
        while len(self._failures) > MOST_KEPT:
            self._failures.popitem(last=False)

    def succeeded(self, *subjects: str) -> None:
        """They tried, and it was right."""
        for subject in subjects:
            self._failures.pop(subject, None)

    def _pause(self, subject: str) -> float:
        number, last = self._recent(subject)
        if number < FREE:
            return 0.0
        return max(last + min(2.0 ** (number - FREE + 1), LONGEST_PAUSE) - self._clock(), 0.0)

    def _recent(self, subject: str) -> tuple[int, float]:
        number, last = self._failures.get(subject, (0, 0.0))
        return (0, last) if self._clock() - last > FORGOTTEN_AFTER else (number, last)
