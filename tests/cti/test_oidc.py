"""Signing in by an OpenID provider: a real one of others' making, and one of ours that lies."""

import base64
import hashlib
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm
from msgspec.structs import astuple
from oidc_provider_mock import User as TheirUser
from oidc_provider_mock import run_server_in_thread

from tandem.cti import oidc
from tandem.cti.http import make_app, serve
from tandem.cti.oidc import Oidc
from tandem.cti.oidc_settings import OidcSettings, is_safe
from tandem.cti.oidc_sign_ins import BACK_SECONDS, SignIns
from tandem.service.config import LOOPBACK
from tandem.store.users import UserStore
from tests.cti.sites import TOKEN, Site
from tests.cti.test_accounts import user

CLIENT, SECRET = "tandem", "a secret: with + and %, and long enough"
KEY = "what sign-ins under way are signed with"


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


class Provider:
    """One that checks all we send; what it tells can be twisted: `claims` of its token, what it `says` of itself."""

    def __init__(self, key: RSAPrivateKey) -> None:
        self.issuer = ""
        self.key: Any = key
        self.algorithm = "RS256"
        self.claims: dict[str, Any] = {}
        self.says: dict[str, Any] = {}
        self.keys = [RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": "1", "use": "sig", "alg": "RS256"}]
        self.asked: dict[str, str] = {}
        self.status = 200

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/.well-known/openid-configuration", self._discover),
                web.get("/keys", self._keys),
                web.post("/token", self._token),
            ]
        )
        return app

    async def _discover(self, _: web.Request) -> web.Response:
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        told = {"issuer": self.issuer} | {name: f"{self.issuer}/{path}" for name, path in ends.items()}
        return web.json_response(told | self.says, status=self.status)

    async def _keys(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": self.keys})

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        login = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        assert login.split(":") == ["tandem", "a+secret%3A+with+%2B+and+%25%2C+and+long+enough"]
        verifier = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        assert base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() == self.asked["code_challenge"]
        assert (form["redirect_uri"], form["code"]) == (self.asked["redirect_uri"], "a code")
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "42", "iat": now, "exp": now + 300}
        claims |= {"nonce": self.asked["nonce"], "preferred_username": "li"}
        claims = {name: value for name, value in (claims | self.claims).items() if value is not None}
        token = jwt.encode(claims, self.key, self.algorithm, headers={"kid": "1"})
        return web.json_response({"id_token": token, "access_token": "x", "token_type": "Bearer"})


class Ours:
    """Our side before a provider, and one browser."""

    def __init__(self, site: Site, session: aiohttp.ClientSession) -> None:
        self.site = site
        self.url = ""
        self._session = session
        self.cookies: dict[str, str] = {}

    async def get(self, path: str) -> aiohttp.ClientResponse:
        async with self._session.get(self.url + path, cookies=self.cookies, allow_redirects=False) as response:
            await response.read()
        for name, cookie in response.cookies.items():
            self.cookies[name] = cookie.value
        return response

    async def begins(self, to: str = "") -> dict[str, str]:
        """Go to the provider; what it is asked."""
        response = await self.get(f"/session/oidc?to={to}")
        assert response.status == 303, await response.text()
        return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["Location"]).query).items()}

    async def comes_back(self, state: str, code: str = "a code") -> str:
        """Where the browser is led in the end."""
        return (await self.get(f"/session/oidc/back?state={state}&code={code}")).headers["Location"]


async def our_side(stack: AsyncExitStack, site: Site, settings: OidcSettings | None) -> Ours:
    session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
    ours = Ours(site, session)
    way = Oidc(settings, site.accounts, "http://127.0.0.1:9999", KEY, lambda: site.now)
    stack.push_async_callback(way.close)
    runner = await serve(
        make_app(site.backend, TOKEN, site.accounts, site.desktops, LOOPBACK, way.routes()), "127.0.0.1", 0
    )
    stack.push_async_callback(runner.cleanup)
    ours.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return ours


@pytest.fixture
async def provider(key: RSAPrivateKey) -> AsyncIterator[Provider]:
    provider = Provider(key)
    runner = await serve(provider.app(), "127.0.0.1", 0)
    provider.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield provider
    await runner.cleanup()


@pytest.fixture
async def ours(site: Site, users: UserStore, provider: Provider) -> AsyncIterator[Ours]:
    await user(users, "li", "supervisor")
    async with AsyncExitStack() as stack:
        yield await our_side(stack, site, OidcSettings(provider.issuer, CLIENT, SECRET, "preferred_username"))


@pytest.fixture(scope="module")
def theirs() -> Iterator[str]:
    """A provider made by others."""
    claims = {"preferred_username": "li", "email": "li@example.com", "email_verified": True}
    with run_server_in_thread(require_nonce=True, user_claims=[TheirUser(sub="li", claims=claims)]) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.mark.parametrize("claim", ["preferred_username", "email"])
