"""Choose the way by a condition."""

import msgspec

from tandem.expression import ExpressionError, parse
from tandem.ivr.evaluation import evaluate
from tandem.ivr.node import BaseNode
from tandem.ivr.references import NodeName
from tandem.ivr.turn import Next, Turn


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where to go when a condition holds."""

    when: str
    next: NodeName


class Branch(BaseNode, frozen=True):
    """Go where the first case that holds leads, or else to `else`.

    A condition compares (`==`, `!=`, `<`, `<=`, `>`, `>=`, `in [...]`), calculates (`+`, `-`, `*`, `/`, `%`), joins
    (`and`, `or`, `not`, brackets), and asks of texts: `length(t)`, `lower(t)`, `contains(t, part)`,
    `starts_with(t, part)`, `ends_with(t, part)`, `number(t)`. Texts stand in single quotes. What a caller typed is a
    text. A condition that can't be worked out does not hold.

    Example:
        who:
          type: branch
          cases:
            - when: caller.tier == 'vip' or caller.priority > 1
              next: welcome_vip
          else: welcome
    """

    cases: tuple[Case, ...]
    otherwise: NodeName = msgspec.field(name="else")

    def enter(self, turn: Turn) -> Next:
        variables = turn.variables
        for case in self.cases:
            try:
                if evaluate(parse(case.when), variables) is True:
                    return case.next
            except ExpressionError as error:
                turn.fault(f"{case.when}: {error}")
        return self.otherwise

    def waits(self) -> bool:
        return False

    def uses(self) -> dict[str, str]:
        return {f"cases.{n}.when": case.when for n, case in enumerate(self.cases)}
