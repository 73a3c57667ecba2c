"""What there is to say about settings, told to the one who wrote them."""

from typing import Any, Literal

import msgspec

from tandem.said import NOTHING, Said, said

Path = tuple[str | int, ...]
"""The keys, and numbers in lists, that lead from the top of the settings to a value."""
Severity = Literal["error", "warning"]


class Finding(msgspec.Struct, frozen=True):
    """`path` is written `queues.tv.plan[0].move`. `line` counts from 1; 0 where there is no file.

    With an `error` the settings can't be used; a `warning` is what they hardly can be meant to say.
    """

    path: str
    message: Said
    way_out: Said = NOTHING
    severity: Severity = "error"
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        return str(self.said())

    def said(self) -> Said:
        """All of it in one line."""
        place = f"{self.file}:{self.line}: " if self.line else ""
        warning = said("warning: ") if self.severity == "warning" else NOTHING
        path = f"{self.path}: " if self.path else ""
        way_out = said(": {way_out}", way_out=self.way_out) if self.way_out else NOTHING
        return said(
            "{place}{warning}{path}{message}{way_out}",
            place=place, warning=warning, path=path, message=self.message, way_out=way_out,
        )  # fmt: skip

    def told(self) -> dict[str, Any]:
        """As data, with all of it as `text`, too."""
        return msgspec.structs.asdict(self) | {"text": self.said()}


class Remark(msgspec.Struct, frozen=True):
    """A finding before its line is known."""

    path: Path
    message: Said
    way_out: Said = NOTHING
    severity: Severity = "error"


def dotted(path: Path) -> str:
    """`queues.tv.plan[0].move`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")
