"""Connect the caller with someone outside."""

from typing import Annotated

from msgspec import Meta

from tandem.ivr import commands
from tandem.ivr.events import Event, TransferEnded
from tandem.ivr.filling import FillError, fill_line
from tandem.ivr.node import BaseNode
from tandem.ivr.references import NodeName
from tandem.ivr.turn import Next, Turn
from tandem.ivr.values import Value

Ringing = Annotated[float, Meta(ge=5, le=120)]


class Transfer(BaseNode, frozen=True):
    """Connect the caller with `to`, a number or a SIP URI that the centre's dial plan allows, or a variable in braces.

    After the talk the caller goes on at `next`. Where there is no `busy` or `no_answer` (after `ring_seconds`), they
    lead to `failed`, as does everything else. Whoever waits in a queue leaves it.

    Example:
        to_shop:
          type: transfer
          to: '4008001000'
          ring_seconds: 20
          next: goodbye
          busy: shop_is_busy
          failed: agent
    """

    to: str
    next: NodeName
    failed: NodeName
    busy: NodeName | None = None
    no_answer: NodeName | None = None
    ring_seconds: Ringing = 30.0

    def enter(self, turn: Turn) -> Next:
        if turn.session.face != "voice":
            return self._fail(turn, f"a {turn.session.face} has no voice")
        try:
            to = fill_line(self.to, turn.variables)
        except FillError as error:
            return self._fail(turn, str(error))
        turn.leave_queue("overflowed_out")
        turn.send(commands.Transfer(to, self.ring_seconds))
        return None

    def on_event(self, turn: Turn, event: Event) -> Next:
        if not isinstance(event, TransferEnded):
            return None
        ways = {"answered": self.next, "busy": self.busy or self.failed, "no_answer": self.no_answer or self.failed}
        return ways.get(event.outcome) or self._fail(turn, event.outcome)

    def waits(self) -> bool:
        return False  # what fails, fails at once

    def fills(self) -> dict[str, Value]:
        return {"to": self.to}

    def _fail(self, turn: Turn, reason: str) -> Next:
        turn.fault(f"transfer to {self.to}: {reason}")
        return self.failed
