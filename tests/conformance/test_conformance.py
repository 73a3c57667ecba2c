"""The conformance kit: our own server keeps every rule, and one that breaks a rule fails at that rule."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from typer.testing import CliRunner

from tandem.conformance.checks import RULES
from tandem.conformance.client import Server
from tandem.conformance.command import hold
from tandem.control import events
from tandem.control.settings import PauseReason, Settings
from tandem.cti import desktops
from tandem.main import cli
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.control.playbook import SETTINGS
from tests.cti.sites import TOKEN, Site
from tests.databases import migrated

BEAT, SILENT = 0.05, 0.4
Change = Callable[[dict[str, Any]], dict[str, Any] | None]
"""What becomes of a message; None: it is lost."""


@asynccontextmanager
async def served(home: Path) -> AsyncIterator[Site]:
    engine = await migrated(home / "records.sqlite3")
    site = Site(Outbox(engine), UserStore(engine))
    site.all_for_the_plane = True
    site.happens(events.SettingsLoaded(SETTINGS))
    async with site.running():
        yield site
    await engine.dispose()


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr(desktops, "BEAT_EVERY", BEAT)
    monkeypatch.setattr(desktops, "SILENT_AFTER", SILENT)
    async with served(tmp_path) as site:
        yield site


@pytest.fixture
def site_url(tmp_path: Path) -> Iterator[str]:
    """A site with a loop of its own: for commands, which begin theirs."""
    loop, ready, ended = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    url: list[str] = []

    async def serve() -> None:
        async with served(tmp_path) as site:
            url.append(site.url)
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(20)
    yield url[0]
    loop.call_soon_threadsafe(ended.set)
    thread.join(20)
    loop.close()


async def broken_rules(url: str, only: str = "") -> dict[str, str]:
    """What a server does not keep to: by rule, in what."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as session:
        server = Server(session, url, "1001", beat=BEAT, silent=SILENT)
        rules = [rule for rule in RULES if only in rule.name]
        return {one.rule: one.fault async for one in hold(server, rules) if one.fault}


async def test_our_own_server_keeps_every_rule(site: Site) -> None:
    assert len(RULES) == 12
    assert await broken_rules(site.url) == {}


async def test_so_it_does_where_pauses_have_reasons(site: Site) -> None:
    site.happens(events.SettingsLoaded(Settings(acd=SETTINGS.acd, pause_reasons={"lunch": PauseReason()})))
    assert await broken_rules(site.url, "refused with its code") == {}


def as_it_is(message: dict[str, Any]) -> dict[str, Any]:
    return message


class Proxy:
    """Another server in front of ours, which breaks rules: `down` and `up` change what is sent to and by a desktop,
    `lets_in` takes away what a stranger is known by."""

    def __init__(
        self, site: Site, down: Change = as_it_is, up: Change = as_it_is,
        raw: Callable[[str | bytes], str | bytes | None] = lambda data: data, lets_in: bool = False,
    ) -> None:  # fmt: skip
        self._site, self._down, self._up, self._raw, self._lets_in = site, down, up, raw, lets_in

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        app = web.Application()
        app.add_routes([web.get("/desktop", self.desktop), web.route("*", "/{path:.*}", self.rest)])
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with aiohttp.ClientSession() as self._session:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
            await runner.cleanup()

    async def desktop(self, request: web.Request) -> web.StreamResponse:
        names = () if self._lets_in else ("Authorization", "Origin")
        headers = {"Authorization": f"Bearer {TOKEN}"} if self._lets_in else {}
        headers |= {name: request.headers[name] for name in names if name in request.headers}
        try:
            async with self._session.ws_connect(f"{self._site.url}/desktop", headers=headers) as ours:
                theirs = web.WebSocketResponse(max_msg_size=0)
                await theirs.prepare(request)
                await asyncio.wait(
                    [
                        asyncio.ensure_future(self._pass_up(theirs, ours)),
                        asyncio.ensure_future(self._pass_down(ours, theirs)),
                    ],
                    return_when=asyncio.FIRST_COMPLETED,
                )
                await theirs.close()
                return theirs
        except aiohttp.WSServerHandshakeError as error:
            return web.Response(status=error.status)

    async def _pass_up(self, theirs: web.WebSocketResponse, ours: aiohttp.ClientWebSocketResponse) -> None:
        async for message in theirs:
            data = self._raw(message.data)
            if isinstance(data, bytes):
                await ours.send_bytes(data)
            elif data is not None:
                await ours.send_str(self._changed(data, self._up) or "")

    async def _pass_down(self, ours: aiohttp.ClientWebSocketResponse, theirs: web.WebSocketResponse) -> None:
        async for message in ours:
            if (data := self._changed(message.data, self._down)) is not None:
                await theirs.send_str(data)

    def _changed(self, data: str, change: Change) -> str | None:
        try:
            message = json.loads(data)
        except (ValueError, RecursionError):
            return data
        changed = change(message) if isinstance(message, dict) else message
        return None if changed is None else json.dumps(changed)

    async def rest(self, request: web.Request) -> web.Response:
        headers = {"Authorization": request.headers.get("Authorization", "")}
        url = self._site.url + request.path_qs
        async with self._session.request(request.method, url, headers=headers, data=await request.read()) as answer:
            return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)


def only(kind: str, change: Change) -> Change:
    """A change of messages of one type."""
    return lambda message: change(message) if message.get("type") == kind else message


