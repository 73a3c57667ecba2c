"""What a backup holds, that nothing damaged is put back, and that nothing is put in the way of what is there."""

import gzip
import io
import sqlite3
import stat
import tarfile
from pathlib import Path

import pytest

from tandem.service.backup import BackupError, Places, back_up, places_of, restore
from tandem.service.config import Config
from tandem.service.history import replay_stretch
from tandem.store.database import RECORDS, open_database, upgrade
from tandem.store.sqlite_journal_reader import JOURNAL, SqliteJournalReader
from tandem.store.users import UserStore
from tests.service.test_engine import World, ring, running, set_up

NOW = 1_700_000_000.0
FILES = {
    "home/secrets.json": b"{}",
    "home/secrets/crm": b"key",
    "home/chat-files/ab/abcd": b"picture",
    "sounds/m-1.wav": b"RIFF",
    "prompts/en/hotline/welcome.wav": b"RIFF.",
}


def places(folder: Path) -> Places:
    return Places(folder / "home", folder / "spool", folder / "recordings")


@pytest.fixture
async def living(tmp_path: Path) -> Places:
    """An installation with a call in it."""
    lives = places(tmp_path / "lives")
    for name, content in FILES.items():
        path = lives.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    world = World(lives.home / JOURNAL)
    async with running(world) as engine:
        set_up(engine)
        await ring(world, engine)
        await engine.save_snapshot()
    records = open_database(lives.home / RECORDS)
    await upgrade(records)
    await UserStore(records).note(NOW, "admin", "something")
    await records.dispose()
    (lives.home / "controller.log").write_text("not kept")
    return lives


async def test_all_that_is_kept_comes_back_and_replays(living: Places, tmp_path: Path) -> None:
    written = back_up(living, tmp_path / "backup.tar.gz", NOW)
    assert stat.S_IMODE((tmp_path / "backup.tar.gz").stat().st_mode) == 0o600
    new = places(tmp_path / "new")
    assert restore(new, tmp_path / "backup.tar.gz") == written
    assert {name: new.path(name).read_bytes() for name in FILES} == FILES
    assert sorted(written.files) == sorted([*FILES, f"home/{RECORDS}", f"home/{JOURNAL}"])
    assert (
        SqliteJournalReader(new.home / JOURNAL).last_entry() == SqliteJournalReader(living.home / JOURNAL).last_entry()
    )
    assert all(step.same for step in replay_stretch(SqliteJournalReader(new.home / JOURNAL), 1, None))
    records = open_database(new.home / RECORDS)
    assert [entry.what for entry in await UserStore(records).audit(10)] == ["something"]
    await records.dispose()
    modes = {name: stat.S_IMODE(new.path(name).stat().st_mode) for name in written.files}
    assert {name for name, mode in modes.items() if mode != 0o600} == {n for n in FILES if not n.startswith("home/")}


async def test_it_is_taken_while_the_installation_writes(living: Places, tmp_path: Path) -> None:
    with sqlite3.connect(living.home / RECORDS) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM audit")
        back_up(living, tmp_path / "backup.tar.gz", NOW)
        writer.rollback()
    new = places(tmp_path / "new")
    restore(new, tmp_path / "backup.tar.gz")
    with sqlite3.connect(new.home / RECORDS) as reader:
        assert reader.execute("SELECT count(*) FROM audit").fetchone() == (1,)


