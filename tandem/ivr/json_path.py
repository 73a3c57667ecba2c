"""Where in a JSON answer a value stands: `$.order.items[0]['unit price']`, and the value as a variable's.

A path is `$`, then any number of `.name`, `['any name']` and `[0]` (from 0; from the end, -1 is the last).
"""

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tandem.ivr.commands import Wanted
from tandem.ivr.values import Kind, Value, kind_of, number_of
from tandem.said import Said, said

LONGEST = 200
LONGEST_TEXT = 1000
"""Characters of a value that are kept."""

Step = str | int
_STEP = re.compile(r"""\.([A-Za-z_][A-Za-z0-9_-]*)|\['([^']*)'\]|\["([^"]*)"\]|\[(-?[0-9]{1,6})\]""")


class JsonPathError(ValueError):
    """What is wrong with a path; `position` counts characters from 1."""

    def __init__(self, position: int, what: Said) -> None:
        super().__init__(said("character {position}: {what}", position=position, what=what))
        self.position = position


class NotFoundError(ValueError):
    """A value that is wanted and not there."""


@lru_cache(maxsize=1000)
def parse(path: str) -> tuple[Step, ...]:
    """The names and places of a path, in order; JsonPathError says where it goes wrong."""
    if not path.startswith("$"):
        raise JsonPathError(1, said("a path begins with $"))
    if len(path) > LONGEST:
        raise JsonPathError(LONGEST, said("a path has at most {longest} characters", longest=LONGEST))
    steps: list[Step] = []
    at = 1
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            raise JsonPathError(at + 1, said("{path!r} is neither .name nor ['name'] nor [0]", path=path[at:]))
        steps.append(int(match[4]) if match[4] else next(name for name in match.group(1, 2, 3) if name is not None))
        at = match.end()
    return tuple(steps)


def find(document: Any, steps: tuple[Step, ...]) -> Any:
    """What stands there; None where nothing does."""
    for step in steps:
        fits = isinstance(document, dict) if isinstance(step, str) else isinstance(document, list)
        try:
            document = document[step] if fits else None
        except (KeyError, IndexError):
            return None
    return document


def extract(document: Any, values: Mapping[str, Wanted]) -> dict[str, Value]:
    """The values wanted, each of its kind, or its default; NotFoundError names the first that is neither."""
    found: dict[str, Value] = {}
    for name, wanted in values.items():
        value = as_kind(find(document, parse(wanted.path)), wanted.kind)
        value = wanted.default if value is None else value
        if value is None:
            raise NotFoundError(f"no {wanted.kind} at {wanted.path} for {name}")
        found[name] = value
    return found


def as_kind(value: Any, kind: Kind) -> Value | None:
    """A value of JSON as one of `kind`: numbers may stand in texts, and texts may be numbers; None when it is none."""
    if not isinstance(value, str | int | float):
        return None
    if kind_of(value) == kind:
        return value[:LONGEST_TEXT] if isinstance(value, str) else _finite(value)
    if kind == "text" and not isinstance(value, bool):
        return str(value)[:LONGEST_TEXT]
    return _finite(number_of(value)) if kind == "number" and isinstance(value, str) else None


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None
