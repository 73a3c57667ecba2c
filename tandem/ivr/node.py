"""What all node types share."""

from typing import Annotated

import msgspec

from tandem.ivr.events import Event, Resumed
from tandem.ivr.turn import Next, Turn

Key = Annotated[str, msgspec.Meta(pattern="^[0-9*#]$")]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=600)]
Tries = Annotated[int, msgspec.Meta(ge=1, le=10)]

ALL_KEYS = "0123456789*#"


class BaseNode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag=str.lower):
    """A step of a flow. Both methods return the node to go to, or None to wait for an event with a Listen out.

    A node changes nothing but the session, through the turn.
    """

    def enter(self, turn: Turn) -> Next:
        """The contact comes to this node."""
        raise NotImplementedError

    def on_event(self, turn: Turn, event: Event) -> Next:
        """Something happened while the contact was here. What a node has no use for, it ignores."""
        return turn.repeat() if isinstance(event, Resumed) else None
