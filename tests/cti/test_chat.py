"""Chats over a real WebSocket, before a real plane."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import msgspec
import pytest

from tandem.control import events
from tandem.control.chat.chats import AWAY_SECONDS
from tandem.cti import chat
from tandem.cti.chat import BEGINS_A_MINUTE, MESSAGES_A_MINUTE, MISSES_A_MINUTE, MOST_BYTES, MOST_SILENT
from tandem.ivr.reader import read_flow
from tests.control.playbook import SETTINGS
from tests.control.test_chats import BOOKING, FLOW, MENU
from tests.cti.customers import Customer, connection
from tests.cti.sites import Site, until


@pytest.fixture
def line(site: Site) -> Site:
    """A site with a line to write to."""
    settings = msgspec.structs.replace(SETTINGS, lines={"web": "line"})
    site.happens(events.SettingsLoaded(settings))
    site.happens(events.FlowPublished(read_flow(FLOW, "line.yaml", {"booking": BOOKING}.get)))
    site.happens(events.SwitchFound("boot-1", site.now, (), ("PJSIP/1001",)))
    return site


@asynccontextmanager
async def chatting(site: Site, **hello: Any) -> AsyncIterator[Customer]:
    """A customer who has said hello, and read as far as the first state."""
    async with connection(site.url) as customer:
        await customer.send("hello", **({"line": "web", "name": "Ann"} | hello))
        welcome = await customer.until("welcome")
        customer.token = welcome["token"]
        await customer.until("state")
        yield customer


def lost(site: Site) -> bool:
    """Whether the plane heard of a connection that is gone."""
    return any(isinstance(event, events.ChatLost) for event in site.told)


def chat_in(site: Site) -> Any:
    (found,) = site.plane.state.chats.values()
    return found


async def test_a_chat_is_what_the_flow_says_with_its_choices_beside_the_text(line: Site) -> None:
    async with chatting(line) as customer:
        assert customer.texts == ["Welcome, Ann.", MENU]
        last = next(got for got in reversed(customer.got) if got["type"] == "message")
        assert last["choices"][0] == {"key": "1", "label": "A visit"}
        assert (last["from"], last["number"]) == ("bot", 2)
        assert "field" not in last and "agent" not in last
        await customer.says(1, "1")
        asked = next(got for got in reversed(customer.got) if got["type"] == "message")
        assert (asked["text"], asked["field"]["kind"]) == ("Your name\nAs on the bill", "text")
        await customer.says(2, "Al")
        assert customer.texts[-1] == "Please enter at least 3.\nYour name\nAs on the bill"


async def test_a_customer_without_the_operators_token_sees_nothing_else(line: Site) -> None:
    async with chatting(line):
        status, _ = await line.json("GET", "/state", token=None)
        assert status == 401
        assert (await line.json("GET", "/agents/1001/chats", token=None))[0] == 401


async def test_the_agents_side_takes_the_chat_and_gives_it_back(line: Site) -> None:
    line.happens(events.AgentSignedIn("1001"))
    async with chatting(line) as customer:
        await customer.says(1, "2")
        _, (offered,) = await line.json("GET", "/agents/1001/chats")
        assert (offered["name"], offered["line"], offered["messages"][-1]["text"]) == ("Ann", "web", "2")
        path = f"/agents/1001/chats/{offered['chat']}"
        stale = {"offer": offered["offer"] + 1}
        assert (await line.json("POST", f"{path}/accept", body=json.dumps(stale).encode()))[0] == 409
        assert (await line.json("POST", f"{path}/say", body=b'{"number": 1, "text": "x"}'))[0] == 409
        accepted = {"offer": offered["offer"]}
        status, (talk,) = await line.json("POST", f"{path}/accept", body=json.dumps(accepted).encode())
        assert (status, talk["offer"], talk["heard"]) == (200, 0, 0)
        await customer.until("state", state="connected")
        assert customer.texts[-1] == "An agent is with you now."
        body = json.dumps({"number": 1, "text": "Hello."}).encode()
        for _ in range(2):
            status, (talk,) = await line.json("POST", f"{path}/say", body=body)
            assert (status, talk["heard"]) == (200, 1)
        assert (await line.json("POST", f"{path}/say", body=b'{"number": 3, "text": "x"}'))[0] == 400
        await customer.says(2, "Good day.")
        assert customer.texts[-2:] == ["Hello.", "Good day."]
        assert (await line.json("POST", f"{path}/close", body=b"{}"))[1] == []
        await customer.until("state", state="flow")
        assert customer.texts[-1] == "Please rate us from one to five."
        await customer.send("say", number=3, text="5")
        await customer.until("state", state="ended")
        assert customer.texts[-1] == "Goodbye."
        assert await customer.closed() == 1000


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/agents/9999/chats", None, 404, "unknown_agent"),
        ("GET", "/agents/1001/chats?wait=soon", None, 400, "bad_query"),
        ("POST", "/agents/1001/chats/chat-1/accept", b"{}", 404, "unknown_contact"),
        ("POST", "/agents/1001/chats/chat-1/accept", b"[", 400, "bad_json"),
    ],
)
async def test_what_an_agents_side_is_refused(
    line: Site, method: str, path: str, body: bytes | None, status: int, code: str
) -> None:
    got, told = await line.json(method, path, body=body)
    assert (got, told["error"]["code"]) == (status, code)


async def test_an_agents_side_can_wait_for_what_is_new(line: Site) -> None:
    line.happens(events.AgentSignedIn("1001"))
    async with chatting(line) as customer:
        waiting = asyncio.create_task(line.json("GET", "/agents/1001/chats?wait=20"))
        await until(lambda: line.watch.count("desk 1001"))
        await customer.says(1, "2")
        async with asyncio.timeout(5):
            _, chats = await waiting
        assert len(chats) == 1


async def test_who_comes_back_gets_what_they_missed_and_nothing_twice(line: Site) -> None:
    async with chatting(line) as customer:
        await customer.says(1, "what?")
        seen = customer.numbers[-1]
    await until(lambda: lost(line))
    line.happens(events.ChatSaid(chat_in(line).id, 2, "2"))  # its acknowledgement was lost
    async with connection(line.url) as again:
        await again.send("hello", token=customer.token, seen=seen)
        assert (await again.until("welcome"))["heard"] == 2
        await again.until("state", state="queued")
        assert again.texts == ["2"]
        assert isinstance(line.told[-1], events.ChatResumed)
        await again.says(2, "2")
        assert chat_in(line).heard == 2
        assert again.texts == ["2"]
        await again.send("say", number=4, text="hello?")
        assert (await again.until("error"))["code"] == "gap"
        assert await again.closed() == 1008
    assert chat_in(line).state == "queued"


async def test_a_chat_is_open_at_one_place_the_newest(line: Site) -> None:
    async with chatting(line) as customer, connection(line.url) as other:
        await other.send("hello", token=customer.token)
        await other.until("state")
        assert (await customer.until("error"))["code"] == "elsewhere"
        await customer.closed()
        assert other.texts == customer.texts
        await other.says(1, "what?")
        assert not lost(line)


@pytest.mark.parametrize("token", ["nonsense", "ÄÖ", "genuine"])
async def test_a_wrong_token_is_refused_whatever_is_wrong_with_it(line: Site, token: str) -> None:
    async with connection(line.url) as customer:
        await customer.send("hello", token=line.tokens.new() if token == "genuine" else token)
        error = await customer.until("error")
        assert error["code"] == "unknown_chat"
        assert await customer.closed() == 1008
    assert line.told == []


async def test_who_guesses_is_not_heard_any_more(line: Site) -> None:
    for _ in range(MISSES_A_MINUTE):
        async with connection(line.url) as customer:
            await customer.send("hello", token=line.tokens.new())
            await customer.until("error")
    with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
        async with connection(line.url):
            pass
    line.now += 60
    async with chatting(line):
        pass


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ('{"type": "say", "number": 1, "text": "hello"}', "no_hello"),
        ('{"type": "hello", "line": "nowhere"}', "unknown_line"),
        ('{"type": "hello", "line": "*"}', "unknown_line"),
        ('{"type": "hello", "line": "web", "tier": "vip"}', "bad_message"),
        ('{"type": "hello", "line": "web", "name": "' + "x" * 101 + '"}', "bad_message"),
        ("nonsense", "bad_message"),
        ("", "bad_message"),
        ('{"type": "dance"}', "bad_message"),
        ('{"a": ' + "[" * 5000 + "]" * 5000 + ', "type": "hello"}', "bad_message"),
    ],
)
async def test_a_hello_that_is_none_is_refused(line: Site, sent: str, code: str) -> None:
    async with connection(line.url) as customer:
        await customer.socket.send_str(sent)
        assert (await customer.until("error"))["code"] == code
        await customer.closed()
    assert line.plane.state.chats == {}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ('{"type": "hello", "line": "web"}', "second_hello"),
        ('{"type": "say", "number": 1, "text": ""}', "bad_message"),
        ('{"type": "say", "number": 1, "text": "' + "x" * 2001 + '"}', "bad_message"),
        ('{"type": "say", "number": -1, "text": "x"}', "bad_message"),
        ('{"type": "say", "number": 1, "text": "\\ud800"}', "bad_message"),
    ],
)
async def test_a_message_that_is_none_ends_the_connection_not_the_chat(line: Site, sent: str, code: str) -> None:
    async with chatting(line) as customer:
        await customer.socket.send_str(sent)
        assert (await customer.until("error"))["code"] == code
        await customer.closed()
    assert chat_in(line).state == "flow"


async def test_a_message_that_is_too_big_ends_the_connection(line: Site) -> None:
    async with chatting(line) as customer:
        await customer.socket.send_str("x" * (MOST_BYTES + 1))
        assert await customer.closed() == 1009
    assert chat_in(line).heard == 0


async def test_who_writes_too_fast_goes_on_a_minute_later(line: Site) -> None:
    async with chatting(line) as customer:
        for _ in range(MESSAGES_A_MINUTE):
            await customer.says(1, "what?")
        await customer.send("say", number=2, text="2")
        assert (await customer.until("error"))["code"] == "too_fast"
        await customer.closed()
    line.now += 60
    async with connection(line.url) as again:
        await again.send("hello", token=customer.token)
        await again.until("state")
        await again.says(2, "2")


async def test_one_client_begins_only_so_many_chats(line: Site) -> None:
    for _ in range(BEGINS_A_MINUTE):
        async with chatting(line):
            pass
    async with connection(line.url) as customer:
        await customer.send("hello", line="web")
        assert (await customer.until("error"))["code"] == "too_many"
    async with connection(line.url, X_Forwarded_For="203.0.113.9") as other:
        await other.send("hello", line="web")
        await other.until("welcome")


async def test_only_pages_of_known_sites_may_open_a_chat(line: Site) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        async with connection(line.url, Origin="https://evil.example"):
            pass
    async with connection(line.url, Origin="https://care.example") as customer:
        await customer.send("hello", line="web")
        await customer.until("welcome")


async def test_who_takes_nothing_is_cut_off_and_can_come_back(line: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "SEND_SECONDS", 0.2)
    line.happens(events.AgentSignedIn("1001"))
    async with chatting(line) as customer:
        await customer.says(1, "2")
        found = chat_in(line)
        line.happens(events.AgentAccepted(found.id, found.offer))
        customer.socket._reader._protocol.pause_reading()
        text = "x" * 2000

        def cut_off() -> bool:
            line.happens(events.AgentSaid(found.id, "1001", found.agent_heard + 1, text))
            return lost(line)

        await until(cut_off)
    assert found.state == "connected"
    async with connection(line.url) as again:
        await again.send("hello", token=customer.token, seen=chat_in(line).said - 1)
        await again.until("state")
        assert again.texts == [text]


async def test_who_says_nothing_at_first_is_not_waited_for(line: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "HELLO_SECONDS", 0.05)
    async with connection(line.url) as customer:
        assert (await customer.until("error"))["code"] == "no_hello"


async def test_a_busy_plane_is_told_as_such(line: Site) -> None:
    async with chatting(line) as customer:
        line.full = True
        await customer.send("say", number=1, text="2")
        assert (await customer.until("error"))["code"] == "busy"
        assert await customer.closed() == 1013
        line.full = False


async def test_who_leaves_has_left_and_who_is_gone_leaves_later(line: Site) -> None:
    async with chatting(line) as customer:
        await customer.send("bye")
        await customer.until("state", state="ended")
    line.plane.state.chats.clear()
    async with chatting(line):
        pass
    await until(lambda: lost(line))
    line.now += AWAY_SECONDS
    line.happens(events.TimePassed())
    assert chat_in(line).state == "ended"


async def test_one_client_who_says_nothing_keeps_nobody_out(line: Site) -> None:
    async with AsyncExitStack() as stack, chatting(line):
        for _ in range(MOST_SILENT):
            await stack.enter_async_context(connection(line.url, X_Forwarded_For="203.0.113.7"))
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await stack.enter_async_context(connection(line.url, X_Forwarded_For="203.0.113.7"))
        async with connection(line.url, X_Forwarded_For="203.0.113.8") as other:
            await other.send("hello", line="web", name="Bob")
            await other.until("welcome")
