"""Signing in by the company's OpenID provider, with a password of nobody's here.

The authorization code flow (OpenID Connect Core 1.0, section 3.1) with PKCE (RFC 7636), state and nonce. Who may sign
in and what they may is kept here: the provider only says who somebody is.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus, urlsplit

import aiohttp
import jwt
import msgspec
import structlog
from aiohttp import web
from yarl import URL

from tandem.cti.accounts import Accounts
from tandem.cti.answers import answer
from tandem.cti.contract import asks, gives
from tandem.cti.guard import OIDC, OIDC_BACK, PAGES, WAYS
from tandem.cti.oidc_settings import OidcSettings, is_safe
from tandem.cti.oidc_sign_ins import BACK_SECONDS, SignIn, SignIns
from tandem.cti.proxied import is_encrypted
from tandem.cti.service_call import AskingError, Request, fetch, open_session, parse
from tandem.cti.shapes import Ways

log = structlog.get_logger()

DISCOVERY = "/.well-known/openid-configuration"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the provider can make; none that our own secret would be good for."""
COOKIE = "tandem_oidc"
ASK_SECONDS = 10.0
KNOWN_SECONDS = 3600.0
"""How long what the provider says of itself is kept."""
LEEWAY = 60.0
"""Seconds by which its clock may differ from ours."""


class OidcError(Exception):
    """Nobody is signed in. `code` is told to the page; the text is for the log."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Known(msgspec.Struct, frozen=True):
    """What a provider says of itself (OpenID Connect Discovery 1.0), and when it did."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    at: float = 0.0


class Wanted(msgspec.Struct, frozen=True):
    """The page that a browser wanted."""

    to: str = ""


class Back(msgspec.Struct, frozen=True):
    """What a provider sends a browser back with (RFC 6749, 4.1.2)."""

    state: str = ""
    code: str = ""
    error: str = "no code"


