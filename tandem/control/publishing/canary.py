"""A flow version on trial: some of the callers get it, and what becomes of them is held against the version in force.

Both sides are calls that began while the trial ran, drawn by caller's number: they saw the same hours.
"""

from math import sqrt

import msgspec

from tandem.ivr.nodes.split import drawn

SURE = 2.713
"""Standard deviations that are passed by chance once in 300 times (one-sided): three figures are looked at, so that
together they are past it by chance in one look of a hundred (Bonferroni)."""


class Margins(msgspec.Struct, frozen=True):
    """How much worse a trial may be, as shares of calls (0.05: five calls of a hundred), and `enough`, the calls that
    each side must have had before anything is said, and between two looks."""

    containment: float = 0.05
    abandonment: float = 0.05
    errors: float = 0.02
    enough: int = 100


class Tally(msgspec.Struct):
    """Calls that ended, and how many of them the flow contained, were abandoned in a queue, met a fault in the flow."""

    calls: int = 0
    contained: int = 0
    abandoned: int = 0
    faulty: int = 0

    def count(self, outcome: str, faulty: bool) -> None:
        """Count one call's end."""
        self.calls += 1
        self.contained += outcome == "contained"
        self.abandoned += outcome == "abandoned"
        self.faulty += faulty


class Canary(msgspec.Struct):
    """The trial of `version` of `flow` with `percent` of the callers, against `base`, since `since` (epoch seconds).

    `looked_at`: calls on the smaller side when the two were compared last.
    """

    flow: str
    version: str
    base: str
    percent: float
    margins: Margins
    author: str
    since: float
    new: Tally = msgspec.field(default_factory=Tally)
    old: Tally = msgspec.field(default_factory=Tally)
    looked_at: int = 0

    def takes(self, caller: str) -> bool:
        """Whether `caller` (a number, or the call where it is withheld) is on trial; the same in every call."""
        return drawn(f"canary {self.flow}@{self.version}", caller, self.percent)

    def count(self, version: str, began: float, outcome: str, faulty: bool) -> str:
        """Count the end of a call; returns in what the trial is worse, nothing while it is not."""
        side = {self.version: self.new, self.base: self.old}.get(version)
        if side is None or began < self.since:
            return ""
        side.count(outcome, faulty)
        return self._look()

    def _look(self) -> str:
        """At every `enough` calls only: who looks after each call takes chance for harm sooner or later."""
        calls = min(self.new.calls, self.old.calls)
        if calls < self.looked_at + self.margins.enough:
            return ""
        self.looked_at = calls
        return worse(self.new, self.old, self.margins)


def worse(new: Tally, old: Tally, margins: Margins) -> str:
    """In what `new` is worse than `old`, in words with figures; empty when in nothing."""
    not_contained = (new.calls - new.contained, old.calls - old.contained)
    for what, (bad, before), margin in (
        ("not contained", not_contained, margins.containment),
        ("abandoned", (new.abandoned, old.abandoned), margins.abandonment),
        ("calls with a fault", (new.faulty, old.faulty), margins.errors),
    ):
        if is_more(bad, new.calls, before, old.calls, margin):
            return f"{what}: {bad} of {new.calls} calls, before {before} of {old.calls}"
    return ""


def is_more(hits: int, of: int, hits_before: int, of_before: int, margin: float) -> bool:
    """Whether the share `hits / of` is above `hits_before / of_before` by more than `margin`, and surely so.

    Surely: the difference is SURE standard errors above zero, the error that of the pooled share. The one-sided z-test
    of two proportions: Fleiss, Levin, Paik, Statistical Methods for Rates and Proportions, 3rd ed., section 3.1; NIST
    Engineering Statistics Handbook, 7.3.3. With few hits the normal distribution it takes is rough; the margin then
    asks for more.
    """
    difference = hits / of - hits_before / of_before
    pooled = (hits + hits_before) / (of + of_before)
    error = sqrt(pooled * (1 - pooled) * (1 / of + 1 / of_before))
    return difference > margin and difference > SURE * error
