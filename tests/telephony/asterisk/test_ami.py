import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest

from tandem.telephony.asterisk import ami_link
from tandem.telephony.asterisk.ami import Ami
from tandem.telephony.asterisk.ami_terms import (
    AmiDownError,
    AmiLogin,
    AmiLostError,
    AmiRejectedError,
    AmiTimeoutError,
    AmiTimes,
)
from tandem.telephony.asterisk.wire import Message
from tests.telephony.asterisk.scripted import (
    BOOTED,
    PATIENCE,
    QUICK,
    ScriptedAsterisk,
    block,
    listing,
    refusal,
    silence,
    success,
)

WANTED = frozenset({"Hangup", "DeviceStateChange"})


class Listener:
    """What the client told, in order; `next` waits for the next thing."""

    def __init__(self) -> None:
        self.on_event: Callable[[Message], None] = lambda _message: None
        self._told: asyncio.Queue[str] = asyncio.Queue()

    def tell(self, what: str) -> None:
        self._told.put_nowait(what)

    def event(self, message: Message) -> None:
        self.tell(message.get("Uniqueid", message["Event"]))
        self.on_event(message)

    async def next(self) -> str:
        async with asyncio.timeout(PATIENCE):
            return await self._told.get()


@asynccontextmanager
async def client(login: AmiLogin, listener: Listener, up: bool = True, times: AmiTimes = QUICK) -> AsyncIterator[Ami]:
    ami = Ami(login, WANTED, listener.event, lambda: listener.tell("up"), lambda: listener.tell("down"), times)
    ami.start(lambda work, name: asyncio.create_task(work, name=name))
    try:
        if up:
            assert [await listener.next(), await listener.next()] == ["up", "FullyBooted"]
        yield ami
    finally:
        await ami.close()


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[Ami, ScriptedAsterisk, Listener]]:
    asterisk, listener = ScriptedAsterisk(), Listener()
    async with asterisk.listening() as login, client(login, listener) as ami:
        yield ami, asterisk, listener


def hangup(channel: str) -> Message:
    return {"Event": "Hangup", "Uniqueid": channel}


async def test_a_line_break_in_a_value_is_refused_before_anything_is_written() -> None:
    async with connected() as (ami, asterisk, _):
        with pytest.raises(ValueError, match="line break"):
            await ami.act("Setvar", Value="x\r\n\r\nAction: Originate\r\nChannel: PJSIP/1")
        await ami.act("CoreStatus")
        assert asterisk.names() == ["Login", "CoreStatus"]


async def test_an_action_cut_off_fails_at_once_and_is_never_sent_again() -> None:
    async with connected() as (ami, asterisk, listener):
        asterisk.answers["Originate"] = silence
        originate = asyncio.create_task(ami.act("Originate", Channel="PJSIP/1"))
        await asterisk.asked("Originate")
        asterisk.cut()
        with pytest.raises(AmiLostError):
            await originate
        assert [await listener.next() for _ in range(2)] == ["down", "up"]
        await ami.act("CoreStatus")
        assert asterisk.names().count("Originate") == 1


async def test_an_action_cut_off_does_not_wait_for_the_ping_under_way() -> None:
    asterisk, listener = ScriptedAsterisk(), Listener()
    asterisk.answers |= {"Ping": silence, "Originate": silence}
    times = msgspec.structs.replace(QUICK, ping_answer=60.0, answer=30.0)
    async with asterisk.listening() as login, client(login, listener, times=times) as ami:
        await asterisk.asked("Ping")
        originate = asyncio.create_task(ami.act("Originate", Channel="PJSIP/1"))
        await asterisk.asked("Originate")
        asterisk.cut()
        with pytest.raises(AmiLostError):
            await asyncio.wait_for(originate, PATIENCE)