def nothing(_: dict[str, Any]) -> None:
    return None


def every_third(kind: str) -> Change:
    """Every third message of a type is lost."""
    seen = [0]

    def change(_message: dict[str, Any]) -> dict[str, Any] | None:
        seen[0] += 1
        return None if seen[0] % 3 == 0 else _message

    return only(kind, change)


def moved(message: dict[str, Any]) -> dict[str, Any]:
    position = message["position"]
    return message | {"position": position | {"number": position["number"] + 1}}


def nobody_else(message: dict[str, Any]) -> dict[str, Any]:
    return message | {"take": True}


def short(data: str | bytes) -> str | bytes | None:
    """A server that passes over what it does not understand."""
    return None if isinstance(data, bytes) or len(data) > 1000 else data


BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "no contacts": (
        "answered by a snapshot",
        {"down": only("snapshot", lambda m: {k: m[k] for k in m if k != "contacts"})},
    ),
    "no clock": ("answered by a snapshot", {"down": only("snapshot", lambda m: {k: m[k] for k in m if k != "now"})}),
    "another agent": ("answered by a snapshot", {"down": only("snapshot", lambda m: m | {"agent": {"agent": "1002"}})}),
    "a gap": ("without a gap", {"down": every_third("event")}),
    "no events": ("without a gap", {"down": only("event", nothing)}),
    "no resume": (
        "goes on with what was missed",
        {"up": only("hello", lambda m: {k: m[k] for k in m if k != "after"})},
    ),
    "miscounted": (
        "goes on with what was missed",
        {"down": only("resumed", lambda m: m | {"missed": m["missed"] + 1})},
    ),
    "another stream": (
        "cut off for too long",
        {"down": only("snapshot", lambda m: m | {"type": "resumed", "missed": 0})},
    ),
    "no beats": ("beats come", {"down": only("beat", nothing)}),
    "beats elsewhere": ("beats come", {"down": only("beat", moved)}),
    "two at work": ("one session works", {"up": only("hello", nobody_else)}),
    "a silent taking over": ("one session works", {"down": only("taken_over", lambda m: {"type": "taken_over"})}),
    "no name kept": ("own place again", {"up": only("hello", lambda m: {k: m[k] for k in m if k != "desktop"})}),
    "another code": ("refused with its code", {"down": only("refused", lambda m: m | {"code": "no"})}),
    "no message": ("refused with its code", {"down": only("refused", lambda m: m | {"message": ""})}),
    "another id": ("refused with its code", {"down": only("refused", lambda m: m | {"id": "x"})}),
    "all is done": ("refused with its code", {"down": only("refused", lambda m: {"type": "done", "id": m["id"]})}),
    "no last word": ("none ends the connection", {"down": only("error", nothing)}),
    "an open door": ("without a session or token", {"lets_in": True}),
}


@pytest.mark.parametrize("how", BROKEN)
async def test_a_server_that_breaks_a_rule_fails_at_it(site: Site, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tandem.conformance.checks.ANSWER_SECONDS", 1.0)
    monkeypatch.setattr("tandem.conformance.client.ANSWER_SECONDS", 1.0)
    rule, changes = BROKEN[how]
    assert any(rule in each.name for each in RULES)
    async with Proxy(site, **changes).running() as url:
        assert await broken_rules(url, rule)


async def test_a_server_that_keeps_silent_desktops_fails(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desktops, "SILENT_AFTER", 60.0)
    assert (
        "still open"
        in (await broken_rules(site.url, "silent desktop"))["a silent desktop is cut, one that beats is not"]
    )


async def test_a_server_that_passes_over_what_it_does_not_understand_fails(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tandem.conformance.client.ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(desktops, "SILENT_AFTER", 60.0)
    async with Proxy(site, raw=short).running() as url:
        assert await broken_rules(url, "too long or not text")


async def test_a_server_that_cuts_too_early_fails(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desktops, "SILENT_AFTER", 0.0)
    assert await broken_rules(site.url, "silent desktop")


async def test_the_same_server_behind_a_proxy_that_changes_nothing_keeps_every_rule(site: Site) -> None:
    async with Proxy(site).running() as url:
        assert await broken_rules(url, "cut off") == {}


def test_the_command_tells_each_rule_and_ends_with_a_code(site_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TANDEM_TOKEN", raising=False)
    told = CliRunner().invoke(cli, ["conformance", site_url, "--agent", "1001", "--only", "stranger"])
    assert (told.exit_code, "set TANDEM_TOKEN" in told.output) == (2, True)
    monkeypatch.setenv("TANDEM_TOKEN", TOKEN)
    told = CliRunner().invoke(cli, ["conformance", site_url, "--agent", "1001", "--only", "without a session"])
    assert told.exit_code == 0, told.output
    assert "pass  nobody without a session or token" in told.output
    assert "(docs/cti.md#the-cti-protocol)" in told.output
    assert "1 of 1 rules are kept" in told.output
    told = CliRunner().invoke(cli, ["conformance", site_url, "--agent", "9999", "--only", "snapshot of the desk"])
    assert told.exit_code == 1
    assert "FAIL" in told.output


def test_every_rule_is_from_a_section_that_the_page_has() -> None:
    page = (Path(__file__).parents[2] / "docs/cti.md").read_text()
    headings = [line.lstrip("# ").lower().replace(" ", "-") for line in page.splitlines() if line.startswith("#")]
    assert {rule.section for rule in RULES} <= set(headings)
