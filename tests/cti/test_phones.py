"""The way of browser phones to Asterisk: whose they are, when they end."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import msgspec
import pytest
from aiohttp import web

from tandem.acd.settings import AgentSettings
from tandem.control import events
from tandem.control.voice.measured import Measured
from tandem.cti import phones
from tandem.cti.ice import GOOD_FOR, IceServers
from tandem.cti.metrics import Metrics
from tandem.cti.phones import TAKEN_OVER
from tandem.service.figures import people
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.control.playbook import SETTINGS
from tests.cti.sites import Site, until
from tests.cti.test_accounts import Browser, user
from tests.cti.test_sip_frames import frame

IN_BROWSER = AgentSettings("1001", {"tv": 3}, "PJSIP/1001-web", browser_phone=True)


class Switch:
    """What takes Asterisk's place: it keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.url = ""

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("sip",))
        await socket.prepare(request)
        self.sockets.append(socket)
        async for message in socket:
            self.heard.append(message.data)
        return socket


@pytest.fixture
async def switch() -> AsyncIterator[Switch]:
    switch = Switch()
    app = web.Application()
    app.router.add_get("/ws", switch.connect)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    switch.url = f"http://127.0.0.1:{runner.addresses[0][1]}/ws"
    yield switch
    await runner.cleanup()


@pytest.fixture
async def site(outbox: Outbox, users: UserStore, switch: Switch) -> AsyncIterator[Site]:
    """A site whose agent 1001 phones in the browser, and 1002 does not."""
    site = Site(outbox, users)
    site.asterisk = switch.url
    agents = {**SETTINGS.acd.agents, "1001": IN_BROWSER}
    acd = msgspec.structs.replace(SETTINGS.acd, agents=agents)
    site.happens(events.SettingsLoaded(msgspec.structs.replace(SETTINGS, acd=acd)))
    async with site.running():
        yield site


@pytest.fixture
async def li(site: Site, users: UserStore) -> Browser:
    """The browser of who works as 1001."""
    await user(users, "li", "agent", "1001")
    browser = Browser(site)
    await browser.sign_in("li")
    return browser


@asynccontextmanager
async def phone(site: Site, browser: Browser, origin: str = "") -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """The connection of a phone in this browser."""
    headers = {"Origin": origin or site.url, "Cookie": browser.headers()["Cookie"]}
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{site.url}/ws", headers=headers, protocols=("sip",)) as socket,
    ):
        yield socket


async def refused(site: Site, browser: Browser, origin: str = "") -> int:
    with pytest.raises(aiohttp.WSServerHandshakeError) as error:
        async with phone(site, browser, origin):
            pass
    return error.value.status


async def test_an_agents_own_browser_is_told_what_to_register_with(li: Browser) -> None:
    status, told = await li.json("GET", "/agents/1001/phone")
    assert (status, told["account"], told["password"], told["path"]) == (200, "1001-web", "phone secret", "/ws")
    assert told["uri"] == "sip:1001-web@tandem.invalid"


async def test_and_nobody_else_is(site: Site, li: Browser, users: UserStore) -> None:
    assert (await site.json("GET", "/agents/1001/phone"))[0] == 403
    await user(users, "boss", "supervisor")
    boss = Browser(site)
    await boss.sign_in("boss")
    assert (await boss.json("GET", "/agents/1001/phone"))[0] == 403
    assert await refused(site, boss) == 404
    await user(users, "tom", "agent", "1002")
    tom = Browser(site)
    await tom.sign_in("tom")
    assert (await tom.json("GET", "/agents/1001/phone"))[0] == 403
    status, told = await tom.json("GET", "/agents/1002/phone")
    assert (status, told["error"]["code"]) == (404, "no_browser_phone")
    assert await refused(site, tom) == 404


async def test_a_phone_that_asterisk_was_not_told_of(site: Site, li: Browser) -> None:
    site.phones._password = lambda _: None
    status, told = await li.json("GET", "/agents/1001/phone")
    assert (status, told["error"]["code"]) == (409, "not_provisioned")


async def test_both_sides_hear_each_other(site: Site, li: Browser, switch: Switch) -> None:
    async with phone(site, li) as socket:
        assert socket.protocol == "sip"
        assert site.phones.connected == 1
        await socket.send_str(frame())
        await until(lambda: switch.heard == [frame()])
        await switch.sockets[0].send_str("SIP/2.0 200 OK\r\n\r\n")
        assert await socket.receive_str(timeout=5) == "SIP/2.0 200 OK\r\n\r\n"
    await until(lambda: site.phones.ended == {"left": 1})
    await until(lambda: switch.sockets[0].closed)
    assert site.phones.connected == 0


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_a_page_of_another_site_can_open_none(site: Site, li: Browser, origin: str) -> None:
    assert await refused(site, li, origin) == 403


async def test_who_is_not_signed_in_can_open_none(site: Site) -> None:
    assert await refused(site, Browser(site)) == 401


async def test_what_a_phone_may_not_say_ends_it_before_asterisk_hears_it(
    site: Site, li: Browser, switch: Switch
) -> None:
    async with phone(site, li) as socket:
        await socket.send_str(frame(From="<sip:1002-web@tandem.invalid>"))
        assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 1008
    await until(lambda: site.phones.ended == {"not_allowed": 1})
    assert switch.heard == []


