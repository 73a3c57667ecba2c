"""Signing in and out, and sessions."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from aiohttp import web

from tandem.cti.answers import Refused, answer, body_as, refusal
from tandem.cti.contract import gives, takes
from tandem.cti.guard import COOKIE, csrf_of
from tandem.cti.identity import Identity, identity_of, needs
from tandem.cti.passwords import LONGEST, Passwords, fault_of
from tandem.cti.proxied import client_of, is_encrypted
from tandem.cti.shapes import Changed, SignedIn, UserShown
from tandem.cti.sign_in_limit import SignInLimit
from tandem.store.users import Session, User, UserStore

SESSION_SECONDS = 12 * 3600.0
"""How long a session lasts at the most: a shift."""
IDLE_SECONDS = 2 * 3600.0
"""How long one lasts in which nothing is asked."""
SEEN_EVERY = 60.0
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
"""What a browser sends for a page elsewhere without asking us."""

Typed = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who, and their password."""

    name: Annotated[str, msgspec.Meta(max_length=64)]
    password: Typed


class NewPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The password in use and the one from now on."""

    old: Typed
    new: str


async def typed(request: web.Request, kind: type[SignIn]) -> SignIn:
    """What somebody typed to sign in. Refused: a form of a page elsewhere may have sent it."""
    if request.content_type in FORMS:
        raise Refused(415, "not_json", "Send JSON, as application/json.")
    return await body_as(request, kind)


class Accounts:
    """One method a route."""

    def __init__(self, store: UserStore, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._passwords = Passwords()
        self._limit = SignInLimit(clock)
        self.counts: Counter[str] = Counter()
        """Tries to sign in, by what came of them."""

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers; the guard lets everybody ask POST /session."""
        return [
            web.post("/session", self.sign_in),
            web.get("/session", self.show),
            web.delete("/session", self.sign_out),
            web.put("/session/password", self.change_password),
        ]

    async def identify(self, request: web.Request) -> Identity | None:
        """Who a browser's cookie says it is; None without a session that is still good."""
        token = request.cookies.get(COOKIE, "")
        found = await self._store.session(_key(token)) if token else None
        if found is None:
            return None
        session, user = found
        now = self._clock()
        if user.disabled or now >= min(session.expires_at, session.seen_at + IDLE_SECONDS):
            await self._store.end_session(session.key)
            return None
        if now > session.seen_at + SEEN_EVERY:
            await self._store.seen(session.key, now)
        return Identity(user.name, user.role, user.agent, session.key, user.must_change, user.hears_recordings)

    async def note(self, name: str, what: str, detail: str, address: str) -> None:
        """Add to the audit log."""
        await self._store.note(self._clock(), name, what, detail, address)

    # --- the session -------------------------------------------------------------------------------------------

    @takes(SignIn, read=typed)
    @gives(SignedIn, 201, Set_Cookie="The session's cookie.")
    async def sign_in(self, request: web.Request, wish: SignIn) -> web.Response:
        """201 with a cookie, who they are, and what to send as X-CSRF-Token with everything that changes something.

        Send JSON: a page elsewhere could sign a browser in as somebody else, but only by what a form can send.
        """
        address = client_of(request)
        subjects = f"user {wish.name}", f"address {address}"
        if pause := self._limit.pause(*subjects):
            self.counts["too_often"] += 1
            return _too_often(pause)
        self._limit.tried(*subjects)
        user = await self._store.user(wish.name)
        fits = await self._passwords.matches(wish.password, user.password if user else "")
        if user is None or not fits or user.disabled:
            self.counts["wrong"] += 1
            await self.note(wish.name, "sign-in refused", "", address)
            raise Refused(401, "wrong", "The name or the password is wrong.")
        self._limit.succeeded(*subjects)
        session, token = await self._begin(request, user)
        response = answer(user_shown(user) | {"csrf": csrf_of(token), "expires_at": session.expires_at}, 201)
        _give(response, token, request)
        return response

    async def admit(self, request: web.Request, response: web.Response, name: str) -> bool:
        """Begin a session, with its cookie in `response`, for somebody whom the company's provider knows as `name`.

        False: no user of this name may sign in. A one-time password that was never used is good for nothing any more.
        """
        user = await self._store.user(name)
        if user is None or user.disabled:
            await self.note(name[:64], "sign-in refused", "by the provider", client_of(request))
            return False
        if user.must_change:
            await self._store.change(name, self._clock(), password="", must_change=False)
        _, token = await self._begin(request, user)
        _give(response, token, request)
        return True

    async def _begin(self, request: web.Request, user: User) -> tuple[Session, str]:
        self.counts["signed_in"] += 1
        await self.note(user.name, "signed in", "", client_of(request))
        token, now = secrets.token_urlsafe(32), self._clock()
        session = Session(_key(token), user.name, now, now, now + SESSION_SECONDS)
        await self._store.begin_session(session)
        return session, token

    @needs("agent")
    @gives(SignedIn)
    async def show(self, request: web.Request) -> web.Response:
        """Who is signed in; a program has no session."""
        found = await self._store.session(identity_of(request).session)
        if found is None:
            raise Refused(404, "no_session", "The operators' token has no session.")
        session, user = found
        token = request.cookies[COOKIE]
        return answer(user_shown(user) | {"csrf": csrf_of(token), "expires_at": session.expires_at})

    @needs("agent")
    @gives(None, 204)
    async def sign_out(self, request: web.Request) -> web.Response:
        """The session is over."""
        await self._store.end_session(identity_of(request).session)
        response = web.Response(status=204)
        response.del_cookie(COOKIE)
        return response

    @needs("agent")
    @takes(NewPassword)
    @gives(Changed)
    async def change_password(self, request: web.Request, wish: NewPassword) -> web.Response:
        """Their own; all other sessions of theirs end."""
        who = identity_of(request)
        subject = f"user {who.name}"
        if pause := self._limit.pause(subject):
            return _too_often(pause)
        self._limit.tried(subject)
        user = await self._store.user(who.name)
        if user is None or not await self._passwords.matches(wish.old, user.password):
            raise Refused(403, "wrong", "The password in use is another.")
        self._limit.succeeded(subject)
        fault = fault_of(wish.new, user.name) or ("This is the password in use." if wish.new == wish.old else "")
        if fault:
            raise Refused(422, "bad_password", fault)
        kept = await self._passwords.hashed(wish.new)
        await self._store.change(user.name, self._clock(), password=kept, must_change=False)
        await self._store.end_sessions(user.name, but=who.session)
        return answer({"changed": True})


def _key(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()


def user_shown(user: User) -> dict[str, Any]:
    """A user as people may see them."""
    return {name: getattr(user, name) for name in UserShown.__annotations__}


def _give(response: web.Response, token: str, request: web.Request) -> None:
    response.set_cookie(
        COOKIE, token, max_age=int(SESSION_SECONDS), httponly=True, samesite="Strict", secure=is_encrypted(request)
    )


def _too_often(pause: float) -> web.Response:
    response = refusal(429, "too_often", f"Too many wrong tries. Try again in {pause:.0f} seconds.")
    response.headers["Retry-After"] = str(int(pause) + 1)
    return response
