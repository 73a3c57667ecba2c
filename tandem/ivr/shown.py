"""What a session asks now, as data: pages, chats and guides differ only in how they draw it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec

from tandem.ivr import everywhere
from tandem.ivr.commands import Listen, Utterance
from tandem.ivr.events import Place
from tandem.ivr.flow import Flow
from tandem.ivr.form import Field as FormField
from tandem.ivr.form import Filled
from tandem.ivr.node import BaseNode, Question
from tandem.ivr.nodes.collect import Collect
from tandem.ivr.nodes.form import Form
from tandem.ivr.nodes.menu import Menu
from tandem.ivr.nodes.queue import Queue
from tandem.ivr.nodes.survey import Survey
from tandem.ivr.other_ways import Offer, made
from tandem.ivr.pages import OFFERS
from tandem.ivr.session import Session
from tandem.ivr.turn import Turn
from tandem.ivr.values import OtherWay

HIDDEN = "•••"


class Choice(msgspec.Struct, frozen=True):
    """An answer to choose: the key that means it, and what it says."""

    key: str
    label: str


class Digits(msgspec.Struct, frozen=True):
    """An answer to type: `min` to `max` digits."""

    min: int
    max: int


class Field(msgspec.Struct, frozen=True):
    """One field of a form. `kind` is that of ivr.form.Field, `error` one of its codes, or empty.

    `min` and `max` are characters of a text, digits of `digits`, else a number or a date (ISO 8601); empty for none.
    """

    name: str
    label: str
    kind: str
    required: bool
    value: str = ""
    error: str = ""
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    min: str = ""
    max: str = ""


class Shown(msgspec.Struct, frozen=True):
    """A moment of a session. All texts are in `language`, to be read.

    `step` changes with every question, so that an answer tells which one it is to. `texts` were said since the last
    answer; then comes the `question`, answered by one of `choices`, by `digits`, by a `free` text, or by the `fields`
    with the button `submit`. `ways` are those of repeat, back and agent that lead somewhere. `position` is the place in
    a queue, from 1, None for who waits in none.
    """

    step: int
    language: str
    texts: tuple[str, ...] = ()
    question: str = ""
    choices: tuple[Choice, ...] = ()
    digits: Digits | None = None
    free: bool = False
    fields: tuple[Field, ...] = ()
    submit: str = ""
    ways: tuple[everywhere.Meaning, ...] = ()
    position: int | None = None
    ended: bool = False

    @property
    def asks(self) -> bool:
        """Whether it waits for an answer."""
        return bool(self.choices or self.digits or self.free or self.fields)


def show(
    session: Session, flow: Flow, now: float, place: Place | None = None, said: Sequence[str] | None = None
) -> Shown:
    """What `session` (of `flow`) asks at `now` (epoch seconds).

    `place` is where its contact stands in a queue. `said` is what was said since the last answer; by itself a session
    knows only what it said last.
    """
    texts = heard(session, flow) if said is None else said
    shown = Shown(session.steps, session.language, tuple(texts), ended=session.ended)
    if place is not None:
        shown = msgspec.structs.replace(shown, position=place.position)
    node, turn = question_of(session, flow), _turn(session, flow, now)
    if node is None:
        offers = tuple(Choice(offer.key, offer.label(turn)) for offer in offers_of(session, flow, place))
        return msgspec.structs.replace(shown, choices=offers)
    return msgspec.structs.replace(shown, **_ASKED[type(node)](node, turn), ways=everywhere.ways(turn))


def question_of(session: Session, flow: Flow) -> Question | None:
    """The node that waits for an answer; None while there is nothing to answer."""
    if session.ended or session.closing:
        return None
    node = flow.named(session.running).nodes.get(session.node)
    waits = session.listen.keys or isinstance(node, Form)
    return node if isinstance(node, Question) and waits and session.listen.wait else None


def offers_of(session: Session, flow: Flow, place: Place | None) -> list[Offer]:
    """What a contact that listens to a queue's music at `place` is offered; each has a key."""
    node = flow.named(session.running).nodes.get(session.node)
    if not isinstance(node, Queue) or session.waiting is None or place is None:
        return []
    return list(made(node.while_waiting.offers, Turn(session, flow, 0.0), session.waiting, place))


def heard(session: Session, flow: Flow) -> list[str]:
    """What the session said last, to be read; the question at hand and a queue's announcements are not among it."""
    names = _names(session.listen, session.running)
    if not names:
        said = (utterance for utterance in session.listen.say if not _is_offer(utterance))
        return [] if question_of(session, flow) else [utterance.text for utterance in said]
    turn, node = _turn(session, flow, 0.0), flow.named(session.running).nodes.get(session.node)
    asked = _words_of(question_of(session, flow) or node)
    if session.face == "chat":
        asked -= _said_in_chats(node)
    return [turn.message(name) for name in names if name not in asked]


