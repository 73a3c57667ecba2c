"""What goes over a desktop's WebSocket: the messages of docs/cti.md."""

from typing import Annotated, Any, Literal

import msgspec

from tandem.control.commands import TellDesktop
from tandem.control.desktop.shown import ContactShown, Desk
from tandem.cti.decoding import decoded
from tandem.cti.stream import Position

Id = Annotated[str, msgspec.Meta(max_length=64)]


class FromDesktop(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag=str.lower):
    """Base of what a desktop sends."""


class Hello(FromDesktop, frozen=True):
    """Open the desk of `agent` (empty: one's own), to work at it or to `watch` it.

    With `after`, go on from there: what was missed is sent, or a snapshot where that is not possible. `take`: also when
    another session is at it, which only watches from then on. `desktop` is any text that no other has: who comes back
    with it, because their connection broke, has their own place again.
    """

    agent: Id = ""
    mode: Literal["work", "watch"] = "work"
    take: bool = False
    after: Position | None = None
    desktop: Id = ""


class Do(FromDesktop, frozen=True):
    """A verb. Its answer carries `id`."""

    id: Id
    verb: Id
    given: dict[str, Any] = {}


class Beat(FromDesktop, frozen=True):
    """The desktop is alive; so it says whenever it hears a beat."""


class Typing(FromDesktop, frozen=True):
    """The agent writes something in the chat `contact`; there is no answer."""

    contact: Id


Sent = Hello | Do | Beat | Typing
_decoder: msgspec.json.Decoder[Sent] = msgspec.json.Decoder(Sent)


def decode(text: str) -> Sent:
    """What a desktop sent; ValueError for anything else, with what is wrong with it."""
    return decoded(_decoder, text)


def encode(kind: str, **content: Any) -> str:
    """A message to a desktop."""
    return msgspec.json.encode({"type": kind} | content).decode()


def snapshot(stream: str, desk: Desk, works: bool, now: float) -> str:
    """The whole desk; `works`: this session is at it, others watch. `now` is our clock, for desktops whose own is
    wrong."""
    position = Position(stream, desk.number)
    return encode("snapshot", position=position, works=works, now=now, agent=desk.agent, contacts=desk.contacts)


def news(told: TellDesktop) -> str:
    """An event of the desk."""
    return encode("event", number=told.number, told=told.told)


def number_in(told: TellDesktop) -> str:
    """The number of the contact that an event of the desk tells of; empty: it has none."""
    contact = getattr(told.told, "contact", None)
    return contact.number if isinstance(contact, ContactShown) else ""
