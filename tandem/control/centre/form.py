"""What an admin may write: the sections of the settings, each strict about its fields."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec

from tandem.acd.settings import (
    CHANNELS,
    AgentSettings,
    ChannelSettings,
    LongestStay,
    Order,
    QueueSettings,
    known_channel,
)
from tandem.acd.settings import Settings as AcdSettings
from tandem.control.board.board_settings import BoardSettings
from tandem.control.callback.callback_settings import CallbackSettings
from tandem.control.order_lookup import OrderLookup
from tandem.control.settings import (
    CannedAnswer,
    ChatSettings,
    Customer,
    DialOutSettings,
    DialPlan,
    Disposition,
    OfferSettings,
    PauseReason,
    RemoteAgents,
    Service,
    Settings,
)
from tandem.control.webhooks.webhook_settings import Webhook

T = TypeVar("T")
Days = Annotated[float, msgspec.Meta(ge=0, le=3650)]


class QueueForm(QueueSettings, frozen=True, forbid_unknown_fields=True):
    """A queue, with how its customers are called back, dialled, and offered other ways than to wait, with what its
    contacts may have been about, and how many of a hundred talks are recorded."""

    callback: CallbackSettings = CallbackSettings()
    offers: OfferSettings = OfferSettings()
    dispositions: dict[str, Disposition] = msgspec.field(default_factory=dict)
    dial_out: DialOutSettings | None = None
    record_percent: Annotated[float, msgspec.Meta(ge=0, le=100)] = 0.0


class AgentForm(AgentSettings, frozen=True, forbid_unknown_fields=True):
    """An agent."""


class CustomerForm(Customer, frozen=True, forbid_unknown_fields=True):
    """A known customer."""


class DialPlanForm(DialPlan, frozen=True, forbid_unknown_fields=True):
    """Whom callers may be connected to."""


class ServiceForm(Service, frozen=True, forbid_unknown_fields=True):
    """A system outside."""


class WebhookForm(Webhook, frozen=True, forbid_unknown_fields=True):
    """A receiver of events."""


class ChatsForm(ChatSettings, frozen=True, forbid_unknown_fields=True):
    """How long a chat waits."""


class CannedAnswerForm(CannedAnswer, frozen=True, forbid_unknown_fields=True):
    """A text that agents have at hand."""


class ChannelForm(ChannelSettings, frozen=True, forbid_unknown_fields=True):
    """What a channel's contacts take of an agent."""


class LongestStayForm(LongestStay, frozen=True, forbid_unknown_fields=True):
    """How long states may last."""


class PauseReasonForm(PauseReason, frozen=True, forbid_unknown_fields=True):
    """Why agents may pause."""


class RemoteAgentsForm(RemoteAgents, frozen=True, forbid_unknown_fields=True):
    """How agents on a number are called."""


class Form(msgspec.Struct, frozen=True):
    """All sections, as they were understood; its fields are the names of the sections, in the order of an export."""

    lines: dict[str, str] = {}
    fallback: str = ""
    queues: dict[str, QueueForm] = {}
    channels: dict[str, ChannelForm] = {}
    order: Order = "age"
    longest_stay: LongestStayForm = LongestStayForm()
    agents: dict[str, AgentForm] = {}
    time_zone: str = "UTC"
    pause_reasons: dict[str, PauseReasonForm] = {}
    remote_agents: RemoteAgentsForm = msgspec.field(default_factory=RemoteAgentsForm)
    show_monitoring: bool = True
    customers: dict[str, CustomerForm] = {}
    caller_phones: tuple[str, ...] = ()
    dial_plan: DialPlanForm = DialPlanForm()
    services: dict[str, ServiceForm] = {}
    webhooks: dict[str, WebhookForm] = {}
    orders: OrderLookup = OrderLookup()
    chats: ChatsForm = ChatsForm()
    canned_answers: dict[str, CannedAnswerForm] = {}
    last_agent_days: Days = 30.0
    mask_numbers: bool = True
    agents_find_customers: bool = False
    board: BoardSettings = BoardSettings()

    def settings(self) -> Settings:
        """The same for the plane."""
        queues, agents = _plain(self.queues, QueueSettings), _plain(self.agents, AgentSettings)
        stay = _one(self.longest_stay, LongestStay)
        return Settings(
            self.lines,
            _plain(self.customers, Customer),
            self.caller_phones,
            fallback=self.fallback,
            acd=AcdSettings(queues, agents, stay, order=self.order, channels=self.all_channels()),
            dial_plan=_one(self.dial_plan, DialPlan),
            services=_plain(self.services, Service),
            webhooks=_plain(self.webhooks, Webhook),
            orders=self.orders,
            callbacks={name: queue.callback for name, queue in self.queues.items()},
            offers={name: queue.offers for name, queue in self.queues.items()},
            dispositions={name: queue.dispositions for name, queue in self.queues.items() if queue.dispositions},
            dial_out={name: queue.dial_out for name, queue in self.queues.items() if queue.dial_out},
            record_percent={name: queue.record_percent for name, queue in self.queues.items() if queue.record_percent},
            last_agent_days=self.last_agent_days,
            mask_numbers=self.mask_numbers,
            agents_find_customers=self.agents_find_customers,
            chats=_one(self.chats, ChatSettings),
            canned_answers=_plain(self.canned_answers, CannedAnswer),
            pause_reasons=_plain(self.pause_reasons, PauseReason),
            remote_agents=_one(self.remote_agents, RemoteAgents),
            show_monitoring=self.show_monitoring,
            time_zone=self.time_zone,
            board=self.board,
        )

    def all_channels(self) -> dict[str, ChannelSettings]:
        """Those that are known without being written, and those that are."""
        return CHANNELS | _plain(self.channels, ChannelSettings)


SECTIONS: Mapping[str, Any] = {field.name: field.type for field in msgspec.structs.fields(Form)}
ENTRIES: Mapping[str, type[msgspec.Struct]] = {
    "queues": QueueForm,
    "channels": ChannelForm,
    "agents": AgentForm,
    "pause_reasons": PauseReasonForm,
    "customers": CustomerForm,
    "services": ServiceForm,
    "webhooks": WebhookForm,
    "canned_answers": CannedAnswerForm,
}
"""The sections that are names with their settings, and what one entry is."""


def given(section: str, name: str) -> dict[str, Any]:
    """What an entry has by its name, whether it is written or not."""
    if section == "channels":
        return known_channel(name)
    by_section = {
        "queues": {"name": name},
        "agents": {"name": name},
        "customers": {"number": name},
    }
    return by_section.get(section, {})


def _one(form: msgspec.Struct, kind: type[T]) -> T:
    """The same, without the class that only strictness needs."""
    return msgspec.convert(msgspec.structs.asdict(form), kind)


def _plain(entries: Mapping[str, msgspec.Struct], kind: type[T]) -> dict[str, T]:
    return {name: _one(entry, kind) for name, entry in entries.items()}
