"""What there is to say about settings, told to the one who wrote them."""

from typing import Literal

import msgspec

Path = tuple[str | int, ...]
"""The keys, and numbers in lists, that lead from the top of the settings to a value."""
Severity = Literal["error", "warning"]


class Finding(msgspec.Struct, frozen=True):
    """`path` is written `queues.tv.plan[0].move`. `line` counts from 1; 0 where there is no file.

    With an `error` the settings can't be used; a `warning` is what they hardly can be meant to say.
    """

    path: str
    message: str
    way_out: str = ""
    severity: Severity = "error"
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else ""
        warning = "warning: " if self.severity == "warning" else ""
        return f"{place}{warning}{self.path + ': ' if self.path else ''}{self.message}" + (
            f": {self.way_out}" if self.way_out else ""
        )


class Remark(msgspec.Struct, frozen=True):
    """A finding before its line is known."""

    path: Path
    message: str
    way_out: str = ""
    severity: Severity = "error"


def dotted(path: Path) -> str:
    """`queues.tv.plan[0].move`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")
