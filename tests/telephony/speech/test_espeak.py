"""The voices, asked for their phonemes."""

import shutil
import subprocess

import pytest

from tandem.telephony.speech.espeak import MANNERS

pytestmark = pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed: make setup")


def phonemes(language: str, text: str) -> str:
    command = ["espeak-ng", "-q", "-x", "-v", MANNERS[language].voice, "--stdin"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def test_mandarin_is_spoken_in_mandarin_with_its_tones() -> None:
    """The voice "cmn" of espeak-ng 1.51 says the tones of most characters as English numbers."""
    spoken = phonemes("zh", "您好，欢迎致电客户服务热线。")
    assert "(en)" not in spoken
    assert "35" in spoken, "the second tone of 您 rises"


def test_digits_in_mandarin_are_mandarin() -> None:
    assert phonemes("zh", "请按1") == phonemes("zh", "请按一")


@pytest.mark.parametrize("language", sorted(MANNERS))
def test_every_voice_is_there(language: str) -> None:
    assert phonemes(language, "1").strip()