class Provider:
    """The provider, over its own connections."""

    def __init__(self, settings: OidcSettings, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._known: Known | None = None

    async def close(self) -> None:
        """Leave no connection."""
        if self._session:
            await self._session.close()

    async def known(self) -> Known:
        """What it says of itself; OidcError when it can't be asked, or speaks for another."""
        now = self._clock()
        if self._known is None or now > self._known.at + KNOWN_SECONDS:
            told = await self._ask("GET", self._settings.issuer.rstrip("/") + DISCOVERY)
            known = _known(told | {"at": now})
            if known.issuer.rstrip("/") != self._settings.issuer.rstrip("/"):
                raise OidcError("oidc_trouble", f"it says that it is {known.issuer}")
            for address in (known.authorization_endpoint, known.token_endpoint, known.jwks_uri):
                if not is_safe(address):
                    raise OidcError("oidc_trouble", f"{address} is not https")
            self._known = known
        return self._known

    async def token(self, code: str, back: str, verifier: str) -> str:
        """The identity token for a code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        login = ":".join(map(quote_plus, (self._settings.client_id, self._settings.client_secret)))  # RFC 6749, 2.3.1
        headers = {
            "Authorization": f"Basic {base64.b64encode(login.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = URL.build(query=form).raw_query_string.encode()
        told = await self._ask("POST", (await self.known()).token_endpoint, headers, body)
        token = told.get("id_token")
        if not isinstance(token, str):
            raise OidcError("oidc_trouble", "it gave no id_token")
        return token

    async def claims(self, token: str, nonce: str) -> dict[str, Any]:
        """What a token says, once it is seen to be the provider's, for us, now, and for this very sign-in."""
        known = await self.known()
        keys = await self._ask("GET", known.jwks_uri)
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                _key_of(token, jwt.PyJWKSet.from_dict(keys)),
                algorithms=ALGORITHMS,
                audience=self._settings.client_id,
                issuer=known.issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise OidcError("oidc_trouble", f"its token is not good: {error}") from None
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise OidcError("oidc_trouble", "its token is for another sign-in")
        if claims.get("azp", self._settings.client_id) != self._settings.client_id:
            raise OidcError("oidc_trouble", "its token is for another program")
        return claims

    async def _ask(
        self, method: str, url: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> dict[str, Any]:
        self._session = self._session or open_session()
        try:
            told = parse(await fetch(self._session, Request(method, URL(url), headers or {}, body, ASK_SECONDS)))
        except AskingError as error:
            raise OidcError("oidc_trouble", f"{urlsplit(url).path}: {error}") from None
        return told if isinstance(told, dict) else {}


class Oidc:
    """The routes, for whoever is not signed in yet. Without `settings`, only passwords sign in."""

    def __init__(
        self, settings: OidcSettings | None, accounts: Accounts, public_url: str, key: str, clock: Callable[[], float]
    ) -> None:
        self._settings = settings
        self._provider = Provider(settings, clock) if settings else None
        self._accounts = accounts
        self._back = public_url.rstrip("/") + OIDC_BACK
        self._sign_ins = SignIns(key, clock)

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers; the guard lets everybody ask."""
        ways = [web.get(WAYS, self.ways)]
        return [*ways, web.get(OIDC, self.begin), web.get(OIDC_BACK, self.back)] if self._provider else ways

    async def close(self) -> None:
        """Leave no connection."""
        if self._provider:
            await self._provider.close()

    @gives(Ways)
    async def ways(self, _: web.Request) -> web.Response:
        """By what one may sign in."""
        return answer({"password": True, "oidc": OIDC if self._provider else None})

    @asks(Wanted)
    @gives(None, 303, Location="The provider, or the page with what went wrong.")
    async def begin(self, request: web.Request, wanted: Wanted) -> web.Response:
        """Send the browser to the provider; `?to=` is the page that it wanted."""
        assert self._provider and self._settings
        to = wanted.to if wanted.to in PAGES else next(iter(PAGES))
        try:
            known = await self._provider.known()
        except OidcError as error:
            return self._failed(to, error)
        sign_in = self._sign_ins.begin(to)
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._back,
            "scope": "openid profile email",
            "state": sign_in.state,
            "nonce": sign_in.nonce,
            "code_challenge": _challenge(sign_in.verifier),
            "code_challenge_method": "S256",
        }
        response = _see_other(str(URL(known.authorization_endpoint).update_query(query)))
        # Lax: the provider's page, another site, leads back here.
        response.set_cookie(
            COOKIE, sign_in.state, max_age=int(BACK_SECONDS), path=OIDC, httponly=True, samesite="Lax",
            secure=is_encrypted(request),
        )  # fmt: skip
        return response

    @asks(Back)
    @gives(None, 303, Location="The page.")
    async def back(self, request: web.Request, given: Back) -> web.Response:
        """The browser comes back with a code: it is signed in, or the page says why not."""
        sign_in = self._sign_ins.again(given.state)
        to = sign_in.to if sign_in else next(iter(PAGES))
        cookie = request.cookies.get(COOKIE, "")
        if sign_in is None or not hmac.compare_digest(cookie.encode(errors="surrogateescape"), sign_in.state.encode()):
            return self._failed(to, OidcError("oidc_expired", "there is no such sign-in under way in this browser"))
        try:
            name, response = await self._name(given, sign_in), _see_other(to)
            if not await self._accounts.admit(request, response, name):
                raise OidcError("oidc_unknown", f"there is no user {name!r} who may sign in")
        except OidcError as error:
            response = self._failed(to, error)
        response.del_cookie(COOKIE, path=OIDC)
        return response

    async def _name(self, given: Back, sign_in: SignIn) -> str:
        """Who it is, by the name that users have here."""
        assert self._provider and self._settings
        if not given.code:
            raise OidcError("oidc_refused", given.error[:100])
        token = await self._provider.token(given.code, self._back, sign_in.verifier)
        claims = await self._provider.claims(token, sign_in.nonce)
        name = claims.get(self._settings.claim)
        if not isinstance(name, str) or not name:
            raise OidcError("oidc_trouble", f"its token has no {self._settings.claim}")
        if self._settings.claim == "email" and claims.get("email_verified") is not True:
            raise OidcError("oidc_unknown", "the address is not verified")
        return name

    def _failed(self, to: str, error: OidcError) -> web.Response:
        self._accounts.counts[error.code] += 1
        log.warning("a sign-in by the provider failed", code=error.code, reason=str(error))
        return _see_other(str(URL(to).with_query(trouble=error.code)))


def _see_other(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address})


def _challenge(verifier: str) -> str:
    """S256 of RFC 7636, section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _key_of(token: str, keys: jwt.PyJWKSet) -> jwt.PyJWK:
    """The key that a token says it is signed with; the only one where it says none."""
    name = jwt.get_unverified_header(token).get("kid")
    fitting = [key for key in keys.keys if name in (None, key.key_id)]
    if len(fitting) != 1:
        raise jwt.InvalidKeyError(f"the provider has no key {name!r}")
    return fitting[0]


def _known(told: dict[str, Any]) -> Known:
    try:
        return msgspec.convert(told, Known)
    except msgspec.ValidationError as error:
        raise OidcError("oidc_trouble", f"what it says of itself: {error}") from None
