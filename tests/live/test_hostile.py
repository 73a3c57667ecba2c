"""Whatever is thrown at the doors, an ordinary call goes through, and what was thrown is kept as plain data."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tandem.control import wire
from tandem.control.events import CallEntered
from tandem.service.credentials import load_credentials
from tandem.service.journals import read_journal
from tandem.store import queries
from tests.live.centre import AFTER_TALK, HOTLINE, LiveCentre, numbers
from tests.live.manager import logged_in
from tests.live.witness import agrees
from tests.phones import Caller, tone
from tests.phones.stranger import Stranger, stranger

pytestmark = pytest.mark.live

ALL_KEYS = "0123456789*#ABCD"
MALFORMED = 5
"""Connections that one round of `at_the_agi_port` has closed on it."""
ORDINARY = "2002"
"""Put ahead of whoever waits, so that the one agent is theirs."""


async def ordinary_call(centre: LiveCentre) -> None:
    """Menu, link, queue, agent, audio both ways, survey: each in the time it always takes."""
    line = await centre.dial_menu(await centre.caller(ORDINARY))
    for key, prompt in (("1", "orders"), ("1", "sending_link")):
        await line.press(key)
        await line.hears(await centre.prompt(prompt), 4)
    await line.hears(await centre.prompt("link_sent"), 10)
    await line.press("0")
    await centre.call_is(ORDINARY, "queued")
    agent = await centre.agent("1001")
    call = await agent.answers()
    line.says(tone(440, seconds=3))
    call.says(tone(660, seconds=3))
    await asyncio.gather(call.hears_tone(440), line.hears_tone(660))
    await call.hang_up()
    await line.hears(await centre.prompt("survey"), seconds=AFTER_TALK)
    await line.press("5")
    await line.hears(await centre.prompt("survey_thanks"), 5)
    await line.ended(15)


@asynccontextmanager
async def again_and_again(attack: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """`attack` goes on while the block runs; it must be complete at least once, and must not fail."""
    once = asyncio.Event()

    async def attacking() -> None:
        while True:
            await attack()
            once.set()

    task = asyncio.create_task(attacking())
    try:
        yield
        await asyncio.wait([task, waiting := asyncio.create_task(once.wait())], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
    finally:
        task.cancel()
        (result,) = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(result, asyncio.CancelledError), result


# --- who claims to call ------------------------------------------------------------------------------------------


def senders(victim: str) -> dict[str, tuple[str, str]]:
    """From headers made to break things, each with the number and name that it must be read as."""
    return {
        '"Li \\"Lei\\" \\\\" <sip:1%22%3c%3e%5c@there>': ('1"<>\\', 'Li "Lei" \\'),
        f"<sip:1%0d%0a%0d%0aEvent%3a%20Hangup%0d%0aUniqueid%3a%20{victim}%0d%0a%0d%0a@there>": (
            f"1Event: HangupUniqueid: {victim}"[:40],
            "",
        ),
        f"<sip:2%0aagi_uniqueid%3a%20{victim}@there>": (f"2agi_uniqueid: {victim}"[:40], ""),
        '"a%0d%0aAction: Hangup" <sip:3%00@there>': ("3", "a%0d%0aAction: Hangup"),
        '"${SHELL(id)},a&b|c;d<e>\' OR 1=1" <sip:$%7bSHELL(id)%7d,4&5;x@there>': (
            "${SHELL(id)},4&5",
            "${SHELL(id)},a&b|c;d<e>' OR 1=1",
        ),
        '"李雷" <sip:%E6%9D%8E@there>': ("李", "李雷"),
        f'"{"x" * 500}" <sip:{"9" * 300}@there>': ("9" * 40, "x" * 80),
        "<sip:anonymous@anonymous.invalid>": ("", ""),
    }


async def test_what_a_caller_claims_to_be_is_kept_as_plain_data(centre: LiveCentre) -> None:
    line = await centre.dial_menu(await centre.caller("13800000001"))
    (victim,) = (await centre.state())["calls"]
    claims = senders(victim["call"])
    async with stranger(centre.config.port("sip_port")) as one:
        for sender in claims:
            assert await one.invites(sender) == 200, sender
        await centre.until(lambda state: len(state["calls"]) == len(claims) + 1, "every call to enter")
        await agrees(centre)
        assert sorted(entered(centre)) == sorted([*claims.values(), ("13800000001", "")])
    await centre.until(lambda state: len(state["calls"]) == 1, "the strangers' calls to end")
    assert not line.is_over
    await line.hang_up()
    await centre.idle()
    recorded = [contact.caller for contact in await centre.records(queries.contacts)]
    assert sorted(recorded) == sorted([*(number for number, _ in claims.values()), "13800000001"])


async def test_an_agent_is_rung_for_a_hostile_caller_as_for_any_other(centre: LiveCentre) -> None:
    number = "1'--\r\nAction: Hangup"
    agent = await centre.agent("1001")
    line = await (await centre.caller(number, "${SHELL(id)},a&b|c;d<e>")).dial(HOTLINE)
    await line.hears(await centre.prompt("main_menu"), 15)
    await line.press("0")
    call = await agent.answers()
    line.says(tone(440, seconds=3))
    await call.hears_tone(440)
    await call.hang_up()
    await line.hears(await centre.prompt("survey"), seconds=AFTER_TALK)
    await line.hang_up()
    await centre.idle()
    (contact,) = await centre.records(queries.contacts)
    assert (contact.caller, contact.outcome) == ("1'--Action: Hangup", "served")


async def test_a_number_that_is_none_and_a_text_to_the_hotline_lead_nowhere(centre: LiveCentre) -> None:
    async with stranger(centre.config.port("sip_port")) as one:
        for number in ("4008%0d%0a%0d%0aEvent%3a%20Hangup", "4008,1", "s", "h", "4008;x", "4" * 200):
            assert await one.invites("<sip:1@there>", number) >= 400, number
        assert await one.writes("hello") >= 400
        state = await centre.state()
        assert (state["calls"], state["counters"]) == ([], {})


def entered(centre: LiveCentre) -> list[tuple[str, str]]:
    """Number and name of every call, as the journal has them."""
    entries = read_journal(centre.config).entries_between(0, float("inf"))
    events = [wire.decode(entry.event) for entry in entries]
    return [(event.caller, event.caller_name) for event in events if isinstance(event, CallEntered)]


# --- the doors ---------------------------------------------------------------------------------------------------


class Door:
    """A TCP port of the controller."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def gets(self, data: bytes, then_wait: bool = True) -> bytes:
        """Send `data`; with `then_wait` all that comes until the far end closes, else hang up at once."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            with contextlib.suppress(ConnectionError):
                writer.write(data)
                await writer.drain()
                async with asyncio.timeout(15):
                    return await reader.read() if then_wait else b""
            return b""
        finally:
            writer.close()

    async def gets_slowly(self, data: bytes, pause: float) -> None:
        """Send `data` byte by byte until the far end closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        closed = asyncio.create_task(reader.read())
        try:
            for byte in data:
                if closed.done():
                    return
                writer.write(bytes([byte]))
                await asyncio.sleep(pause)
            raise AssertionError("a header that never ends was let in")
        finally:
            closed.cancel()
            writer.close()

    async def crowd(self, count: int, seconds: float) -> None:
        """`count` connections at once that say nothing for `seconds`.

        Made one by one: made together they would keep the phones of this process from listening.
        """
        open_now = [await asyncio.open_connection("127.0.0.1", self._port) for _ in range(count)]
        await asyncio.sleep(seconds)
        for _, writer in open_now:
            writer.close()


