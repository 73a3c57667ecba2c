"""What is counted of the talk between a customer and an agent in writing. docs/chat.md names the figures' sources."""

import msgspec


class File(msgspec.Struct, frozen=True):
    """A file in a chat. `file` is the SHA-256 of its content, by which it is stored and asked for; `kind` its media
    type as the content shows it, whatever its `name` says; `size` is in bytes."""

    file: str
    name: str
    kind: str
    size: int


class Talk(msgspec.Struct):
    """A talk, the `number`-th of its chat. Times are epoch seconds.

    `enqueued_at` is since when the customer had waited, in queues before this one too; `first_response_at` is the
    agent's first message. A response is an agent's message that follows one or more of the customer's in this talk:
    it took the time since the first of those, `asked_at`.
    """

    number: int
    queue: str
    agent: str
    enqueued_at: float
    connected_at: float
    first_response_at: float | None = None
    asked_at: float | None = None
    customer_messages: int = 0
    agent_messages: int = 0
    responses: int = 0
    response_seconds: float = 0.0

    def customer_wrote(self, now: float) -> None:
        """The customer's message came."""
        self.customer_messages += 1
        if self.asked_at is None:
            self.asked_at = now

    def agent_wrote(self, now: float) -> None:
        """The agent's message came."""
        self.agent_messages += 1
        if self.first_response_at is None:
            self.first_response_at = now
        if self.asked_at is not None:
            self.responses += 1
            self.response_seconds += now - self.asked_at
            self.asked_at = None
