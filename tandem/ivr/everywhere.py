"""The keys that every question of a flow has, where it doesn't use them itself: repeat, back, agent."""

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

if TYPE_CHECKING:
    from tandem.ivr.turn import Next, Turn

Key = Annotated[str, msgspec.Meta(pattern="^[0-9*#]$")]
Meaning = Literal["repeat", "back", "agent"]

ALL_KEYS = "0123456789*#"


class Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every question understands; null switches a key off.

    `repeat` puts the question again, `back` the one before it, `agent` leads to the flow's `agent` node.
    """

    repeat: Key | None = "*"
    back: Key | None = "#"
    agent: Key | None = "0"

    def __post_init__(self) -> None:
        used = [key for key in (self.repeat, self.back, self.agent) if key]
        if len(used) != len(set(used)):
            raise ValueError("two of the keys are the same")


def meaning(turn: "Turn", key: str) -> Meaning | None:
    """What `key` means at the question at hand; None where there is nothing to go back to, or no agent."""
    keys = turn.flow.keys
    if key == keys.repeat:
        return "repeat"
    if key == keys.back and len(turn.session.trail) > 1:
        return "back"
    if key == keys.agent and has_agent(turn):
        return "agent"
    return None


def follow(turn: "Turn", way: Meaning) -> "Next":
    """The node that a key leads to. From a sub-flow without an agent of its own, the agent key leads out of it."""
    if way == "repeat":
        return turn.session.node
    if way == "back":
        return turn.session.trail[-2]
    while turn.flow.agent is None:
        turn.leave()
    return turn.flow.agent


def has_agent(turn: "Turn") -> bool:
    """Whether the agent key leads anywhere."""
    return _agents_flow(turn) is not None


def remember(turn: "Turn") -> None:
    """Keep the question at hand as the last of those that lead back to the first."""
    trail, node = turn.session.trail, turn.session.node
    if node in trail:
        del trail[trail.index(node) :]
    trail.append(node)


def _agents_flow(turn: "Turn") -> str | None:
    """The innermost running flow that has an agent node."""
    running = [turn.session.running, *(frame.flow for frame in reversed(turn.session.frames))]
    return next((name for name in running if turn.flow_named(name).agent), None)
