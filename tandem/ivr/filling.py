"""Values of a flow with variables in them: `{order.number}` stands for what the variable has now."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from tandem.ivr.speech import SLOT, variable_of
from tandem.ivr.values import Value, printable

DOTS = frozenset({"", ".", ".."})


class FillError(Exception):
    """Why a value can't be filled in."""


def slots(text: str) -> list[str]:
    """The variables that stand in `text`, in order."""
    return [match[1] for match in SLOT.finditer(text)]


def plain(value: Value) -> str:
    """A value as other programs write it: `true`, 7, 0.5."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def fill(text: str, variables: Mapping[str, Value], encode: Callable[[str], str] = str) -> str:
    """`text` with its variables' values, each passed through `encode`; FillError when one is not set."""
    missing = [name for name in slots(text) if name not in variables]
    if missing:
        raise FillError(f"variable {missing[0]} is not set")
    return SLOT.sub(lambda match: encode(plain(variables[match[1]])), text)


def fill_value(value: Value, variables: Mapping[str, Value]) -> Value:
    """A value of a body: a variable that stands alone keeps its kind."""
    if not isinstance(value, str):
        return value
    name = variable_of(value)
    return variables[name] if name and name in variables else fill(value, variables)


def fill_line(text: str, variables: Mapping[str, Value]) -> str:
    """A header or a part of a query: no value can begin a new line, or be taken for `{secret:NAME}`."""
    return fill(text, variables, lambda value: printable(value).replace("{", "("))


def fill_path(text: str, variables: Mapping[str, Value]) -> str:
    """The path of an address; no value can lead to another one than the flow means."""
    return fill(text, variables, _segment)


def _segment(value: str) -> str:
    if value in DOTS:
        raise FillError(f"{value!r} can't be a part of a path")
    return quote(value, safe="")
