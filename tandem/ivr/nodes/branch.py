"""Choose the way by a variable."""

import msgspec

from tandem.ivr.node import BaseNode
from tandem.ivr.references import NodeName
from tandem.ivr.turn import Next, Turn
from tandem.ivr.values import Value, number_of


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a variable must be; every part that is given must hold. A variable that is not set fails them all."""

    variable: str
    equals: Value | None = msgspec.field(name="is", default=None)
    differs: Value | None = msgspec.field(name="is_not", default=None)
    among: tuple[Value, ...] | None = msgspec.field(name="in", default=None)
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        if (self.equals, self.differs, self.among, self.at_least, self.at_most) == (None,) * 5:
            raise ValueError("a condition needs is, is_not, in, at_least or at_most")

    def holds(self, value: Value | None) -> bool:
        """Whether `value` is as it must be."""
        if value is None:
            return False
        return (
            (self.equals is None or _same(value, self.equals))
            and (self.differs is None or not _same(value, self.differs))
            and (self.among is None or any(_same(value, one) for one in self.among))
            and (self.at_least is None or _number(value) >= self.at_least)
            and (self.at_most is None or _number(value) <= self.at_most)
        )


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where to go when a condition holds."""

    when: Condition
    next: NodeName


class Branch(BaseNode, frozen=True):
    """Go where the first case that holds leads, or else to `else`.

    Conditions: `is`, `is_not`, `in` (a list), `at_least`, `at_most`. Digits that a caller typed equal the number.

    Example:
        who:
          type: branch
          cases:
            - when: {variable: caller.tier, is: vip}
              next: welcome_vip
          else: welcome
    """

    cases: tuple[Case, ...]
    otherwise: NodeName = msgspec.field(name="else")

    def enter(self, turn: Turn) -> Next:
        for case in self.cases:
            if case.when.holds(turn.variable(case.when.variable)):
                return case.next
        return self.otherwise


def _same(one: Value, other: Value) -> bool:
    return one == other or str(one) == str(other)


def _number(value: Value) -> float:
    """A text that is no number is neither at least nor at most anything."""
    number = number_of(value)
    return float("nan") if number is None else number
