"""Agents' desktops over their WebSocket: snapshot, numbers, resume, who works at a desk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tandem.control import events
from tandem.control.commands import TellDesktop
from tandem.cti import desktops
from tandem.cti.accounts import IDLE_SECONDS
from tandem.cti.metrics import Metrics
from tandem.ivr.reader import read_flow
from tandem.service.figures import people
from tandem.store.users import UserStore
from tests.control.playbook import FLOW, SETTINGS
from tests.cti.sites import TOKEN, Site, until
from tests.cti.test_accounts import Browser, user


class Client:
    """What a desktop does; `position` is where it is."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.position: dict[str, Any] = {}

    async def hello(self, **given: Any) -> dict[str, Any]:
        await self.socket.send_json({"type": "hello", "agent": "1001"} | given)
        return await self.next()

    async def next(self) -> dict[str, Any]:
        """The next message that is no beat."""
        while True:
            message: dict[str, Any] = await self.socket.receive_json(timeout=10)
            if "position" in message:
                self.position = message["position"]
            elif message["type"] == "event":
                assert message["number"] == self.position["number"] + 1
                self.position["number"] = message["number"]
            if message["type"] != "beat":
                return message

    async def do(self, verb: str, **given: Any) -> list[dict[str, Any]]:
        """Have a verb done; its answer, and the events before it and of it."""
        await self.socket.send_json({"type": "do", "id": "7", "verb": verb, "given": given})
        seen = [await self.next()]
        while seen[-1]["type"] not in ("done", "refused"):
            seen.append(await self.next())
        return seen


@pytest.fixture
def plane(site: Site) -> Site:
    """A site with the plane of the playbook; all that is told goes to it."""
    site.happens(events.SettingsLoaded(SETTINGS))
    site.happens(events.FlowPublished(read_flow(FLOW, "line.yaml")))
    site.happens(events.SwitchFound("boot-1", site.now, (), ()))
    site.happens(events.DeviceFound("PJSIP/1001"))
    return site


@asynccontextmanager
async def desktop(site: Site, **headers: str) -> AsyncIterator[Client]:
    sent = {"Authorization": f"Bearer {TOKEN}"} | headers
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{site.url}/desktop", headers=sent) as socket:
        yield Client(socket)


async def told(client: Client, *names: str) -> list[dict[str, Any]]:
    """The next events, which are of these names."""
    seen = [await client.next() for _ in names]
    assert [message["told"]["event"] for message in seen] == list(names)
    return [message["told"] for message in seen]


async def test_a_desktop_gets_its_desk_and_then_what_changes(plane: Site) -> None:
    async with desktop(plane) as client:
        first = await client.hello()
        assert (first["type"], first["works"], first["contacts"]) == ("snapshot", True, [])
        assert first["agent"]["state"] == "signed_out"
        plane.happens(events.AgentSignedIn("1001"))
        (changed,) = await told(client, "AgentChanged")
        assert changed["agent"]["state"] == "ready"
        plane.happens(events.CallEntered("c1", "PJSIP/trunk-c1", "13800000001", "", "4008"))
        plane.happens(events.Listened("c1", plane.plane.state.calls["c1"].listen, "2"))
        events_seen = {message["told"]["event"]: message["told"] for message in [await client.next() for _ in range(2)]}
        assert events_seen["ContactOffered"]["contact"]["number"] == "13800000001"
        assert events_seen["AgentChanged"]["agent"]["state"] == "reserved"


async def test_a_verb_is_done_or_refused_with_a_code(plane: Site) -> None:
    async with desktop(plane) as client:
        await client.hello()
        assert (await client.do("sign-in"))[-1] == {"type": "done", "id": "7"}
        assert isinstance(plane.told[-1], events.AgentSignedIn)
        refused = (await client.do("pause"))[-1]
        assert (refused["type"], refused["code"]) == ("refused", "bad_reason")
        assert (await client.do("dance"))[-1]["code"] == "unknown_verb"
        assert (await client.do("extend", seconds="long"))[-1]["code"] == "bad_json"
        assert (await client.do("accept", contact="nothing", offer=1))[-1]["code"] == "unknown_contact"
        plane.full = True
        assert (await client.do("sign-in"))[-1]["code"] == "busy"


