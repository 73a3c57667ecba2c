"""What all node types share."""

from typing import Annotated
from unicodedata import normalize

import msgspec

from tandem.ivr import everywhere
from tandem.ivr.events import Entered, Event, Listened, Resumed, Went
from tandem.ivr.references import NodeName
from tandem.ivr.turn import Next, Turn
from tandem.ivr.values import Kind, Value, printable

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
    """A node that asks for a key. What its own keys don't mean, the flow's keys (repeat, slow, back, agent) may."""

    def own_keys(self) -> str:
        """The keys that this node itself has a use for."""
        raise NotImplementedError

    def ask(self, turn: Turn, complaint: str | None = None) -> Next:
        """Put the question, after a complaint if there is one."""
        raise NotImplementedError

    def answer(self, turn: Turn, key: str | None) -> Next:
        """A key was pressed that is no key of the flow, or None was."""
        raise NotImplementedError

    def entered(self, turn: Turn, text: str) -> Next:
        """An answer came in writing: a key, or what else the node understands."""
        if text in set(self.own_keys()) or everywhere.meaning(turn, text):
            return self.pressed(turn, text)
        return self.reply(turn, text)

    def reply(self, turn: Turn, _text: str) -> Next:
        """What came in writing is no key."""
        return turn.repeat()

    def pressed(self, turn: Turn, key: str | None) -> Next:
        """The question was answered by a key, or by None."""
        if key and key not in self.own_keys() and (way := everywhere.meaning(turn, key)):
            return everywhere.follow(turn, way)
        return self.answer(turn, key)

    def enter(self, turn: Turn) -> Next:
        everywhere.remember(turn)
        return self.ask(turn)

    def on_event(self, turn: Turn, event: Event) -> Next:
        if isinstance(event, Went):
            return everywhere.follow(turn, event.way) if event.way in everywhere.ways(turn) else None
        if isinstance(event, Entered):
            return self.entered(turn, written(event.text))
        if isinstance(event, Listened):
            return self.pressed(turn, event.key)
        return super().on_event(turn, event)


class Patient(Question, frozen=True, kw_only=True):
    """A question that is put again after silence, or a wrong answer.

    After `tries` of either the contact goes on at `failed`. What `silences` or `wrongs` are given for is counted by
    itself, up to that many, and not among the tries.
    """

    failed: NodeName
    tries: Tries = 3
    silences: Tries | None = None
    wrongs: Tries | None = None

    def one_too_many(self, turn: Turn, *, silent: bool) -> bool:
        """Count a silence, or a wrong answer; whether it was the last that is borne."""
        here = turn.here
        here.silences, here.wrongs = here.silences + silent, here.wrongs + (not silent)
        shared = (0 if self.silences else here.silences) + (0 if self.wrongs else here.wrongs)
        return here.silences == self.silences or here.wrongs == self.wrongs or shared >= self.tries


def written(text: str) -> str:
    """What was typed on a keyboard, wide forms made plain (１２ is 12), on one line."""
    return printable(normalize("NFKC", text))
