"""What an admin sets for the whole plane: numbers, people, queues."""

from typing import Annotated, Literal

import msgspec

from tandem.acd.settings import Settings as AcdSettings
from tandem.control.board.board_settings import BoardSettings
from tandem.control.callback.callback_settings import CallbackSettings
from tandem.control.order_lookup import OrderLookup
from tandem.control.webhooks.webhook_settings import Webhook

IN_BROWSER = "-web"
"""How the names of agents' phones in browsers end."""


def browser_phone(agent: str) -> str:
    """The device of an agent's phone in their browser."""
    return f"PJSIP/{agent}{IN_BROWSER}"


def is_in_browser(device: str) -> bool:
    """Whether a device is a phone in a browser."""
    return device.endswith(IN_BROWSER)


class Customer(msgspec.Struct, frozen=True):
    """A customer known by number. `priority` and `boost` (seconds) put them ahead in any queue."""

    number: str
    name: str = ""
    tier: str = ""
    language: str = ""
    priority: int = 0
    boost: float = 0.0


class DialPlan(msgspec.Struct, frozen=True):
    """Where callers may be connected to and called back; nothing is allowed that is not named.

    `numbers` are patterns: digits, a leading plus, `X` for any digit, `.` at the end for one or more of them. `uris`
    are SIP URIs, `*` for any user (`sip:*@partner.example`). `trunk` is the endpoint that numbers go out by; without
    one, a number must be the account of a phone here. `caller_id` is the number that is shown to who is called. No talk
    with somebody outside is longer than `longest_talk` seconds. A number without a plus is one of `country` (ISO 3166:
    `CN`).
    """

    numbers: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()
    trunk: str = ""
    caller_id: str = ""
    longest_talk: float = 7200.0
    country: str = ""


class Service(msgspec.Struct, frozen=True):
    """A system outside that flows ask or tell over HTTP. `headers` may have `{secret:NAME}` in their values.

    After `failures` in a row nothing is asked for `open_seconds`. `signed_with` names the secret that notifications
    are signed with.
    """

    url: str
    headers: dict[str, str] = {}
    failures: int = 5
    open_seconds: float = 30.0
    signed_with: str = ""


class OfferSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a queue's contacts are offered other ways than to wait, where their flow has prepared nothing.

    An offer is told `times` times at most. `link` is the flow that the page of a link walks; empty: the page shows what
    the call is asked. `chat` is the address at which a chat is begun; empty: none can be offered.
    """

    times: Annotated[int, msgspec.Meta(ge=1, le=100)] = 2
    link: str = ""
    chat: Annotated[str, msgspec.Meta(pattern="^(https?://[^ {}]+)?$")] = ""


class Disposition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a contact may have been about. `words`: how it is called, by language. With `needs_note` the agent has to
    write something about it."""

    words: dict[str, str] = {}
    needs_note: bool = False


class DialOutSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How agents dial customers for a queue. `caller_id` is the number shown (empty: the dial plan's); it rings for
    `ring_seconds`. An agent dials `per_minute` times within a minute at most."""

    caller_id: Annotated[str, msgspec.Meta(pattern=r"^\+?[0-9]*$")] = ""
    ring_seconds: Annotated[float, msgspec.Meta(ge=5, le=120)] = 30.0
    per_minute: Annotated[int, msgspec.Meta(ge=1, le=60)] = 6


class FileSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which files may be sent in a chat: of these `types`, `most_bytes` each, `most_files` a chat. No types: none."""

    types: tuple[Literal["png", "jpeg", "gif", "webp", "pdf", "text"], ...] = ("png", "jpeg", "gif", "webp", "pdf")
    most_bytes: Annotated[int, msgspec.Meta(ge=1, le=100_000_000)] = 5_000_000
    most_files: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 20


class ChatSettings(msgspec.Struct, frozen=True):
    """A customer who owes an answer in a chat is reminded after `remind_after` seconds; after `close_after` more it is
    ended. For `history_days` after it began, who comes back with its token can read it; 0: not once it is over."""

    remind_after: float = 180.0
    close_after: float = 120.0
    history_days: Annotated[float, msgspec.Meta(ge=0, le=3650)] = 7.0
    files: FileSettings = FileSettings()


class CannedAnswer(msgspec.Struct, frozen=True):
    """A text that agents have at hand in chats, by language, in all queues or in `queues`. `{customer}` and `{agent}`
    stand for their names."""

    text: dict[str, Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]]
    queues: tuple[str, ...] = ()


class PauseReason(msgspec.Struct, frozen=True):
    """Why an agent may pause. A pause of more than `longest` minutes raises an alarm; 0: never."""

    longest: float = 0.0


CONFIRM_TEXT = {"zh-CN": "有电话找您，请按一接听。", "en": "A call for you. Please press one."}


class RemoteAgents(msgspec.Struct, frozen=True):
    """How agents on a number are called, seconds. Who has to confirm hears `confirm_text` (language to text, one after
    the other) and presses `confirm_key`.

    A line that is to be kept rings for `ring_seconds`. One that was not answered, or dropped, is called again after
    `call_again`, each time twice as long, up to `longest_call_again`; one that was there for longer than that begins
    anew.
    """

    confirm_key: str = "1"
    confirm_text: dict[str, str] = msgspec.field(default_factory=CONFIRM_TEXT.copy)
    ring_seconds: float = 30.0
    call_again: float = 5.0
    longest_call_again: float = 300.0


class Settings(msgspec.Struct, frozen=True):
    """`lines` maps a number dialled to the name of its flow; `customers` are found by number.

    `callbacks` says by queue how customers are called back, `offers` how they are offered other ways than to wait; a
    queue that is not there has the defaults. `dispositions`: by queue and code. `dial_out`: the queues that agents
    may dial for. For `last_agent_days` it is kept with whom a customer talked last. Days are those of `time_zone`.
    `caller_phones` are the accounts of callers' own phones, which can take a SIP MESSAGE. `fallback` is the flow of
    calls whose number leads to no published flow. `show_monitoring`: an agent sees that a supervisor is on their talk.
    Without `pause_reasons` agents may pause for any.

    `record_percent`: by queue, how many of its contacts' talks are recorded, of a hundred; a queue that is not there
    has none recorded.

    With `mask_numbers` agents see the last four digits of numbers that are not on their desk; with
    `agents_find_customers` they may look for customers by number.
    """

    lines: dict[str, str] = {}
    customers: dict[str, Customer] = {}
    caller_phones: tuple[str, ...] = ()
    acd: AcdSettings = AcdSettings()
    dial_plan: DialPlan = DialPlan()
    services: dict[str, Service] = {}
    webhooks: dict[str, Webhook] = {}
    orders: OrderLookup = OrderLookup()
    fallback: str = ""
    callbacks: dict[str, CallbackSettings] = {}
    chats: ChatSettings = ChatSettings()
    canned_answers: dict[str, CannedAnswer] = {}
    pause_reasons: dict[str, PauseReason] = {}
    remote_agents: RemoteAgents = RemoteAgents()
    show_monitoring: bool = True
    offers: dict[str, OfferSettings] = {}
    dispositions: dict[str, dict[str, Disposition]] = {}
    dial_out: dict[str, DialOutSettings] = {}
    record_percent: dict[str, float] = {}
    last_agent_days: float = 30.0
    mask_numbers: bool = True
    agents_find_customers: bool = False
    time_zone: str = "UTC"
    board: BoardSettings = BoardSettings()
