"""What a session wants done."""

import msgspec


class Utterance(msgspec.Struct, frozen=True):
    """A piece of speech. `text` is in `language` (BCP 47), numbers already in words.

    `key` names a recording that, where one exists, is played instead of the synthesiser's voice; empty for none.
    """

    language: str
    text: str
    key: str = ""


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

    `purpose` names the page, `text` is the message with `{link}` where the address goes.
    """

    link: int
    purpose: str
    language: str
    text: str


class Enqueue(Command, frozen=True):
    """Hand the contact to the ACD."""

    queue: str
    priority: int = 0
    boost: float = 0.0


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


class RecordFault(Command, frozen=True):
    """The flow had to go round something broken; counted, shown to the admin."""

    node: str
    reason: str
