"""What an adapter of the notifier is, and what it is given."""

from typing import Protocol

import msgspec


class Message(msgspec.Struct, frozen=True):
    """A link on its way: `text` is ready to send and has `url` in it. (`call`, `link`) is its key."""

    call: str
    link: int
    purpose: str
    language: str
    address: str
    channel: str
    text: str
    url: str


class DeliveryError(Exception):
    """The message was not and will not be delivered; the text says why."""


class TemporaryError(DeliveryError):
    """The message could not be delivered now; the receiver may have asked to be left alone for `after` seconds."""

    def __init__(self, reason: str, after: float = 0.0) -> None:
        super().__init__(reason)
        self.after = after

    def pause(self, planned: float, longest: float) -> float:
        """Seconds until the next attempt: what is planned, or what was asked for, up to `longest`."""
        return max(planned, min(self.after, longest))


class Adapter(Protocol):
    """A way to reach a caller. `repeatable`: the far end drops a message with a key that it has had before."""

    name: str
    repeatable: bool

    def reaches(self, message: Message, /) -> bool:
        """Whether this way leads to the message's caller."""
        ...

    async def deliver(self, message: Message, /) -> None:
        """Return when the message is handed over; raises DeliveryError or TemporaryError."""
        ...


class OutboxOnly:
    """For a demo without a gateway: the message stays in the local outbox, and that counts as delivered."""

    name = "outbox"
    repeatable = True

    def reaches(self, _: Message) -> bool:
        """Everybody."""
        return True

    async def deliver(self, _: Message) -> None:
        """Nothing is left to do: the outbox has it."""


def page_url(public_url: str, token: str) -> str:
    """The address of the caller's page."""
    return f"{public_url.rstrip('/')}/l/{token}"
