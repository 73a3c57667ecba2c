"""Databases for tests: brought to the newest schema once a process, and copied from then on."""

import shutil
import tempfile
from pathlib import Path

from tandem.store.database import AsyncEngine, open_database, upgrade
from tandem.store.private import keep_private

_folder = tempfile.TemporaryDirectory(prefix="tandem-schema-")


async def migrated(path: Path) -> AsyncEngine:
    """A new database in the file `path`, as `upgrade` leaves it; migrating itself takes ten times as long."""
    schema = Path(_folder.name) / "records.sqlite3"
    if not schema.exists():
        engine = open_database(schema)
        await upgrade(engine)
        await engine.dispose()
    shutil.copyfile(schema, path)
    keep_private(path)
    return open_database(path)