def _is_offer(utterance: Utterance) -> bool:
    """Whether it tells of an offer of the centre's, which is shown as a choice."""
    name, _, text = utterance.key.partition("/")
    return name == OFFERS and text.partition(".")[0] in get_args(OtherWay)


def _turn(session: Session, flow: Flow, now: float) -> Turn:
    """A turn that only reads. Whoever holds a link is not told the caller's number."""
    if session.face in ("voice", "page"):
        hidden = session.variables | {"caller.number": HIDDEN}
        session = msgspec.structs.replace(session, variables=hidden)
    return Turn(session, flow, now)


def _names(listen: Listen, flow: str) -> list[str]:
    """The texts of `flow` that are said: the key of an utterance is `<flow>/<text>`, or `<flow>/<text>.<n>`."""
    said = (utterance.key.partition("/") for utterance in listen.say)
    return list(dict.fromkeys(text.partition(".")[0] for name, _, text in said if name == flow))


def _words_of(node: BaseNode | None) -> set[str]:
    """The names of the texts that are shown otherwise: as the question, or as a place in a queue and its offers."""
    if isinstance(node, Queue):
        company = node.while_waiting
        return {*company.announcements, *(offer.text for offer in company.offers)}
    if isinstance(node, Form):
        each = ((field.label, field.hint, *field.choices.values()) for field in node.fields)
        return {name for names in [(node.title, node.text), *each] for name in names if name}
    if isinstance(node, Menu | Collect):
        return {name for name in (node.text, node.question) if name}
    return {node.text} if isinstance(node, Survey) else set()


def _said_in_chats(node: BaseNode | None) -> set[str]:
    """What stands still elsewhere, and is said in a chat: the place in a queue, and what a form is about."""
    if isinstance(node, Queue):
        return set(node.while_waiting.announcements)
    return {node.title} if isinstance(node, Form) else set()


# --- by the type of the question ---------------------------------------------------------------------------------


def _menu(node: Menu, turn: Turn) -> dict[str, Any]:
    labels = {key: turn.message(label) for key, label in node.labels.items()}
    choices = tuple(Choice(key, labels.get(key, key)) for key in node.choices)
    return {"question": turn.message(node.question or node.text), "choices": choices}


def _survey(node: Survey, turn: Turn) -> dict[str, Any]:
    return {"question": turn.message(node.text), "choices": tuple(Choice(key, key) for key in node.keys)}


def _collect(node: Collect, turn: Turn) -> dict[str, Any]:
    return {"question": turn.message(node.question or node.text), "digits": Digits(node.min, node.max)}


def _form(node: Form, turn: Turn) -> dict[str, Any]:
    """The whole form; in a chat, the field at hand."""
    filled = turn.session.forms.get(turn.full_name(turn.session.node), Filled())
    if turn.session.face == "chat":
        field = _field(node.fields[turn.here.field], filled, turn)
        return {"question": field.label, "choices": field.choices, "fields": (field,), "free": True}
    fields = tuple(_field(field, filled, turn) for field in node.fields)
    return {"question": turn.message(node.title), "fields": fields, "submit": turn.message(node.submit)}


def _field(field: FormField, filled: Filled, turn: Turn) -> Field:
    name = field.variable
    least, most = _limits(field, turn)
    return Field(
        name=name,
        label=turn.message(field.label),
        kind=field.kind,
        required=field.required,
        value=filled.values.get(name, ""),
        error=filled.errors.get(name, ""),
        hint=turn.message(field.hint) if field.hint else "",
        choices=tuple(Choice(value, turn.message(label)) for value, label in field.choices.items()),
        min=least,
        max=most,
    )


def _limits(field: FormField, turn: Turn) -> tuple[str, str]:
    if field.kind != "date":
        return _plain(field.min), _plain(field.max)
    today = datetime.fromtimestamp(turn.now, ZoneInfo(turn.zone)).date()
    first, last = ("" if days is None else str(today + timedelta(days)) for days in (field.earliest, field.latest))
    return first, last


def _plain(limit: float | None) -> str:
    return "" if limit is None else f"{limit:g}"


_ASKED: dict[type[Question], Callable[[Any, Turn], dict[str, Any]]] = {
    Menu: _menu,
    Survey: _survey,
    Collect: _collect,
    Form: _form,
}
