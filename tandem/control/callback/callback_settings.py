"""How the customers of a queue are called back, as an admin sets it."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tandem.control.callback.daytime import quiet_opening
from tandem.ivr.opening import check
from tandem.said import said

Dialling = Literal["agent_first", "customer_first"]
Tries = Annotated[int, msgspec.Meta(ge=1, le=20)]
Minutes = Annotated[float, msgspec.Meta(gt=0, le=10080)]


class Retry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """After an attempt that ended so: the next one `minutes` later; `tries` that end so are the most."""

    minutes: Minutes = 15.0
    tries: Tries = 3


class Abandoned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who hangs up after waiting `after` seconds is sent a link to a page that asks whether to call back (`link`), or
    is booked at once (`callback`); at most `most_a_day` times in 24 hours."""

    after: Annotated[float, msgspec.Meta(ge=0, le=86400)]
    way: Literal["link", "callback"] = "link"
    most_a_day: Annotated[int, msgspec.Meta(ge=1)] = 1


class CallbackSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One queue's callbacks.

    `dialling`: `agent_first` rings the agent and then calls the customer, `customer_first` calls the customer with an
    agent reserved, says `greeting` (by language) and rings the agent then. The customer's phone rings for
    `ring_seconds`. `busy`, `no_answer`, `machine` (heard only with `detect_machines`) and `failed` say when to try
    again; `tries` are the most of all. After `expire_hours` a callback that reached nobody is over.

    Nobody is called but in `hours` (in `zone`; `days` are different, both as in an `hours` node; none: always), nor in
    `quiet_hours` (`21:00-08:00`) by the clock of any region that the customer's number belongs to.

    With `ask`, who answers is asked first: they may be put through (1, or no key), called again `snooze_minutes` later
    (2), or not any more (3); the keys work until the agent comes.

    `abandoned` says who is offered a callback after hanging up in the queue; nobody, without it.

    A number is booked for at most `most_a_day` times in 24 hours, and at most `most_open` callbacks wait at once.
    """

    dialling: Dialling = "agent_first"
    ring_seconds: Annotated[float, msgspec.Meta(ge=5, le=120)] = 30.0
    busy: Retry = Retry(5.0, 3)
    no_answer: Retry = Retry(20.0, 3)
    machine: Retry = Retry(60.0, 2)
    failed: Retry = Retry(5.0, 3)
    tries: Tries = 5
    expire_hours: Annotated[float, msgspec.Meta(gt=0, le=720)] = 24.0
    zone: str = "UTC"
    hours: dict[str, str] = {}
    days: dict[str, str] = {}
    quiet_hours: str = "22:00-08:00"
    detect_machines: bool = False
    greeting: dict[str, str] = {}
    ask: bool = False
    abandoned: Abandoned | None = None
    snooze_minutes: Minutes = 30.0
    most_a_day: Annotated[int, msgspec.Meta(ge=1)] = 3
    most_open: Annotated[int, msgspec.Meta(ge=1)] = 500

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                said("there is no time zone {zone!r}; write one such as Asia/Shanghai", zone=self.zone)
            ) from None
        if self.hours or self.days:
            check(self.hours, self.days)
        if self.quiet_hours:
            quiet_opening(self.quiet_hours)

    @staticmethod
    def rule(outcome: str) -> str:
        """The name of the rule for an attempt that ended so; who declines is busy."""
        own = {"busy": "busy", "declined": "busy", "no_answer": "no_answer", "machine": "machine"}
        return own.get(outcome, "failed")

    def retry(self, rule: str) -> Retry:
        """The rule of that name."""
        found: Retry = getattr(self, rule)
        return found
