"""What is wrong with a flow, told to the one who wrote it."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import msgspec

from tandem.said import Said, said, said_by

Path = tuple[str, ...]
"""The keys that lead from the top of a flow to a value."""


class Problem(msgspec.Struct, frozen=True):
    """`line` counts from 1; `node` and `field` are empty where the problem is not in one."""

    file: str
    line: int
    node: str
    field: str
    what: Said
    how_to_mend: Said

    def __str__(self) -> str:
        return str(self.said())

    def said(self) -> Said:
        """All of it in one line."""
        inside = ".".join(part for part in (self.node, self.field) if part)
        place = f"{self.file}:{self.line}: {inside + ': ' if inside else ''}"
        return said("{place}{what}. {how_to_mend}.", place=place, what=self.what, how_to_mend=self.how_to_mend)

    def told(self) -> dict[str, Any]:
        """As data, with all of it as `text`, too."""
        return msgspec.structs.asdict(self) | {"text": self.said()}


class FlowErrors(Exception):  # noqa: N818 - it holds several
    """A flow that can't be used, with all its problems."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class Finding(msgspec.Struct, frozen=True):
    """A problem before its line is known."""

    path: Path
    what: Said
    how_to_mend: Said


def suggestion(name: str, known: Iterable[str]) -> Said:
    """How to mend an unknown name."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return said("Perhaps {name} is meant", name=close[0])
    return said("Known: {names}", names=", ".join(names)) if names else said("Known: none")


UNLIKE = [
    (re.compile(shape), code)
    for shape, code in (
        (r"Expected `(?P<wanted>[^`]*)`, got `(?P<given>[^`]*)`", "Expected `{wanted}`, got `{given}`"),
        (r"Expected `(?P<wanted>[^`]*)` of length (?P<bound>.*)", "Expected `{wanted}` of length {bound}"),
        (r"Expected `str` matching regex (?P<pattern>.*)", "Expected `str` matching regex {pattern}"),
        (r"Expected `(?P<wanted>[^`]*)` (?P<bound>[<>].*)", "Expected `{wanted}` {bound}"),
        (r"Object missing required field `(?P<field>.*)`", "Object missing required field `{field}`"),
        (r"Object contains unknown field `(?P<field>.*)`", "Object contains unknown field `{field}`"),
        (r"Invalid enum value (?P<value>.*)", "Invalid enum value {value}"),
        (r"Invalid value (?P<value>.*)", "Invalid value {value}"),
    )
]
"""What msgspec says of data that is not as a type has it."""


def unlike(error: msgspec.ValidationError) -> tuple[Said, str]:
    """What is wrong with data that is not as its type wants it, and where in it (`.plan[0].after`)."""
    text, _, place = str(error).partition(" - at `")
    place = place.removeprefix("$").removesuffix("`")
    if error.__cause__ is not None:
        return said_by(error.__cause__), place
    found = ((shape.fullmatch(text), code) for shape, code in UNLIKE)
    return next((said(code, **match.groupdict()) for match, code in found if match), said_by(error)), place
