"""What an admin sets for a system outside that is told of what happens."""

from typing import Annotated, Literal

import msgspec

EventName = Literal[
    "ContactOffered",
    "ContactConnected",
    "ContactHeld",
    "ContactRetrieved",
    "OfferEnded",
    "ContactTransferred",
    "ContactDisposed",
    "ContactEnded",
    "AgentChanged",
    "CallbackBooked",
    "CallbackEnded",
    "FormCompleted",
    "CustomersMerged",
]
Path = Annotated[str, msgspec.Meta(pattern=r"^(/[^?#\s\\]*)?$")]


class Webhook(msgspec.Struct, frozen=True):
    """A receiver of events: `path` under the address of a `service`, signed with that service's `signed_with`.

    It is told of these `events` (none named: of all), of contacts and callbacks in these `queues` (none named: of all,
    and of those that are in no queue). What it has not taken `give_up_hours` after it happened is given up.
    """

    service: str
    path: Path = ""
    events: tuple[EventName, ...] = ()
    queues: tuple[str, ...] = ()
    give_up_hours: Annotated[float, msgspec.Meta(gt=0, le=168)] = 24.0

    def wants(self, event: str, queue: str | None) -> bool:
        """Whether it is to be told; `queue` is empty for none, None for what is no queue's matter."""
        return (not self.events or event in self.events) and (not self.queues or queue is None or queue in self.queues)
