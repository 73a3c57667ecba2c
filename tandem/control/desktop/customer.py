"""Who a customer is, and what they had to do with the centre before: for the agent whose phone rings."""

import msgspec


class PastContact(msgspec.Struct, frozen=True):
    """An earlier contact of theirs. `at` is when it began (epoch seconds); `queue` and `agent` are the last it came to,
    empty for none; `outcome` as for RecordContact, empty while it goes on."""

    contact: str
    at: float
    channel: str
    queue: str
    outcome: str
    agent: str


class KnownCustomer(msgspec.Struct, frozen=True):
    """A customer whom the store knows, with their `last` contacts, the newest first.

    `proven` is false where they only wrote of themselves who they are.
    """

    customer: str
    name: str = ""
    tier: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""
    last: tuple[PastContact, ...] = ()
    proven: bool = True
