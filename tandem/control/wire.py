"""Events and commands as bytes: how the journal keeps them, and how two runs are compared."""

import zlib
from functools import reduce
from operator import or_
from typing import Any

import msgspec

from tandem.control.commands import Command
from tandem.control.events import Event

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(reduce(or_, Event.__subclasses__()))


def encode(event: Event) -> bytes:
    """An event as JSON."""
    return _encoder.encode(event)


def decode(data: bytes) -> Event:
    """The event that `encode` wrote; msgspec.DecodeError for anything else."""
    event: Event = _decoder.decode(data)
    return event


def show(command: Command) -> str:
    """A command as a line of JSON, for people."""
    return _encoder.encode(command).decode()


def digest(commands: list[Command]) -> int:
    """CRC-32 of the commands: a replay that gives the same number gives the same commands."""
    return zlib.crc32(_encoder.encode(commands))
