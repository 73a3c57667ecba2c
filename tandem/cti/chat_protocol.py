"""What goes over a chat's WebSocket: the messages of docs/chat.md."""

import hashlib
from typing import Annotated, Any

import msgspec

from tandem.control.chat.chat import Message
from tandem.control.chat.talk import File
from tandem.control.commands import RecordMessage
from tandem.cti.decoding import decoded
from tandem.cti.words import LANGUAGES, known

Short = Annotated[str, msgspec.Meta(max_length=100)]
Number = Annotated[int, msgspec.Meta(ge=0, le=10**9)]


class FromCustomer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag=str.lower):
    """Base of what a customer's side sends."""


class Hello(FromCustomer, frozen=True):
    """Begin to write to `line`; or go on, with the `token` of the chat and the number of the last message `seen`."""

    line: Short = ""
    name: Short = ""
    language: Short = ""
    number: Short = ""
    token: Short = ""
    seen: Number = 0


class Say(FromCustomer, frozen=True):
    """A message, counted from 1; one that was not acknowledged is sent again under its number. A text, a `file` (as its
    upload was answered), or both."""

    number: Number
    text: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    file: Short = ""

    def __post_init__(self) -> None:
        if not self.text and not self.file:
            raise ValueError("a message has a text or a file")


class Typing(FromCustomer, frozen=True):
    """The customer writes something."""


class Bye(FromCustomer, frozen=True):
    """The customer leaves."""


Sent = Hello | Say | Typing | Bye
_decoder: msgspec.json.Decoder[Sent] = msgspec.json.Decoder(Sent)


def decode(text: str) -> Sent:
    """What a customer's side sent; ValueError for anything else, with what is wrong with it."""
    return decoded(_decoder, text)


def encode(kind: str, **content: Any) -> str:
    """A message to a customer's side; what is None is left out."""
    given = {name: value for name, value in content.items() if value is not None}
    return msgspec.json.encode({"type": kind} | given).decode()


def shown(message: Message, language: str) -> dict[str, Any]:
    """A message as the customer sees it: all its words in `text`, and beside it what can be answered."""
    return {
        "number": message.number,
        "at": message.at,
        "from": message.sender,
        "text": _text(message, language),
        "notice": message.notice,
        "choices": message.choices or None,
        "field": message.field,
        "file": message.file,
    }


def recorded(row: RecordMessage, language: str) -> dict[str, Any]:
    """The same of a chat that is over, from its record."""
    file = File(row.file, row.file_name, row.file_kind, row.file_size) if row.file else None
    text = LANGUAGES[known(language)].chat.get(row.notice, row.text)
    told = {"number": row.number, "at": row.at, "from": row.sender, "text": text, "notice": row.notice, "file": file}
    return {name: value for name, value in told.items() if value is not None}


def chat_of(token: str) -> str:
    """The id of the chat that a token is for: it tells nothing of the token."""
    return f"chat-{hashlib.sha256(token.encode()).hexdigest()[:16]}"


def _text(message: Message, language: str) -> str:
    words, field = LANGUAGES[known(language)], message.field
    if message.notice:
        return words.chat[message.notice]
    lines = [words.error(field)] if field and field.error else []
    lines.append(message.text)
    if field and field.kind == "yes_no":
        lines += [f"1. {words.yes}", f"2. {words.no}"]
    return "\n".join(lines)
