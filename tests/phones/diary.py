"""What the phones saw, with times: the first thing to read when a live test fails (pytest shows the log then)."""

import logging
import time
from typing import NamedTuple

log = logging.getLogger("phones")
log.setLevel(logging.INFO)


class Seen(NamedTuple):
    """At `at` (epoch seconds) the phone `who` saw `what`."""

    at: float
    who: str
    what: str


class Diary:
    """All that the phones of one lab saw, oldest first."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []

    def write(self, who: str, what: str) -> float:
        """Note that `who` saw `what` now; returns the time noted."""
        now = time.time()
        self.seen.append(Seen(now, who, what))
        log.info("%-14s %s", who, what)
        return now

    def of(self, who: str) -> list[str]:
        """What one phone saw, in order."""
        return [seen.what for seen in self.seen if seen.who == who]
