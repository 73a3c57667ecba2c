"""A backup of an installation in one file, taken while calls run, and the way back.

In it is all that a new machine can't make again: the databases, the secrets, what was sent in chats, what callers
recorded, and the prompts that were recorded. Flows and settings in force are in the database. Not in it: the centre
file and tandem.toml, which are the admin's own, and what set-up makes.
"""

import hashlib
import io
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from importlib.metadata import version
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from tandem.service.config import Config
from tandem.service.history import Replayed, replay_stretch
from tandem.service.setup import spool
from tandem.store.database import RECORDS
from tandem.store.journal import JournalError
from tandem.store.sqlite_journal_reader import JOURNAL, SqliteJournalReader
from tandem.telephony.provision.install import find

FORMAT = 1
MANIFEST = "backup.json"
DATABASES = (RECORDS, JOURNAL)
"""As they are copied, one after the other: the journal may know more than the records, which catch up, never less."""
LEFT = ("", "-wal", "-shm", "-journal")
"""What SQLite adds to a database's name. What an older one left beside it would be taken for the restored one's own."""
KEPT = ("secrets.json", "secrets", "chat-files")
"""What else of the home folder is in a backup: files, and folders with all below them."""
PRIVATE, PUBLIC = 0o600, 0o644


class BackupError(Exception):
    """A backup can't be taken, or can't be restored; the text says what to do."""


class Manifest(msgspec.Struct, frozen=True):
    """What is in a backup. `taken_at`: epoch seconds. `files`: name in the backup -> SHA-256, in hexadecimal."""

    format: int
    tandem: str
    taken_at: float
    files: dict[str, str]


class Places(msgspec.Struct, frozen=True):
    """Where an installation has what is kept: the home folder, voicemails and recorded talks, recorded prompts."""

    home: Path
    sounds: Path
    prompts: Path

    def files(self) -> Iterator[tuple[str, Path]]:
        """The files as they are on the disk, but for the databases: name in the backup, path."""
        for name in KEPT:
            yield from _below("home", self.home / name, self.home)
        yield from _below("sounds", self.sounds, self.sounds)
        yield from _below("prompts", self.prompts, self.prompts)

    def path(self, name: str) -> Path:
        """Where the file of that name in a backup belongs. BackupError for a name that leads elsewhere."""
        folder, _, rest = name.partition("/")
        parts = PurePosixPath(rest).parts
        places = {"home": self.home, "sounds": self.sounds, "prompts": self.prompts}
        kept = folder != "home" or rest in DATABASES or (parts and parts[0] in KEPT)
        if folder not in places or not parts or not kept or ".." in parts or rest.startswith("/") or "\0" in rest:
            raise BackupError(f"{name!r} is no file of a backup: this is not one of ours")
        return places[folder].joinpath(*parts)


def back_up(places: Places, target: Path, now: float) -> Manifest:
    """Write a backup to the new file `target`, which only its owner may read; calls go on meanwhile.

    `now`: epoch seconds. Raises BackupError when `target` is there already or there is nothing to keep, OSError when
    the disk is full. `target` is there only when it is whole.
    """
    if target.exists():
        raise BackupError(f"{target} is there already: give another name")
    missing = [name for name in DATABASES if not (places.home / name).exists()]
    if missing:
        raise BackupError(f"{places.home} has no {missing[0]}: nothing has run there yet")
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            manifest = _write(places, out, now)
            out.flush()
            os.fsync(out.fileno())
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def _write(places: Places, out: IO[bytes], now: float) -> Manifest:
    with tempfile.TemporaryDirectory(dir=places.home, prefix=".backup-") as folder:
        copies = [_copied(places.home / name, Path(folder) / name) for name in DATABASES]
        files = [*(("home/" + copy.name, copy) for copy in copies), *places.files()]
        with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as archive:
            manifest = Manifest(FORMAT, version("tandem"), now, dict(_added(archive, files)))
            told = msgspec.json.encode(manifest)
            _add(archive, MANIFEST, BytesIO(told), len(told))
    return manifest


def restore(places: Places, source: Path) -> Manifest:
    """Put back what is in the backup `source`, into a home folder without journal and records.

    Everything is looked at before anything is put in its place. Raises BackupError when the backup is damaged or from a
    newer Tandem, when there is something in its way, or its journal does not replay; nothing has changed then. After an
    OSError (a full disk) there is no database yet, and it can be done again.
    """
    in_the_way = [name + left for name in DATABASES for left in LEFT if (places.home / (name + left)).exists()]
    if in_the_way:
        raise BackupError(f"{places.home / in_the_way[0]} is there: stop Tandem, and move it and the other files aside")
    places.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=places.home, prefix=".restore-") as folder:
        unpacked = Places(Path(folder) / "home", Path(folder) / "sounds", Path(folder) / "prompts")
        manifest = _unpack(source, unpacked)
        _check(unpacked.home)
        for name in sorted(manifest.files, key=_databases_last):
            _put(unpacked.path(name), places.path(name), private=name.startswith("home/"))
    return manifest


