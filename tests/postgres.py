"""A PostgreSQL server of the tests' own: real, from Debian's package, in a folder of its own, ended by its pid."""

import os
import pwd
import secrets
import select
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL

from tandem.store.database import open_database, upgrade
from tandem.store.models import Base
from tandem.store.postgresql import CREATE, server_at

MISSING = "PostgreSQL is not installed here: python3 bootstrap.py tests gets it"
TEMPLATE = "tandem_tests"
SETTINGS = {
    "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "shared_buffers": "32MB", "max_connections": "60",
    "autovacuum": "off", "fsync": "off", "full_page_writes": "off",
}  # fmt: skip


def programs() -> Path | None:
    """The folder of initdb and postgres; None where there are none."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = shutil.which("initdb")
    return debian[-1].parent if debian else Path(found).resolve().parent if found else None


class Server:
    """One server. `kill` is kill -9: what it had promised to keep must be there after `start`."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        where = programs()
        assert where, MISSING
        self._programs, self._folder = where, folder
        self.pid = 0
        self.port = _free_port()
        self._settings = SETTINGS | dict(settings) | {"port": str(self.port)}
        self._names = count()
        self._has_template = False
        self._free: list[str] = []
        self.password_file = folder / "password"
        self._make()
        self.start()

    def start(self) -> None:
        """Start it, and return when it lets us in."""
        given = " ".join(f"-c {name}='{value}'" for name, value in self._settings.items())
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "--wait", "-D", str(self._data), "-l", log, "-o", given)
        self.pid = int((self._data / "postmaster.pid").read_text().splitlines()[0])

    def kill(self) -> None:
        """End all of it at once, as a power cut does; return when it has."""
        for process in list(self._processes()):
            with suppress(ProcessLookupError):
                handle = os.pidfd_open(process)
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                select.select([handle], [], [])
                os.close(handle)
        (self._data / "postmaster.pid").unlink()

    def stop(self) -> None:
        """End it, and forget what it has."""
        self._run("pg_ctl", "stop", "--wait", "-m", "immediate", "-D", str(self._data))
        shutil.rmtree(self._folder)

    def url(self, database: str = "postgres", user: str = "tandem") -> URL:
        """One of its databases, as an installation names it."""
        where = f"127.0.0.1:{self.port}/{database}?password_file={self.password_file}"
        return server_at(f"postgresql://{user}@{where}")

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[URL]:
        """A database with our tables and nothing in them."""
        if not self._has_template:
            await self._migrate()
        name = self._free.pop() if self._free else self._create(f"CREATE DATABASE {{}} TEMPLATE {TEMPLATE}")
        try:
            yield self.url(name)
        finally:
            if self._emptied(name):
                self._free.append(name)

    @contextmanager
    def empty(self, create: str = CREATE) -> Iterator[URL]:
        """A database as an admin makes it, without tables."""
        yield self.url(self._create(create.replace("DATABASE tandem", "DATABASE {}")))

    def ask(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """What the server answers to an admin."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="tandem", password=self.password_file.read_text(),
            dbname=database, autocommit=True, options="-c lock_timeout=2s",
        ) as connection:  # fmt: skip
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    async def _migrate(self) -> None:
        engine = open_database(self.url(self._create(CREATE.replace("DATABASE tandem", "DATABASE {}"), TEMPLATE)))
        await upgrade(engine)
        await engine.dispose()
        self._has_template = True

    def _create(self, statement: str, name: str = "") -> str:
        name = name or f"test_{next(self._names)}"
        self.ask(statement.format(name))
        return name

    def _emptied(self, name: str) -> bool:
        """A hundred times as fast as a new one; False: the test left it in such a state that only a new one will do."""
        clean = ";".join(f'DELETE FROM "{table.name}"' for table in Base.metadata.sorted_tables)
        numbers = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
        try:
            self.ask(clean, name)
            self.ask(numbers, name)
        except psycopg.Error:
            return False
        return True

    def _make(self) -> None:
        self.password_file.write_text(secrets.token_hex(16))
        self.password_file.chmod(0o600)
        if self._owner:
            for path in (self._folder, self.password_file):
                os.chown(path, self._owner.pw_uid, -1)
        self._run(
            "initdb", "-D", str(self._data), "-U", "tandem", "-A", "scram-sha-256", f"--pwfile={self.password_file}",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @cached_property
    def _owner(self) -> pwd.struct_passwd | None:
        """It won't run as root: an unprivileged user has it then."""
        return None if os.geteuid() else pwd.getpwnam("nobody")

    def _run(self, program: str, *arguments: str) -> None:
        user, group = (self._owner.pw_uid, self._owner.pw_gid) if self._owner else (None, None)
        subprocess.run(
            [self._programs / program, *arguments], cwd="/", check=True, stdout=subprocess.DEVNULL,
            user=user, group=group, extra_groups=[] if user else None, timeout=100,
        )  # fmt: skip

    def _processes(self) -> Iterator[int]:
        """Its own, and those it began, each of which has a session of its own."""
        yield self.pid
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                if stat.read_text().rpartition(")")[2].split()[1] == str(self.pid):
                    yield int(stat.parent.name)
            except OSError:
                continue


@contextmanager
def running_server(**settings: str) -> Iterator[Server]:
    """A server with some settings of its own; its folder is in the system's temporary one, where another user may
    have it."""
    server = Server(Path(tempfile.mkdtemp(prefix="tandem-postgres-")), settings)
    try:
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
