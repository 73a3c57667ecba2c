"""What goes over a board's WebSocket: the messages of docs/operator.md."""

import msgspec

from tandem.control.board.shown import Changes, Shown
from tandem.cti.desktop_protocol import encode
from tandem.cti.stream import Position


class FromBoard(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag=str.lower):
    """Base of what a board sends."""


class Hello(FromBoard, frozen=True):
    """Open the board. With `after`, go on from there: what was missed is sent, or a snapshot where that can't be."""

    after: Position | None = None


class Beat(FromBoard, frozen=True):
    """The board is alive; so it says whenever it hears a beat."""


class Process(msgspec.Struct, frozen=True):
    """How the process is, beside the plane: events whose records are not written yet, where there are many; links and
    notifications that could not be delivered since it started, and record transactions that had to be tried again; when
    the dispatch's newest outlook was made (0: none yet), and why the last try failed, else empty."""

    records_behind: int = 0
    records_failures: int = 0
    links_failed: int = 0
    notifications_failed: int = 0
    outlook_made_at: float = 0.0
    outlook_failed: str = ""


Sent = Hello | Beat
_decoder: msgspec.json.Decoder[Sent] = msgspec.json.Decoder(Sent)


def decode(text: str) -> Sent:
    """What a board sent; ValueError for anything else, with what is wrong with it."""
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ValueError(str(error)) from None


def snapshot(position: Position, shown: Shown, process: Process, now: float) -> str:
    """All that is shown. `now` is our clock, for browsers whose own is wrong."""
    return encode("snapshot", position=position, now=now, process=process, **msgspec.structs.asdict(shown))


def news(number: int, changes: Changes, process: Process | None) -> str:
    """What is different; `process` is None where that is as it was."""
    return encode("event", number=number, process=process, **msgspec.structs.asdict(changes))
