"""Push a self-service link to the caller's phone."""

from msgspec import field

from tandem.ivr import everywhere, pages
from tandem.ivr.commands import SendLink
from tandem.ivr.events import Event, LinkDelivered, LinkFailed, Listened, Resumed
from tandem.ivr.node import BaseNode, Seconds
from tandem.ivr.references import FlowName, MessageName, NodeName, TextName
from tandem.ivr.turn import Next, Turn
from tandem.ivr.values import Value
from tandem.said import said

LOOK_AGAIN = 0.5
"""Seconds of silence between two looks whether the link is there. (A Listen can't be cut short, so it is brief.)"""


class Link(BaseNode, frozen=True):
    """Send the message `text`, which has `{link}` where the address goes; say `sending` meanwhile.
    The flow's keys work here too.

    `purpose` names the page. A link that was refused, or not delivered within `patience` seconds, goes on at
    `failed`.

    Without `page`, the page shows what the call is asked, and answers for it. With `page`, it walks that flow by
    itself, with `parameters` and `results` as in `call`. When it is over, wherever the call is by then, the call keeps
    the results and goes on at `done`; whoever waits in a queue leaves it only where the flow then ends. Whoever asks
    for an agent on the page goes on at `stuck`, without one at the flow's `agent`. In a chat, such a page is walked
    right there, as by `call`.

    Example:
        order_status:
          type: link
          purpose: order_status
          text: order_status_message
          sending: sending_link
          next: link_sent
          failed: agent
    """

    purpose: str
    text: MessageName
    next: NodeName
    failed: NodeName
    sending: TextName | None = None
    patience: Seconds = 10.0
    page: FlowName | None = None
    parameters: dict[str, Value] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)
    done: NodeName | None = None
    stuck: NodeName | None = None

    def __post_init__(self) -> None:
        if self.page and not self.done:
            raise ValueError(said("a link with a page needs done: where the call goes on when the page is over"))
        if not self.page and (self.parameters or self.results or self.done or self.stuck):
            raise ValueError(said("parameters, results, done and stuck belong to a link with a page"))

    def needs_key(self, field: str) -> bool:
        return field in ("done", "stuck")

    def enter(self, turn: Turn) -> Next:
        session = turn.session
        if session.face == "chat" and self.page and self.done:
            return turn.call(self.page, turn.given(self.parameters), self.results, self.done)
        session.links += 1
        turn.here.until = turn.now + self.patience
        variables: dict[str, Value] = {}
        if self.page:
            variables = turn.given(self.parameters)
            pages.remember(turn)
        turn.send(self.order(turn, variables))
        return self._wait(turn, self.sending)

    def order(self, turn: Turn, variables: dict[str, Value]) -> SendLink:
        """What the notifier is to send."""
        session, message = turn.session, turn.message(self.text)
        return SendLink(session.links, self.purpose, session.language, message, self.page or "", variables)

    def on_event(self, turn: Turn, event: Event) -> Next:
        if isinstance(event, LinkDelivered | LinkFailed) and event.link == turn.session.links:
            turn.here.outcome = "delivered" if isinstance(event, LinkDelivered) else f"failed: {event.reason}"
        if isinstance(event, Listened) and event.key and (way := everywhere.meaning(turn, event.key)):
            return self._wait(turn, self.sending) if everywhere.again(turn, way) else everywhere.follow(turn, way)
        if isinstance(event, Listened | Resumed):
            return self._look(turn)
        return None

    def _wait(self, turn: Turn, text: str | None = None) -> Next:
        return turn.listen(text, keys=everywhere.keys(turn), wait=LOOK_AGAIN, music=turn.music)

    def _look(self, turn: Turn) -> Next:
        if not turn.here.outcome and turn.now < turn.here.until:
            return self._wait(turn)
        if turn.here.outcome == "delivered":
            return self.next
        turn.fault(f"link {self.purpose}: {turn.here.outcome or 'no word in time'}")
        return self.failed
