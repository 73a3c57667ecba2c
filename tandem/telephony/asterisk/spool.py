"""The folder of recordings, which Asterisk writes and we read."""

import asyncio
import re
import sys
from array import array
from pathlib import Path

import msgspec

SILENCE = 256
"""The mean amplitude (of 32767) below which a stretch is silent, as Asterisk's own detector has it."""
STRETCH = 160
"""Samples, 20 ms."""
_NAME = re.compile(r"[\w.-]+", re.ASCII)


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

    def has(self, name: str) -> bool:
        """True when the recording was begun."""
        return self._file(name).exists()

    async def seconds(self, name: str) -> float:
        """How long the recording is; 0 when there is none or nothing was said."""
        return await asyncio.to_thread(_seconds, self._file(name))

    def _file(self, name: str) -> Path:
        self.path(name)
        return self.folder / f"{name}.wav"


def _seconds(file: Path) -> float:
    """Counted in samples: the header is not right before the recording has ended."""
    try:
        data = file.read_bytes()[44:]
    except OSError:
        return 0.0
    samples = array("h", data[: len(data) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    starts = range(0, len(samples), STRETCH)
    said = any(sum(map(abs, samples[start : start + STRETCH])) > SILENCE * STRETCH for start in starts)
    return len(samples) / 8000 if said else 0.0
