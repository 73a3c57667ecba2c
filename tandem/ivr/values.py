"""Variables of a session, and how a stranger's text is made harmless."""

import unicodedata

Value = str | int | float | bool

LONGEST_VALUE = 100
MARKUP = frozenset("<>{}[]\\")


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
