"""Files in chats, typing, and history, over real HTTP and WebSockets before a real plane."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from tandem.control import commands, events
from tandem.control.settings import CannedAnswer, ChatSettings, FileSettings
from tandem.cti import chat_files
from tandem.cti.answers import Refused
from tandem.cti.chat_protocol import chat_of
from tandem.cti.scan import Scan, ScanError
from tandem.cti.typists import EVERY, MOST, Typists
from tandem.ivr.reader import read_flow
from tandem.store import chat_archive
from tandem.store.records import Batch, RecordWriter
from tests.control.playbook import SETTINGS
from tests.control.test_chats import BOOKING, FLOW
from tests.cti.customers import Customer
from tests.cti.sites import Site
from tests.cti.test_chat import chat_in, chatting
from tests.store.examples import contact

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 500
ORIGIN = "https://care.example"


@pytest.fixture
async def line(site: Site) -> Site:
    """A site with a line to write to, and an agent who works."""
    chats = ChatSettings(files=FileSettings(("png", "text"), 1000, 2))
    canned = {"hello": CannedAnswer({"en": "Hello {customer}."}, ("tech",))}
    settings = msgspec.structs.replace(SETTINGS, lines={"web": "line"}, chats=chats, canned_answers=canned)
    site.happens(events.SettingsLoaded(settings))
    site.happens(events.FlowPublished(read_flow(FLOW, "line.yaml", {"booking": BOOKING}.get)))
    site.happens(events.SwitchFound("boot-1", site.now, (), ("PJSIP/1001",)))
    site.happens(events.AgentSignedIn("1001"))
    return site


@asynccontextmanager
async def in_talk(site: Site) -> AsyncIterator[Customer]:
    """A customer in talk with agent 1001."""
    async with chatting(site) as customer:
        await customer.says(1, "2")
        site.happens(events.AgentAccepted(chat_in(site).id, chat_in(site).offer))
        await customer.until("state", state="connected")
        yield customer


async def upload(site: Site, token: str, body: Any = PNG, name: str = "a.png", **headers: str) -> tuple[int, Any]:
    given = {"X-Chat-Token": token, "X-File-Name": name, "Origin": ORIGIN} | headers
    return await site.json("POST", "/chat/files", token=None, headers=given, body=body)


async def test_a_customers_file_comes_to_the_agent_who_may_have_it(line: Site) -> None:
    async with in_talk(line) as customer:
        status, file = await upload(line, customer.token, name="%E7%94%B5%E8%A7%86.png")
        assert (status, file["name"], file["kind"], file["size"]) == (200, "电视.png", "image/png", len(PNG))
        await customer.send("say", number=2, file=file["file"])
        message = await customer.until("message")
        assert (message["text"], message["file"]) == ("", file)
        _, (desk,) = await line.json("GET", "/agents/1001/chats")
        assert desk["messages"][-1]["file"] == file
        path = f"/chats/{desk['chat']}/files/{file['file']}"
        response = await line._session.get(line.url + path, headers={"Authorization": "Bearer operator token"})
        assert (response.status, await response.read()) == (200, PNG)
        assert response.headers["Content-Type"] == "image/png"
        assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%E7%94%B5%E8%A7%86.png"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert (await line.json("GET", path, token=None))[0] == 401


async def test_an_agents_file_comes_to_the_customer_of_that_chat_alone(line: Site) -> None:
    async with in_talk(line) as customer:
        path = f"/agents/1001/chats/{chat_in(line).id}"
        headers = {"X-File-Name": "how.txt"}
        status, file = await line.json("POST", f"{path}/files", headers=headers, body=b"Turn it on.")
        assert (status, file["kind"]) == (200, "text/plain")
        said = json.dumps({"number": 1, "file": file["file"]}).encode()
        assert (await line.json("POST", f"{path}/say", body=said))[0] == 200
        assert (await customer.until("message", **{"from": "agent"}))["file"] == file
        mine = {"X-Chat-Token": customer.token, "Origin": ORIGIN}
        response, text = await line.ask("GET", f"/chat/files/{file['file']}", token=None, headers=mine)
        assert (response.status, text) == (200, "Turn it on.")
        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        theirs = {"X-Chat-Token": line.tokens.new()}
        status, told = await line.json("GET", f"/chat/files/{file['file']}", token=None, headers=theirs)
        assert (status, told["error"]["code"]) == (404, "unknown_file")
        unknown = json.dumps({"number": 2, "file": "5e" * 32}).encode()
        assert (await line.json("POST", f"{path}/say", body=unknown))[0] == 404


async def test_no_file_more_comes_in_at_the_side_of_another(line: Site) -> None:
    async with in_talk(line) as customer:
        files = (upload(line, customer.token, PNG + b"%d" % number) for number in range(6))
        done = [status for status, _ in await asyncio.gather(*files)]
        assert sorted(done) == [200, 200, 409, 409, 409, 409]


async def test_who_sends_many_files_leaves_room_for_others(line: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_files, "AT_ONCE", 2)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield PNG[:10]
        begun.set()
        await ended.wait()
        yield PNG[10:]

    async with in_talk(line) as customer:
        first = {"X-Forwarded-For": "192.0.2.1"}
        sending = asyncio.ensure_future(upload(line, customer.token, slow(), **first))
        await begun.wait()
        status, told = await upload(line, customer.token, PNG + b"1", **first)
        assert (status, told["error"]["code"]) == (503, "busy")
        assert (await upload(line, customer.token, PNG + b"2", **{"X-Forwarded-For": "192.0.2.2"}))[0] == 200
        ended.set()
        assert (await sending)[0] == 200


def test_all_who_send_files_come_to_the_same_share() -> None:
    coming = chat_files.OnTheirWay()
    with ExitStack() as stack:

        def most(sender: str) -> int:
            """How many more a sender may begin."""
            for number in range(chat_files.AT_ONCE + 1):
                try:
                    stack.enter_context(coming.one(sender, sender))
                except Refused:
                    return number
            raise AssertionError("there is no end")

        assert [most(sender) for sender in ("a", "b", "c", "a")] == [8, 4, 2, 0]
        assert [most(sender) for sender in "defgh"] == [1, 1, 0, 0, 0]
    with coming.one("z", "a") as first, coming.one("z", "b") as second:
        assert (first, second) == (1, 2)
    assert not coming._by_chat and not coming._by_sender


async def test_files_leave_room_on_the_disk(line: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_archive, "KEPT_FREE", 2**62)
    async with in_talk(line) as customer:
        status, told = await upload(line, customer.token)
        assert (status, told["error"]["code"]) == (503, "unavailable")
        assert await line.archive.count(chat_in(line).id) == 0


async def test_what_may_not_be_sent_is_refused_with_its_reason(line: Site) -> None:
    async with in_talk(line) as customer:
        for body, status, code in (
            (b"MZ\x90\0", 415, "bad_type"),
            (b"%PDF-1.7\0", 415, "bad_type"),
            (PNG + b"0" * 600, 413, "too_big"),
            (b"", 415, "bad_type"),
        ):
            got, told = await upload(line, customer.token, body, "a.png")
            assert (got, told["error"]["code"]) == (status, code)
        for number in range(2):
            assert (await upload(line, customer.token, PNG + b"%d" % number))[0] == 200
        assert (await upload(line, customer.token))[1]["error"]["code"] == "too_many_files"


async def test_a_body_without_a_length_is_read_no_further_than_it_may_be(line: Site) -> None:
    async with in_talk(line) as customer:

        async def body() -> AsyncIterator[bytes]:
            yield PNG
            yield b"0" * 600

        headers = {"X-Chat-Token": customer.token}
        async with line._session.post(f"{line.url}/chat/files", data=body(), headers=headers) as answer:
            assert answer.status == 413


async def test_a_file_needs_the_token_of_a_chat_with_somebody_to_see_it(line: Site) -> None:
    assert (await upload(line, "nonsense"))[0] == 401
    assert (await upload(line, line.tokens.new()))[1]["error"]["code"] == "not_now"
    async with chatting(line) as customer:
        assert (await upload(line, customer.token))[1]["error"]["code"] == "not_now"
        await customer.says(1, "2")
        assert (await upload(line, customer.token))[0] == 200
    for _ in range(chat_files.MISSES_A_MINUTE):
        await upload(line, "nonsense")
    assert (await upload(line, customer.token))[0] == 429


async def test_only_pages_of_sites_that_may_open_chats_can_ask(line: Site) -> None:
    status, told = await upload(line, line.tokens.new(), Origin="https://evil.example")
    assert (status, told["error"]["code"]) == (403, "unknown_origin")
    response, _ = await line.ask("OPTIONS", "/chat/files", token=None, headers={"Origin": "https://evil.example"})
    assert (response.status, "Access-Control-Allow-Origin" in response.headers) == (403, False)
    response, _ = await line.ask("OPTIONS", "/chat/files", token=None, headers={"Origin": ORIGIN})
    assert (response.status, response.headers["Access-Control-Allow-Origin"]) == (204, ORIGIN)
    assert "X-Chat-Token" in response.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers
    status, _ = await upload(line, "nonsense")
    assert status == 401


async def test_a_message_that_names_another_chats_file_ends_the_connection(line: Site) -> None:
    file = await line.archive.add("chat-other", "a.png", "image/png", PNG, 1.0)
    async with in_talk(line) as customer:
        await customer.send("say", number=2, file=file.file)
        assert (await customer.until("error"))["code"] == "unknown_file"
    async with chatting(line) as customer:
        await customer.send("say", number=1)
        assert (await customer.until("error"))["code"] == "bad_message"


async def test_an_agents_upload_is_for_who_is_in_the_chat(line: Site) -> None:
    async with in_talk(line):
        for path in (f"/agents/1002/chats/{chat_in(line).id}/files", "/agents/1001/chats/chat-other/files"):
            status, told = await line.json("POST", path, body=PNG)
            assert (status, told["error"]["code"]) == (404, "unknown_chat")


async def test_what_a_scan_finds_is_not_kept(line: Site, tmp_path: Path) -> None:
    program = tmp_path / "scan"
    program.write_text("#!/bin/sh\ngrep -q virus && exit 1 || exit 0\n")
    program.chmod(0o700)
    line.scan._program = program
    async with in_talk(line) as customer:
        assert (await upload(line, customer.token, b"a virus", "a.txt"))[0] == 422
        assert (await upload(line, customer.token, b"a text", "a.txt"))[0] == 200
        program.write_text("#!/bin/sh\nexit 2\n")
        assert (await upload(line, customer.token, b"another", "a.txt"))[0] == 503
        assert await line.archive.count(chat_in(line).id) == 1
    assert line.scan.counts == {"infected": 1, "clean": 1, "failed": 1}


async def test_a_scan_that_is_not_there_lets_nothing_through() -> None:
    with pytest.raises(ScanError):
        await Scan(Path("/nowhere/scan")).is_clean(PNG)
    assert await Scan().is_clean(PNG)


async def test_an_admin_deletes_the_files_of_a_chat(line: Site) -> None:
    await line.archive.add("chat-1", "a.png", "image/png", PNG, 1.0)
    assert await line.json("DELETE", "/chats/chat-1/files") == (200, {"deleted": 1})


async def test_the_welcome_says_which_files_may_be_sent(line: Site) -> None:
    async with chatting(line) as customer:
        (welcome,) = [got for got in customer.got if got["type"] == "welcome"]
        assert welcome["files"] == {"types": ["image/png", "text/plain"], "most_bytes": 1000}
    none = ChatSettings(files=FileSettings(()))
    line.happens(events.SettingsLoaded(msgspec.structs.replace(line.plane.state.settings, chats=none)))
    async with chatting(line) as customer:
        assert "files" not in next(got for got in customer.got if got["type"] == "welcome")


async def test_agents_are_told_the_canned_answers_in_force(line: Site) -> None:
    told = {"hello": {"text": {"en": "Hello {customer}."}, "queues": ["tech"]}}
    assert await line.json("GET", "/agents/1001/canned-answers") == (200, told)


async def test_what_was_written_can_be_read_for_some_days(line: Site) -> None:
    token = line.tokens.new()
    chat, began = chat_of(token), line.now - 3 * 86400
    writer = await RecordWriter.open(line.archive._engine)
    said = [
        commands.RecordMessage(chat, 1, began, "customer", "你好", "", ""),
        commands.RecordMessage(chat, 2, began, "system", "", "joined", ""),
        commands.RecordMessage(chat, 3, began, "agent", "", "", "1001", "5e" * 32, "a.png", "image/png", 9),
    ]
    await writer._write(
        [Batch(writer.progress + 1, began, [contact(chat, began, channel="chat", language="en"), *said])]
    )
    status, told = await line.json("GET", "/chat/history", token=None, headers={"X-Chat-Token": token})
    assert (status, told["language"]) == (200, "en")
    assert [message["text"] for message in told["messages"]] == ["你好", "An agent is with you now.", ""]
    assert told["messages"][2]["file"]["name"] == "a.png"
    assert "1001" not in json.dumps(told)
    line.now += 5 * 86400
    assert (await line.json("GET", "/chat/history", token=None, headers={"X-Chat-Token": token}))[0] == 404


async def test_each_side_is_told_that_the_other_writes(line: Site) -> None:
    token = {"Authorization": "Bearer operator token"}
    async with (
        in_talk(line) as customer,
        aiohttp.ClientSession(headers=token) as http,
        http.ws_connect(f"{line.url}/desktop") as desktop,
    ):
        await desktop.send_json({"type": "hello", "agent": "1001"})
        (chat,) = (one["contact"] for one in (await desktop.receive_json())["contacts"])
        events_before = len(line.told)
        for _ in range(3):
            await customer.send("typing")
        assert await desktop.receive_json(timeout=5) == {"type": "typing", "contact": chat["contact"]}
        await desktop.send_json({"type": "typing", "contact": chat["contact"]})
        await customer.until("typing")
        assert len(line.told) == events_before  # it is nothing to be kept
        await customer.says(2, "Hello")
        assert (await desktop.receive_json(timeout=5))["type"] == "event"


async def test_nobody_is_told_of_a_customer_who_writes_to_the_bot(line: Site) -> None:
    told = list[str]()
    async with chatting(line) as customer:
        line.backend.typists.tell_agent = lambda agent, chat: told.append(agent + chat)
        await customer.send("typing")
        await customer.says(1, "2")
    assert told == []


def test_signs_come_no_closer_than_they_say_something_new() -> None:
    now, told = [0.0], list[str]()
    typists = Typists(lambda: now[0])
    typists.tell_customer = told.append
    for at in (0.0, EVERY / 2, EVERY, EVERY + 0.1, 2 * EVERY):
        now[0] = at
        typists.agent_writes("chat-1")
    assert told == ["chat-1"] * 3
    typists.agent_writes("chat-2")
    assert told[-1] == "chat-2"
    for number in range(MOST + 10):
        typists.agent_writes(f"chat-x{number}")
    assert len(typists._told) <= MOST
