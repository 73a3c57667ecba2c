"""A switch under test, between a scripted Asterisk and a recorder of its events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from tandem.control.commands import Listen, RingAgent, Utterance
from tandem.control.events import (
    CallEntered,
    Event,
    SwitchFound,
)
from tandem.telephony.asterisk.spool import Spool
from tandem.telephony.asterisk.switch import Switch, SwitchSettings
from tandem.telephony.asterisk.wire import Message
from tests.telephony.asterisk.scripted import (
    PATIENCE,
    QUICK,
    Caller,
    ScriptedAsterisk,
    block,
    listing,
)

CHANNEL = {"Event": "CoreShowChannel", "Uniqueid": "1.1", "Channel": "PJSIP/trunk-1.1", "ChannelStateDesc": "Up"}
ENDED = {"Event": "Hangup", "Uniqueid": "1.1", "ChannelStateDesc": "Up", "Cause": "16"}
RING = RingAgent("tandem-leg-1", "PJSIP/1001", "1.1", "PJSIP/trunk-1.1", "100", 'Zhang "<\\>" Wei', 15.0)
E = TypeVar("E", bound=Event)


async def prompt_path(utterance: Utterance) -> str:
    if utterance.text == "unspeakable":
        raise OSError("no voice")
    return f"/prompts/{utterance.text}"


NO_SPOOL = Spool()
KEY = "key-of-the-entrance"


class Plane:
    """The switch under test between a scripted Asterisk and a recorder of events."""

    def __init__(self, asterisk: ScriptedAsterisk) -> None:
        self.asterisk = asterisk
        self.full = False
        self.told: list[Event] = []
        self.now = 1000.0
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self.switch: Switch

    def emit(self, event: Event) -> None:
        if self.full:
            raise asyncio.QueueFull
        self.told.append(event)
        self._events.put_nowait(event)

    async def next(self, kind: type[E]) -> E:
        """The next event, which must be of that kind."""
        async with asyncio.timeout(PATIENCE):
            event = await self._events.get()
        assert isinstance(event, kind), event
        return event

    async def call(self, call: str = "1.1", *arguments: str, **values: str) -> Caller:
        caller = await Caller.connect(self.port)
        caller.enter(call, *arguments, **{"network_script": KEY} | values)
        await caller.answer("CHANNEL STATUS", "200 result=6")
        return caller

    async def entered(self) -> Caller:
        caller = await self.call()
        await self.next(CallEntered)
        return caller

    @property
    def port(self) -> int:
        entrance = next(action["Value"] for action in self.asterisk.actions if action["Action"] == "Setvar")
        return int(entrance.removesuffix(f"/{KEY}").rpartition(":")[2])


@asynccontextmanager
async def plane(*channels: Message, spool: Spool = NO_SPOOL, in_charge: bool = True) -> AsyncIterator[Plane]:
    asterisk = ScriptedAsterisk()
    asterisk.answers["CoreShowChannels"] = listing(*channels)
    asterisk.answers["DeviceStateList"] = listing(
        {"Event": "DeviceStateChange", "Device": "PJSIP/1001", "State": "NOT_INUSE"},
        {"Event": "DeviceStateChange", "Device": "PJSIP/1002", "State": "UNAVAILABLE"},
    )
    asterisk.answers["CoreStatus"] = lambda action: block(
        {
            "Response": "Success",
            "ActionID": action["ActionID"],
            "CoreStartupDate": "2026-11-21",
            "CoreStartupTime": "21:32:42",
        }
    )
    async with asterisk.listening() as login:
        it = Plane(asterisk)
        it.switch = Switch(
            SwitchSettings(login, agi_port=0, agi_key=KEY, times=QUICK, spool=spool),
            it.emit,
            prompt_path,
            lambda work, name: asyncio.create_task(work, name=name),
            lambda: it.now,
            lambda: in_charge,
        )
        await it.switch.start()
        try:
            await it.next(SwitchFound)
            yield it
        finally:
            await it.switch.stop()


def listen(*texts: str, keys: str = "", wait: float = 0.0, music: str | None = None) -> Listen:
    return Listen("1.1", 7, tuple(Utterance("en", text) for text in texts), keys, wait, music)
