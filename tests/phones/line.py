"""One call seen from a phone: what it hears, says and presses."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from tests.phones import audio
from tests.phones.audio import RATE, Samples
from tests.phones.diary import Diary
from tests.phones.sip import Leg

# How much of the end is looked at for a tone or for silence, in samples.
_RECENT = RATE // 2

# A prompt is looked for over its own length and so much more (samples), each time half of that has come anew.
_MARGIN = RATE // 2

# Asterisk sends nothing at all where it has nothing to say; after so long (seconds) that counts as silence.
_GAP = 0.2

Found = TypeVar("Found")


class NotHeardError(AssertionError):
    """What the test waited for did not come in time, or the call ended before."""


class Line:
    """One call. Times are epoch seconds, None while they have not come; `within` is seconds to wait."""

    def __init__(self, leg: Leg, who: str, diary: Diary) -> None:
        self.peer = leg.peer
        self.digits = ""
        self._leg = leg
        self._who = who
        self._diary = diary
        self._heard = bytearray()
        self._to_say = bytearray()
        self._searched = 0
        self._heard_until = 0.0
        self._news = asyncio.Event()
        self.began_at = diary.write(who, f"call with {self.peer}")
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        leg.events.append(self._happened)

    @property
    def heard(self) -> Samples:
        """Everything heard since the call was answered."""
        return np.frombuffer(bytes(self._heard), dtype="<i2").astype(np.int16)

    @property
    def is_over(self) -> bool:
        """The call has ended, whoever ended it."""
        return self._leg.closed.is_set()

    async def answered(self, within: float = 10.0) -> None:
        """Wait until the far end answers; CallFailedError when it does not."""
        await self._leg.established(within)

    async def answer(self) -> None:
        """Pick up, and wait until the far end knows."""
        await self._leg.answer()
        await self._until(lambda: self.answered_at, 5.0, "its call being set up")

    async def hang_up(self) -> None:
        """Hang up (or decline with 486 what still rings) and wait until the call is gone."""
        await self._leg.end()
        await self.ended()

    async def ended(self, within: float = 10.0) -> float:
        """Wait until the call is over, whoever ends it; returns when that was."""
        return await self._until(lambda: self.ended_at, within, "the end of the call")

    async def press(self, keys: str) -> None:
        """Press keys, 100 ms each."""
        self._diary.write(self._who, f"presses {keys}")
        await self._leg.press(keys)

    async def pressed(self, keys: str, within: float = 10.0) -> None:
        """Wait until the far end has pressed `keys`, as the last of all it pressed."""
        await self._until(lambda: self.digits.endswith(keys), within, f"the keys {keys}")

    async def hold(self) -> None:
        """Put the far end on hold."""
        self._diary.write(self._who, "holds")
        await self._leg.hold(True)

    async def resume(self) -> None:
        """Take the far end off hold."""
        self._diary.write(self._who, "resumes")
        await self._leg.hold(False)

    async def blind_transfer(self, number: str, within: float = 10.0) -> None:
        """Send the far end to `number` (REFER); returns when this leg has been released."""
        self._diary.write(self._who, f"transfers to {number}")
        await self._leg.transfer(number, within)

    def says(self, samples: Samples) -> None:
        """Begin to say `samples`, after whatever is still to be said."""
        self._to_say += samples.astype("<i2").tobytes()

    async def hears(self, prompt: Path | Samples, within: float = 10.0, seconds: float = 2.0) -> float:
        """Wait until the first `seconds` of a prompt have been heard, after what was found before.

        Returns the share of it that was heard in place (audio.SAME_PROMPT or more). The next `hears` begins where what
        was found here ended.
        """
        name = prompt.name if isinstance(prompt, Path) else "the prompt"
        samples = audio.read_wav(prompt) if isinstance(prompt, Path) else prompt
        wanted = audio.beginning(samples, seconds)
        share = await self._until(lambda: self._search(wanted), within, name)
        self._diary.write(self._who, f"hears {name} ({share:.2f})")
        return share

    def pass_over(self) -> None:
        """Let the next `hears` begin with what is heard from now on: a long call takes long to search."""
        self._searched = len(self._heard) // 2

    async def hears_tone(self, frequency: float, within: float = 5.0) -> float:
        """Wait until the last half second holds a tone of `frequency` hertz; returns its share of the energy."""
        share = await self._until(lambda: self._tone(frequency), within, f"a tone of {frequency:g} Hz")
        self._diary.write(self._who, f"hears {frequency:g} Hz ({share:.2f})")
        return share

    async def hears_part_of(self, recording: Path, within: float = 5.0) -> None:
        """Wait until the last half second comes from a recording, wherever in it that is: music that began long ago."""
        whole = audio.read_wav(recording)
        await self._until(lambda: self._is_part_of(whole), within, f"a part of {recording.name}")
        self._diary.write(self._who, f"hears a part of {recording.name}")

    async def loses_tone(self, frequency: float, within: float = 5.0) -> None:
        """Wait until the last half second holds no tone of `frequency` hertz, whatever else is in it."""
        await self._until(
            lambda: len(self._recent()) == _RECENT and not self._tone(frequency),
            within,
            f"the end of {frequency:g} Hz",
        )
        self._diary.write(self._who, f"no longer hears {frequency:g} Hz")

    async def silent(self, within: float = 5.0) -> None:
        """Wait until the last half second was silent."""
        await self._until(lambda: len(self._recent()) == _RECENT and audio.is_silent(self._recent()), within, "silence")
        self._diary.write(self._who, "hears silence")

    def move_audio(self) -> None:
        """Take what was heard and hand over what is to be said. The lab calls this all the time."""
        if self.answered_at is None:
            return
        if self._to_say:
            del self._to_say[: self._leg.write(bytes(self._to_say[:RATE]))]
        now = time.monotonic()
        gap = now - (self._heard_until or now)
        news = self._leg.read() or bytes(2 * round(gap * RATE) if gap >= _GAP else 0)
        if news or not self._heard_until:
            self._heard_until = now
            self._heard += news
            self._news.set()

    def _recent(self) -> Samples:
        return np.frombuffer(bytes(self._heard[-2 * _RECENT :]), dtype="<i2").astype(np.int16)

    def _tone(self, frequency: float) -> float | None:
        recent = self._recent()
        share = audio.tone_share(recent, frequency) if len(recent) == _RECENT else 0.0
        return share if share >= audio.TONE_PRESENT else None

    def _is_part_of(self, whole: Samples) -> bool:
        recent = self._recent()
        if len(recent) < _RECENT or audio.is_silent(recent):
            return False
        return bool(audio.correlate(whole, recent).max() >= audio.SAME_PIECE)

    def _search(self, wanted: Samples) -> float | None:
        stretch = self.heard[self._searched :]
        if len(stretch) < len(wanted) + _MARGIN and not self.is_over:
            return None
        share, at = audio.find_prompt(stretch, wanted)
        if share >= audio.SAME_PROMPT:
            self._searched += at + len(wanted)
            return share
        self._searched += max(0, len(stretch) - len(wanted) - _MARGIN // 2)
        return None

    async def _until(self, found: Callable[[], Found | None], within: float, what: str) -> Found:
        try:
            async with asyncio.timeout(within):
                while not (result := found()):
                    if self.is_over:
                        raise NotHeardError(f"{self._who}: the call ended before {what}")
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise NotHeardError(f"{self._who}: no sign of {what} in {within:g} s") from None
        return result

    def _happened(self, what: str) -> None:
        now = self._diary.write(self._who, what)
        if what == "answered":
            self.answered_at = now
        elif what.startswith("ended"):
            self.ended_at = now
        elif what.startswith("digit "):
            self.digits += what.removeprefix("digit ")
        self._news.set()
