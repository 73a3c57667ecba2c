"""The settings over HTTP, with a real shelf behind."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tandem.control import events
from tandem.control.plane import Plane
from tandem.cti.http import make_app, serve
from tandem.cti.settings_api import SettingsApi
from tandem.service.config import LOOPBACK
from tandem.service.settings_shelf import SettingsShelf
from tandem.store.outbox import Outbox
from tandem.store.settings_versions import SettingsStore
from tandem.store.users import UserStore
from tests.cti.sites import TOKEN, Site
from tests.cti.test_accounts import Browser, user
from tests.databases import migrated

CENTRE: dict[str, Any] = {"queues": {"tv": {"ring_seconds": 20}}, "agents": {"1": {"skills": {}}}}
OTHER: dict[str, Any] = {**CENTRE, "queues": {"tv": {"ring_seconds": 30}}}
Answer = tuple[int, str, Any]


class Desk:
    """An admin's program."""

    def __init__(self, session: aiohttp.ClientSession, url: str, plane: Plane, site: Site, users: UserStore) -> None:
        self._session, self._url, self.plane, self._site, self.users = session, url, plane, site, users

    async def browser(self, name: str) -> Browser:
        """Somebody who signed in."""
        self._site.url = self._url
        browser = Browser(self._site)
        assert (await browser.sign_in(name))[0] == 201
        return browser

    async def ask(
        self, method: str, path: str, wish: object = None, on: str | None = None, language: str = ""
    ) -> Answer:
        """Status, ETag, and what was told, in `language`."""
        body = wish if isinstance(wish, bytes) else json.dumps(wish).encode() if wish is not None else None
        headers = {"Authorization": f"Bearer {TOKEN}"} | ({"If-Match": on} if on else {})
        headers["Accept-Language"] = language
        async with self._session.request(method, self._url + path, data=body, headers=headers) as answer:
            text = await answer.text()
            told = json.loads(text) if answer.content_type == "application/json" else text
            return answer.status, answer.headers.get("ETag", ""), told

    async def put(self, settings: object, on: str | None = "*") -> Answer:
        return await self.ask("PUT", "/settings", {"author": "ann", "settings": settings}, on)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    engine = await migrated(tmp_path / "records.sqlite3")
    plane = Plane()

    def emit(event: events.Event) -> None:
        plane.handle(event, 1000.0)

    async def no_flows() -> list[Any]:
        return []

    shelf = SettingsShelf(SettingsStore(engine), lambda: plane.state, emit, no_flows, lambda: 1000.0)
    users = UserStore(engine)
    site = Site(Outbox(engine), users)
    app = make_app(site.backend, TOKEN, site.accounts, site.desktops, LOOPBACK, SettingsApi(shelf).routes())
    runner = await serve(app, "127.0.0.1", 0)
    async with aiohttp.ClientSession() as session, site.running():
        yield Desk(session, f"http://127.0.0.1:{runner.addresses[0][1]}", plane, site, users)
    await runner.cleanup()
    await engine.dispose()


async def test_read_change_and_read_again(desk: Desk) -> None:
    assert (await desk.ask("GET", "/settings"))[0] == 404
    assert (await desk.put(CENTRE))[:2] == (200, '"1"')
    status, tag, told = await desk.ask("GET", "/settings")
    assert (status, tag, told["settings"], told["author"], told["at"]) == (200, '"1"', CENTRE, "ann", 1000.0)
    status, tag, told = await desk.put(OTHER, tag)
    assert (status, tag, told["changes"]) == (200, '"2"', ["queue tv: ring_seconds 20 -> 30"])
    assert desk.plane.state.settings.acd.queues["tv"].ring_seconds == 30
    assert (await desk.ask("GET", "/settings/versions/1"))[2]["content"] == CENTRE


async def test_a_change_on_an_old_version_is_refused_with_what_changed(desk: Desk) -> None:
    await desk.put(CENTRE)
    await desk.put(OTHER)
    status, _, told = await desk.put(CENTRE, 'W/"1"')
    assert (status, told["error"]["code"]) == (412, "changed_meanwhile")
    assert [(each["path"], each["old"], each["new"]) for each in told["problems"]] == [
        ("queues.tv.ring_seconds", 20, 30)
    ]
    assert (await desk.put(CENTRE, None))[0] == 428
    assert (await desk.put(CENTRE, "yesterday"))[0] == 412
    assert (await desk.ask("POST", "/settings/rollback", {"author": "bob"}, '"1"'))[0] == 412
    assert desk.plane.state.settings_version == 2


async def test_check_tells_findings_and_changes_and_changes_nothing(desk: Desk) -> None:
    await desk.put(CENTRE)
    wish = {"settings": {**CENTRE, "queues": {"tv": {"ring": 3}, "hifi": {"needs": {"hifi": 1}}}}}
    status, _, told = await desk.ask("POST", "/settings/check", wish)
    assert status == 200
    assert [(each["path"], each["severity"]) for each in told["findings"]] == [
        ("queues.tv.ring", "error"), ("queues.hifi.needs", "warning"),
    ]  # fmt: skip
    assert all(each["message"] and each["way_out"] for each in told["findings"])
    assert "queue hifi: added" in [each["words"] for each in told["changes"]]
    status, _, told = await desk.ask("POST", "/settings/check", {"source": "queues:\n  tv: {ring: 3}\n"})
    assert told["findings"][0]["line"] == 2
    assert (await desk.put(wish["settings"]))[0] == 422
    assert desk.plane.state.settings_version == 1


