"""Send some of the callers another way."""

from hashlib import sha256
from typing import Annotated

from msgspec import Meta, field

from tandem.ivr.node import BaseNode
from tandem.ivr.references import NodeName
from tandem.ivr.turn import Next, Turn

Percent = Annotated[float, Meta(ge=0, le=100)]
PARTS = 10_000


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
        drawn = sha256(f"{turn.full_name(turn.session.node)} {caller}".encode()).digest()
        return self.next if int.from_bytes(drawn[:8], "big") % PARTS < self.percent * PARTS / 100 else self.otherwise

    def waits(self) -> bool:
        return False
