"""What a synthesiser must do."""

from pathlib import Path
from typing import Protocol


class SpeechFailedError(Exception):
    """A text could not be made into sound; the message says why."""


class Synthesiser(Protocol):
    """Turns text into speech."""

    def voice(self, language: str) -> str:
        """Engine, voice and manner for `language` (BCP 47) in one word: two alike sound alike.

        SpeechFailedError when there is no voice for it.
        """

    async def speak(self, language: str, text: str, file: Path) -> None:
        """Write `text` to `file` as WAV, mono, of any rate; SpeechFailedError when that fails."""
