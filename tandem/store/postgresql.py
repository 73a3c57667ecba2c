"""PostgreSQL as the records' database: where it is, and how we connect to it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import URL, Connection, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

PASSWORD_FILE = "password_file"  # noqa: S105
NEAR = ("", "localhost", "127.0.0.1", "::1")
EXAMPLE = "postgresql://tandem@db.example/tandem?sslmode=verify-full&password_file=/run/secrets/database"
CREATE = "CREATE DATABASE tandem TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"

CONNECTION: Mapping[str, str] = {
    # A server that is gone without a word is found out, and what waits for it is tried again.
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
    "application_name": "tandem",
}
"""Of libpq, for every connection; what the URL says goes first."""
WRITERS = {"statement_timeout": "30s", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s"}
READERS = {
    "statement_timeout": "60s", "idle_in_transaction_session_timeout": "120s", "default_transaction_read_only": "on",
}  # fmt: skip
POOL = {"pool_size": 5, "max_overflow": 5, "pool_timeout": 10.0}
"""Connections for what the plane and people at work ask and write; who waits longer (seconds) is told so."""
READERS_POOL = {"pool_size": 2, "max_overflow": 2, "pool_timeout": 30.0}
"""Those for reports: when all are busy, the next report waits, and nothing else does."""

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7233171)")
"""Until its end, a transaction has the database's lock to itself; the number is ours, of no meaning."""


def server_at(address: str) -> URL:
    """The server of an address such as EXAMPLE; ValueError says what is wrong with it, and never the address itself.

    Besides `password_file`, all that libpq knows may stand behind the question mark.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        raise ValueError(f"it is no address of a database: write it as {EXAMPLE}") from None
    if url.drivername != "postgresql" or not url.database or not url.username:
        raise ValueError(f"name PostgreSQL, a user and a database: {EXAMPLE}")
    if url.password is not None:
        raise ValueError(f"a password is seen in lists of processes: put it into a file, as in {EXAMPLE}")
    host = url.host or str(url.query.get("host", ""))
    if host not in NEAR and not host.startswith("/") and "sslmode" not in url.query:
        raise ValueError(
            "it is on another host: add sslmode=verify-full (or sslmode=disable, where nobody else is on the wire)"
        )
    return url.set(drivername="postgresql+psycopg")


def connect_to(url: URL, *, reading: bool) -> AsyncEngine:
    """An engine on the server: for reports, which may only read and not for ever, or for all else."""
    wishes = " ".join(f"-c {name}={value}" for name, value in (READERS if reading else WRITERS).items())
    plain = url.difference_update_query([PASSWORD_FILE])
    engine = create_async_engine(
        plain,
        connect_args={**CONNECTION, **plain.query, "options": wishes},
        hide_parameters=True,
        pool_pre_ping=True,
        **(READERS_POOL if reading else POOL),
    )
    file = url.query.get(PASSWORD_FILE)

    @event.listens_for(engine.sync_engine, "do_connect")
    def _with_password(_dialect: object, _record: object, _args: object, how: dict[str, Any]) -> None:
        """It is read each time: one that was changed is used from then on."""
        if file is not None:
            how["password"] = _password(Path(str(file)))

    event.listen(engine.sync_engine, "connect", _adapt)
    return engine


def check_order(connection: Connection) -> str:
    """What is wrong with how the database was made; empty: nothing is."""
    encoding, collation = connection.execute(
        text("SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()")
    ).one()
    if encoding == "UTF8" and collation in ("C", "POSIX"):
        return ""
    return (
        f"it has the encoding {encoding} and the order {collation}; names must be in the order of their signs, as "
        f"programs have them. Make it anew: {CREATE}"
    )


class _WithoutNul(StrDumperUnknown):
    """Text as PostgreSQL bears it: what customers send may have the character of number 0 in it."""

    def dump(self, obj: str) -> bytes | memoryview | bytearray | None:
        return super().dump(obj.replace("\0", "\ufffd"))


def _adapt(connection: Any, _: object) -> None:
    connection.driver_connection.adapters.register_dumper(str, _WithoutNul)


def _password(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError as error:
        raise psycopg.OperationalError(f"the password can't be read: {file}: {error.strerror}") from error
