"""Speech by espeak-ng: small, offline, plainly a machine, and quick (about 0.05 s a prompt)."""

from pathlib import Path
from typing import NamedTuple

from tandem.telephony.speech.programs import run
from tandem.telephony.speech.synthesiser import SpeechFailedError


class Manner(NamedTuple):
    """`voice` as espeak-ng names it; `speed` in its words a minute; `gap` between words in 10 ms."""

    voice: str
    speed: int
    gap: int


# A little slower than people speak, for a phone line carries only 300 to 3400 Hz. Not the voice "cmn": in espeak-ng
# 1.51 it reads the tones of most characters as English numbers ("ni two hao three"; espeak-ng issue 1370).
MANNERS = {
    "zh": Manner("cmn-latn-pinyin", 190, 0),
    "yue": Manner("yue", 190, 0),
    "en": Manner("en-us", 160, 1),
    "en-GB": Manner("en-gb", 160, 1),
}


class Espeak:
    """The synthesiser on espeak-ng."""

    def voice(self, language: str) -> str:
        """See Synthesiser."""
        manner = _manner(language)
        return f"espeak-ng-{manner.voice}-{manner.speed}-{manner.gap}"

    async def speak(self, language: str, text: str, file: Path) -> None:
        """See Synthesiser. The text goes in on stdin, so that nothing in it can be taken for an option."""
        manner, text = _manner(language), _plain(text)
        if not text:
            raise SpeechFailedError("nothing can be heard of an empty text")
        options = ("-v", manner.voice, "-s", str(manner.speed), "-g", str(manner.gap), "-b", "1", "-w", str(file))
        await run("espeak-ng", "--stdin", *options, stdin=text)


def _manner(language: str) -> Manner:
    manner = MANNERS.get(language) or MANNERS.get(language.split("-")[0])
    if manner is None:
        raise SpeechFailedError(f"no voice for the language {language!r}")
    return manner


def _plain(text: str) -> str:
    """One line, and without [[ ]], in which espeak-ng would read phonemes."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.replace("[[", "[ [").split())
