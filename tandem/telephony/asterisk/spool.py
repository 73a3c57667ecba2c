"""The folder of recordings, voicemails and talks, which Asterisk writes, and we read and remove."""

import asyncio
import hashlib
import re
import shutil
import sys
from array import array
from pathlib import Path

import msgspec

SILENCE = 256
"""The mean amplitude (of 32767) below which a stretch is silent, as Asterisk's own detector has it."""
STRETCH = 160
"""Samples, 20 ms."""
RATE, HEADER = 8000, 44
"""Samples a second, of two bytes; bytes before the first."""
LEAST_FREE = 200_000_000
"""Bytes that must be free on the disk for another talk to be recorded: three hours of talk."""
LOOKS, LOOKS_EVERY = 50, 0.1
"""How often, and every how many seconds, it is looked whether Asterisk has closed the file of a talk."""
_NAME = re.compile(r"[\w.-]+", re.ASCII)


class Made(msgspec.Struct, frozen=True):
    """What a recording of a talk came to: all 0 where there is none. `sha256` is of the whole file, in hex."""

    seconds: float = 0.0
    size: int = 0
    sha256: str = ""


class Spool(msgspec.Struct, frozen=True):
    """`folder` as we see it, `seen_as` as Asterisk does; `tone` is what is played before a recording."""

    folder: Path = Path()
    seen_as: str = ""
    tone: str = ""

    def path(self, name: str) -> str:
        """The recording's path for Asterisk, without an ending. Raises ValueError for a name that leads elsewhere."""
        if not _NAME.fullmatch(name) or name.startswith("."):
            raise ValueError(f"no name of a recording: {name!r}")
        return f"{self.seen_as}/{name}"

    def file(self, name: str) -> Path:
        """The recording's file, as we see it. Raises ValueError for a name that leads elsewhere."""
        self.path(name)
        return self.folder / f"{name}.wav"

    def has(self, name: str) -> bool:
        """True when the recording was begun."""
        return self.file(name).exists()

    async def seconds(self, name: str) -> float:
        """How long the recording is; 0 when there is none or nothing was said."""
        return await asyncio.to_thread(_seconds, self.file(name))

    def has_room(self) -> bool:
        """Whether the disk takes another recording of a talk."""
        return shutil.disk_usage(self.folder).free >= LEAST_FREE

    async def made(self, name: str) -> Made:
        """What a recording of a talk came to, once its file is closed. OSError: it can't be read."""
        for _ in range(LOOKS):
            if await asyncio.to_thread(_is_closed, self.file(name)):
                break
            await asyncio.sleep(LOOKS_EVERY)
        return await asyncio.to_thread(_made, self.file(name))

    def remove(self, name: str) -> None:
        """Delete the recording, if it is there; OSError when it can't be."""
        self.file(name).unlink(missing_ok=True)


def _is_closed(file: Path) -> bool:
    """Asterisk writes into the header how long the file is when it closes it. What is not there is not open."""
    try:
        size = file.stat().st_size
        with file.open("rb") as content:
            header = content.read(HEADER)
    except FileNotFoundError:
        return True
    return len(header) == HEADER and int.from_bytes(header[40:], "little") == size - HEADER


def _made(file: Path) -> Made:
    try:
        with file.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
            size = content.tell()
    except FileNotFoundError:
        return Made()
    return Made(max(0, size - HEADER) / 2 / RATE, size, sha256)


def _seconds(file: Path) -> float:
    """Counted in samples: the header is not right before the recording has ended."""
    try:
        data = file.read_bytes()[HEADER:]
    except OSError:
        return 0.0
    samples = array("h", data[: len(data) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    starts = range(0, len(samples), STRETCH)
    said = any(sum(map(abs, samples[start : start + STRETCH])) > SILENCE * STRETCH for start in starts)
    return len(samples) / RATE if said else 0.0
