import asyncio
import hashlib
import wave
from array import array
from pathlib import Path

import pytest

from tandem.telephony.asterisk import spool as spools
from tandem.telephony.asterisk.spool import Made, Spool


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


def test_a_recording_is_removed_once_and_nothing_elsewhere(tmp_path: Path) -> None:
    spool = recording(tmp_path, [0])
    spool.remove("v")
    spool.remove("v")
    assert not spool.has("v")
    with pytest.raises(ValueError, match="no name of a recording"):
        spool.remove("../v")


async def test_a_recording_of_a_talk_is_measured_in_samples_and_has_a_digest(tmp_path: Path) -> None:
    spool = recording(tmp_path, [0] * 12000)
    content = (tmp_path / "v.wav").read_bytes()
    assert await spool.made("v") == Made(1.5, 24044, hashlib.sha256(content).hexdigest())


async def test_a_recording_is_measured_when_asterisk_has_closed_it(tmp_path: Path) -> None:
    spool, file = recording(tmp_path, [0] * 8000), tmp_path / "v.wav"
    whole = file.read_bytes()
    file.write_bytes(whole[:40] + bytes(4) + whole[44:8044])  # the header says nothing yet

    async def close() -> None:
        file.write_bytes(whole)

    asyncio.get_running_loop().call_later(0.02, lambda: asyncio.ensure_future(close()))
    assert (await spool.made("v")).seconds == 1.0


async def test_one_that_is_never_closed_counts_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools, "LOOKS", 1)
    spool, file = recording(tmp_path, [0] * 8000), tmp_path / "v.wav"
    file.write_bytes(bytes(44) + file.read_bytes()[44:])
    assert (await spool.made("v")).seconds == 1.0


async def test_no_recording_came_to_nothing(tmp_path: Path) -> None:
    assert await Spool(tmp_path).made("v") == Made()
