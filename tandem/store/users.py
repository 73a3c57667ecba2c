"""Who may sign in, who has, and what they changed."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Literal

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tandem.store import models
from tandem.store.database import reason, table_of

Role = Literal["agent", "supervisor", "admin"]
ROLES: tuple[Role, ...] = ("agent", "supervisor", "admin")
"""From the one who may least to the one who may all; each may what those before may."""

USERS, SESSIONS, AUDIT = table_of(models.User), table_of(models.UserSession), table_of(models.AuditEntry)


class UserStoreError(Exception):
    """The users can't be read or written; the text says why."""


class User(msgspec.Struct, frozen=True):
    """Somebody who may sign in. `agent` is the agent they work as, empty for none; `password` is a hash.

    Who `must_change` has a password that somebody else knows. Who `hears_recordings` may, whatever their role. Times
    are epoch seconds.
    """

    name: str
    display_name: str
    role: Role
    agent: str
    password: str
    must_change: bool
    disabled: bool
    created_at: float
    changed_at: float
    hears_recordings: bool = False


class Session(msgspec.Struct, frozen=True):
    """Somebody who signed in; `key` is a hash of what they show. Times are epoch seconds."""

    key: str
    name: str
    created_at: float
    seen_at: float
    expires_at: float


class AuditEntry(msgspec.Struct, frozen=True):
    """`name` did `what` at `at` (epoch seconds), from `address`."""

    number: int
    at: float
    name: str
    what: str
    detail: str
    address: str


class UserStore:
    """Every method is one transaction; what it wrote is durable when it returns. Raises UserStoreError."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def users(self) -> list[User]:
        """Everybody, by name."""
        return await self._read(User, select(USERS).order_by(USERS.c.name))

    async def user(self, name: str) -> User | None:
        """The one of that name."""
        return next(iter(await self._read(User, select(USERS).where(USERS.c.name == name))), None)

    async def working_as(self, agent: str) -> User | None:
        """Who works as the agent."""
        return next(iter(await self._read(User, select(USERS).where(USERS.c.agent == agent))), None)

    async def add(self, user: User) -> bool:
        """Take in a new user; False when there is one of that name."""
        try:
            async with self._writing() as connection:
                await connection.execute(insert(USERS).values(msgspec.structs.asdict(user)))
        except IntegrityError:
            return False
        return True

    async def change(self, name: str, now: float, **values: Any) -> None:
        """Set some of a user's fields."""
        async with self._writing() as connection:
            await connection.execute(update(USERS).where(USERS.c.name == name).values(**values, changed_at=now))

    async def begin_session(self, session: Session) -> None:
        """Somebody signed in; sessions that have expired are forgotten."""
        async with self._writing() as connection:
            await connection.execute(delete(SESSIONS).where(SESSIONS.c.expires_at <= session.created_at))
            await connection.execute(insert(SESSIONS).values(msgspec.structs.asdict(session)))

    async def session(self, key: str) -> tuple[Session, User] | None:
        """A session and whose it is."""
        found = await self._read(Session, select(SESSIONS).where(SESSIONS.c.key == key))
        user = await self.user(found[0].name) if found else None
        return (found[0], user) if user else None

    async def sessions(self, name: str, now: float) -> list[Session]:
        """A user's sessions that have not expired, the one used last first."""
        query = select(SESSIONS).where(SESSIONS.c.name == name, SESSIONS.c.expires_at > now)
        return await self._read(Session, query.order_by(SESSIONS.c.seen_at.desc()))

    async def seen(self, key: str, now: float) -> None:
        """The session is still in use."""
        async with self._writing() as connection:
            await connection.execute(update(SESSIONS).where(SESSIONS.c.key == key).values(seen_at=now))

    async def end_session(self, key: str) -> None:
        """Somebody signed out."""
        async with self._writing() as connection:
            await connection.execute(delete(SESSIONS).where(SESSIONS.c.key == key))

    async def end_sessions(self, name: str, but: str = "") -> None:
        """All of a user's sessions end, `but` that of this key."""
        async with self._writing() as connection:
            await connection.execute(delete(SESSIONS).where(SESSIONS.c.name == name, SESSIONS.c.key != but))

    async def note(self, at: float, name: str, what: str, detail: str = "", address: str = "") -> None:
        """Add to the audit log."""
        values = {"at": at, "name": name, "what": what, "detail": detail, "address": address}
        async with self._writing() as connection:
            await connection.execute(insert(AUDIT).values(values))

    async def audit(self, limit: int, before: int | None = None, name: str = "") -> list[AuditEntry]:
        """The newest entries, newest first; those with a number below `before`, and those of `name`, where given."""
        query = select(AUDIT).order_by(AUDIT.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(AUDIT.c.number < before)
        return await self._read(AuditEntry, query.where(AUDIT.c.name == name) if name else query)

    async def is_empty(self) -> bool:
        """Whether nobody was ever taken in."""
        with _explained():
            async with self._engine.connect() as connection:
                return not await connection.scalar(select(func.count()).select_from(USERS))

    async def _read(self, kind: type[Any], query: Any) -> list[Any]:
        with _explained():
            async with self._engine.connect() as connection:
                rows: Sequence[Any] = (await connection.execute(query)).mappings().all()
        return [msgspec.convert(dict(row), kind) for row in rows]

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        with _explained():
            async with self._engine.begin() as connection:
                yield connection


@contextmanager
def _explained() -> Iterator[None]:
    """An IntegrityError is an answer; everything else is a fault of the database."""
    try:
        yield
    except IntegrityError:
        raise
    except SQLAlchemyError as error:
        raise UserStoreError(reason(error)) from error
