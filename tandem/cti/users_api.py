"""The users themselves: who may sign in, as what, and what was changed by whom."""

from collections.abc import Callable, Collection
from typing import Annotated

import msgspec
from aiohttp import web

from tandem.cti.accounts import IDLE_SECONDS, user_shown
from tandem.cti.answers import Refused, answer
from tandem.cti.contract import asks, gives, takes
from tandem.cti.identity import DETAIL, identity_of
from tandem.cti.passwords import Passwords, one_time
from tandem.cti.shapes import Added, Reset, SessionShown, UserShown
from tandem.store.users import AuditEntry, Role, User, UserStore

MOST_ENTRIES = 500

Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]*$", max_length=64)]
Words = Annotated[str, msgspec.Meta(max_length=64)]
Number = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]


class NewUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who may sign in from now on; `agent` is whom they work as."""

    name: Name
    role: Role
    display_name: Words = ""
    agent: Words = ""


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays."""

    role: Role | None = None
    display_name: Words | None = None
    agent: Words | None = None
    disabled: bool | None = None
    hears_recordings: bool | None = None


class Entries(msgspec.Struct, frozen=True):
    """Which entries of the audit log: `limit` at most, those before number `before`, of the user `name`."""

    limit: Number = 100
    before: Number | None = None
    name: str = ""


class UsersApi:
    """One method a route, for admins. `agents` gives the names of those in the settings."""

    def __init__(self, store: UserStore, clock: Callable[[], float], agents: Callable[[], Collection[str]]) -> None:
        self._store = store
        self._clock = clock
        self._agents = agents
        self._passwords = Passwords()

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers."""
        return [
            web.get("/users", self.users),
            web.post("/users", self.add),
            web.patch("/users/{name}", self.change),
            web.post("/users/{name}/password", self.reset),
            web.get("/users/{name}/sessions", self.sessions),
            web.delete("/users/{name}/sessions", self.end_sessions),
            web.get("/audit", self.audit),
        ]

    @gives(list[UserShown])
    async def users(self, _: web.Request) -> web.Response:
        """Everybody."""
        return answer([user_shown(user) for user in await self._store.users()])

    @takes(NewUser)
    @gives(Added, 201)
    async def add(self, request: web.Request, wish: NewUser) -> web.Response:
        """201 with a one-time password, which is shown this once and has to be changed at the first sign-in."""
        await self._check_agent(wish.agent, wish.name)
        password, now = one_time(), self._clock()
        kept = await self._passwords.hashed(password)
        user = User(wish.name, wish.display_name, wish.role, wish.agent, kept, True, False, now, now)
        if not await self._store.add(user):
            raise Refused(409, "taken", "There is a user of this name.")
        request[DETAIL] = f"{wish.name}: {wish.role} {wish.agent}".rstrip()
        return answer(user_shown(user) | {"one_time_password": password}, 201)

    @takes(Change)
    @gives(UserShown)
    async def change(self, request: web.Request, wish: Change) -> web.Response:
        """Role, agent, whether they may hear recordings, or sign in at all."""
        user = await self._user(request)
        values = {name: value for name, value in msgspec.structs.asdict(wish).items() if value is not None}
        await self._check_agent(values.get("agent", ""), user.name)
        changed = msgspec.structs.replace(user, **values)
        if _rules(user) and not _rules(changed) and await self._rulers() == [user.name]:
            raise Refused(409, "last_admin", "This is the only admin. Make another one first.")
        await self._store.change(user.name, self._clock(), **values)
        if changed.role != user.role or changed.disabled:
            await self._store.end_sessions(user.name)
        request[DETAIL] = ", ".join(f"{name} {value}" for name, value in values.items())
        return answer(user_shown(changed))

    @takes(None)
    @gives(Reset)
    async def reset(self, request: web.Request) -> web.Response:
        """A new one-time password, for somebody who lost theirs; their sessions end."""
        user = await self._user(request)
        password = one_time()
        kept = await self._passwords.hashed(password)
        await self._store.change(user.name, self._clock(), password=kept, must_change=True)
        await self._store.end_sessions(user.name)
        return answer({"name": user.name, "one_time_password": password})

    @gives(list[SessionShown])
    async def sessions(self, request: web.Request) -> web.Response:
        """Where a user is signed in now: since when, and when something was asked last."""
        user, now = await self._user(request), self._clock()
        good = [each for each in await self._store.sessions(user.name, now) if now < each.seen_at + IDLE_SECONDS]
        own = identity_of(request).session
        times = ("created_at", "seen_at", "expires_at")
        return answer([{name: getattr(each, name) for name in times} | {"own": each.key == own} for each in good])

    @gives(None, 204)
    async def end_sessions(self, request: web.Request) -> web.Response:
        """Sign a user out everywhere; an admin who does so to themselves stays where they are."""
        user = await self._user(request)
        await self._store.end_sessions(user.name, but=identity_of(request).session)
        return web.Response(status=204)

    @asks(Entries)
    @gives(list[AuditEntry])
    async def audit(self, _: web.Request, wanted: Entries) -> web.Response:
        """What was changed, newest first; `?before=<number>` goes on, `?name=` is one user's, `?limit=` at most 500."""
        limit = min(max(wanted.limit, 1), MOST_ENTRIES)
        return answer(await self._store.audit(limit, wanted.before, wanted.name))

    async def _user(self, request: web.Request) -> User:
        user = await self._store.user(request.match_info["name"])
        if user is None:
            raise Refused(404, "unknown_user", "There is no user of this name.")
        return user

    async def _check_agent(self, agent: str, name: str) -> None:
        """Refused: something stands against `name` working as `agent`."""
        if not agent:
            return
        if agent not in self._agents():
            raise Refused(422, "unknown_agent", f"The settings have no agent {agent}.")
        other = await self._store.working_as(agent)
        if other and other.name != name:
            raise Refused(409, "agent_taken", f"{other.name} works as {agent}.")

    async def _rulers(self) -> list[str]:
        return [user.name for user in await self._store.users() if _rules(user)]


async def first_admin(store: UserStore, now: float) -> str | None:
    """Where there is no user yet: the one-time password of the user `admin`, who is made for it."""
    if not await store.is_empty():
        return None
    password = one_time()
    kept = await Passwords().hashed(password)
    await store.add(User("admin", "", "admin", "", kept, True, False, now, now))
    return password


def _rules(user: User) -> bool:
    return user.role == "admin" and not user.disabled