async def test_who_was_cut_off_gets_what_was_missed(plane: Site) -> None:
    async with desktop(plane) as client:
        await client.hello()
        plane.happens(events.AgentSignedIn("1001"))
        await told(client, "AgentChanged")
        position = client.position
    plane.happens(events.AgentPaused("1001", "lunch"))
    plane.happens(events.AgentWentReady("1001"))
    await asyncio.sleep(0)
    async with desktop(plane) as client:
        resumed = await client.hello(after=position)
        assert (resumed["type"], resumed["missed"]) == ("resumed", 2)
        client.position = dict(position)
        states = [event["agent"]["state"] for event in await told(client, "AgentChanged", "AgentChanged")]
        assert states == ["paused", "ready"]


async def test_who_missed_too_much_gets_a_snapshot(plane: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desktops, "KEPT", 1)
    async with desktop(plane) as client:
        await client.hello()
        position = client.position
    for event in (events.AgentSignedIn("1001"), events.AgentPaused("1001", "lunch")):
        plane.happens(event)
    await asyncio.sleep(0)
    for after in (position, {"stream": "another", "number": position["number"]}, position | {"number": 10**6}):
        async with desktop(plane) as client:
            again = await client.hello(after=after)
            assert (again["type"], again["agent"]["state"]) == ("snapshot", "paused")


async def test_one_session_works_at_a_desk(plane: Site) -> None:
    async with desktop(plane) as first, desktop(plane) as second, desktop(plane) as third:
        assert (await first.hello())["works"]
        assert not (await second.hello(mode="watch"))["works"]
        assert (await second.do("sign-in"))[-1]["code"] == "watching"
        refused = await third.hello()
        assert (refused["type"], refused["code"]) == ("error", "at_work")
        async with desktop(plane) as fourth:
            assert (await fourth.hello(take=True))["works"]
            assert (await first.next())["type"] == "taken_over"
            assert (await first.do("sign-in"))[-1]["code"] == "watching"
            assert (await fourth.do("sign-in"))[-1]["type"] == "done"
            plane.happens(plane.told[-1])
            await told(first, "AgentChanged")
    await asyncio.sleep(0.05)
    assert plane.desktops.connected == 0


async def test_a_desktop_whose_connection_broke_has_its_own_place_again(plane: Site) -> None:
    async with desktop(plane) as before, desktop(plane) as again, desktop(plane) as other:
        assert (await before.hello(desktop="a"))["works"]
        assert (await other.hello(desktop="b"))["code"] == "at_work"
        assert (await again.hello(desktop="a"))["works"]
        assert (await before.socket.receive(timeout=10)).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("nonsense", "bad_message"),
        ('{"type": "beat"}', "no_hello"),
        ('{"type": "hello", "agent": "9999"}', "unknown_agent"),
        ('{"type": "hello", "agent": ""}', "unknown_agent"),
        ('{"type": "hello", "mode": "rule"}', "bad_message"),
        ('{"type": "do", "id": "1", "verb": "ready", "given": {"a": ' + "[" * 5000 + "]" * 5000 + "}}", "bad_message"),
    ],
)
async def test_a_bad_beginning_is_told_and_ended(plane: Site, message: str, code: str) -> None:
    async with desktop(plane) as client:
        await client.socket.send_str(message)
        told = await client.socket.receive_json(timeout=10)
        assert (told["type"], told["code"]) == ("error", code)
        assert (await client.socket.receive(timeout=10)).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)


async def test_a_page_elsewhere_gets_no_desk(plane: Site) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        async with desktop(plane, Origin="https://evil.example"):
            pass