async def at_the_agi_port(door: Door) -> None:
    """Everything but a call."""
    line = b"agi_uniqueid: tandem-leg-x\n"
    await asyncio.gather(
        door.crowd(500, 2.0),
        door.gets(bytes(range(128, 256)) * 200),
        door.gets(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n\n\n"),
        door.gets(line * 1000),
        door.gets(line),
        door.gets_slowly(line * 10, 0.1),
        door.gets(line, then_wait=False),
        door.gets(line + b"\n", then_wait=False),
        door.gets(line + b"\n" + b"200 result=1\n" * 100),
    )


async def at_the_web_port(door: Door) -> None:
    """Everything but a request that is allowed."""
    noise = random.Random(8).randbytes(5000)
    host = b" HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    await asyncio.gather(
        door.crowd(100, 2.0),
        door.gets(noise),
        door.gets(b"GET /state" + host + b"X: " + b"x" * 200_000 + b"\r\n\r\n"),
        door.gets(b"POST /agents/1001/sign-out" + host + b"Connection: close\r\nContent-Length: -1\r\n\r\n"),
        door.gets(b"POST /agents/1001/sign-out" + host + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}"),
        door.gets(b"GET /../../etc/passwd" + host + b"Connection: close\r\n\r\n"),
        door.gets(b"GET /l/" + b"%00" * 1000 + host + b"Connection: close\r\n\r\n"),
    )


