"""State machines as tables: {state: {trigger: state}}."""

from collections.abc import Mapping

Table = Mapping[str, Mapping[str, str]]


class InvariantBroken(Exception):  # noqa: N818 - the design's own name for it
    """The router contradicts itself: stop the process, it starts again from the journal."""


def step(table: Table, state: str, trigger: str) -> str:
    """The state that `trigger` leads to. Raises InvariantBroken when the table has no such step."""
    try:
        return table[state][trigger]
    except KeyError:
        raise InvariantBroken(f"{trigger!r} in state {state!r}") from None


def allows(table: Table, state: str, trigger: str) -> bool:
    """True when `trigger` is legal in `state`."""
    return trigger in table[state]