@pytest.mark.parametrize("asked", ["zh-CN", "fr, zh;q=0.8, en;q=0.3"])
async def test_findings_are_told_in_the_language_that_is_asked_for(desk: Desk, asked: str) -> None:
    wish = {"settings": {"queues": {"tv": {"ring_seconds": 900, "plan": [{"move": "hifi"}]}}}}
    _, _, told = await desk.ask("POST", "/settings/check", wish, language=asked)
    texts = {each["path"]: (each["message"], each["way_out"], each["text"]) for each in told["findings"]}
    assert texts["queues.tv.ring_seconds"] == (
        "现为 900",
        "请填 1 至 300",
        "queues.tv.ring_seconds: 现为 900：请填 1 至 300",
    )
    assert texts["queues.tv.plan[0].move"][0] == "没有可转移到的队列“hifi”"
    _, _, refused = await desk.ask("PUT", "/settings", {"author": "ann", **wish}, "*", asked)
    assert "现为 900" in [each["message"] for each in refused["problems"]]
    _, _, told = await desk.ask("POST", "/settings/check", wish, language="fr")
    assert told["findings"][0]["text"] == "queues.tv.ring_seconds: is 900: write 1 to 300"


async def test_differences_history_rollback_and_export(desk: Desk) -> None:
    await desk.put(CENTRE)
    await desk.put(OTHER)
    _, _, told = await desk.ask("POST", "/settings/diff", {"old": 1})
    assert [each["words"] for each in told["changes"]] == ["queue tv: ring_seconds 20 -> 30"]
    assert (await desk.ask("POST", "/settings/rollback", {"author": "bob"}))[:2] == (200, '"1"')
    _, _, history = await desk.ask("GET", "/settings/history")
    assert [(each["number"], each["what"], each["author"]) for each in history] == [
        (1, "rolled_back", "bob"), (2, "applied", "ann"), (1, "applied", "ann"),
    ]  # fmt: skip
    status, _, text = await desk.ask("GET", "/settings/export?version=2")
    assert (status, "ring_seconds: 30" in text) == (200, True)
    assert (await desk.ask("POST", "/settings/check", {"source": text}))[2]["changes"][0]["new"] == 30


@pytest.mark.parametrize(
    ("method", "path", "wish", "status"),
    [
        ("PUT", "/settings", b"{", 400),
        ("PUT", "/settings", {"settings": {}}, 400),
        ("PUT", "/settings", {"author": "", "settings": {}}, 400),
        ("PUT", "/settings", {"author": "ann"}, 422),
        ("PUT", "/settings", {"author": "ann", "settings": {"queues": 3}}, 422),
        ("PUT", "/settings", b'{"author": "ann", "settings": {"queues": ' + b"[" * 5000 + b"]" * 5000 + b"}}", 400),
        ("POST", "/settings/diff", {"old": "1"}, 400),
        ("POST", "/settings/diff", {"old": 99}, 404),
        ("POST", "/settings/rollback", {"author": "ann", "number": 99}, 404),
        ("POST", "/settings/check", {}, 422),
        ("GET", "/settings/versions/99", None, 404),
        ("GET", "/settings/export?version=x", None, 400),
    ],
)
async def test_bad_input_has_a_clear_error_with_a_code(
    desk: Desk, method: str, path: str, wish: object, status: int
) -> None:
    await desk.put(CENTRE)
    got, _, told = await desk.ask(method, path, wish, "*")
    assert (got, bool(told["error"]["code"]), bool(told["error"]["message"])) == (status, True, True)
    assert desk.plane.state.settings_version == 1


async def test_the_schema_names_every_section(desk: Desk) -> None:
    status, _, told = await desk.ask("GET", "/settings/schema")
    assert (status, "queues" in told["$defs"]["Form"]["properties"]) == (200, True)


async def test_a_supervisor_reads_but_what_may_be_private(desk: Desk) -> None:
    await desk.put({**CENTRE, "services": {"shop": {"url": "https://shop.example", "headers": {"X-Client": "we"}}}})
    await user(desk.users, "sue", "supervisor")
    await user(desk.users, "ann", "admin")
    supervisor, admin = await desk.browser("sue"), await desk.browser("ann")
    for browser, header in ((supervisor, "(hidden)"), (admin, "we")):
        _, told = await browser.json("GET", "/settings")
        assert told["settings"]["services"]["shop"]["headers"] == {"X-Client": header}
    assert (await supervisor.json("PUT", "/settings", '{"settings": {}}'))[0] == 403
    assert (await supervisor.json("POST", "/settings/diff", '{"old": 1}'))[0] == 200


async def test_what_only_asks_is_not_in_the_audit_log(desk: Desk) -> None:
    await user(desk.users, "ann", "admin")
    admin = await desk.browser("ann")
    wish = json.dumps({"settings": CENTRE})
    assert (await admin.json("POST", "/settings/check", wish))[0] == 200
    assert [entry.what for entry in await desk.users.audit(9)] == ["signed in"]
    body = json.dumps({"settings": CENTRE, "author": "somebody else"})
    status, told = await admin.json("PUT", "/settings", body, **{"If-Match": "*"})
    assert (status, told["version"]) == (200, 1)
    assert [entry.what for entry in await desk.users.audit(1)] == ["PUT /settings"]
    assert (await admin.json("GET", "/settings"))[1]["author"] == "ann"
