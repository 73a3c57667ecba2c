"""The music for those who wait."""

import wave
from array import array
from pathlib import Path

from tandem.telephony.provision.music import write_music


def test_the_music_is_long_soft_and_never_silent(tmp_path: Path) -> None:
    write_music(tmp_path / "music")
    with wave.open(str(tmp_path / "music/waiting.wav"), "rb") as file:
        assert file.getparams()[:3] == (1, 2, 8000)
        sound = array("h", file.readframes(file.getnframes()))
    assert len(sound) / 8000 > 25
    assert max(map(abs, sound)) == 5000
    quarters = [sound[at : at + 2000] for at in range(0, len(sound), 2000)]
    assert all(max(map(abs, quarter)) > 500 for quarter in quarters)


def test_music_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "waiting.wav").write_bytes(b"an admin's own")
    write_music(tmp_path)
    assert (tmp_path / "waiting.wav").read_bytes() == b"an admin's own"
