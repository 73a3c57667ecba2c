"""Set variables."""

from tandem.ivr.node import BaseNode
from tandem.ivr.references import NodeName
from tandem.ivr.turn import Next, Turn
from tandem.ivr.values import Kind, Value, kind_of


class Set(BaseNode, frozen=True):
    """Give variables values. The variable `language` changes the language of all that follows.

    Example:
        english:
          type: set
          values: {language: en, product: tv}
          next: main_menu
    """

    values: dict[str, Value]
    next: NodeName

    def enter(self, turn: Turn) -> Next:
        for name, value in self.values.items():
            turn.set(name, value)
        return self.next

    def waits(self) -> bool:
        return False

    def sets(self, _field: str) -> dict[str, Kind]:
        return {name: kind_of(value) for name, value in self.values.items()}
