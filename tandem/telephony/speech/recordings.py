"""The recorded prompts: found, taken in and removed. Where there is one, it is played and nothing is synthesised."""

import asyncio
import re
import wave
from array import array
from pathlib import Path
from tempfile import TemporaryDirectory

from tandem.control.commands import Utterance
from tandem.telephony.speech.programs import ProgramFailedError, run
from tandem.telephony.speech.synthesiser import SpeechFailedError

RATE = 16000
"""Hz, of what is kept: as much as any codec of ours carries."""
LONGEST_SECONDS = 180
SHORTEST_SECONDS = 0.2
QUIETEST = 100
"""The loudest sample of a recording must be more than this, of 32767."""

_LANGUAGE = re.compile(r"[\w-]+")
_KEY = re.compile(r"[\w-]+(/[\w-]+)?(\.\d+)?")
"""`<flow>/<text>`, with `.<n>` for a part of a text; nothing that leads to another folder."""


class Recordings:
    """`<language>/<key>.wav` in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, utterance: Utterance) -> Path | None:
        """The recording of an utterance, if there is one."""
        file = self._place(utterance)
        return file if file and file.exists() else None

    async def keep(self, utterance: Utterance, sound: bytes) -> float:
        """Take in a WAV (PCM of 8 to 32 bits, float, A-law or mu-law, any rate and channels) as the recording of an
        utterance, 16-bit mono; returns its seconds. SpeechFailedError: it is none, too long, too short, or silent, or
        it can't be kept.
        """
        file = self._place(utterance)
        if file is None:
            raise SpeechFailedError("a text without a name of its own can't be recorded")
        if sound[:4] != b"RIFF" or sound[8:12] != b"WAVE":
            raise SpeechFailedError("this is no WAV file")
        try:
            await asyncio.to_thread(file.parent.mkdir, parents=True, exist_ok=True)
            with TemporaryDirectory(dir=file.parent, prefix=".") as aside:
                return await self._take_in(sound, Path(aside), file)
        except OSError as error:
            raise SpeechFailedError(f"the folder of the recordings can't be written: {error.strerror}") from error

    def remove(self, utterance: Utterance) -> bool:
        """Remove the recording, so that the text is synthesised again; False when there is none. SpeechFailedError: it
        can't be removed.
        """
        file = self.find(utterance)
        try:
            if file is not None:
                file.unlink()
        except OSError as error:
            raise SpeechFailedError(f"the recording can't be removed: {error.strerror}") from error
        return file is not None

    async def _take_in(self, sound: bytes, aside: Path, file: Path) -> float:
        """Made aside and moved to its place: nobody ever hears half a recording."""
        given, made = aside / "given", aside / "made.wav"
        await asyncio.to_thread(given.write_bytes, sound)
        shape = ("-t", "wav", "-r", str(RATE), "-b", "16", "-e", "signed-integer", "-c", "1")
        longest = ("trim", "0", str(LONGEST_SECONDS + 1))
        try:
            await run("sox", "-V1", "-t", "wav", str(given), *shape, str(made), *longest)
        except ProgramFailedError:
            raise SpeechFailedError("the WAV can't be read: its sound must be PCM, float, A-law or mu-law") from None
        seconds = await asyncio.to_thread(_checked, made)
        made.replace(file)
        return seconds

    def _place(self, utterance: Utterance) -> Path | None:
        if not (_KEY.fullmatch(utterance.key) and _LANGUAGE.fullmatch(utterance.language)):
            return None
        return self._folder / utterance.language / f"{utterance.key}.wav"


def _checked(file: Path) -> float:
    """The seconds of a 16-bit mono WAV that can be used; SpeechFailedError says why one can't."""
    with wave.open(str(file), "rb") as sound:
        samples = array("h", sound.readframes(sound.getnframes()))
    seconds = len(samples) / RATE
    if seconds > LONGEST_SECONDS:
        raise SpeechFailedError(f"the recording is longer than {LONGEST_SECONDS} seconds")
    if seconds < SHORTEST_SECONDS:
        raise SpeechFailedError(f"the recording is shorter than {SHORTEST_SECONDS:g} seconds")
    if max(map(abs, samples)) <= QUIETEST:
        raise SpeechFailedError("nothing can be heard of it")
    return seconds
