"""The words of AMI and FastAGI as bytes: written so that no value can start a second action, and read."""

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

Message = dict[str, str]
"""One AMI message. A key that comes again (ChanVariable) adds a line to its value."""

Value = str | int | Sequence[str]

_BREAKS = re.compile(r"[\r\n\0]")
# What Asterisk reads at once (main/manager.c `inbuf`, res/res_agi.c AGI_BUF_LEN); the rest of a longer AGI line would
# be taken for the next command.
_LONGEST_FIELD = 1000
_LONGEST_COMMAND = 2000
_REPLY = re.compile(r"(\d{3})(?:[ -](?:result=(\S*)(?: \((.*)\))?)?)?")


def one_line(text: str) -> str:
    """`text` itself. Raises ValueError when a CR, LF or NUL in it could end the line it is written into."""
    if _BREAKS.search(text):
        raise ValueError(f"line break or NUL in {text!r}")
    return text


def printable(text: str, longest: int = 80) -> str:
    """`text` from outside made safe for people and logs: no control or invisible characters, at most `longest`."""
    return "".join(letter for letter in text[: 4 * longest] if letter.isprintable())[:longest]


def action(fields: Mapping[str, Value]) -> bytes:
    """One AMI action; a sequence writes its key once for each value. Raises ValueError for what can't be one line."""
    lines = [f"{_key(key)}: {one_line(value)}".encode() for key, value in _pairs(fields)]
    if any(len(line) > _LONGEST_FIELD for line in lines):
        raise ValueError("AMI value too long")
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _key(key: str) -> str:
    if not key or ":" in key:
        raise ValueError(f"not a key: {key!r}")
    return one_line(key)


def _pairs(fields: Mapping[str, Value]) -> Iterable[tuple[str, str]]:
    for key, value in fields.items():
        many = (value,) if isinstance(value, str | int) else value
        for single in many:
            yield key, str(single)


def message(block: bytes) -> Message:
    """An AMI message from its lines (without the empty line that ends it). Lines without a colon are passed over."""
    found: Message = {}
    for line in block.decode("utf-8", "replace").split("\r\n"):
        key, colon, value = line.partition(":")
        if colon:
            value = value.removeprefix(" ")
            found[key] = f"{found[key]}\n{value}" if key in found else value
    return found


class Reply(msgspec.Struct, frozen=True):
    """An AGI answer: three-digit `code` (200 is success), `result`, and what stood in brackets behind it."""

    code: int
    result: str = ""
    data: str = ""


def command(words: Sequence[str | int]) -> bytes:
    """One AGI command: the first word bare, all others quoted. Raises ValueError for what can't be one line."""
    verb, *arguments = (one_line(str(word)) for word in words)
    line = " ".join([verb, *map(_quoted, arguments)]).encode()
    if len(line) > _LONGEST_COMMAND:
        raise ValueError("AGI command too long")
    return line + b"\n"


def _quoted(argument: str) -> str:
    escaped = argument.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def reply(line: str) -> Reply:
    """An AGI answer from its (first) line. Raises ValueError for anything else."""
    if not (found := _REPLY.match(line)):
        raise ValueError(f"not an AGI reply: {line[:80]!r}")
    return Reply(int(found[1]), found[2] or "", found[3] or "")


def request(header: str) -> dict[str, str]:
    """The `agi_...` lines of an AGI request. Raises ValueError when a line is none."""
    pairs = [line.partition(": ") for line in header.split("\n")]
    if not all(key.startswith("agi_") and colon for key, colon, _ in pairs):
        raise ValueError("not an AGI request")
    return {key: value for key, _, value in pairs}
