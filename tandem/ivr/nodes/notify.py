"""Tell an outside system of an event."""

from msgspec import field

from tandem.ivr.commands import Notify as Tell
from tandem.ivr.filling import FillError, fill_value
from tandem.ivr.node import BaseNode
from tandem.ivr.references import NodeName
from tandem.ivr.turn import Next, Turn
from tandem.ivr.values import Value


class Notify(BaseNode, frozen=True):
    """Tell `service` (one of the centre's) that `event` happened, with the values of `body`, and go on at once.

    It is signed, tried again until the service takes it, and delivered once.

    Example:
        tell_shop:
          type: notify
          service: shop
          event: repair_wanted
          body: {number: '{caller.number}', source: hotline}
          next: goodbye
    """

    service: str
    event: str
    next: NodeName
    body: dict[str, Value] = field(default_factory=dict)

    def enter(self, turn: Turn) -> Next:
        try:
            body = {name: fill_value(value, turn.variables) for name, value in self.body.items()}
        except FillError as error:
            turn.fault(f"notification {self.event}: {error}")
            return self.next
        turn.session.notifications += 1
        turn.send(Tell(turn.session.notifications, self.service, self.event, body))
        return self.next

    def waits(self) -> bool:
        return False

    def fills(self) -> dict[str, Value]:
        return {f"body.{name}": value for name, value in self.body.items()}
