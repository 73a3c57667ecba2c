"""What a desktop shows: an agent, and the contacts that are offered to them or that they are in."""

from typing import Any

import msgspec

from tandem.control.chat.chat import Message
from tandem.control.desktop.customer import KnownCustomer
from tandem.control.story import Step


class MonitorShown(msgspec.Struct, frozen=True):
    """The supervisor `by` is on the agent's talk, in this mode."""

    by: str
    mode: str


class WrappingShown(msgspec.Struct, frozen=True):
    """A contact in wrap-up; `owed`: its disposition is required and not set. `code` and `note` are what was set."""

    contact: str
    queue: str
    owed: bool
    code: str = ""
    note: str = ""


class AgentShown(msgspec.Struct, frozen=True):
    """An agent. `since`: in this state, `paused_since`: in this pause (epoch seconds); `wants` is what comes next, with
    the reason where that is a pause. A wrap-up lasts `until` then, and may be extended by `extension_left` seconds.
    `units` of attention (100 in all) are in use. `monitored`: supervisors on their talk, where agents may see that;
    `wrapping`: what their wrap-up is of."""

    agent: str
    state: str
    reason: str
    since: float
    wants: str
    pause_reason: str
    paused_since: float | None
    until: float | None
    extension_left: float
    units: int
    monitored: tuple[MonitorShown, ...] = ()
    wrapping: tuple[WrappingShown, ...] = ()


class ConsultationShown(msgspec.Struct, frozen=True):
    """A consultation about a contact: who asks whom (an agent, a queue or a number), and who answered. `state`:
    `asking`, `talking`, `swapped` (the agent talks with the caller meanwhile) or `conference`. `number`: which of the
    contact's it is."""

    number: int
    state: str
    agent: str
    asked: str
    colleague: str
    note: str


class OrdersShown(msgspec.Struct, frozen=True):
    """A customer's orders: `state` is `asked`, `known` or `failed` (for `reason`); of each the fields that are set."""

    state: str
    reason: str = ""
    found: tuple[dict[str, str], ...] = ()


class Colleague(msgspec.Struct, frozen=True):
    """An agent, as others see them who look for advice; in `state` since then (epoch seconds)."""

    agent: str
    state: str
    since: float


class ContactShown(msgspec.Struct, frozen=True):
    """A contact on an agent's desk: all that is known of who it is and of what they want.

    `channel` is `voice`, `chat` or the kind of other work. `offer` is the number of the offer that is out, 0 for none.
    `entered_at`, `waiting_since`, `offered_at` and `connected_at` are epoch seconds, None until they happen. `heard` is
    the number of the agent's last message that was taken in a chat. `disposition` and `note` were set in the talk.
    `variables` is what the flow knows, `forms` what was filled in, `links` the purpose and status of those sent.
    `customer` is who the store knows them to be, `orders` what a system outside knows of them; None: it was not asked.
    `muted`: nobody hears the agent. A `consultation` about a call stands with it; on the colleague's desk it is a
    contact of its own, of that channel. `recording`: `on` or `paused`; empty: the talk is not recorded.
    """

    contact: str
    channel: str
    state: str
    offer: int
    queue: str
    number: str
    name: str
    tier: str
    language: str
    dialled: str
    flow: str
    entered_at: float | None = None
    waiting_since: float | None = None
    offered_at: float | None = None
    connected_at: float | None = None
    heard: int = 0
    disposition: str = ""
    note: str = ""
    variables: dict[str, Any] = {}
    forms: dict[str, dict[str, str]] = {}
    links: dict[int, tuple[str, str]] = {}
    customer: KnownCustomer | None = None
    orders: OrdersShown | None = None
    muted: bool = False
    consultation: ConsultationShown | None = None
    recording: str = ""


class OnDesk(msgspec.Struct, frozen=True):
    """A contact with its path so far, and what was written in it."""

    contact: ContactShown
    story: tuple[Step, ...] = ()
    messages: tuple[Message, ...] = ()


class Desk(msgspec.Struct, frozen=True):
    """All that an agent's desktop shows: the snapshot. `number` is that of the last event that is in it."""

    number: int
    agent: AgentShown
    contacts: tuple[OnDesk, ...] = ()
