"""Messages that come over a WebSocket."""

from typing import TypeVar

import msgspec

Sent = TypeVar("Sent")


def decoded(decoder: msgspec.json.Decoder[Sent], text: str) -> Sent:
    """What the other side sent; ValueError for anything that `decoder` does not know, with what is wrong with it."""
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise ValueError(str(error)) from None
