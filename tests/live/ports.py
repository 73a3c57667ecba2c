"""Ports for a centre of its own, which no other test of this machine has, in whatever process."""

import fcntl
import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tandem.service.config import Config, ConfigError, check_ports

OFFSETS = range(2800, 10741, 40)
"""With none of them does a port become one from which the system takes those of its own connections (32768 and above),
nor a SIP port one of another centre's voices; and no two of them give two centres the same port."""

_turns = itertools.count(os.getpid())


@contextmanager
def free_offset() -> Iterator[int]:
    """An offset whose ports are free; while the block runs nobody else gets it."""
    for turn in itertools.islice(_turns, len(OFFSETS)):
        offset = OFFSETS[turn % len(OFFSETS)]
        with _folder().joinpath(str(offset)).open("w") as mark:
            try:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
                check_ports(Config(port_offset=offset))
            except (BlockingIOError, ConfigError):
                continue
            yield offset
            return
    raise AssertionError("no ports are free")


def _folder() -> Path:
    folder = Path(tempfile.gettempdir()) / "tandem-test-ports"
    folder.mkdir(exist_ok=True)
    return folder
