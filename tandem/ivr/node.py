"""What all node types share."""

from typing import Annotated

import msgspec

from tandem.ivr import everywhere
from tandem.ivr.events import Event, Listened, Resumed
from tandem.ivr.turn import Next, Turn
from tandem.ivr.values import Kind, Value

Seconds = Annotated[float, msgspec.Meta(ge=0, le=600)]
Tries = Annotated[int, msgspec.Meta(ge=1, le=10)]


class BaseNode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag=str.lower):
    """A step of a flow. `enter` and `on_event` return the node to go to, or None to wait with a Listen out.

    A node changes nothing but the session, through the turn.
    """

    def enter(self, turn: Turn) -> Next:
        """The contact comes to this node."""
        raise NotImplementedError

    def on_event(self, turn: Turn, event: Event) -> Next:
        """Something happened while the contact was here. What a node has no use for, it ignores."""
        return turn.repeat() if isinstance(event, Resumed) else None

    def waits(self) -> bool:
        """Whether nobody comes past this node without hearing or waiting for something."""
        return True

    def needs_key(self, _field: str) -> bool:
        """Whether only a caller who presses a key leaves this node by that field."""
        return False

    def sets(self, _field: str) -> dict[str, Kind]:
        """The variables that have a value, thanks to this node, where that field of it leads or speaks."""
        return {}

    def fills(self) -> dict[str, Value]:
        """Values of this node in which variables may stand in braces, by their path in the node (`query.number`)."""
        return {}

    def uses(self) -> dict[str, str]:
        """Expressions that this node works out, by their path in the node (`cases.0.when`)."""
        return {}


class Question(BaseNode, frozen=True):
    """A node that asks for a key. What its own keys don't mean, the flow's keys (repeat, back, agent) may."""

    def own_keys(self) -> str:
        """The keys that this node itself has a use for."""
        raise NotImplementedError

    def ask(self, turn: Turn, complaint: str | None = None) -> Next:
        """Put the question, after a complaint if there is one."""
        raise NotImplementedError

    def answer(self, turn: Turn, key: str | None) -> Next:
        """A key was pressed that is no key of the flow, or None was."""
        raise NotImplementedError

    def enter(self, turn: Turn) -> Next:
        everywhere.remember(turn)
        return self.ask(turn)

    def on_event(self, turn: Turn, event: Event) -> Next:
        if not isinstance(event, Listened):
            return super().on_event(turn, event)
        if event.key and event.key not in self.own_keys() and (way := everywhere.meaning(turn, event.key)):
            return everywhere.follow(turn, way)
        return self.answer(turn, event.key)