async def test_the_newest_phone_of_an_agent_stays(site: Site, li: Browser) -> None:
    async with phone(site, li) as first, phone(site, li) as second:
        assert (await first.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
        assert first.close_code == TAKEN_OVER
        await second.send_str(frame())
        assert site.phones.connected == 1
    await until(lambda: site.phones.ended == {"taken_over": 1, "left": 1})


async def test_it_ends_with_the_session(site: Site, li: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phones, "CHECKED_EVERY", 0.01)
    async with phone(site, li) as socket:
        await li.json("DELETE", "/session")
        assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 1008
    await until(lambda: site.phones.ended == {"signed_out": 1})


async def test_without_asterisk_it_is_to_try_again_later(site: Site, li: Browser) -> None:
    site.phones._asterisk = "http://127.0.0.1:9/ws"
    async with phone(site, li) as socket:
        assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 1013
    await until(lambda: site.phones.ended == {"no_switch": 1})


async def test_when_asterisk_ends_the_browser_is_told(site: Site, li: Browser, switch: Switch) -> None:
    async with phone(site, li) as socket:
        await until(lambda: switch.sockets)
        await asyncio.wait_for(switch.sockets[0].close(), 5)
        assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
    await until(lambda: site.phones.ended == {"no_switch": 1})


async def test_the_plane_is_told_when_a_phone_comes_and_goes(site: Site, li: Browser) -> None:
    async with phone(site, li):
        await until(lambda: site.told == [events.PhoneConnected("1001")])
        async with phone(site, li):
            pass
    await until(lambda: site.told[-1] == events.PhoneDisconnected("1001"))
    assert site.told == [*[events.PhoneConnected("1001")] * 2, events.PhoneDisconnected("1001")]


async def test_a_page_that_lost_its_voice_asks_for_it(site: Site, li: Browser) -> None:
    status, _ = await li.json("POST", "/agents/1001/rejoin", '{"contact": "c1"}')
    assert (status, site.told) == (202, [events.VoiceLost("1001", "c1")])
    assert (await li.json("POST", "/agents/1001/rejoin", "{}"))[0] == 400
    by_another = b'{"contact": "c1", "by": "Mei"}'
    status, told = await site.json("POST", "/agents/1001/rejoin", body=by_another)
    assert (status, told["error"]["code"]) == (400, "bad_by")


COUNTED = {
    "leg": "tandem-leg-c1-1", "codec": "opus", "received": 980, "lost": 20, "sent": 1000, "lost_there": 0,
    "jitter": 0.004, "round_trip": 0.05,
}  # fmt: skip


async def test_how_a_talk_was_heard_is_in_the_figures_and_on_record(site: Site, li: Browser) -> None:
    metrics = Metrics()
    people(metrics, site.accounts, site.desktops, site.boards, site.phones, site.dispatch)
    assert (await li.json("POST", "/agents/1001/phone/talks", json.dumps(COUNTED)))[0] == 204
    figures = metrics.render().decode()
    assert 'tandem_browser_talk_score_bucket{le="4.2"} 0.0' in figures
    assert 'tandem_browser_talk_score_bucket{le="4.4"} 1.0' in figures
    assert "tandem_browser_talk_loss_sum 0.02" in figures
    assert "tandem_browser_talk_round_trip_sum 0.05" in figures
    measured = Measured("opus", 980, 20, 1000, 0, 0.004, 0.05)
    assert site.told == [events.TalkMeasured("tandem-leg-c1-1", "PJSIP/1001-web", measured, "1001")]


async def test_a_talk_that_was_over_at_once_says_nothing_of_how_talks_are_heard(site: Site, li: Browser) -> None:
    metrics = Metrics()
    people(metrics, site.accounts, site.desktops, site.boards, site.phones, site.dispatch)
    told = json.dumps({**COUNTED, "received": 0, "lost": 0, "sent": 40})
    assert (await li.json("POST", "/agents/1001/phone/talks", told))[0] == 204
    assert "tandem_browser_talk_score_count 0.0" in metrics.render().decode()


@pytest.mark.parametrize(
    "wrong", [{"leg": "c1"}, {"lost": -1}, {"jitter": 61}, {"codec": "<b>"}, {"score": 4.1}, {"received": None}]
)
async def test_and_nothing_that_can_not_be(site: Site, li: Browser, wrong: dict[str, object]) -> None:
    told = json.dumps({**COUNTED, **wrong})
    assert (await li.json("POST", "/agents/1001/phone/talks", told))[0] == 400
    assert site.told == []


async def test_nor_of_a_phone_that_is_none(site: Site) -> None:
    told = json.dumps(COUNTED).encode()
    assert (await site.json("POST", "/agents/1002/phone/talks", body=told))[0] == 404


async def test_a_page_is_led_to_no_other_server_unless_it_is_configured(site: Site, li: Browser) -> None:
    assert (await li.json("GET", "/agents/1001/phone"))[1]["ice"] == []
    turn = ("turn:turn.example?transport=tcp",)
    site.phones._ice = IceServers(("stun:stun.example:3478",), turn, "relay secret")
    _, told = await li.json("GET", "/agents/1001/phone")
    stun, relay = told["ice"]
    assert stun == {"urls": ["stun:stun.example:3478"]}
    assert (relay["urls"], relay["username"]) == ([*turn], f"{site.now + GOOD_FOR:.0f}:1001-web")
    assert "relay secret" not in str(told) + repr(site.phones._ice)


def test_a_relay_is_given_the_password_that_it_makes_too() -> None:
    """By `printf 87400:1001-web | openssl dgst -sha1 -hmac north -binary | base64`."""
    (relay,) = IceServers(turn=("turn:turn.example",), secret="north").of("1001-web", 1000.0)
    assert (relay["username"], relay["credential"]) == ("87400:1001-web", "pmyl/OvB3xWKcDicwVDcoVmp+kc=")
