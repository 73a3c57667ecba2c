"""Operators' boards over their WebSocket: snapshot, numbers, resume, at most one message a second."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tandem.control import events
from tandem.control.board.board import Board
from tandem.cti import boards
from tandem.cti.board_protocol import Process
from tandem.ivr.reader import read_flow
from tandem.store.users import UserStore
from tests.control.playbook import FLOW, SETTINGS
from tests.cti.sites import TOKEN, Site, until
from tests.cti.test_accounts import Browser, user


class Client:
    """What a browser makes of what it is told; `position` is where it is."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.position: dict[str, Any] = {}
        self.queues: dict[str, Any] = {}
        self.agents: dict[str, Any] = {}

    async def hello(self, **given: Any) -> dict[str, Any]:
        await self.socket.send_json({"type": "hello"} | given)
        return await self.next()

    async def next(self) -> dict[str, Any]:
        """The next message that is no beat."""
        while True:
            message: dict[str, Any] = await self.socket.receive_json(timeout=10)
            if message["type"] == "event":
                assert message["number"] == self.position["number"] + 1
                self.position["number"] = message["number"]
            elif "position" in message:
                self.position = message["position"]
            self.queues |= {queue["queue"]: queue for queue in message.get("queues", ())}
            self.agents |= {agent["agent"]: agent for agent in message.get("agents", ())}
            if message["type"] != "beat":
                return message


@pytest.fixture
def plane(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site with the plane of the playbook, whose boards are told every tenth of a second."""
    monkeypatch.setattr(boards, "EVERY", 0.1)
    site.happens(events.SettingsLoaded(SETTINGS))
    site.happens(events.FlowPublished(read_flow(FLOW, "line.yaml")))
    site.happens(events.SwitchFound("boot-1", site.now, (), ()))
    return site


@asynccontextmanager
async def board(site: Site, **headers: str) -> AsyncIterator[Client]:
    sent = {"Authorization": f"Bearer {TOKEN}"} | headers
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{site.url}/board/live", headers=sent) as socket:
        yield Client(socket)


async def test_a_board_gets_everything_and_then_what_is_different(plane: Site) -> None:
    async with board(plane) as client:
        first = await client.hello()
        assert (first["type"], first["now"], first["centre"]["switch_up"]) == ("snapshot", plane.now, True)
        assert set(client.agents) == {"1001", "1002", "1003"}
        assert client.queues["tech"]["waiting"] == 0
        plane.happens(events.DeviceFound("PJSIP/1001"))
        plane.happens(events.AgentSignedIn("1001"))
        plane.happens(events.CallEntered("c1", "PJSIP/trunk-c1", "13800000001", "", "4008"))
        plane.happens(events.Listened("c1", plane.plane.state.calls["c1"].listen, "2"))
        told = await client.next()  # of four events together
        assert [agent["agent"] for agent in told["agents"]] == ["1001"]
        assert client.agents["1001"]["state"] == "reserved"
        assert (client.queues["tech"]["waiting"], told["process"]) == (1, None)


async def test_events_without_end_give_one_message_in_a_while(plane: Site) -> None:
    async with board(plane) as client:
        await client.hello()
        began = asyncio.get_running_loop().time()
        for turn in range(300):
            plane.happens((events.DeviceFound if turn % 2 else events.DeviceLost)("PJSIP/1001"))
            plane.happens(events.CallEntered(f"c{turn}", f"PJSIP/{turn}", "1", "", "4008"))
            plane.happens(events.CallEnded(f"c{turn}"))
            if turn % 10 == 0:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.15)
        took = asyncio.get_running_loop().time() - began
        assert 1 <= (await newest(client, plane))["number"] <= took / 0.1 + 1


async def newest(client: Client, plane: Site) -> dict[str, Any]:
    """The message that is up to date."""
    while True:
        told = await client.next()
        centre = told.get("centre")
        if centre and centre["outcomes"].get("voice", {}).get("left_menu") == 300:
            return told


async def test_who_was_cut_off_gets_what_was_missed(plane: Site) -> None:
    async with board(plane) as client:
        await client.hello()
        position = client.position
    await until(lambda: not plane.boards.connected)
    plane.happens(events.SwitchLost())
    await asyncio.sleep(0.3)
    async with board(plane) as client:
        resumed = await client.hello(after=position)
        assert (resumed["type"], resumed["missed"]) == ("resumed", 1)
        client.position = {**position}
        assert (await client.next())["centre"]["switch_up"] is False
    async with board(plane) as client:
        assert (await client.hello(after={"stream": "another", "number": 3}))["type"] == "snapshot"


async def test_how_the_process_is_is_told_too(plane: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "REFRESH", 0.05)
    async with board(plane) as client:
        assert (await client.hello())["process"]["records_behind"] == 0
        plane.process = Process(records_behind=4000)
        assert (await client.next())["process"]["records_behind"] == 4000


async def test_nothing_is_followed_while_nobody_looks(plane: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "LINGER", 0.2)
    monkeypatch.setattr(boards, "REFRESH", 0.05)
    async with board(plane) as client:
        await client.hello()
        position = client.position
    await until(lambda: plane.plane._board is None)
    async with board(plane) as client:  # and once somebody does again, it begins anew
        assert (await client.hello(after=position))["type"] == "snapshot"


async def test_a_board_that_takes_nothing_is_cut_and_others_are_not(
    plane: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "BEHIND", 2)
    monkeypatch.setattr(boards, "EVERY", 0.0)
    monkeypatch.setattr(boards, "BEAT_EVERY", 0.0005)
    async with board(plane) as slow:
        await slow.hello()
        await until(lambda: plane.boards.connected)
        monkeypatch.setattr("aiohttp.web.WebSocketResponse.send_str", lambda *_: asyncio.sleep(3600))
        await until(lambda: plane.boards.ended)
    assert plane.boards.ended["behind"] == 1


async def test_a_failure_cuts_all_boards_and_they_begin_anew(plane: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async with board(plane) as client:
        await client.hello()
        with monkeypatch.context() as broken:
            broken.setattr(Board, "changes", lambda *_: 1 / 0)
            plane.happens(events.SwitchLost())
            with pytest.raises((TypeError, ConnectionError)):
                await client.next()
    await until(lambda: plane.boards.ended)
    assert plane.boards.ended == {"failed": 1}
    async with board(plane) as client:
        assert (await client.hello())["centre"]["switch_up"] is False


@pytest.mark.parametrize(
    ("sent", "code"),
    [('{"type": "beat"}', "no_hello"), ('{"type": "do"}', "bad_message"), ("[", "bad_message")],
)
async def test_what_is_no_hello_ends_it_with_a_code(plane: Site, sent: str, code: str) -> None:
    async with board(plane) as client:
        await client.socket.send_str(sent)
        assert (await client.next())["code"] == code
    async with board(plane) as client:
        await client.hello()
        assert (await client.hello())["code"] == "second_hello"


async def test_a_board_is_for_supervisors_from_our_pages(plane: Site, users: UserStore) -> None:
    for name, role in (("wang", "agent"), ("mei", "supervisor")):
        await user(users, name, role)  # type: ignore[arg-type]
    wang, mei = Browser(plane), Browser(plane)
    await wang.sign_in("wang")
    await mei.sign_in("mei")
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        async with board(plane, Authorization="", **wang.headers()):
            pass
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        async with board(plane, Authorization="", Origin="https://evil.example", **mei.headers()):
            pass
    async with board(plane, Authorization="", **mei.headers()) as client:
        assert (await client.hello())["type"] == "snapshot"
