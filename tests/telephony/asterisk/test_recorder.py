"""Orders to record a talk, as Asterisk gets them, and what comes of them."""

import asyncio
from pathlib import Path

import pytest

from tandem.control.commands import EndRecording, PauseRecording, StartRecording
from tandem.control.events import CommandFailed, RecordingFailed, RecordingMade, SwitchFound, SwitchLost
from tandem.telephony.asterisk import spool as spools
from tandem.telephony.asterisk.spool import Spool
from tandem.telephony.asterisk.wire import Message
from tests.telephony.asterisk.plane import plane
from tests.telephony.asterisk.scripted import block, refusal

NAME, CHANNEL = "recording-1.1-1", "PJSIP/trunk-1.1"
START, END = StartRecording(NAME, "1.1", CHANNEL), EndRecording(NAME, CHANNEL)
MARK = "TANDEM_recording_1_1_1"


def marked(action: Message) -> bytes:
    """The channel has the mark of what was begun."""
    return block({"Response": "Success", "ActionID": action["ActionID"], "Variable": MARK, "Value": "0x7f01"})


def written(folder: Path, seconds: int = 2) -> None:
    size = seconds * 16000
    (folder / f"{NAME}.wav").write_bytes(bytes(40) + size.to_bytes(4, "little") + bytes(size))


async def test_a_talk_is_recorded_while_the_channel_is_in_a_conversation(tmp_path: Path) -> None:
    async with plane(spool=Spool(tmp_path, "/spool")) as it:
        it.switch.do(START)
        assert (await it.asterisk.asked("Getvar"))["Variable"] == MARK
        asked = await it.asterisk.asked("MixMonitor")
        wanted = {"Channel": CHANNEL, "File": f"/spool/{NAME}.wav", "Options": f"bi({MARK})"}
        assert {name: asked[name] for name in wanted} == wanted
        assert "Command" not in asked


async def test_what_is_begun_already_is_not_begun_again(tmp_path: Path) -> None:
    async with plane(spool=Spool(tmp_path, "/spool")) as it:
        it.asterisk.answers["Getvar"] = marked
        it.switch.do(START)
        it.switch.do(PauseRecording(NAME, "1.1", CHANNEL, True))
        asked = await it.asterisk.asked("MixMonitorMute")
        assert (asked["Channel"], asked["Direction"], asked["State"]) == (CHANNEL, "both", "1")
        assert "MixMonitor" not in it.asterisk.names()


async def test_a_pause_that_comes_at_once_comes_after_the_beginning(tmp_path: Path) -> None:
    async with plane(spool=Spool(tmp_path, "/spool")) as it:
        it.switch.do(START)
        it.switch.do(PauseRecording(NAME, "1.1", CHANNEL, True))
        await it.asterisk.asked("MixMonitorMute")
        assert it.asterisk.names()[-2:] == ["MixMonitor", "MixMonitorMute"]


async def test_a_pause_that_asterisk_refuses_is_told(tmp_path: Path) -> None:
    async with plane(spool=Spool(tmp_path, "/spool")) as it:
        it.asterisk.answers["MixMonitorMute"] = refusal("Cannot set mute flag")
        it.switch.do(PauseRecording(NAME, "1.1", CHANNEL, True))
        assert await it.next(CommandFailed) == CommandFailed("PauseRecording", NAME, "Cannot set mute flag")


async def test_it_is_stopped_by_its_own_name_and_measured(tmp_path: Path) -> None:
    async with plane(spool=Spool(tmp_path, "/spool")) as it:
        it.asterisk.answers["Getvar"] = marked
        written(tmp_path)
        it.switch.do(END)
        assert (await it.asterisk.asked("StopMixMonitor"))["MixMonitorID"] == "0x7f01"
        made = await it.next(RecordingMade)
        assert (made.recording, made.seconds, made.size, len(made.sha256)) == (NAME, 2.0, 32044, 64)


async def test_one_whose_channel_is_gone_is_measured(tmp_path: Path) -> None:
    async with plane(spool=Spool(tmp_path, "/spool")) as it:
        it.asterisk.answers["Getvar"] = refusal("No such channel")
        written(tmp_path)
        it.switch.do(END)
        assert (await it.next(RecordingMade)).seconds == 2.0
        assert "StopMixMonitor" not in it.asterisk.names()


async def test_what_was_never_written_came_to_nothing(tmp_path: Path) -> None:
    async with plane(spool=Spool(tmp_path, "/spool")) as it:
        it.switch.do(END)
        assert await it.next(RecordingMade) == RecordingMade(NAME, 0.0)


async def test_a_file_without_sound_does_not_stay(tmp_path: Path) -> None:
    async with plane(spool=Spool(tmp_path, "/spool")) as it:
        written(tmp_path, 0)
        it.switch.do(END)
        assert (await it.next(RecordingMade)).seconds == 0.0
        assert not Spool(tmp_path).has(NAME)


@pytest.mark.parametrize("reason", ["Could not start monitoring channel", "Permission denied"])
async def test_one_that_asterisk_refuses_has_failed(tmp_path: Path, reason: str) -> None:
    async with plane(spool=Spool(tmp_path, "/spool")) as it:
        it.asterisk.answers["MixMonitor"] = refusal(reason)
        it.switch.do(START)
        assert await it.next(RecordingFailed) == RecordingFailed(NAME, reason)


async def test_a_full_disk_is_no_place_for_a_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools, "LEAST_FREE", 10**18)
    async with plane(spool=Spool(tmp_path, "/spool")) as it:
        it.switch.do(START)
        assert await it.next(RecordingFailed) == RecordingFailed(NAME, "too little room on the disk")
        assert "MixMonitor" not in it.asterisk.names()


async def test_a_channel_that_is_gone_meanwhile_is_no_failure(tmp_path: Path) -> None:
    async with plane(spool=Spool(tmp_path, "/spool")) as it:
        it.asterisk.answers["MixMonitor"] = refusal("No such channel")
        it.switch.do(START)
        await it.asterisk.asked("MixMonitor")
        it.switch.do(END)
        await it.next(RecordingMade)
        assert not [event for event in it.told if isinstance(event, RecordingFailed | CommandFailed)]


async def test_a_link_that_breaks_is_no_failure_and_tells_no_end(tmp_path: Path) -> None:
    async with plane(spool=Spool(tmp_path, "/spool")) as it:
        it.asterisk.cut()
        await it.next(SwitchLost)
        it.switch.do(START)
        it.switch.do(END)
        await it.next(SwitchFound)
        await asyncio.sleep(0)
        assert not [event for event in it.told if isinstance(event, RecordingFailed | RecordingMade | CommandFailed)]
