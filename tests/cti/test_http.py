import asyncio
import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tandem.control.commands import SendLink
from tandem.control.events import (
    AgentPaused,
    AgentSignedIn,
    AgentSignedOut,
    AgentWentReady,
    Event,
    SettingsLoaded,
    WrapUpExtended,
)
from tandem.control.settings import PauseReason, Settings
from tandem.cti.backend import Health
from tandem.cti.guard import HEADERS
from tandem.cti.http import make_app, serve
from tandem.service.config import LOOPBACK
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.cti.sites import TOKEN, Site


@pytest.mark.parametrize(("switch_up", "journal_ok", "status"), [(1, 1, 200), (0, 1, 503), (1, 0, 503)])
async def test_health_tells_whether_calls_can_be_taken(
    site: Site, switch_up: int, journal_ok: int, status: int
) -> None:
    site.health = Health(bool(switch_up), bool(journal_ok), 1000.0)
    told = {"switch_up": bool(switch_up), "journal_ok": bool(journal_ok), "since": 1000.0}
    assert await site.json("GET", "/health", token=None) == (status, told)


async def test_metrics_are_read_when_they_are_asked_for(site: Site) -> None:
    counts: Counter[str] = Counter()
    site.metrics.counter("tandem_links", "Links by outcome", lambda: counts, label="outcome")
    site.metrics.counter("tandem_lookups", "Lookups", lambda: {("shop", "failed"): 2}, ("service", "outcome"))
    site.metrics.gauge("tandem_records_lag", "Batches", lambda: 7)
    observe = site.metrics.histogram("tandem_commit_seconds", "Commits", (0.001, 0.01))
    observe(0.005)
    counts["delivered"] += 3
    response, text = await site.ask("GET", "/metrics", token=None)
    assert response.status == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    for line in (
        'tandem_links_total{outcome="delivered"} 3.0',
        'tandem_lookups_total{outcome="failed",service="shop"} 2.0',
        "tandem_records_lag 7.0",
        'tandem_commit_seconds_bucket{le="0.01"} 1.0',
    ):
        assert line in text.splitlines()


async def test_a_figure_of_a_name_that_is_taken_is_refused(site: Site) -> None:
    site.metrics.gauge("tandem_calls", "Calls", lambda: 1)
    with pytest.raises(ValueError, match="Duplicated"):
        site.metrics.gauge("tandem_calls", "Calls", lambda: 2)


async def test_state_is_what_the_plane_shows(site: Site) -> None:
    assert await site.json("GET", "/state") == (200, {"calls": [{"call": "c1"}]})


@pytest.mark.parametrize(
    ("verb", "body", "event"),
    [
        ("sign-in", None, AgentSignedIn("1001")),
        ("sign-out", None, AgentSignedOut("1001")),
        ("ready", b"{}", AgentWentReady("1001")),
        ("pause", '{"reason": " 午饭 "}'.encode(), AgentPaused("1001", "午饭")),
        ("pause", b'{"reason": "lunch", "by": " Mei "}', AgentPaused("1001", "lunch", "Mei")),
        ("pause", b'{"reason": "lunch", "after_contact": true}', AgentPaused("1001", "lunch", after_contact=True)),
        ("ready", b'{"by": "Mei"}', AgentWentReady("1001", "Mei")),
        ("sign-out", b'{"by": "Mei", "after_contact": true}', AgentSignedOut("1001", "Mei", after_contact=True)),
        ("extend", b'{"seconds": 30}', WrapUpExtended("1001", 30.0)),
    ],
)
async def test_a_verb_becomes_an_event(site: Site, verb: str, body: bytes | None, event: Event) -> None:
    assert await site.json("POST", f"/agents/1001/{verb}", body=body) == (202, {"accepted": True})
    assert site.told == [event]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/agents/9999/ready", None, 404, "unknown_agent"),
        ("/agents/1001/dance", None, 404, "unknown_verb"),
        ("/agents/1001/pause", b'{"reason": ', 400, "bad_json"),
        ("/agents/1001/pause", b"[]", 400, "bad_json"),
        ("/agents/1001/pause", b'{"reason": "lunch", "after": 3}', 400, "bad_json"),
        ("/agents/1001/ready", b'{"by": "' + b"x" * 65 + b'"}', 400, "bad_by"),
        ("/agents/1001/sign-in", b'{"by": "Mei"}', 400, "bad_by"),
        ("/agents/1001/extend", b'{"by": "Mei", "seconds": 5}', 400, "bad_by"),
        ("/agents/1001/extend", None, 400, "bad_seconds"),
        ("/agents/1001/extend", b'{"seconds": 3601}', 400, "bad_seconds"),
        ("/agents/1001/pause", b'{"reason": 7}', 400, "bad_json"),
        ("/agents/1001/pause", b'{"reason": "\xff"}', 400, "bad_json"),
        ("/agents/1001/pause", None, 400, "bad_reason"),
        ("/agents/1001/pause", b'{"reason": " "}', 400, "bad_reason"),
        ("/agents/1001/pause", b'{"reason": "' + b"x" * 65 + b'"}', 400, "bad_reason"),
        ("/agents/1001/pause", b'{"reason": "' + b"x" * 20_000 + b'"}', 413, "too_big"),
        ("/nowhere", None, 404, "not_found"),
        ("/health", None, 405, "method_not_allowed"),
    ],
)
async def test_a_mistake_is_told_with_a_code_and_changes_nothing(
    site: Site, path: str, body: bytes | None, status: int, code: str
) -> None:
    answered, told = await site.json("POST", path, body=body)
    assert (answered, told["error"]["code"]) == (status, code)
    assert told["error"]["message"]
    assert site.told == []