async def test_a_list_cut_off_fails_at_once() -> None:
    async with connected() as (ami, asterisk, _):
        asterisk.answers["CoreShowChannels"] = lambda action: listing(hangup("1"))(action).partition(b"Event: Lis")[0]
        fetch = asyncio.create_task(ami.fetch("CoreShowChannels", len))
        await asterisk.asked("CoreShowChannels")
        asterisk.cut()
        with pytest.raises(AmiLostError):
            await fetch


async def test_an_action_without_a_link_is_refused() -> None:
    async with connected() as (ami, asterisk, listener):
        asterisk.booted = False
        ami.drop()
        assert await listener.next() == "down"
        with pytest.raises(AmiDownError):
            await ami.act("CoreStatus")


async def test_it_is_up_only_when_asterisk_is_fully_booted() -> None:
    asterisk, listener = ScriptedAsterisk(), Listener()
    asterisk.booted = False
    async with asterisk.listening() as login, client(login, listener, up=False) as ami:
        await asterisk.asked("Ping")
        assert not ami.up
        with pytest.raises(AmiDownError):
            await ami.act("CoreStatus")
        asterisk.say(BOOTED)
        assert await listener.next() == "up"
        assert ami.up


async def test_an_error_in_the_handler_disturbs_nothing() -> None:
    async with connected() as (ami, asterisk, listener):

        def fail_once(message: Message) -> None:
            if message["Uniqueid"] == "1":
                raise KeyError("a mistake of ours")

        listener.on_event = fail_once
        asterisk.say(hangup("1"), hangup("2"))
        assert [await listener.next(), await listener.next()] == ["1", "2"]
        await ami.act("CoreStatus")
        assert (ami.counters.handler_errors, asterisk.links) == (1, 1)


async def test_a_taker_who_is_behind_makes_the_link_begin_afresh() -> None:
    async with connected() as (ami, asterisk, listener):

        def full(message: Message) -> None:
            if message["Event"] == "Hangup":
                raise asyncio.QueueFull

        listener.on_event = full
        asterisk.say(hangup("1"), hangup("2"))
        assert [await listener.next() for _ in range(3)] == ["1", "down", "up"]
        assert ami.counters.overflows == 1


async def test_a_half_open_link_is_noticed() -> None:
    async with connected() as (ami, asterisk, listener):
        began = asyncio.get_running_loop().time()
        asterisk.answers["Ping"] = silence
        assert await listener.next() == "down"
        assert asyncio.get_running_loop().time() - began < 10 * (QUICK.ping_every + QUICK.ping_answer)
        asterisk.answers.clear()
        assert await listener.next() == "up"
        assert (ami.counters.timeouts, asterisk.links) == (1, 2)


async def test_a_wrong_secret_is_told_clearly_and_tried_again_slowly() -> None:
    asterisk, listener = ScriptedAsterisk(), Listener()
    asterisk.answers["Login"] = refusal("Authentication failed")
    async with asterisk.listening() as login, client(login, listener, up=False) as ami:
        await asterisk.asked("Login")
        began = asyncio.get_running_loop().time()
        await asterisk.asked("Login")
        assert asyncio.get_running_loop().time() - began > 0.9 * QUICK.after_refusal
        assert (ami.counters.logins_refused, ami.counters.links, ami.up) == (1, 0, False)


def test_the_secret_is_not_in_what_is_logged() -> None:
    assert "not-told" not in repr(AmiLogin("127.0.0.1", 5038, "tandem", "not-told"))


async def test_close_really_ends_it() -> None:
    asterisk, listener = ScriptedAsterisk(), Listener()
    async with asterisk.listening() as login:
        before = asyncio.all_tasks()
        async with client(login, listener) as ami:
            asterisk.answers["CoreStatus"] = silence
            action = asyncio.create_task(ami.act("CoreStatus"))
            await asterisk.asked("CoreStatus")
        with pytest.raises(AmiLostError):
            await action
        left = {task for task in asyncio.all_tasks() - before if "serve" not in repr(task)}
        assert (left, asterisk.links, ami.up) == (set(), 1, False)