async def at_the_sip_port(one: Stranger) -> None:
    """Everything but a call."""
    dice = random.Random(8)
    head = "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx\r\nFrom: <sip:x@y>;tag=1\r\nTo: <sip:4008@y>\r\nCall-ID: x\r\n"
    for data in (
        dice.randbytes(1400),
        b"\r\n" * 700,
        b"INVITE",
        f"INVITE sip:4008@y SIP/2.0\r\n{head}CSeq: 1 INVITE\r\nContent-Length: -5\r\n\r\n".encode(),
        f"INVITE sip:4008@y SIP/2.0\r\n{head}CSeq: 99999999999 INVITE\r\n\r\n".encode(),
        f"CANCEL sip:4008@y SIP/2.0\r\n{head}CSeq: 1 CANCEL\r\n\r\n".encode(),
        f"BYE sip:4008@y SIP/2.0\r\n{head}CSeq: 1 BYE\r\n\r\n".encode(),
        f"REGISTER sip:y SIP/2.0\r\n{head}CSeq: 1 REGISTER\r\nContact: *\r\nExpires: 0\r\n\r\n".encode(),
        f"SIP/2.0 200 OK\r\n{head}CSeq: 1 INVITE\r\n\r\n".encode(),
        f"OPTIONS sip:y SIP/2.0\r\n{head}CSeq: 1 OPTIONS\r\n{'X: y' * 5000}\r\n\r\n".encode(),
    ):
        one.send(data)
    await asyncio.sleep(0.1)


async def flood(madman: Caller) -> None:
    """Call, press every key there is as fast as a phone sends them, wherever in the flow it falls, and hang up."""
    line = await madman.dial(HOTLINE)
    try:
        (failure,) = await asyncio.gather(line.press(ALL_KEYS[::-1] + ALL_KEYS), return_exceptions=True)
        if failure:  # the flow may have come to its end meanwhile; nothing else can be wrong
            await line.ended(1)
    finally:
        if not line.is_over:
            await line.hang_up()


async def test_noise_at_every_port_and_floods_of_keys_disturb_no_call(centre: LiveCentre) -> None:
    agi, web = Door(centre.config.port("agi_port")), Door(centre.config.port("http_port"))
    madmen = [await centre.caller(number) for number in numbers(4)]
    async with (
        stranger(centre.config.port("sip_port")) as one,
        again_and_again(lambda: at_the_sip_port(one)),
        again_and_again(lambda: at_the_agi_port(agi)),
        again_and_again(lambda: at_the_web_port(web)),
        again_and_again(lambda: asyncio.gather(*map(flood, madmen))),
    ):
        await ordinary_call(centre)
    await centre.tell("1001", "sign-out")
    await centre.idle()
    outcomes = {number: contact.outcome for number, contact in (await centre.contacts()).items()}
    assert outcomes.pop(ORDINARY) == "served"
    assert sorted(outcomes) == [madman.number for madman in madmen]
    assert set(outcomes.values()) <= {"contained", "left_menu", "abandoned"}
    await centre.agent_is("1001", "signed_out")
    assert (await centre.metrics())['tandem_agi_total{kind="malformed"}'] >= MALFORMED
    await untouched(centre)


async def untouched(centre: LiveCentre) -> None:
    """No channel is left, and calls still lead to the controller."""
    assert await agrees(centre) == (set(), set())
    port, secret = centre.config.port("ami_port"), load_credentials(centre.config.home).ami
    async with logged_in(port, "tandem", secret) as ami:
        entrance = await ami.ask("Getvar", Variable="TANDEM_AGI")
    assert f"Value: agi://127.0.0.1:{centre.config.port('agi_port')}/" in entrance