def _databases_last(name: str) -> tuple[bool, str]:
    return name.removeprefix("home/") in DATABASES, name


def _put(source: Path, target: Path, *, private: bool) -> None:
    """Move a file to its place. What is not private Asterisk plays, which is another user."""
    if private:
        _make_private(target.parent)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(source, target)
    if not private:
        target.chmod(PUBLIC)


def _make_private(folder: Path) -> None:
    if not folder.exists():
        _make_private(folder.parent)
        folder.mkdir(mode=0o700)


def _unpack(source: Path, places: Places) -> Manifest:
    found: dict[str, str] = {}
    manifest = None
    try:
        with tarfile.open(source, mode="r:gz") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isreg() else None
                if content is None:
                    raise BackupError(f"{member.name!r} is no plain file: this is not a backup of ours")
                if member.name == MANIFEST:
                    manifest = msgspec.json.decode(content.read(), type=Manifest)
                else:
                    found[member.name] = _save(content, places.path(member.name))
    except (tarfile.TarError, EOFError, OSError, msgspec.DecodeError) as error:
        raise BackupError(f"{source} can't be read as a backup: {error}") from error
    if manifest is None or manifest.files != found:
        raise BackupError(f"{source} is damaged: what is in it is not what was written. Take an older one.")
    if manifest.format > FORMAT:
        raise BackupError(f"{source} was written by Tandem {manifest.tandem}, which is newer: restore it with that one")
    return manifest


def _check(home: Path) -> None:
    """Both databases are whole, and the journal's newest stretch gives the commands again that it gave."""
    for name in DATABASES:
        with closing(sqlite3.connect(home / name)) as database:
            (answer,) = database.execute("PRAGMA quick_check").fetchone()
        if answer != "ok":
            raise BackupError(f"{name} in the backup is damaged ({answer}). Take an older one.")
    try:
        differing = sum(not step.same for step in _newest(home / JOURNAL))
    except JournalError as error:
        raise BackupError(f"the journal in the backup can't be used: {error}") from error
    if differing:
        raise BackupError(f"{differing} entries of the journal replay otherwise: restore with the Tandem that wrote it")


def _newest(journal: Path) -> Iterable[Replayed]:
    reader = SqliteJournalReader(journal)
    snapshot = reader.latest_snapshot()
    return replay_stretch(reader, snapshot.seq + 1 if snapshot else 1, None)


def _copied(source: Path, target: Path) -> Path:
    """A copy of an SQLite file as it is at one moment, while others write it."""
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as from_,
        closing(sqlite3.connect(target)) as to,
    ):
        from_.backup(to)
        to.execute("PRAGMA journal_mode = DELETE")
    return target


def _below(prefix: str, path: Path, root: Path) -> Iterator[tuple[str, Path]]:
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    for file in files:
        yield f"{prefix}/{file.relative_to(root).as_posix()}", file


def _added(archive: tarfile.TarFile, files: Iterable[tuple[str, Path]]) -> Iterator[tuple[str, str]]:
    """Add the files; name and SHA-256 of each. One that goes away meanwhile is left out."""
    for name, path in files:
        with suppress(FileNotFoundError), path.open("rb") as content:
            yield name, _add(archive, name, content, os.fstat(content.fileno()).st_size)


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> str:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, PRIVATE
    hashed = _Hashed(content)
    archive.addfile(member, hashed)
    return hashed.digest.hexdigest()


def _save(content: IO[bytes], target: Path) -> str:
    """Write the file, which only we may read as yet; its SHA-256."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    hashed = _Hashed(content)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as out:
        shutil.copyfileobj(hashed, out)
    return hashed.digest.hexdigest()


class _Hashed(io.RawIOBase):
    """Reads `content`, and keeps the SHA-256 of what was read."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        block = self._content.read(size)
        self.digest.update(block)
        return block


def places_of(config: Config) -> Places:
    """Where this installation has its things. AsteriskMissingError before set-up, which makes some of the places;
    BackupError where its records or its journal are on a server, which has its own ways."""
    if config.redis_url:
        raise BackupError("the journal is in Redis: back that up by its own means, and the records beside it")
    if config.database:
        raise BackupError("the records are on PostgreSQL: back that up with pg_dump, and the home folder beside it")
    install = find(config.asterisk_root, config.home)
    return Places(config.home, spool(config, install).folder, config.recordings)
