"""What a session wants done."""

from typing import Annotated

import msgspec

from tandem.ivr.values import Kind, OtherWay, Value


class Utterance(msgspec.Struct, frozen=True):
    """A piece of speech. `text` is in `language` (BCP 47), numbers already in words.

    `key` names a recording that, where one exists, is played instead of the synthesiser's voice; empty for none.
    What is `slow` is to be read slowly.
    """

    language: str
    text: str
    key: str = ""
    slow: bool = False


class Command(msgspec.Struct, frozen=True, tag=True):
    """Base of all commands."""


class Listen(Command, frozen=True):
    """Say `say` in order, then wait up to `wait` seconds for a key, with `music` (a class) or silence.

    Any of `keys` ends it at once, also during speech; a key not in `keys` is passed over.
    Answer: Listened(key) or Listened(None). A session has one Listen out at a time.
    """

    say: tuple[Utterance, ...]
    keys: str = ""
    wait: float = 0.0
    music: str | None = None


class SendLink(Command, frozen=True):
    """Push link number `link` (counted in the session) to the caller's phone.

    `purpose` names the page, `text` is the message with `{link}` where the address goes. `page` is the sub-flow that
    the page walks, beginning with `variables`; empty: the page shows what the call is asked, and answers for it.
    With `way` (`link` or `chat`) it leads to where the settings of the queue that offered it say.
    """

    link: int
    purpose: str
    language: str
    text: str
    page: str = ""
    variables: dict[str, Value] = {}
    way: OtherWay | None = None


LAST = "last"
"""In place of an agent's name: whom the customer talked with last."""


class Sticky(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An agent whom the contact waits for, for `seconds`, before anyone else is asked: one by name (it may be a
    variable in braces), or `last`: the one with whom the customer talked last in this queue, within so many days."""

    agent: str = LAST
    seconds: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 20.0
    within_days: Annotated[float, msgspec.Meta(gt=0, le=3650)] = 30.0


class Enqueue(Command, frozen=True):
    """Hand the contact to the ACD."""

    queue: str
    priority: int = 0
    boost: float = 0.0
    sticky: Sticky | None = None


class LeaveQueue(Command, frozen=True):
    """Take the contact out of the queue it waits in: `self_served`, or `overflowed_out` (to voicemail, a number)."""

    outcome: str


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value to be found in a JSON answer: by `path` (`$.order.items[0].name`), as a value of `kind`.

    Where there is none, `default`; where that is None too, the lookup fails.
    """

    path: str
    kind: Kind = "text"
    default: Value | None = None


class LookUp(Command, frozen=True):
    """Ask `service` (of the centre's settings) over HTTP; answered with LookedUp or LookupFailed number `number`.

    `path` begins with a slash; `{secret:NAME}` in a header's value is a secret by reference. `timeout` is seconds for
    one try, `retries` how often more, `cache_seconds` how old an answer may be. Asking twice under one number is
    harmless: the number goes along as an idempotency key.
    """

    number: int
    service: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: dict[str, Value] | None
    values: dict[str, Wanted]
    timeout: float
    retries: int
    cache_seconds: float


class Notify(Command, frozen=True):
    """Tell `service` (of the centre's settings) of `event`: signed, retried, delivered once for (contact, number)."""

    number: int
    service: str
    event: str
    body: dict[str, Value]


class Transfer(Command, frozen=True):
    """Connect the caller with a number or SIP URI outside; answered with TransferEnded."""

    destination: str
    ring_seconds: float


class TakeVoicemail(Command, frozen=True):
    """Record the caller after a tone, and put the recording into `queue` as work; answered with VoicemailTaken.

    Ends at a key of `keys`, after `silence` seconds without a word, or at `longest` seconds.
    """

    queue: str
    priority: int
    longest: float
    silence: float
    keys: str


class RequestCallback(Command, frozen=True):
    """Call `number` back when an agent of `queue` is free; answered with CallbackBooked or CallbackRefused.

    A contact that waits keeps its age. `at` (epoch seconds) is when to call at the earliest, None: when its turn comes.
    """

    queue: str
    number: str
    priority: int
    boost: float
    at: float | None = None
    sticky: Sticky | None = None


class CancelCallback(Command, frozen=True):
    """The contact wants no callback any more in `queue`, empty: in any queue. Without one, nothing happens."""

    queue: str = ""


class SnoozeCallback(Command, frozen=True):
    """The contact wants no callback before `seconds` have passed, in `queue`, empty: in any. The age stays."""

    seconds: float
    queue: str = ""


class RecordForm(Command, frozen=True):
    """What stands in a form now, for whoever takes over; `submitted` when it is complete and right."""

    form: str
    values: dict[str, str]
    submitted: bool


class RecordAnswer(Command, frozen=True):
    """A survey answer."""

    question: str
    answer: str


class HangUp(Command, frozen=True):
    """The flow is over."""


class RecordStep(Command, frozen=True):
    """The contact entered a node (for the timeline and for `why`)."""

    node: str
    type: str = msgspec.field(name="node_type")  # "type" is taken: it tells commands apart


class RecordOffer(Command, frozen=True):
    """What came of another way that the queue's plan offers: `made`, `taken` or `not_possible` (for this contact)."""

    way: OtherWay
    outcome: str


class RecordFault(Command, frozen=True):
    """The flow had to go round something broken; counted, shown to the admin."""

    node: str
    reason: str