async def test_events_come_in_order_and_unwanted_ones_are_skipped() -> None:
    async with connected() as (ami, asterisk, listener):
        asterisk.say(hangup("1"), {"Event": "Newexten", "Uniqueid": "x"}, hangup("2"))
        assert [await listener.next(), await listener.next()] == ["1", "2"]
        assert ami.counters.events_skipped == 1


async def test_a_message_may_come_in_any_pieces() -> None:
    async with connected() as (_, asterisk, listener):
        for byte in block(hangup("1")):
            asterisk.write(bytes([byte]))
        assert await listener.next() == "1"


async def test_a_list_ends_in_the_order_of_the_stream() -> None:
    async with connected() as (ami, asterisk, listener):
        asterisk.answers["DeviceStateList"] = lambda action: b"".join(
            [
                block(hangup("before")),
                listing({"Event": "DeviceStateChange", "Device": "PJSIP/1"}, {"Event": "Unwanted"})(action),
                block(hangup("after")),
            ]
        )
        await ami.fetch("DeviceStateList", lambda items: listener.tell(f"list of {len(items)}"))
        assert [await listener.next() for _ in range(3)] == ["before", "list of 2", "after"]


async def test_an_event_on_the_heels_of_its_actions_reply_is_not_lost() -> None:
    async with connected() as (ami, asterisk, listener):
        asterisk.answers["Originate"] = lambda action: (
            success(action) + block({**hangup("1"), "ActionID": action["ActionID"]})
        )
        await ami.act("Originate")
        assert await listener.next() == "1"


async def test_a_refusal_is_an_error_with_its_reason() -> None:
    async with connected() as (ami, asterisk, _):
        asterisk.answers["Hangup"] = refusal("No such channel")
        with pytest.raises(AmiRejectedError, match="No such channel"):
            await ami.act("Hangup", Channel="x")


async def test_an_action_without_an_answer_times_out_and_a_late_answer_reaches_nobody_else() -> None:
    async with connected() as (ami, asterisk, _):
        asterisk.answers["CoreStatus"] = silence
        with pytest.raises(AmiTimeoutError):
            await ami.act("CoreStatus")
        late = await asterisk.asked("CoreStatus")
        asterisk.answers["CoreStatus"] = lambda action: (
            success(late) + block({"Response": "Success", "ActionID": action["ActionID"], "Mine": "yes"})
        )
        assert (await ami.act("CoreStatus"))["Mine"] == "yes"
        assert (ami.counters.timeouts, ami.counters.unmatched_replies) == (1, 1)


async def test_an_endless_message_ends_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ami_link, "LARGEST_MESSAGE", 1 << 16)
    async with connected() as (ami, asterisk, listener):
        asterisk.write(b"Event: Hangup\r\nX: " + b"x" * (1 << 17))
        assert [await listener.next(), await listener.next()] == ["down", "up"]
        assert ami.counters.oversized == 1


async def test_what_is_no_asterisk_never_hears_the_secret() -> None:
    said: asyncio.Queue[bytes] = asyncio.Queue()

    async def mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        said.put_nowait(await reader.read())
        writer.close()

    server = await asyncio.start_server(mail, "127.0.0.1", 0)
    login = AmiLogin("127.0.0.1", server.sockets[0].getsockname()[1], "tandem", "not-told")
    async with server, client(login, Listener(), up=False):
        assert [await asyncio.wait_for(said.get(), PATIENCE) for _ in range(2)] == [b"", b""]


async def test_when_asterisk_does_not_read_nothing_piles_up() -> None:
    async with connected() as (ami, asterisk, listener):
        asterisk.stop_reading()
        large = ["y" * 900] * 50
        actions = [ami.act("Originate", Variable=large) for _ in range(600)]  # 27 MB: more than any socket takes
        ends = await asyncio.gather(*actions, return_exceptions=True)
        assert {type(end) for end in ends} == {AmiLostError, AmiDownError}
        assert ami.counters.overflows == 1
        assert [await listener.next(), await listener.next()] == ["down", "up"]
