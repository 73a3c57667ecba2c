"""People sign in with a browser: who may what, and what can't be done in their name."""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from argon2 import PasswordHasher

from tandem.control.events import AgentWentReady
from tandem.cti import passwords
from tandem.cti.accounts import IDLE_SECONDS, SESSION_SECONDS
from tandem.cti.http import make_app, serve
from tandem.cti.passwords import NOBODY, Passwords, fault_of
from tandem.cti.sign_in_limit import FREE as FREE_TRIES
from tandem.cti.sign_in_limit import LONGEST_PAUSE, SignInLimit
from tandem.cti.users_api import first_admin
from tandem.service.config import LOOPBACK
from tandem.store.users import Role, User, UserStore
from tests.cti.sites import TOKEN, Site

PASSWORD = "correct horse battery"
FREE = FREE_TRIES["user"]


class Browser:
    """What a page of ours sends: the cookie, and the proof that it can read."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.cookie = self.csrf = ""

    async def sign_in(self, name: str, password: str = PASSWORD) -> tuple[int, Any]:
        response, _ = await self._site.ask(
            "POST", "/session", token=None, body=f'{{"name": "{name}", "password": "{password}"}}'.encode()
        )
        told = await response.json()
        if response.status == 201:
            self.cookie = response.cookies["tandem_session"].value
            self.csrf = told["csrf"]
        return response.status, told

    def headers(self) -> dict[str, str]:
        return {"Cookie": f"tandem_session={self.cookie}", "X-CSRF-Token": self.csrf}

    async def json(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, Any]:
        sent: Mapping[str, str] = self.headers() | headers
        response, text = await self._site.ask(method, path, token=None, headers=sent, body=body.encode() or None)
        return response.status, await response.json() if text else None


async def user(store: UserStore, name: str, role: Role, agent: str = "", must_change: bool = False) -> None:
    kept = await Passwords().hashed(PASSWORD)
    assert await store.add(User(name, "", role, agent, kept, must_change, False, 1000.0, 1000.0))


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site)


async def test_who_signs_in_is_known_until_they_sign_out(site: Site, users: UserStore, browser: Browser) -> None:
    await user(users, "li", "supervisor")
    status, told = await browser.sign_in("li")
    assert (status, told["name"], told["role"], told["must_change"]) == (201, "li", "supervisor", False)
    assert told["expires_at"] == site.now + SESSION_SECONDS
    assert "password" not in told
    assert (await browser.json("GET", "/state"))[0] == 200
    assert await browser.json("GET", "/session") == (200, told)
    assert (await browser.json("DELETE", "/session"))[0] == 204
    assert (await browser.json("GET", "/state"))[0] == 401


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site, users: UserStore) -> None:
    await user(users, "li", "agent")
    body = f'{{"name": "li", "password": "{PASSWORD}"}}'.encode()
    response, _ = await site.ask("POST", "/session", token=None, body=body)
    cookie = response.headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize(("name", "password"), [("li", "wrong password!"), ("nobody", PASSWORD), ("li", ""), ("", "")])
async def test_a_wrong_name_and_a_wrong_password_are_told_alike(
    users: UserStore, browser: Browser, name: str, password: str
) -> None:
    await user(users, "li", "agent")
    status, told = await browser.sign_in(name, password)
    assert (status, told["error"]) == (401, {"code": "wrong", "message": "The name or the password is wrong."})
    assert [(entry.name, entry.what) for entry in await users.audit(9)] == [(name, "sign-in refused")]


async def test_a_name_that_nobody_has_is_checked_as_long_as_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PasswordHasher", PasswordHasher)  # at its full cost
    hashed = await Passwords().hashed(PASSWORD)
    assert NOBODY.rsplit("$", 2)[0] == hashed.rsplit("$", 2)[0]
    assert not await Passwords().matches(PASSWORD, "")


async def test_wrong_tries_make_the_next_ones_slower(site: Site, users: UserStore, browser: Browser) -> None:
    await user(users, "li", "agent")
    for _ in range(FREE):
        assert (await browser.sign_in("li", "wrong password!"))[0] == 401
    status, told = await browser.sign_in("li")
    assert (status, told["error"]["code"]) == (429, "too_often")
    site.now += 2.1
    assert (await browser.sign_in("li", "wrong password!"))[0] == 401
    site.now += 2.1
    assert (await browser.sign_in("li"))[0] == 429
    site.now += LONGEST_PAUSE
    assert (await browser.sign_in("li"))[0] == 201
    assert (await browser.sign_in("li", "wrong password!"))[0] == 401


async def test_tries_at_once_are_no_more_than_tries_one_by_one(site: Site, users: UserStore, browser: Browser) -> None:
    await user(users, "li", "agent")
    answers = await asyncio.gather(*(browser.sign_in("li", "wrong password!") for _ in range(3 * FREE)))
    assert sorted(status for status, _ in answers) == [401] * FREE + [429] * 2 * FREE
    assert site.accounts.counts == {"wrong": FREE, "too_often": 2 * FREE}


def test_an_address_that_many_share_has_more_tries_than_a_name() -> None:
    limit = SignInLimit(lambda: 1000.0)
    for number in range(FREE_TRIES["address"]):
        assert limit.pause("address 127.0.0.1") == 0.0
        limit.tried(f"user {number}", "address 127.0.0.1")
    assert limit.pause("user new", "address 127.0.0.1") == 2.0
    for _ in range(3000):
        limit.tried("address 127.0.0.1")
    assert limit.pause("user new", "address 127.0.0.1") == LONGEST_PAUSE


async def test_wrong_tries_to_change_a_password_count_until_one_is_right(users: UserStore, browser: Browser) -> None:
    await user(users, "li", "agent")
    await browser.sign_in("li")
    wish = '{"old": "%s", "new": "another good one"}'
    for _ in range(FREE - 1):
        assert (await browser.json("PUT", "/session/password", wish % "wrong password!"))[0] == 403
    assert (await browser.json("PUT", "/session/password", wish % PASSWORD))[0] == 200
    assert (await browser.json("PUT", "/session/password", wish % "wrong password!"))[0] == 403


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; charset=utf-8", "application/x-www-form-urlencoded"])
async def test_a_form_elsewhere_signs_nobody_in(site: Site, users: UserStore, kind: str) -> None:
    await user(users, "li", "agent")
    body = f'{{"name": "li", "password": "{PASSWORD}"}}'.encode()
    response, _ = await site.ask("POST", "/session", token=None, headers={"Content-Type": kind}, body=body)
    assert (response.status, response.cookies) == (415, {})


@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("agent", "POST", "/agents/1001/ready", 202),
        ("agent", "POST", "/agents/1002/ready", 403),
        ("agent", "GET", "/agents/1001/chats", 200),
        ("agent", "GET", "/agents/1002/chats", 403),
        ("agent", "GET", "/state", 403),
        ("agent", "GET", "/users", 403),
        ("agent", "GET", "/outbox", 403),
        ("supervisor", "POST", "/agents/1002/ready", 404),  # there is no such agent, but they may ask
        ("supervisor", "GET", "/state", 200),
        ("supervisor", "GET", "/users", 403),
        ("supervisor", "GET", "/audit", 403),
        ("admin", "GET", "/users", 200),
        ("admin", "GET", "/audit", 200),
        ("admin", "POST", "/agents/1001/ready", 202),
    ],
)
async def test_everybody_may_what_their_role_may(
    users: UserStore, browser: Browser, role: Role, method: str, path: str, status: int
) -> None:
    await user(users, "wang", role, agent="1001" if role == "agent" else "")
    await browser.sign_in("wang")
    assert (await browser.json(method, path))[0] == status


async def test_another_site_can_do_nothing_with_the_cookie(site: Site, users: UserStore, browser: Browser) -> None:
    await user(users, "wang", "agent", agent="1001")
    await browser.sign_in("wang")
    for forged in ("", "0" * 64, browser.csrf[:-1], "Ünrecht"):
        status, told = await browser.json("POST", "/agents/1001/ready", **{"X-CSRF-Token": forged})
        assert (status, told["error"]["code"]) == (403, "bad_csrf")
    assert site.told == []
    assert (await browser.json("POST", "/agents/1001/ready"))[0] == 202
    assert site.told == [AgentWentReady("1001")]


async def test_a_session_ends_by_itself(site: Site, users: UserStore, browser: Browser) -> None:
    await user(users, "li", "supervisor")
    await browser.sign_in("li")
    began = site.now
    while site.now + IDLE_SECONDS / 2 < began + SESSION_SECONDS:
        site.now += IDLE_SECONDS / 2
        assert (await browser.json("GET", "/state"))[0] == 200
    site.now = began + SESSION_SECONDS
    assert (await browser.json("GET", "/state"))[0] == 401
    await browser.sign_in("li")
    site.now += IDLE_SECONDS
    assert (await browser.json("GET", "/state"))[0] == 401


async def test_a_one_time_password_is_good_for_one_thing(users: UserStore, browser: Browser) -> None:
    password = await first_admin(users, 1000.0)
    assert password
    assert await first_admin(users, 1000.0) is None
    assert (await browser.sign_in("admin", password))[1]["must_change"]
    status, told = await browser.json("GET", "/users")
    assert (status, told["error"]["code"]) == (403, "change_password")
    change = f'{{"old": "{password}", "new": "{PASSWORD}"}}'
    assert (await browser.json("PUT", "/session/password", change))[0] == 200
    assert (await browser.json("GET", "/users"))[0] == 200
    assert (await browser.sign_in("admin", password))[0] == 401
    assert (await browser.sign_in("admin"))[0] == 201


@pytest.mark.parametrize("new", ["short", "x" * 200, "my wangwang password", "aaaaaaaaaaaaaaaa", PASSWORD])
async def test_a_bad_new_password_is_refused(users: UserStore, browser: Browser, new: str) -> None:
    await user(users, "wangwang", "agent")
    await browser.sign_in("wangwang")
    status, told = await browser.json("PUT", "/session/password", f'{{"old": "{PASSWORD}", "new": "{new}"}}')
    assert (status, told["error"]["code"]) == (422, "bad_password")
    status, told = await browser.json("PUT", "/session/password", '{"old": "wrong", "new": "another good one"}')
    assert (status, told["error"]["code"]) == (403, "wrong")


async def test_a_changed_password_ends_the_other_sessions(site: Site, users: UserStore, browser: Browser) -> None:
    await user(users, "li", "supervisor")
    other = Browser(site)
    await other.sign_in("li")
    await browser.sign_in("li")
    change = f'{{"old": "{PASSWORD}", "new": "something else entirely"}}'
    assert (await browser.json("PUT", "/session/password", change))[0] == 200
    assert (await browser.json("GET", "/state"))[0] == 200
    assert (await other.json("GET", "/state"))[0] == 401


async def test_an_admin_makes_and_changes_users(site: Site, users: UserStore, browser: Browser) -> None:
    await user(users, "root", "admin")
    await browser.sign_in("root")
    status, made = await browser.json("POST", "/users", '{"name": "wang", "role": "agent", "agent": "1001"}')
    assert (status, made["role"], made["agent"], made["must_change"]) == (201, "agent", "1001", True)
    wang = Browser(site)
    assert (await wang.sign_in("wang", made["one_time_password"]))[0] == 201
    status, told = await browser.json("PATCH", "/users/wang", '{"role": "supervisor", "agent": ""}')
    assert (status, told["role"], told["agent"]) == (200, "supervisor", "")
    assert (await wang.json("GET", "/session"))[0] == 401
    status, told = await browser.json("POST", "/users/wang/password")
    assert (await wang.sign_in("wang", made["one_time_password"]))[0] == 401
    assert (await wang.sign_in("wang", told["one_time_password"]))[0] == 201
    assert (await browser.json("PATCH", "/users/wang", '{"disabled": true}'))[0] == 200
    assert (await wang.json("GET", "/session"))[0] == 401
    assert (await wang.sign_in("wang", told["one_time_password"]))[0] == 401
    assert [told["name"] for told in (await browser.json("GET", "/users"))[1]] == ["root", "wang"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/users", '{"name": "root", "role": "agent"}', 409, "taken"),
        ("POST", "/users", '{"name": "li", "role": "agent", "agent": "9999"}', 422, "unknown_agent"),
        ("POST", "/users", '{"name": "li", "role": "agent", "agent": "1001"}', 409, "agent_taken"),
        ("POST", "/users", '{"name": "a b", "role": "agent"}', 400, "bad_json"),
        ("POST", "/users", '{"name": "li", "role": "king"}', 400, "bad_json"),
        ("POST", "/users", '{"name": "li"}', 400, "bad_json"),
        ("POST", "/users", "nonsense", 400, "bad_json"),
        ("PATCH", "/users/root", '{"role": "agent"}', 409, "last_admin"),
        ("PATCH", "/users/root", '{"disabled": true}', 409, "last_admin"),
        ("PATCH", "/users/nobody", '{"disabled": true}', 404, "unknown_user"),
        ("POST", "/users/nobody/password", "", 404, "unknown_user"),
        ("GET", "/audit?limit=x", "", 400, "bad_query"),
    ],
)
async def test_what_can_not_be_is_refused_with_a_code(
    users: UserStore, browser: Browser, method: str, path: str, body: str, status: int, code: str
) -> None:
    await user(users, "root", "admin")
    await user(users, "wang", "agent", agent="1001")
    await browser.sign_in("root")
    before = await users.users()
    told_status, told = await browser.json(method, path, body)
    assert (told_status, told["error"]["code"]) == (status, code)
    assert await users.users() == before


async def test_what_was_changed_is_in_the_audit_log(users: UserStore, browser: Browser) -> None:
    await user(users, "root", "admin")
    await browser.sign_in("root")
    await browser.json("POST", "/users", '{"name": "wang", "role": "agent", "agent": "1001"}')
    await browser.json("POST", "/users", '{"name": "wang", "role": "agent"}')  # refused: nothing was changed
    await browser.json("POST", "/agents/1001/pause", '{"reason": "training"}')
    _, told = await browser.json("GET", "/audit")
    assert [(entry["name"], entry["what"], entry["detail"]) for entry in told] == [
        ("root", "POST /agents/1001/pause", '{"reason":"training"}'),
        ("root", "POST /users", "wang: agent 1001"),
        ("root", "signed in", ""),
    ]
    _, older = await browser.json("GET", f"/audit?before={told[1]['number']}&name=root")
    assert [entry["what"] for entry in older] == ["signed in"]
    assert all(entry["address"] == "127.0.0.1" for entry in told)


async def test_what_an_agent_does_about_their_password_is_in_the_audit_log(users: UserStore, browser: Browser) -> None:
    await user(users, "wang", "agent", agent="1001")
    await browser.sign_in("wang")
    await browser.json("POST", "/agents/1001/ready")  # in the records
    change = f'{{"old": "{PASSWORD}", "new": "another horse battery"}}'
    assert (await browser.json("PUT", "/session/password", change))[0] == 200
    await browser.json("DELETE", "/session")
    done = [(entry.what, entry.detail) for entry in await users.audit(9)]
    assert done == [("DELETE /session", ""), ("PUT /session/password", ""), ("signed in", "")]


async def test_what_a_proxy_on_this_machine_says_of_a_browser_is_believed(
    site: Site, users: UserStore, browser: Browser
) -> None:
    await user(users, "root", "admin")
    who = f'{{"name": "root", "password": "{PASSWORD}"}}'.encode()
    seen = {"X-Forwarded-For": "192.0.2.9, 203.0.113.7", "X-Forwarded-Proto": "https"}
    response, _ = await site.ask("POST", "/session", token=None, headers=seen, body=who)
    assert response.cookies["tandem_session"]["secure"], "no browser sends it by http"
    await browser.sign_in("root")
    await browser.json("POST", "/agents/1001/ready", **seen)
    assert [entry.address for entry in await users.audit(9)] == ["203.0.113.7", "127.0.0.1", "203.0.113.7"]
    response, _ = await site.ask("POST", "/session", token=None, body=who)
    assert not response.cookies["tandem_session"]["secure"]


async def test_who_leaves_in_the_middle_is_in_the_audit_log(site: Site, users: UserStore) -> None:
    async def cut_off(_: web.Request) -> web.StreamResponse:
        raise ConnectionResetError("Cannot write to closing transport")

    app = make_app(site.backend, TOKEN, site.accounts, site.desktops, LOOPBACK, [web.post("/everything", cut_off)])
    runner = await serve(app, "127.0.0.1", 0)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as http:
        await http.post(f"http://127.0.0.1:{runner.addresses[0][1]}/everything")
    await runner.cleanup()
    assert [entry.what for entry in await users.audit(9)] == ["POST /everything"]


async def test_what_a_program_changes_is_in_the_audit_log_too(site: Site, users: UserStore) -> None:
    await site.json("POST", "/agents/1001/ready")
    assert [(entry.name, entry.what) for entry in await users.audit(9)] == [
        ("operators' token", "POST /agents/1001/ready")
    ]


def test_a_good_password_has_no_fault() -> None:
    assert fault_of(PASSWORD, "li") == ""


async def test_an_admin_sees_where_somebody_is_signed_in_and_ends_it(
    site: Site, users: UserStore, browser: Browser
) -> None:
    await user(users, "ann", "admin")
    await user(users, "li", "agent")
    theirs = Browser(site)
    await theirs.sign_in("li")
    site.now += 10
    await browser.sign_in("ann")
    status, told = await browser.json("GET", "/users/li/sessions")
    since = site.now - 10
    assert (status, told) == (
        200, [{"created_at": since, "seen_at": since, "expires_at": since + SESSION_SECONDS, "own": False}],
    )  # fmt: skip
    assert [each["own"] for each in (await browser.json("GET", "/users/ann/sessions"))[1]] == [True]
    assert (await browser.json("DELETE", "/users/li/sessions"))[0] == 204
    assert (await theirs.json("GET", "/session"))[0] == 401
    assert (await browser.json("GET", "/users/li/sessions"))[1] == []
    assert (await browser.json("DELETE", "/users/ann/sessions"))[0] == 204
    assert (await browser.json("GET", "/session"))[0] == 200
    assert (await browser.json("GET", "/users/nobody/sessions"))[0] == 404
