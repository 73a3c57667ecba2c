"""What is wrong with a flow, told to the one who wrote it."""

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

Path = tuple[str, ...]
"""The keys that lead from the top of a flow to a value."""


class Problem(msgspec.Struct, frozen=True):
    """`line` counts from 1; `node` and `field` are empty where the problem is not in one."""

    file: str
    line: int
    node: str
    field: str
    what: str
    how_to_mend: str

    def __str__(self) -> str:
        place = ".".join(part for part in (self.node, self.field) if part)
        return f"{self.file}:{self.line}: {place + ': ' if place else ''}{self.what}. {self.how_to_mend}."


class FlowErrors(Exception):  # noqa: N818 - it holds several
    """A flow that can't be used, with all its problems."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class Finding(msgspec.Struct, frozen=True):
    """A problem before its line is known."""

    path: Path
    what: str
    how_to_mend: str


def suggestion(name: str, known: Iterable[str]) -> str:
    """How to mend an unknown name."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return f"Perhaps {close[0]} is meant"
    return f"Known: {', '.join(names) or 'none'}"