async def test_a_beat_tells_where_the_desk_is_and_silence_ends_it(plane: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desktops, "BEAT_EVERY", 0.05)
    monkeypatch.setattr(desktops, "SILENT_AFTER", 0.5)
    async with desktop(plane) as client:
        first = await client.hello()
        beat = await client.socket.receive_json(timeout=10)
        assert beat == {"type": "beat", "position": first["position"], "now": plane.now}
        while (received := await client.socket.receive(timeout=10)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert received.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
    assert plane.desktops.ended == {"silent": 1}


async def test_a_desktop_that_falls_behind_is_cut_and_the_others_are_not(
    plane: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktops, "BEHIND", 3)
    async with desktop(plane) as slow:
        await slow.hello()
        monkeypatch.setattr(desktops, "BEHIND", 1000)
        async with desktop(plane) as quick:
            await quick.hello(mode="watch")
            for _ in range(10):  # in one go: nobody can send in between
                for event in (events.AgentSignedIn("1001"), events.AgentSignedOut("1001")):
                    plane.happens(event)
            assert [await quick.next() for _ in range(20)]
            with pytest.raises((TypeError, ConnectionError)):
                while True:
                    await slow.next()
    assert plane.desktops.ended["behind"] == 1


@pytest.mark.parametrize("known", [False, True])
async def test_a_snapshot_ahead_of_what_is_told_repeats_nothing(
    plane: Site, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """The plane has dealt with an event whose entry is still being kept when a desktop comes."""
    monkeypatch.setattr(desktops, "BEAT_EVERY", 0.05)
    if known:  # so that there is a log already
        plane.happens(events.AgentSignedIn("1001"))
        await asyncio.sleep(0)
    late = plane.plane.handle(events.AgentPaused("1001", "lunch") if known else events.AgentSignedIn("1001"), 2000.0)
    async with desktop(plane) as client:
        first = await client.hello()
        for command in late:
            if isinstance(command, TellDesktop):
                plane.desktops.tell(command)
        beat = await client.socket.receive_json(timeout=10)
        assert (beat["type"], beat["position"]) == ("beat", first["position"])
        plane.happens(events.AgentSignedOut("1001"))
        (changed,) = await told(client, "AgentChanged")
        assert changed["agent"]["state"] == "signed_out"
        position = client.position
    async with desktop(plane) as client:
        assert (await client.hello(after=position))["missed"] == 0


@pytest.mark.parametrize("change", ['{"disabled": true}', '{"agent": "1001"}', '{"role": "supervisor"}'])
async def test_who_may_something_else_by_now_has_the_desktop_no_longer(
    plane: Site, users: UserStore, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(desktops, "CHECKED_EVERY", 0.05)
    await user(users, "wang", "supervisor" if "agent" in change else "agent", "" if "agent" in change else "1001")
    browser = Browser(plane)
    await browser.sign_in("wang")
    async with desktop(plane, Authorization="", **browser.headers()) as client:
        assert (await client.hello())["type"] == "snapshot"
        assert (await client.do("sign-in"))[-1]["type"] in ("done", "refused")
        assert (await plane.json("PATCH", "/users/wang", body=change.encode()))[0] == 200
        ended = await client.next()
        assert (ended["type"], ended["code"]) == ("error", "signed_out")
    await until(lambda: plane.desktops.ended)
    assert plane.desktops.ended == {"signed_out": 1}


async def test_an_agent_has_their_own_desk_only(plane: Site, users: UserStore) -> None:
    agents = SETTINGS.acd.agents
    assert {"1001", "1002"} <= agents.keys()
    await user(users, "wang", "agent", "1002")
    browser = Browser(plane)
    await browser.sign_in("wang")
    async with desktop(plane, Authorization="", **browser.headers()) as client:
        assert (await client.hello(agent="1001", mode="watch"))["code"] == "not_yours"
    async with desktop(plane, Authorization="", **browser.headers()) as client:
        assert (await client.hello(agent=""))["agent"]["agent"] == "1002"


async def test_what_is_done_for_an_agent_is_in_the_audit_log(plane: Site, users: UserStore) -> None:
    await user(users, "mei", "supervisor")
    await user(users, "wang", "agent", "1001")
    for name in ("mei", "wang"):
        browser = Browser(plane)
        await browser.sign_in(name)
        async with desktop(plane, Authorization="", **browser.headers()) as client:
            await client.hello(take=True)
            await client.do("pause", reason="lunch")
            await client.do("pause")
    done = [(entry.name, entry.what) for entry in await users.audit(9) if "desk" in entry.what]
    assert done == [("mei", "pause at the desk of 1001")]


async def test_an_open_desktop_keeps_its_session(
    plane: Site, users: UserStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktops, "CHECKED_EVERY", 0.05)
    monkeypatch.setattr(desktops, "BEAT_EVERY", 0.5)
    await user(users, "wang", "agent", "1001")
    browser = Browser(plane)
    await browser.sign_in("wang")
    async with desktop(plane, Authorization="", **browser.headers()) as client:
        await client.hello()
        for _ in range(3):
            plane.now += IDLE_SECONDS * 0.9
            await client.socket.receive_json(timeout=10)
        assert (await browser.json("GET", "/session"))[0] == 200


async def test_the_figures_tell_of_people(plane: Site, users: UserStore) -> None:
    metrics = Metrics()
    people(metrics, plane.accounts, plane.desktops, plane.boards, plane.phones, plane.dispatch)
    await Browser(plane).sign_in("nobody")
    async with desktop(plane) as client:
        await client.hello()
        shown = metrics.render().decode()
    assert 'tandem_sign_ins_total{outcome="wrong"} 1.0' in shown
    assert "tandem_desktops 1.0" in shown
    await until(lambda: plane.desktops.ended)
    assert 'tandem_desktops_ended_total{how="left"} 1.0' in metrics.render().decode()