async def test_what_is_there_is_never_written_over(living: Places, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar.gz"
    back_up(living, target, NOW)
    before = target.read_bytes()
    with pytest.raises(BackupError, match="is there already"):
        back_up(living, target, NOW)
    with pytest.raises(BackupError, match="move it and the other files aside"):
        restore(living, target)
    assert target.read_bytes() == before


def test_where_nothing_ran_there_is_nothing_to_keep(tmp_path: Path) -> None:
    places(tmp_path).home.mkdir(parents=True)
    with pytest.raises(BackupError, match="nothing has run there"):
        back_up(places(tmp_path), tmp_path / "backup.tar.gz", NOW)
    assert not list(tmp_path.glob("backup*"))


@pytest.mark.parametrize("how", ["cut short", "a byte", "no archive", "a file more", "a file less"])
async def test_a_damaged_backup_changes_nothing(how: str, living: Places, tmp_path: Path) -> None:
    source = tmp_path / "backup.tar.gz"
    back_up(living, source, NOW)
    _damage(source, how)
    new = places(tmp_path / "new")
    with pytest.raises(BackupError, match=r"can't be read|is damaged"):
        restore(new, source)
    assert not [path for path in (tmp_path / "new").rglob("*") if path.is_file()]


async def test_a_journal_that_was_changed_is_refused(living: Places, tmp_path: Path) -> None:
    with sqlite3.connect(living.home / JOURNAL) as writer:
        writer.execute("UPDATE entries SET checksum = checksum + 1 WHERE seq = (SELECT max(seq) FROM entries)")
        writer.execute("DELETE FROM snapshots")
    back_up(living, tmp_path / "backup.tar.gz", NOW)
    with pytest.raises(BackupError, match="does not match its checksum"):
        restore(places(tmp_path / "new"), tmp_path / "backup.tar.gz")


@pytest.mark.parametrize("left", [f"{JOURNAL}-wal", f"{RECORDS}-wal", f"{RECORDS}-journal"])
async def test_what_an_older_database_left_is_in_the_way_too(left: str, living: Places, tmp_path: Path) -> None:
    """SQLite would take it for the restored database's own, and damage that by it."""
    back_up(living, tmp_path / "backup.tar.gz", NOW)
    new = places(tmp_path / "new")
    new.home.mkdir(parents=True)
    (new.home / left).write_bytes(b"left")
    with pytest.raises(BackupError, match=left):
        restore(new, tmp_path / "backup.tar.gz")
    assert [path.name for path in (tmp_path / "new").rglob("*") if path.is_file()] == [left]


async def test_what_was_broken_off_is_done_again(living: Places, tmp_path: Path) -> None:
    """The databases come last: without them nothing starts, and nothing is in the way."""
    back_up(living, tmp_path / "backup.tar.gz", NOW)
    new = places(tmp_path / "new")
    new.prompts.parent.mkdir(parents=True)
    new.prompts.write_bytes(b"no folder")
    with pytest.raises(NotADirectoryError):
        restore(new, tmp_path / "backup.tar.gz")
    assert not [name for name in (RECORDS, JOURNAL) if (new.home / name).exists()]
    new.prompts.unlink()
    restore(new, tmp_path / "backup.tar.gz")
    assert {name: new.path(name).read_bytes() for name in FILES} == FILES


async def test_folders_of_secrets_are_private_again(living: Places, tmp_path: Path) -> None:
    back_up(living, tmp_path / "backup.tar.gz", NOW)
    new = places(tmp_path / "new")
    restore(new, tmp_path / "backup.tar.gz")
    folders = [new.home / "secrets", new.home / "chat-files", new.home / "chat-files/ab"]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in folders] == [0o700] * 3


@pytest.mark.parametrize(
    "name",
    ["home/../../outside", "/outside", "elsewhere/file", "home", ".", "home/tandem.toml", f"home/{JOURNAL}-wal",
     "home/secrets/../../outside"],
)  # fmt: skip
def test_no_name_leads_out_of_the_installation(name: str, tmp_path: Path) -> None:
    source = tmp_path / "backup.tar.gz"
    with tarfile.open(source, "w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = 1
        archive.addfile(member, io.BytesIO(b"x"))
    with pytest.raises(BackupError, match="is no file of a backup"):
        restore(places(tmp_path / "new"), source)
    assert not (tmp_path / "outside").exists()


def test_links_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "backup.tar.gz"
    with tarfile.open(source, "w:gz") as archive:
        member = tarfile.TarInfo("home/secrets.json")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)
    with pytest.raises(BackupError, match="no plain file"):
        restore(places(tmp_path / "new"), source)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"redis_url": "redis://127.0.0.1:6379/0"}, "the journal is in Redis"),
        ({"database": "postgresql://tandem@127.0.0.1/tandem"}, "the records are on PostgreSQL"),
    ],
)
def test_what_is_on_a_server_is_backed_up_there(tmp_path: Path, setting: dict[str, str], told: str) -> None:
    with pytest.raises(BackupError, match=told):
        places_of(Config.model_validate({"home": tmp_path, **setting}))


def _damage(source: Path, how: str) -> None:
    raw = gzip.decompress(source.read_bytes())
    if how == "cut short":
        source.write_bytes(source.read_bytes()[:-200])
    elif how == "no archive":
        source.write_bytes(b"hello")
    elif how == "a byte":
        at = raw.index(b"picture")
        source.write_bytes(gzip.compress(raw[:at] + b"P" + raw[at + 1 :]))
    else:
        _rewrite(source, raw, more=how == "a file more")


def _rewrite(source: Path, raw: bytes, *, more: bool) -> None:
    with tarfile.open(fileobj=io.BytesIO(raw)) as old, tarfile.open(source, "w:gz") as archive:
        for member in old:
            if more or member.name != "home/secrets/crm":
                archive.addfile(member, old.extractfile(member))
        if more:
            archive.addfile(tarfile.TarInfo("home/secrets/other"), io.BytesIO())
