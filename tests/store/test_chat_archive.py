"""Files of chats on disk, and who may have them."""

import stat
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.store.chat_archive import ChatArchive, ChatArchiveError
from tests.store.examples import ALL, contact
from tests.store.test_queries import write


def contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]


@pytest.fixture
def archive(engine: AsyncEngine, tmp_path: Path) -> ChatArchive:
    return ChatArchive(engine, tmp_path / "files")


async def test_a_content_is_kept_once_privately_and_found_by_its_chats_only(
    archive: ChatArchive, tmp_path: Path
) -> None:
    one = await archive.add("chat-1", "a.png", "image/png", b"picture", 1.0)
    other = await archive.add("chat-2", "b.png", "image/png", b"picture", 2.0)
    assert one.file == other.file
    assert contents(tmp_path / "files") == [b"picture"]
    for path in [tmp_path / "files", *(tmp_path / "files").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert await archive.find("chat-1", one.file) == one
    assert (await archive.find("chat-2", one.file)) == other
    assert await archive.find("chat-3", one.file) is None
    assert await archive.read(one) == b"picture"
    assert await archive.count("chat-1") == 1


async def test_the_same_again_is_one_file_under_its_first_name(archive: ChatArchive) -> None:
    one = await archive.add("chat-1", "a.png", "image/png", b"picture", 1.0)
    assert await archive.add("chat-1", "b.png", "image/png", b"picture", 2.0) == one
    assert await archive.count("chat-1") == 1


async def test_a_content_goes_with_the_last_chat_that_has_it(archive: ChatArchive, tmp_path: Path) -> None:
    one = await archive.add("chat-1", "a.png", "image/png", b"picture", 1.0)
    await archive.add("chat-2", "b.png", "image/png", b"picture", 50.0)
    await archive.add("chat-2", "c.png", "image/png", b"another", 60.0)
    assert await archive.prune(50.0) == 1
    assert await archive.find("chat-1", one.file) is None
    assert len(contents(tmp_path / "files")) == 2
    assert await archive.forget("chat-2") == 2
    assert contents(tmp_path / "files") == []
    assert await archive.read(one) is None


async def test_what_can_not_be_kept_is_said_so(engine: AsyncEngine, tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    archive = ChatArchive(engine, tmp_path / "files")
    with pytest.raises(ChatArchiveError):
        await archive.add("chat-1", "a.png", "image/png", b"picture", 1.0)
    assert await archive.count("chat-1") == 0


async def test_what_was_written_in_a_chat_is_read_again(engine: AsyncEngine, archive: ChatArchive) -> None:
    await write(engine, [*ALL, contact("chat-1", 1000.0, channel="chat", language="en")])
    assert [message.number for message in await archive.messages("chat-1", 10)] == [1, 2]
    assert [message.number for message in await archive.messages("chat-1", 1)] == [2]
    assert await archive.language("chat-1", 1000.0) == "en"
    assert await archive.language("chat-1", 1000.5) is None
    assert await archive.language("c1", 0.0) is None
    assert (await archive.talked("chat-1", "1001"), await archive.talked("chat-1", "1002")) == (True, False)
