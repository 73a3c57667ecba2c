"""What a session asks now, as data: pages, chats and guides differ only in how they draw it."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from tandem.ivr import everywhere
from tandem.ivr.commands import Listen
from tandem.ivr.events import Place
from tandem.ivr.flow import Flow
from tandem.ivr.node import BaseNode
from tandem.ivr.nodes.collect import Collect
from tandem.ivr.nodes.menu import Menu
from tandem.ivr.nodes.survey import Survey
from tandem.ivr.session import Session
from tandem.ivr.speech import write
from tandem.ivr.turn import Turn


class Choice(msgspec.Struct, frozen=True):
    """An answer to choose: the key that means it, and what it says."""

    key: str
    label: str


class Digits(msgspec.Struct, frozen=True):
    """An answer to type: `min` to `max` digits."""

    min: int
    max: int


class Shown(msgspec.Struct, frozen=True):
    """A moment of a session. All texts are in `language`, to be read.

    `step` changes with every question, so that an answer tells which one it is to. `texts` were said since the last
    answer; then comes the `question`, answered by one of `choices`, by `digits`, or by filling in. `ways` are those of
    repeat, back and agent that lead somewhere. `position` is the place in a queue, from 1, None for who waits in none.
    """

    step: int
    language: str
    texts: tuple[str, ...] = ()
    question: str = ""
    choices: tuple[Choice, ...] = ()
    digits: Digits | None = None
    ways: tuple[everywhere.Meaning, ...] = ()
    position: int | None = None
    ended: bool = False

    @property
    def asks(self) -> bool:
        """Whether it waits for an answer."""
        return bool(self.choices or self.digits)


def show(session: Session, flow: Flow, place: Place | None = None, said: Sequence[str] | None = None) -> Shown:
    """What `session` (of `flow`) asks now.

    `place` is where its contact stands in a queue. `said` is what was said since the last answer; by itself a session
    knows only what it said last.
    """
    texts = heard(session, flow) if said is None else said
    shown = Shown(session.steps, session.language, tuple(texts), ended=session.ended)
    if place is not None:
        shown = msgspec.structs.replace(shown, position=place.position)
    node = question_of(session, flow)
    if node is None:
        return shown
    asked = _ASKED[type(node)](node, lambda text: _written(session, flow, text))
    return msgspec.structs.replace(shown, **asked, ways=everywhere.ways(Turn(session, flow, 0.0)))


def question_of(session: Session, flow: Flow) -> BaseNode | None:
    """The node that waits for an answer; None while there is nothing to answer."""
    if session.ended or session.closing:
        return None
    node = running(session, flow).nodes.get(session.node)
    return node if type(node) in _ASKED and session.listen.keys and session.listen.wait else None


def heard(session: Session, flow: Flow) -> list[str]:
    """What the session said last, to be read; the question at hand is not among it."""
    node = question_of(session, flow)
    names = _names(session.listen)
    if not names:
        return [] if node else [utterance.text for utterance in session.listen.say]
    question = getattr(node, "text", None)
    return [_written(session, flow, name) for name in names if name != question]


def running(session: Session, flow: Flow) -> Flow:
    """The flow at hand: `flow` or one of its sub-flows."""
    return flow.flows.get(session.running, flow)


def _names(listen: Listen) -> list[str]:
    """The names of the texts that are said: the key of an utterance is `<flow>/<text>`, or `<flow>/<text>.<n>`."""
    keys = (utterance.key.partition("/")[2].partition(".")[0] for utterance in listen.say)
    return list(dict.fromkeys(key for key in keys if key))


def _written(session: Session, flow: Flow, text: str) -> str:
    variables = session.variables | {"language": session.language}
    return write(running(session, flow), text, session.language, variables)[0]


Write = Callable[[str], str]


def _menu(node: Menu, write: Write) -> dict[str, Any]:
    return {"question": write(node.text), "choices": tuple(Choice(key, key) for key in node.choices)}


def _survey(node: Survey, write: Write) -> dict[str, Any]:
    return {"question": write(node.text), "choices": tuple(Choice(key, key) for key in node.keys)}


def _collect(node: Collect, write: Write) -> dict[str, Any]:
    return {"question": write(node.text), "digits": Digits(node.min, node.max)}


_ASKED: dict[type, Callable[[Any, Write], dict[str, Any]]] = {Menu: _menu, Survey: _survey, Collect: _collect}
