"""Talks are recorded by a real Asterisk: what is in the files is found by tones."""

import asyncio
import hashlib
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.service.setup import spool
from tandem.store.models import Recording
from tandem.telephony.provision.install import find
from tests.live.centre import CENTRE, LiveCentre, live_centre
from tests.live.talking import AGENT, CALLER, in_talk
from tests.phones import Line
from tests.phones.audio import RATE, Samples, is_silent, read_wav, tone_share

pytestmark = pytest.mark.live

IN_IT = 0.1
"""The share of a tone in what two say at once that proves it is there."""
PLAN = CENTRE.replace("service: {needs", "service: {record_percent: 100, needs")


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    async with live_centre(tmp_path, PLAN, record_talks=True) as running:
        yield running
        await running.check_books()


def folder(centre: LiveCentre) -> Path:
    """Where recordings are."""
    return spool(centre.config, find(centre.config.asterisk_root, centre.config.home)).folder


async def hung_up(centre: LiveCentre, line: Line) -> tuple[Recording, Samples]:
    """The caller hangs up: the record of the talk, and its sound."""
    await line.hang_up()
    await centre.idle()
    await centre.until(lambda state: not state["recordings"], "the recording to be measured")
    (row,) = await centre.rows(Recording)
    return row, read_wav(folder(centre) / row.file)


def seconds_of(sound: Samples, frequency: float) -> float:
    """For how long a tone is in it."""
    pieces = [sound[start : start + RATE // 4] for start in range(0, len(sound) - RATE // 4, RATE // 4)]
    return sum(not is_silent(piece) and tone_share(piece, frequency) > IN_IT for piece in pieces) / 4


async def test_both_are_in_it_and_what_is_paused_or_on_hold_is_not(centre: LiveCentre) -> None:
    line, _, name = await in_talk(centre)
    await asyncio.sleep(3.0)
    await centre.do("1001", name, "pause-recording")
    await asyncio.sleep(4.0)
    await centre.do("1001", name, "resume-recording")
    await asyncio.sleep(3.0)
    await centre.do("1001", name, "hold")
    await line.hears_part_of(centre.music)
    await asyncio.sleep(4.0)
    await centre.do("1001", name, "retrieve")
    await line.hears_tone(AGENT)
    await asyncio.sleep(2.0)
    row, sound = await hung_up(centre, line)

    assert (row.agent, row.queue, row.call) == ("1001", "service", name)
    file = folder(centre) / row.file
    assert row.sha256 == hashlib.sha256(file.read_bytes()).hexdigest() and row.size == file.stat().st_size
    assert abs(row.seconds - len(sound) / RATE) < 0.1
    assert abs(row.seconds - (row.ended_at - row.began_at - 4.5)) < 2.5, "what is said on hold is not in it"
    for voice in (CALLER, AGENT):
        assert 7.0 < seconds_of(sound, voice) < row.seconds - 3.0
    silent = [start for start in range(0, len(sound) - RATE // 4, RATE // 4) if is_silent(sound[start : start + 2000])]
    assert 3.0 <= len(silent) / 4 <= 5.5, "what is said while it is paused is not in it"
    assert not stat.S_IMODE(folder(centre).stat().st_mode) & stat.S_IRWXO


async def test_a_controller_that_is_killed_loses_nothing_of_it(centre: LiveCentre) -> None:
    line, _, name = await in_talk(centre)
    await asyncio.sleep(2.0)
    await centre.kill_controller()
    await asyncio.sleep(2.0)
    await centre.start_controller()
    await centre.until(lambda state: state["switch_up"], "the switch to be found")
    await centre.do("1001", name, "pause-recording")
    await asyncio.sleep(2.0)
    await centre.do("1001", name, "resume-recording")
    await asyncio.sleep(1.0)
    row, sound = await hung_up(centre, line)
    assert row.recording == f"recording-{name}-1"
    assert abs(row.seconds - (row.ended_at - row.began_at)) < 1.0
    assert seconds_of(sound, CALLER) > 4.0 and seconds_of(sound, AGENT) > 4.0
    assert seconds_of(sound, CALLER) < row.seconds - 1.0
