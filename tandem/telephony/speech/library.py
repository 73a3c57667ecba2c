"""The prompts: made once, kept by content, found in microseconds."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from weakref import WeakValueDictionary

from tandem.control.commands import Utterance
from tandem.telephony.speech.programs import run
from tandem.telephony.speech.recordings import Recordings
from tandem.telephony.speech.synthesiser import SpeechFailedError, Synthesiser

RATES = {".wav16": 16000, ".wav": 8000}
"""Asterisk's file endings and their rates in Hz. `.wav` is written last: where it is, the other is too."""

_TRIM = ("silence", "1", "0.02", "0.3%", "reverse")
SHAPE = (*_TRIM, *_TRIM, "pad", "0.05", "0.05", "gain", "-n", "-1")
"""Sox effects for speech: 0.05 s of silence at either end, the loudest moment 1 dB below full scale."""

SLOW = ("tempo", "-s", "0.7")
"""Sox effect for what is read slowly, recordings too: the same voice, stretched."""

HEADER_BYTES = 44
SILENT_BYTES = 2000
"""A file of this size is nothing but the silence at its ends (and its header)."""

AT_ONCE = 2
"""How many prompts are made at the same time."""


class PromptLibrary:
    """Finds the sound files for utterances, and makes those that are missing.

    `recorded`: recordings, `<language>/<key>.wav`; they win over synthesis. `cache`: where files for Asterisk are kept.
    `seen_as` turns a path into the one that Asterisk sees.
    """

    def __init__(
        self, recorded: Path, cache: Path, synthesiser: Synthesiser, seen_as: Callable[[Path], str] = str
    ) -> None:
        self.recordings = Recordings(recorded)
        self._cache = cache
        self._synthesiser = synthesiser
        self._seen_as = seen_as
        self._makers = asyncio.Semaphore(AT_ONCE)
        self._locks: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()

    async def path(self, utterance: Utterance) -> str:
        """The prompt's path as Asterisk plays it: without an ending. SpeechFailedError when it can't be made."""
        return self._seen_as(await self._made(utterance))

    async def sound(self, utterance: Utterance) -> bytes:
        """The prompt as a WAV of 16 kHz. SpeechFailedError when it can't be made."""
        file = await self._made(utterance)
        return await asyncio.to_thread(_with_ending(file, ".wav16").read_bytes)

    def seconds(self, utterance: Utterance) -> float | None:
        """How long the prompt is; None while it is not made."""
        with suppress(SpeechFailedError, FileNotFoundError):
            size = _with_ending(self._place(utterance)[0], ".wav").stat().st_size
            return (size - HEADER_BYTES) / (2 * RATES[".wav"])
        return None

    async def make_again(self, utterance: Utterance) -> None:
        """Make the prompt anew, as after the synthesiser got better; callers hear the old one until it is there."""
        file, recording = self._place(utterance)
        async with self._locks.setdefault(file, asyncio.Lock()), self._makers:
            await self._make(file, utterance, recording)

    async def _made(self, utterance: Utterance) -> Path:
        file, recording = self._place(utterance)
        if not _is_there(file):
            async with self._locks.setdefault(file, asyncio.Lock()), self._makers:
                if not _is_there(file):
                    await self._make(file, utterance, recording)
        return file

    async def render_all(self, utterances: Iterable[Utterance], say: Callable[[int, int], None] | None = None) -> int:
        """Make every prompt that is missing, and return how many were; `say` is told (done, of how many).

        SpeechFailedError names every text that could not be made.
        """
        wanted = [utterance for utterance in set(utterances) if not self.is_made(utterance)]
        done, failed = count(1), list[str]()

        async def make(utterance: Utterance) -> None:
            try:
                await self.path(utterance)
            except SpeechFailedError as error:
                failed.append(f"{utterance.text!r} ({utterance.language}): {error}")
                return
            if say:
                say(next(done), len(wanted))

        async with asyncio.TaskGroup() as group:
            for utterance in wanted:
                group.create_task(make(utterance))
        if failed:
            raise SpeechFailedError("; ".join(failed))
        return len(wanted)

    async def render_aside(self, utterances: Iterable[Utterance]) -> list[str]:
        """Make what is missing, one prompt after the other, so that one a caller waits for is made beside them.

        Returns the texts that could not be made, each with the reason.
        """
        failed = []
        for utterance in await asyncio.to_thread(self._missing, utterances):
            try:
                await self.path(utterance)
            except SpeechFailedError as error:
                failed.append(f"{utterance.text!r} ({utterance.language}): {error}")
        return failed

    def _missing(self, utterances: Iterable[Utterance]) -> list[Utterance]:
        return [utterance for utterance in dict.fromkeys(utterances) if not self.is_made(utterance)]

    def _place(self, utterance: Utterance) -> tuple[Path, Path | None]:
        """Where the prompt is or will be in the cache, and the recording to make it from, if there is one."""
        recording = self.recordings.find(utterance)
        name = _recording_id(recording) if recording else self._speech_id(utterance)
        return self._cache / (f"{name}-slow" if utterance.slow else name), recording

    def is_made(self, utterance: Utterance) -> bool:
        """Whether the prompt is there already."""
        with suppress(SpeechFailedError):
            return _is_there(self._place(utterance)[0])
        return False

    def _speech_id(self, utterance: Utterance) -> str:
        return _hash(self._synthesiser.voice(utterance.language), *SHAPE, utterance.language, utterance.text)

    async def _make(self, file: Path, utterance: Utterance, recording: Path | None) -> None:
        """Make the files aside and move them to their place: nobody ever sees half a prompt."""
        self._cache.mkdir(parents=True, exist_ok=True)
        self._cache.chmod(0o755)
        with TemporaryDirectory(dir=self._cache, prefix=".") as aside:
            raw = recording or Path(aside) / "raw"
            if not recording:
                await self._synthesiser.speak(utterance.language, utterance.text, raw)
            effects = (*(() if recording else SHAPE), *(SLOW if utterance.slow else ()))
            made = {ending: Path(aside) / f"made{ending}" for ending in RATES}
            for ending, rate in RATES.items():
                await _convert(raw, made[ending], rate, effects)
            for ending in RATES:
                made[ending].replace(_with_ending(file, ending))


def _is_there(file: Path) -> bool:
    return _with_ending(file, ".wav").exists()


def _with_ending(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _recording_id(file: Path) -> str:
    """A recording that was changed is another prompt."""
    found = file.stat()
    return _hash("recorded", str(file), str(found.st_mtime_ns), str(found.st_size))


async def _convert(source: Path, target: Path, rate: int, effects: tuple[str, ...]) -> None:
    """Write `source` to `target` as 16-bit mono WAV of `rate` Hz."""
    shape = ("-t", "wav", "-r", str(rate), "-b", "16", "-c", "1")
    await run("sox", "-V1", "-t", "wav", str(source), *shape, str(target), *effects)
    _finish(target, rate)


def _finish(file: Path, rate: int) -> None:
    """There must be something to hear, and user asterisk must be let in."""
    if file.stat().st_size <= SILENT_BYTES * rate // 8000:
        raise SpeechFailedError("nothing can be heard of it")
    file.chmod(0o644)
