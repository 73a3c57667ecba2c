"""Send some of the callers another way."""

from hashlib import sha256
from typing import Annotated

from msgspec import Meta, field

from tandem.ivr.node import BaseNode
from tandem.ivr.references import NodeName
from tandem.ivr.turn import Next, Turn

Percent = Annotated[float, Meta(ge=0, le=100)]
PARTS = 10_000


def drawn(name: str, caller: object, percent: float) -> bool:
    """Whether `caller` is among the `percent` of callers who are drawn under `name`; the same every time."""
    number = int.from_bytes(sha256(f"{name} {caller}".encode()).digest()[:8], "big")
    return number % PARTS < percent * PARTS / 100


class Split(BaseNode, frozen=True):
    """Let `percent` of the callers go on at `next`, the rest at `else`.

    A caller goes the same way in every call: a hash of this node's name and their number decides. Of callers who
    withhold their number, the moment decides.

    Example:
        try_new_menu:
          type: split
          percent: 20
          next: new_menu
          else: main_menu
    """

    percent: Percent
    next: NodeName
    otherwise: NodeName = field(name="else")

    def enter(self, turn: Turn) -> Next:
        caller = turn.session.variables.get("caller.number") or turn.now
        return self.next if drawn(turn.full_name(turn.session.node), caller, self.percent) else self.otherwise

    def waits(self) -> bool:
        return False
