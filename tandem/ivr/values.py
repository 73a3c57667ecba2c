"""Variables of a session, their kinds, and how a stranger's text is made harmless."""

import unicodedata
from typing import Literal

Value = str | int | float | bool
OtherWay = Literal["callback", "chat", "link", "voicemail"]
"""What a queue's plan may offer instead of waiting."""
Kind = Literal["text", "number", "truth"]

KNOWN: dict[str, Kind] = {
    "caller.number": "text",
    "caller.name": "text",
    "caller.tier": "text",
    "caller.priority": "number",
    "caller.boost": "number",
    "callback.booked": "truth",
    "callback.queue": "text",
    "callback.position": "number",
    "dialled": "text",
    "language": "text",
}
"""The variables that a flow begins with."""

LONGEST_VALUE = 100
MARKUP = frozenset("<>{}[]\\")


def kind_of(value: Value) -> Kind:
    """What kind of value it is."""
    if isinstance(value, bool):
        return "truth"
    return "text" if isinstance(value, str) else "number"


def printable(text: str) -> str:
    """`text` on one line, without control, format and unassigned characters."""
    kept = (c for c in text if c.isspace() or not unicodedata.category(c).startswith("C"))
    return " ".join("".join(kept).split())


def harmless(value: Value) -> str:
    """A variable's value as text that can carry no markup, no place holder, and no endless speech."""
    return printable("".join(c for c in str(value) if c not in MARKUP))[:LONGEST_VALUE]


def number_of(value: Value | None) -> float | None:
    """The value as a number; None when it is none."""
    try:
        return float(value) if value is not None else None
    except ValueError:
        return None
