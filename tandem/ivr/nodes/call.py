"""Go through another flow, and come back."""

from msgspec import field

from tandem.ivr.node import BaseNode
from tandem.ivr.references import FlowName, NodeName
from tandem.ivr.turn import Next, Turn
from tandem.ivr.values import Value


class Call(BaseNode, frozen=True):
    """Go through the flow `flow`, and on at `next` when it ends.

    It knows what every flow knows at its start, and the `parameters` it declares: each a value, or a variable in
    braces. Of what it finds out, `results` are kept: variable here -> result there.

    Example:
        identify:
          type: call
          flow: identify
          parameters: {purpose: repair, number: '{caller.number}'}
          results: {customer.id: id}
          next: main_menu
    """

    flow: FlowName
    next: NodeName
    parameters: dict[str, Value] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)

    def enter(self, turn: Turn) -> Next:
        return turn.call(self.flow, turn.given(self.parameters), self.results, self.next)

    def waits(self) -> bool:
        return False  # whether the other flow waits, only the linter knows
