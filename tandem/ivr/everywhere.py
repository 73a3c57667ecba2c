"""The keys that every question of a flow has, where it doesn't use them itself: repeat, slow, back, agent."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from tandem.said import said

if TYPE_CHECKING:
    from tandem.ivr.turn import Next, Turn

Key = Annotated[str, msgspec.Meta(pattern="^[0-9*#]$")]
Meaning = Literal["repeat", "slow", "back", "agent"]

ALL_KEYS = "0123456789*#"
EVERY: tuple[Meaning, ...] = ("repeat", "slow", "back", "agent")
AGAIN: tuple[Meaning, ...] = ("repeat", "slow")


class Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every question understands; null switches a key off.

    `repeat` puts the question again, `slow` too, read slowly; `back` puts the one before it, `agent` leads to the
    flow's `agent` node.
    """

    repeat: Key | None = "*"
    back: Key | None = "#"
    agent: Key | None = "0"
    slow: Key | None = None

    def __post_init__(self) -> None:
        used = [key for key in (self.repeat, self.back, self.agent, self.slow) if key]
        if len(used) != len(set(used)):
            raise ValueError(said("two of the keys are the same"))


def meaning(turn: "Turn", key: str) -> Meaning | None:
    """What `key` means at the question at hand; None where there is nothing to go back to, or no agent."""
    return next((way for way in ways(turn) if key == getattr(turn.flow.keys, way)), None)


def ways(turn: "Turn") -> tuple[Meaning, ...]:
    """Those that lead somewhere from the question at hand; one whose key is switched off does not."""
    open_ways: dict[Meaning, bool] = {
        "repeat": True,
        "slow": True,
        "back": _before(turn) is not None,
        "agent": has_agent(turn),
    }
    return tuple(way for way, leads in open_ways.items() if leads and getattr(turn.flow.keys, way))


def keys(turn: "Turn", wanted: Collection[Meaning] = EVERY) -> str:
    """The keys that mean one of `wanted` at the node at hand."""
    meant = {getattr(turn.flow.keys, way) for way in ways(turn) if way in wanted}
    return "".join(key for key in ALL_KEYS if key in meant)


def again(turn: "Turn", way: Meaning | None) -> bool:
    """Whether the same shall be said again; it is then read slowly, if that is meant."""
    turn.slowly = way == "slow"
    return way in AGAIN


def follow(turn: "Turn", way: Meaning) -> "Next":
    """The node that a key leads to. From a sub-flow without an agent of its own, the agent key leads out of it."""
    if again(turn, way):
        return turn.session.node
    if way == "back":
        return _before(turn)
    while turn.flow.agent is None:
        turn.leave()
    return turn.flow.agent


def has_agent(turn: "Turn") -> bool:
    """Whether the agent key leads anywhere."""
    return any(turn.flow_named(name).agent for name in turn.running)


def remember(turn: "Turn") -> None:
    """Keep the question at hand as the last of those that lead back to the first."""
    trail, node = turn.session.trail, turn.session.node
    if node in trail:
        del trail[trail.index(node) :]
    trail.append(node)


def _before(turn: "Turn") -> str | None:
    """The question before the one at hand, or before the announcement at hand."""
    earlier = [node for node in turn.session.trail if node != turn.session.node]
    return earlier[-1] if earlier else None
