from pathlib import Path

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from tandem.control.commands import (
    Command,
    RecordChatTalk,
    RecordForm,
    RecordMessage,
    RecordRecording,
    RecordVoicemail,
    SendLink,
)
from tandem.store.chat_archive import ChatArchive
from tandem.store.outbox import NotificationOutbox, Outbox
from tandem.store.records import Batch, RecordWriter
from tandem.store.retention import DAY, Retention
from tests.store.examples import contact
from tests.store.test_chat_archive import contents

DAYS = {"links": 30, "notifications": 20, "forms": 10, "voicemails": 40, "recordings": 50}
NOW = 100 * DAY


async def keys(engine: AsyncEngine, table: str, column: str) -> list[str]:
    async with engine.connect() as connection:
        return list((await connection.scalars(text(f"SELECT {column} FROM {table} ORDER BY 1"))).all())


async def record(engine: AsyncEngine, *records: Command) -> None:
    writer = await RecordWriter.open(engine)
    await writer._write([Batch(writer.progress + 1, NOW, records)])


def archive(engine: AsyncEngine) -> ChatArchive:
    return ChatArchive(engine, Path("nowhere"))


def nothing_to_remove(name: str) -> None:
    raise AssertionError(name)


def voicemail(name: str, left_at: float, heard_at: float | None) -> RecordVoicemail:
    return RecordVoicemail(name, "c1", "138", "help", f"{name}.wav", 7.0, left_at, heard_at, None)


async def test_links_and_notifications_go_when_they_are_old_and_done(engine: AsyncEngine) -> None:
    links, notifications = Outbox(engine), NotificationOutbox(engine)
    for name, age in (("old", 31), ("new", 29)):
        link = SendLink(name, 1, "", "", "", "", "")
        item = await links.add(link, f"token-{name}", NOW - age * DAY)
        await links.finish(item, "delivered", "", NOW)
        await links.add(SendLink(f"{name} pending", 1, "", "", "", "", ""), f"token-pending-{name}", NOW - age * DAY)
    for name, age in (("old", 21), ("new", 19)):
        note = await notifications.add(name, 1, "shop", "{}", NOW - age * DAY)
        await notifications.finish(note, "failed", "", NOW)
        await notifications.add(f"{name} pending", 1, "shop", "{}", NOW - age * DAY)
    await Retention(engine, DAYS, nothing_to_remove, archive(engine)).prune(NOW)
    left = ["new", "new pending", "old pending"]
    assert await keys(engine, "outbox", "call") == left
    assert await keys(engine, "notifications", "subject") == left


async def test_forms_go_by_the_time_of_their_last_change(engine: AsyncEngine) -> None:
    old, new = (RecordForm(name, "f", "{}", True, NOW - age * DAY) for name, age in (("old", 11), ("new", 9)))
    await record(engine, old, new)
    await Retention(engine, DAYS, nothing_to_remove, archive(engine)).prune(NOW)
    assert await keys(engine, "forms", "call") == ["new"]


async def test_a_voicemail_goes_with_its_recording_when_it_was_heard(engine: AsyncEngine) -> None:
    old, new = NOW - 41 * DAY, NOW - 39 * DAY
    await record(engine, voicemail("old", old, old), voicemail("unheard", old, None), voicemail("new", new, new))
    removed: list[str] = []
    await Retention(engine, DAYS, removed.append, archive(engine)).prune(NOW)
    assert removed == ["old"]
    assert await keys(engine, "voicemails", "voicemail") == ["new", "unheard"]


async def test_recordings_of_talks_go_by_their_age(engine: AsyncEngine) -> None:
    for name, age in (("old", 51), ("new", 49)):
        began = NOW - age * DAY
        row = RecordRecording(name, "c1", "1001", "help", began, began + 60, f"{name}.wav", 60.0, 960_044, "5e")
        await record(engine, row)
    removed: list[str] = []
    await Retention(engine, DAYS, removed.append, archive(engine)).prune(NOW)
    assert removed == ["old"]
    assert await keys(engine, "recordings", "recording") == ["new"]


async def test_a_recording_that_cannot_be_removed_stays_on_record_and_keeps_nothing_else(engine: AsyncEngine) -> None:
    await record(engine, voicemail("old", 0.0, 1.0), RecordForm("c1", "f", "{}", True, 0.0))

    def refuse(_: str) -> None:
        raise PermissionError("no")

    with capture_logs() as logs:
        await Retention(engine, {"voicemails": 1, "forms": 1}, refuse, archive(engine)).prune(NOW)
    assert [line["kind"] for line in logs] == ["voicemails"]
    assert await keys(engine, "voicemails", "voicemail") == ["old"]
    assert await keys(engine, "forms", "call") == []


async def test_nought_days_keep_for_ever(engine: AsyncEngine) -> None:
    await record(engine, RecordForm("c1", "f", "{}", True, 0.0))
    await Retention(engine, dict.fromkeys(DAYS, 0), nothing_to_remove, archive(engine)).prune(NOW)
    assert await keys(engine, "forms", "call") == ["c1"]


async def test_a_store_that_cannot_be_written_is_logged_only(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE forms"))
    with capture_logs() as logs:
        await Retention(engine, DAYS, nothing_to_remove, archive(engine)).prune(NOW)
    assert [(line["log_level"], line["kind"]) for line in logs] == [("warning", "forms")]


async def test_the_files_of_chats_go_by_their_age(engine: AsyncEngine, tmp_path: Path) -> None:
    chats = ChatArchive(engine, tmp_path / "files")
    for name, age in (("old", 8), ("new", 6)):
        await chats.add(f"chat-{name}", "a.png", "image/png", name.encode(), NOW - age * DAY)
    await Retention(engine, {"chat_files": 7}, nothing_to_remove, chats).prune(NOW)
    assert await keys(engine, "chat_files", "call") == ["chat-new"]
    assert contents(tmp_path / "files") == [b"new"]


async def test_what_was_written_goes_by_the_end_of_its_chat_and_its_figures_stay(engine: AsyncEngine) -> None:
    began = NOW - 20 * DAY
    for name, ended in (("old", NOW - 8 * DAY), ("new", NOW - 6 * DAY), ("open", None)):
        chat = msgspec.structs.replace(contact(name, began, channel="chat"), ended_at=ended)
        talk = RecordChatTalk(name, 1, "tech", "1001", began, began, began + 60.0, None, 1, 0, 0, 0.0)
        await record(engine, chat, talk, RecordMessage(name, 1, began + 5.0, "customer", "My TV is dark.", "", ""))
    await Retention(engine, {"chats": 7}, nothing_to_remove, archive(engine)).prune(NOW)
    assert await keys(engine, "messages", "call") == ["new", "open"]
    assert await keys(engine, "chat_talks", "call") == ["new", "old", "open"]
