"""How often somebody may try to sign in: the first few at once, then ever more slowly."""

from collections import OrderedDict
from collections.abc import Callable

FREE = {"user": 5, "address": 50}
"""Failures after which there is a pause, by the kind of who tries. A whole centre may have one address: its proxy's."""
LONGEST_PAUSE = 900.0
"""Seconds. A pause, not a lock: otherwise anybody could lock out anybody."""
FORGOTTEN_AFTER = 3600.0
MOST_KEPT = 10_000


class SignInLimit:
    """Failures by subject ("user li", "address 127.0.0.1"), in memory; `clock` gives seconds."""

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
        more = number - FREE[subject.partition(" ")[0]]
        return max(last + min(2.0 ** min(more + 1, 30), LONGEST_PAUSE) - self._clock(), 0.0) if more >= 0 else 0.0

    def _recent(self, subject: str) -> tuple[int, float]:
        number, last = self._failures.get(subject, (0, 0.0))
        return (0, last) if self._clock() - last > FORGOTTEN_AFTER else (number, last)
