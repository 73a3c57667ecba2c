"""What goes over a chat's WebSocket: the messages of docs/chat.md."""

from typing import Annotated, Any

import msgspec

from tandem.control.chat.chat import Message
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
    """A message, counted from 1; one that was not acknowledged is sent again under its number."""

    number: Number
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class Bye(FromCustomer, frozen=True):
    """The customer leaves."""


Sent = Hello | Say | Bye
_decoder: msgspec.json.Decoder[Sent] = msgspec.json.Decoder(Sent)


def decode(text: str) -> Sent:
    """What a customer's side sent; ValueError for anything else, with what is wrong with it."""
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise ValueError(str(error)) from None


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
    }


def _text(message: Message, language: str) -> str:
    words, field = LANGUAGES[known(language)], message.field
    if message.notice:
        return words.chat[message.notice]
    lines = [words.error(field)] if field and field.error else []
    lines.append(message.text)
    if field and field.kind == "yes_no":
        lines += [f"1. {words.yes}", f"2. {words.no}"]
    return "\n".join(lines)