async def test_a_plane_that_is_behind_says_so(site: Site) -> None:
    site.full = True
    status, told = await site.json("POST", "/agents/1001/ready")
    assert (status, told["error"]["code"]) == (503, "busy")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/state"), ("GET", "/outbox"), ("POST", "/agents/1001/ready"), ("GET", "/nowhere")]
)
@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN[:-1], "Ünrecht"])
async def test_without_the_token_nothing_is_shown_or_done(
    site: Site, method: str, path: str, token: str | None
) -> None:
    status, told = await site.json(method, path, token=token)
    assert (status, told["error"]["code"]) == (401, "unauthorized")
    assert site.told == []


def test_an_empty_token_is_no_token(outbox: Outbox, users: UserStore) -> None:
    with pytest.raises(ValueError, match="needs a token"):
        site = Site(outbox, users)
        make_app(site.backend, "", site.accounts, site.desktops, LOOPBACK)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "[::1", "127.0.0.2"])
@pytest.mark.parametrize("path", ["/health", "/metrics", "/state", "/outbox"])
async def test_a_page_elsewhere_cannot_ask_by_its_own_name(site: Site, path: str, host: str) -> None:
    status, told = await site.json("GET", path, headers={"Host": host})
    assert (status, told["error"]["code"]) == (421, "unknown_host")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "[::1]:8080", "127.0.0.1:8080"])
async def test_loopback_may_ask_by_any_of_its_names(site: Site, host: str) -> None:
    response, _ = await site.ask("GET", "/health", headers={"Host": host})
    assert response.status == 200


@pytest.mark.parametrize("path", ["/health", "/metrics", "/state", "/nowhere", "/l/wrong"])
async def test_every_answer_has_the_security_headers(site: Site, path: str) -> None:
    response, _ = await site.ask("GET", path)
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_the_outbox_shows_what_was_sent_to_the_operator(site: Site, outbox: Outbox) -> None:
    link = SendLink("c1", 1, "order_status", "en", "Your order: {link}", "13800000000", "PJSIP/a-1")
    item = await outbox.add(link, "token", 1500.0)
    await outbox.sending(item, "webhook", 1501.0)
    await outbox.finish(item, "delivered", "", 1502.0)
    status, told = await site.json("GET", "/outbox")
    assert (status, told) == (
        200,
        [
            {
                "call": "c1", "link": 1, "purpose": "order_status", "language": "en", "address": "13800000000",
                "state": "delivered", "adapter": "webhook", "reason": "", "attempts": 1, "opened_at": None,
                "created_at": 1500.0, "changed_at": 1502.0,
                "url": "https://care.example/l/token", "text": "Your order: https://care.example/l/token",
            }
        ],
    )  # fmt: skip


async def test_a_broken_outbox_is_told_and_no_secret_is_logged(site: Site, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "records.sqlite3")) as database:
        database.execute("DROP TABLE outbox")
    with capture_logs() as logs:
        assert (await site.json("GET", "/outbox"))[0] == 503
        token = site.tokens.new()
        assert (await site.json("GET", f"/l/{token}"))[0] == 503
    assert len(logs) == 2
    assert token not in str(logs)


async def test_a_malformed_request_disturbs_nobody(site: Site) -> None:
    _, half_open = await asyncio.open_connection("127.0.0.1", site.port)
    half_open.write(b"POST /agents/1001/pause HTTP/1.1\r\nHost: localhost\r\nContent-Le")
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(b"\x16\x03\x01 nonsense\r\n\r\n")
    assert (await asyncio.wait_for(reader.read(), 10)).startswith(b"HTTP/1.0 400")
    assert (await site.json("GET", "/health"))[0] == 200
    writer.close()
    half_open.close()


async def test_a_path_in_disguise_does_not_pass_the_guard(site: Site) -> None:
    for path in (b"/l/../state", b"/l/%2e%2e/state", b"//state", b"/%73tate", b"/l/..%2fstate"):
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        writer.write(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 10)
        assert b'"call"' not in answer
        assert answer.split()[1] in (b"401", b"404")
        writer.close()


async def test_a_taken_port_is_an_error(site: Site) -> None:
    with pytest.raises(OSError, match="in use"):
        await serve(make_app(site.backend, TOKEN, site.accounts, site.desktops, LOOPBACK), "127.0.0.1", site.port)


async def test_errors_are_json_by_their_content_type(site: Site) -> None:
    response, text = await site.ask("GET", "/state", token=None)
    assert response.content_type == "application/json"
    assert json.loads(text)["error"]["code"] == "unauthorized"


async def test_a_pause_for_a_reason_that_is_not_the_centres_is_refused(site: Site) -> None:
    reasons = {"lunch": PauseReason(45.0), "training": PauseReason()}
    site.plane.handle(SettingsLoaded(Settings(pause_reasons=reasons)), 1000.0)
    status, told = await site.json("POST", "/agents/1001/pause", body=b'{"reason": "lnch", "by": "Mei"}')
    assert (status, told["error"]) == (
        400,
        {"code": "unknown_reason", "message": "The reasons for a pause are lunch, training."},
    )
    assert (await site.json("POST", "/agents/1001/pause", body=b'{"reason": "lunch"}'))[0] == 202
    assert site.told == [AgentPaused("1001", "lunch")]
