from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control.commands import RecordRecording, RecordVoicemail
from tandem.store.records import Batch, RecordWriter
from tandem.store.sound import Sound, Sounds

TALK = RecordRecording(
    "recording-c1-1", "c1", "1001", "help", 1012.0, 1060.0, "recording-c1-1.wav", 47.9, 766_444, "5e"
)
ERASED = RecordRecording("recording-c1-2", "c1", "1002", "help", 1070.0, 1080.0, "", 9.0, 160_044, "")
LEFT = RecordVoicemail("voicemail-c1-1", "c1", "138", "help", "voicemail-c1-1.wav", 7.0, 1000.0, None, None)
OTHER = RecordVoicemail("voicemail-c2-1", "c2", "138", "help", "voicemail-c2-1.wav", 7.0, 1000.0, 1200.0, "1003")


async def test_what_was_recorded_in_a_contact_is_found_but_for_what_was_erased(engine: AsyncEngine) -> None:
    writer = await RecordWriter.open(engine)
    await writer._write([Batch(1, 1.0, (TALK, ERASED, LEFT, OTHER))])
    sounds = Sounds(engine)
    assert await sounds.of_contact("c1") == [
        Sound("voicemail-c1-1", "voicemail", "c1", 1000.0, 7.0, "help", ""),
        Sound("recording-c1-1", "talk", "c1", 1012.0, 47.9, "help", "1001", "5e"),
    ]
    assert [sound.agent for sound in await sounds.of_contact("c2")] == ["1003"]
    assert await sounds.of_contact("c3") == []
    assert [await sounds.find(name) for name in ("recording-c1-2", "c1", "")] == [None] * 3
    found = await sounds.find("voicemail-c2-1")
    assert found is not None and found.contact == "c2"
