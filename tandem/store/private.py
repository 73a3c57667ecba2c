"""SQLite files that only their owner may read: callers' numbers and the addresses of their pages are in them."""

from contextlib import suppress
from pathlib import Path

BESIDE = ("", "-wal", "-shm")
"""What SQLite keeps beside a file has the file's rights when it is made."""


def keep_private(path: Path) -> None:
    """Make the file `path`, or take others' rights to it away. What can't be done here, SQLite will tell."""
    with suppress(OSError):
        path.touch(mode=0o600)
    for ending in BESIDE:
        with suppress(OSError):
            path.with_name(path.name + ending).chmod(0o600)
