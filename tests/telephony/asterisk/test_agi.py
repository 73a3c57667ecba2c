import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tandem.telephony.asterisk.agi import AgiError, AgiGoneError, AgiLimits, AgiServer, AgiSession
from tests.telephony.asterisk.scripted import PATIENCE, Caller

LIMITS = AgiLimits(connections=3, header_bytes=2000, header_time=0.2, line_bytes=1000, answer_time=0.2)


class Listening:
    """A server under test; `session` waits for the next well-formed request."""

    def __init__(self) -> None:
        self._sessions: asyncio.Queue[AgiSession] = asyncio.Queue()
        self.port = 0
        self.server = AgiServer(self._sessions.put_nowait, LIMITS)

    async def session(self) -> AgiSession:
        async with asyncio.timeout(PATIENCE):
            return await self._sessions.get()

    async def call(self, *arguments: str) -> tuple[Caller, AgiSession]:
        caller = await Caller.connect(self.port)
        caller.enter("1.1", *arguments)
        return caller, await self.session()


@asynccontextmanager
async def listening() -> AsyncIterator[Listening]:
    it = Listening()
    it.port = await it.server.start("127.0.0.1", 0)
    try:
        yield it
    finally:
        await it.server.stop()


async def test_a_request_and_its_arguments_are_read() -> None:
    async with listening() as it:
        _, session = await it.call("7000", "王 伟: x")
        assert session.request["agi_uniqueid"] == "1.1"
        assert session.arguments == ("7000", "王 伟: x")


async def test_a_command_is_quoted_and_gets_its_answer() -> None:
    async with listening() as it:
        caller, session = await it.call()
        command = asyncio.create_task(session.command("SET VARIABLE", "A", 'say "\\x"'))
        assert await caller.heard() == 'SET VARIABLE "A" "say \\"\\\\x\\""'
        caller.say("200 result=1 (yes)")
        reply = await command
        assert (reply.result, reply.data) == ("1", "yes")


async def test_a_line_break_is_refused_before_anything_is_written() -> None:
    async with listening() as it:
        caller, session = await it.call()
        with pytest.raises(ValueError, match="line break"):
            await session.command("NOOP", "x\nHANGUP")
        command = asyncio.create_task(session.command("NOOP"))
        assert await caller.heard() == "NOOP"
        caller.say("200 result=0")
        await command


async def test_who_goes_before_the_header_ends_disturbs_nobody() -> None:
    async with listening() as it:
        half = await Caller.connect(it.port)
        half.write(b"agi_network: yes\nagi_requ")
        half.close()
        _, session = await it.call()
        assert session.request


@pytest.mark.parametrize(
    "nonsense",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n\n\n",
        b"agi_x: " + b"y" * 3000,
        b"\n\n",
        b"\xff\xfe\0\n\n",
        b"agi_network: yes\n",
    ],
    ids=["http", "too long", "empty", "binary", "never ends"],
)
async def test_a_malformed_request_is_closed_and_counted(nonsense: bytes) -> None:
    async with listening() as it:
        stranger = await Caller.connect(it.port)
        stranger.write(nonsense)
        await stranger.ended()
        assert (it.server.counters.malformed, it.server.counters.sessions) == (1, 0)


async def test_one_connection_too_many_is_refused() -> None:
    async with listening() as it:
        calls = [await it.call() for _ in range(LIMITS.connections)]
        extra = await Caller.connect(it.port)
        await extra.ended()
        assert it.server.counters.refused == 1
        calls[0][0].close()
        await gone(calls[0][1])
        await it.call()


async def gone(session: AgiSession) -> None:
    ended = asyncio.get_running_loop().create_future()
    session.on_gone = lambda: ended.set_result(None)
    await asyncio.wait_for(ended, PATIENCE)


async def test_a_hangup_line_does_not_shift_the_answers() -> None:
    async with listening() as it:
        caller, session = await it.call()
        command = asyncio.create_task(session.command("WAIT FOR DIGIT", 1000))
        await caller.heard()
        caller.say("HANGUP")
        caller.say("200 result=-1")
        assert (await command).result == "-1"
        with pytest.raises(AgiGoneError):
            await session.command("NOOP")


async def test_a_hangup_line_between_commands_ends_the_session() -> None:
    async with listening() as it:
        caller, session = await it.call()
        caller.say("HANGUP")
        await gone(session)


async def test_a_usage_text_of_many_lines_does_not_shift_the_answers() -> None:
    async with listening() as it:
        caller, session = await it.call()
        wrong = asyncio.create_task(session.command("WAIT FOR DIGIT"))
        await caller.heard()
        caller.say("520-Invalid command syntax.  Proper usage follows:")
        with pytest.raises(AgiError):
            await wrong
        right = asyncio.create_task(session.command("NOOP"))
        caller.say("Waits for a digit.\n200 result=77\n520 End of proper usage.")
        await caller.heard()
        caller.say("200 result=5")
        assert (await right).result == "5"


async def test_an_unknown_command_is_an_error_and_the_session_goes_on() -> None:
    async with listening() as it:
        caller, session = await it.call()
        wrong = asyncio.create_task(session.command("FOO"))
        await caller.heard()
        caller.say("510 Invalid or unknown command")
        with pytest.raises(AgiError) as error:
            await wrong
        assert not isinstance(error.value, AgiGoneError)
        assert not session.closed


async def test_a_dead_channel_is_told_as_gone() -> None:
    async with listening() as it:
        caller, session = await it.call()
        command = asyncio.create_task(session.command("ANSWER"))
        await caller.heard()
        caller.say("511 Command Not Permitted on a dead channel or intercept routine")
        with pytest.raises(AgiGoneError):
            await command


async def test_a_connection_that_ends_fails_its_command_at_once() -> None:
    async with listening() as it:
        caller, session = await it.call()
        command = asyncio.create_task(session.command("ANSWER", answer_time=60.0))
        await caller.heard()
        caller.close()
        with pytest.raises(AgiGoneError):
            await asyncio.wait_for(command, PATIENCE)


async def test_a_command_without_an_answer_ends_the_session() -> None:
    async with listening() as it:
        caller, session = await it.call()
        with pytest.raises(AgiGoneError):
            await session.command("ANSWER")
        await caller.heard()
        await caller.ended()
        assert it.server.counters.timeouts == 1


@pytest.mark.parametrize(
    "nonsense", [b"200 result=1\n", b"what?\n", b"x" * 2000], ids=["unasked", "no reply", "endless"]
)
async def test_a_wrong_answer_ends_the_session(nonsense: bytes) -> None:
    async with listening() as it:
        caller, _ = await it.call()
        caller.write(nonsense)
        await caller.ended()
        assert it.server.counters.malformed == 1


async def test_two_commands_at_once_are_a_mistake() -> None:
    async with listening() as it:
        caller, session = await it.call()
        first = asyncio.create_task(session.command("ANSWER"))
        await caller.heard()
        with pytest.raises(RuntimeError):
            await session.command("NOOP")
        caller.say("200 result=0")
        await first


async def test_stop_gives_every_call_back() -> None:
    async with listening() as it:
        caller, _ = await it.call()
    await caller.ended()
