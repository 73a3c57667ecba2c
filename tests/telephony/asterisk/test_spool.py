import wave
from array import array
from pathlib import Path

import pytest

from tandem.telephony.asterisk.spool import Spool


def recording(folder: Path, samples: list[int]) -> Spool:
    with wave.open(str(folder / "v.wav"), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(array("h", samples).tobytes())
    return Spool(folder, "/spool/voicemail")


async def test_a_recording_is_as_long_as_it_has_samples(tmp_path: Path) -> None:
    assert await recording(tmp_path, [0] * 8000 + [3000, -3000] * 4000).seconds("v") == 2.0


async def test_a_header_that_is_not_yet_written_changes_nothing(tmp_path: Path) -> None:
    spool = recording(tmp_path, [3000, -3000] * 4000)
    file = tmp_path / "v.wav"
    file.write_bytes(bytes(44) + file.read_bytes()[44:] + b"\0")
    assert await spool.seconds("v") == 1.0


async def test_noise_is_nothing_said(tmp_path: Path) -> None:
    assert await recording(tmp_path, [100, -100] * 20000 + [9000]).seconds("v") == 0.0


async def test_no_recording_has_no_length(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "/spool/voicemail")
    assert not spool.has("v")
    assert await spool.seconds("v") == 0.0


@pytest.mark.parametrize("bad", ["../x", "a/b", "a&b", "", ".x", "x\n", "a,b", "${X}", "é"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, bad: str) -> None:
    with pytest.raises(ValueError, match="no name of a recording"):
        Spool(tmp_path, "/spool").path(bad)
