"""What is so before a call that is rehearsed, and what comes of what its flow wants done outside."""

from datetime import datetime
from typing import Literal

import msgspec

from tandem.ivr.values import Value
from tandem.said import said

Answer = dict[str, Value] | str
"""Of a lookup: the values of its variables, or the reason why it failed (`not_found`)."""


class Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is so before the call. `caller` is the variables `caller.…`; `time` is ISO 8601 with its offset.

    `face` is how the caller meets the flow. `links` is what comes of every link sent; `unserved` are the queues that
    nobody serves. In a queue the caller is told of `position` and `estimated_wait` (seconds), `earliest` and `latest`.

    Of outcomes given one after the other, the last goes on for ever. `lookups` go by the node's name, or by
    `service /path`, or by the service. `callbacks` are `booked` or the reason of a refusal, `transfers` are outcomes
    as TransferEnded has them, `voicemails` seconds or the reason of a failure.
    """

    caller: dict[str, Value] = {}
    dialled: str = "4008"
    face: Literal["voice", "page", "chat", "guide"] = "voice"
    language: str = ""
    time: str = "2026-01-05T10:00:00+08:00"
    variables: dict[str, Value] = {}
    links: Literal["delivered", "failed"] = "delivered"
    unserved: tuple[str, ...] = ()
    position: int = 1
    estimated_wait: float = 60.0
    earliest: float = 0.0
    latest: float = 0.0
    lookups: dict[str, Answer | tuple[Answer, ...]] = {}
    callbacks: tuple[str, ...] = ()
    transfers: tuple[str, ...] = ()
    voicemails: tuple[float | str, ...] = ()

    def __post_init__(self) -> None:
        if datetime.fromisoformat(self.time).tzinfo is None:
            raise ValueError(said("the time needs its offset, as in 2026-01-05T10:00:00+08:00"))

    def known(self) -> dict[str, Value]:
        """The variables that the flow begins with."""
        nobody: dict[str, Value] = {"number": "", "name": "", "tier": "", "priority": 0, "boost": 0.0}
        caller = {f"caller.{name}": value for name, value in (nobody | self.caller).items()}
        callback: dict[str, Value] = {"callback.booked": False, "callback.queue": "", "callback.position": 0}
        return caller | callback | {"dialled": self.dialled} | self.variables