async def test_somebody_signs_in_by_a_provider_of_others_making(
    site: Site, users: UserStore, theirs: str, claim: str
) -> None:
    await user(users, "li" if claim == "preferred_username" else "li@example.com", "supervisor", must_change=True)
    async with AsyncExitStack() as stack:
        ours = await our_side(stack, site, OidcSettings(theirs, CLIENT, SECRET, claim))
        asked = (await ours.get("/session/oidc")).headers["Location"]
        session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        async with session.post(asked, data={"sub": "li"}, allow_redirects=False) as answer:
            back = urlsplit(answer.headers["Location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == "http://127.0.0.1:9999/session/oidc/back"
        response = await ours.get(f"{back.path}?{back.query}")
        assert (response.status, response.headers["Location"]) == (303, "/desk")
        assert "samesite=strict" in response.headers["Set-Cookie"].lower()
        told = await (await ours.get("/session")).json()
        assert (told["role"], told["must_change"]) == ("supervisor", False)
    kept = await users.user(told["name"])
    assert kept and kept.password == ""  # the one-time password that was never used


async def test_the_ways_to_sign_in_are_told(site: Site, ours: Ours) -> None:
    response = await ours.get("/session/ways")
    assert await response.json() == {"password": True, "oidc": "/session/oidc"}
    async with AsyncExitStack() as stack:
        plain = await our_side(stack, site, None)
        assert (await (await plain.get("/session/ways")).json())["oidc"] is None
        assert (await plain.get("/session/oidc")).status in (401, 404)


async def test_a_sign_in_is_for_one_browser_once_and_leads_to_the_page_that_was_wanted(
    ours: Ours, provider: Provider
) -> None:
    provider.asked = asked = await ours.begins("/desk")
    assert (asked["client_id"], asked["code_challenge_method"], asked["scope"]) == (
        CLIENT,
        "S256",
        "openid profile email",
    )
    mine = dict(ours.cookies)
    ours.cookies = {}
    assert await ours.comes_back(asked["state"]) == "/desk?trouble=oidc_expired"  # a link that somebody else sent
    ours.cookies = mine
    assert await ours.comes_back(asked["state"], "") == "/desk?trouble=oidc_refused"  # theirs did not use mine up
    assert await ours.comes_back(asked["state"]) == "/desk?trouble=oidc_expired"
    provider.asked = asked = await ours.begins("//evil.example")
    assert await ours.comes_back(asked["state"]) == "/desk"
    assert (await ours.get("/session")).status == 200
    assert await ours.comes_back(asked["state"]) == "/desk?trouble=oidc_expired"


async def test_who_takes_too_long_begins_again(ours: Ours, provider: Provider) -> None:
    provider.asked = asked = await ours.begins()
    ours.site.now += BACK_SECONDS + 1
    assert await ours.comes_back(asked["state"]) == "/desk?trouble=oidc_expired"


async def test_others_who_begin_push_nobody_out_and_neither_does_a_restart(
    site: Site, ours: Ours, provider: Provider
) -> None:
    provider.asked = mine = await ours.begins("/board")
    cookies, url = dict(ours.cookies), ours.url
    for _ in range(20):
        ours.cookies = {}
        await ours.begins()
    ours.cookies = cookies
    async with AsyncExitStack() as stack:
        settings = OidcSettings(provider.issuer, CLIENT, SECRET, "preferred_username")
        ours.url = (await our_side(stack, site, settings)).url
        assert ours.url != url
        assert await ours.comes_back(mine["state"]) == "/board"


async def test_what_a_browser_keeps_holds_no_secret_and_is_not_to_be_changed(ours: Ours, provider: Provider) -> None:
    provider.asked = asked = await ours.begins()
    sign_in = SignIns(KEY, lambda: ours.site.now).again(asked["state"])
    assert sign_in is not None
    assert oidc._challenge(sign_in.verifier) == asked["code_challenge"]
    kept = b"".join(base64.urlsafe_b64decode(text + "==") for text in ours.cookies.values())
    for secret in (sign_in.verifier, sign_in.nonce):
        assert base64.urlsafe_b64decode(secret + "=") not in kept
        assert secret.encode() not in kept
    ours.cookies["tandem_oidc"] = forged = SignIns("another key", lambda: ours.site.now).begin("/desk").state
    assert await ours.comes_back(forged) == "/desk?trouble=oidc_expired"


def test_a_state_is_good_as_it_was_made_only() -> None:
    made = SignIns(KEY, lambda: 1000.0)
    sign_in = made.begin("/desk")
    assert made.again(sign_in.state) == sign_in
    assert SignIns(KEY, lambda: 1000.0 + BACK_SECONDS).again(sign_in.state) == sign_in
    assert SignIns(KEY, lambda: 1001.0 + BACK_SECONDS).again(sign_in.state) is None
    others = [made.begin("/desk") for _ in range(3)]
    for names in zip(*(astuple(one) for one in (sign_in, *others)), strict=True):
        assert len(set(names)) == (1 if "/desk" in names else 4)
    for at, letter in enumerate(sign_in.state[:-1]):
        changed = sign_in.state[:at] + ("A" if letter != "A" else "B") + sign_in.state[at + 1 :]
        assert made.again(changed) is None, at
    for wrong in ("", "A", "A" * 43, "A" * 100, sign_in.state + "A", sign_in.state[:-4], "é", "\udcff"):
        assert made.again(wrong) is None, wrong
    with pytest.raises(ValueError, match="key"):
        SignIns("", lambda: 0.0)


@pytest.mark.parametrize(
    ("claims", "trouble"),
    [
        ({"nonce": "another"}, "oidc_trouble"),
        ({"nonce": None}, "oidc_trouble"),
        ({"aud": "somebody else"}, "oidc_trouble"),
        ({"aud": ["somebody else", CLIENT], "azp": "somebody else"}, "oidc_trouble"),
        ({"iss": "https://evil.example"}, "oidc_trouble"),
        ({"exp": 1000}, "oidc_trouble"),
        ({"exp": None}, "oidc_trouble"),
        ({"preferred_username": None}, "oidc_trouble"),
        ({"preferred_username": 7}, "oidc_trouble"),
        ({"preferred_username": "nobody"}, "oidc_unknown"),
        ({"preferred_username": "gone"}, "oidc_unknown"),
    ],
)
async def test_a_token_that_is_not_for_us_now_signs_nobody_in(
    ours: Ours, users: UserStore, provider: Provider, claims: dict[str, Any], trouble: str
) -> None:
    await user(users, "gone", "agent")
    await users.change("gone", 1.0, disabled=True)
    provider.claims = claims
    provider.asked = asked = await ours.begins()
    assert await ours.comes_back(asked["state"]) == f"/desk?trouble={trouble}"
    assert "tandem_session" not in ours.cookies
    if trouble == "oidc_trouble":
        assert ours.site.accounts.counts[trouble] == 1


async def test_an_address_that_is_not_verified_is_nobodys(site: Site, users: UserStore, provider: Provider) -> None:
    await user(users, "li@example.com", "admin")
    async with AsyncExitStack() as stack:
        ours = await our_side(stack, site, OidcSettings(provider.issuer, CLIENT, SECRET, "email"))
        for verified, led_to in ((False, "/desk?trouble=oidc_unknown"), (True, "/desk")):
            provider.claims = {"email": "li@example.com", "email_verified": verified}
            provider.asked = asked = await ours.begins()
            assert await ours.comes_back(asked["state"]) == led_to


async def test_only_the_providers_own_key_is_good(ours: Ours, provider: Provider) -> None:
    good = provider.key
    public = good.public_key()
    for key, algorithm in (
        (generate_private_key(65537, 2048), "RS256"),
        (hashlib.sha256(str(public.public_numbers().n).encode()).hexdigest(), "HS256"),
        (SECRET, "HS256"),
        (None, "none"),
    ):
        provider.key, provider.algorithm = key, algorithm
        provider.asked = asked = await ours.begins()
        assert await ours.comes_back(asked["state"]) == "/desk?trouble=oidc_trouble", algorithm
    provider.key, provider.algorithm, provider.keys = good, "RS256", []
    provider.asked = asked = await ours.begins()
    assert await ours.comes_back(asked["state"]) == "/desk?trouble=oidc_trouble"


@pytest.mark.parametrize(
    "says",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
)
async def test_a_provider_that_speaks_for_another_is_not_gone_to(
    ours: Ours, provider: Provider, says: dict[str, Any]
) -> None:
    provider.says = says
    response = await ours.get("/session/oidc")
    assert response.headers["Location"] == "/desk?trouble=oidc_trouble"


async def test_a_provider_in_trouble_leaves_passwords_to_sign_in_by(ours: Ours, provider: Provider) -> None:
    provider.status = 503
    assert (await ours.get("/session/oidc")).headers["Location"] == "/desk?trouble=oidc_trouble"
    provider.status = 200
    provider.asked = asked = await ours.begins()
    response = await ours.get(f"/session/oidc/back?state={asked['state']}&error=access_denied")
    assert response.headers["Location"] == "/desk?trouble=oidc_refused"


def test_only_https_and_this_machine_are_believed() -> None:
    assert is_safe("https://login.example") and is_safe("http://127.0.0.1:8080/x") and is_safe("http://localhost")
    assert not is_safe("http://login.example") and not is_safe("ftp://login.example") and not is_safe("login.example")
