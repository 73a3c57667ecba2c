"""What receivers of webhooks are told and no desktop is. The rest they are told in the words of desktops."""

from typing import Any

import msgspec


class Happened(msgspec.Struct, frozen=True, tag=True, tag_field="event"):
    """Base of these; `event` names the type in the payload."""


class OfferEnded(Happened, frozen=True):
    """An offer ended without an answer: `outcome` is `no_answer`, `declined`, `withdrawn`, ..."""

    contact: str
    queue: str
    outcome: str


class ContactTransferred(Happened, frozen=True):
    """An agent left a contact to `target` (an agent, a queue or a number), and to `colleague`, where one had answered.
    `kind`: `blind`, `consulted` or, out of a conference, `conference`."""

    contact: str
    queue: str
    kind: str
    target: str
    colleague: str
    note: str


class ContactDisposed(Happened, frozen=True):
    """What a contact was about, as its agent said; they may say it again until the wrap-up ends, the last counts."""

    contact: str
    queue: str
    code: str
    note: str


class ContactEnded(Happened, frozen=True):
    """A contact is over, whoever had it. The fields are those of control.commands.RecordContact; `queue` is the last
    that it was in, empty for none."""

    contact: str
    queue: str
    channel: str
    direction: str
    number: str
    dialled: str
    customer: str
    identity: str
    tier: str
    language: str
    flow: str
    started_at: float
    ended_at: float
    outcome: str
    talk_seconds: float
    hold_seconds: float


class CallbackBooked(Happened, frozen=True):
    """A customer is to be called back, in the contact's place in the queue; between these times (epoch seconds)."""

    callback: str
    contact: str
    queue: str
    number: str
    booked_at: float
    not_before: float
    expires_at: float


class CallbackEnded(Happened, frozen=True):
    """A callback is over: `reached` (in the contact of that name), `rejoined`, `cancelled`, `expired` or `failed`."""

    callback: str
    contact: str
    queue: str
    number: str
    outcome: str
    dials: int
    reached: str


class FormCompleted(Happened, frozen=True):
    """A form was filled in and is right: its `values` by variable."""

    contact: str
    queue: str
    form: str
    values: dict[str, Any]


class CustomersMerged(Happened, frozen=True):
    """`other` goes on as `customer`; with `undone` they are two again. `by`: the user who did it."""

    customer: str
    other: str
    by: str
    undone: bool
