"""PURE. What is told to people of a mistake, so that a page can tell it in the language that it is shown in.

The English of a mistake stands where the mistake is found, and is its code too: `said("there is no queue {queue!r}",
queue="tv")`. Other languages have words for each code, with the same values (`tandem/cti/words/findings/`).
"""

from collections.abc import Mapping
from typing import Any


class Said:
    """A `code`, English with the names of values in braces, and the `values`, which may have been said, too."""

    __slots__ = ("code", "values")

    def __init__(self, code: str, values: Mapping[str, Any]) -> None:
        self.code, self.values = code, values

    def __str__(self) -> str:
        return self.by({})

    def __repr__(self) -> str:
        return f"said({str(self)!r})"

    def __bool__(self) -> bool:
        return bool(self.code)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Said) and (self.code, self.values) == (other.code, other.values)

    def __hash__(self) -> int:
        return hash(self.code)

    def by(self, words: Mapping[str, str]) -> str:
        """In the language that has `words` for the codes; in English what it has none for."""
        values = {name: value.by(words) if isinstance(value, Said) else value for name, value in self.values.items()}
        return words.get(self.code, self.code).format(**values)


def said(code: str, /, **values: Any) -> Said:
    """What is said, with the values that its code names in braces."""
    return Said(code, values)


NOTHING = said("")


def said_by(error: BaseException) -> Said:
    """What an exception says: as it was said, or as it stands there."""
    of = error.args[0] if error.args else None
    return of if isinstance(of, Said) else said("{error}", error=str(error))
