"""pyVoIP 1.6.8 as a witness: a SIP and RTP stack that is not ours and not baresip's, one call at a time.

What it does with the patches below, tried on Asterisk 22: register, call (From is the account's number), be called,
hear and say G.711 (8-bit samples), hang up, see the far end hang up, receive DTMF.
What it can't: send DTMF, show a refusal (486, 603, 487: it stays "dialing"), notice that a call it has not answered is
taken back, run on Python 3.13 (the audioop module is gone). It answers a call 1 s after the INVITE at the earliest.
"""

import asyncio
import contextlib
import io
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np
import pyVoIP
from pyVoIP import RTP

# SIP by way of VoIP: imported first, pyVoIP's SIP imports itself in a circle.
from pyVoIP.VoIP.VoIP import SIP, CallState, VoIPCall, VoIPPhone  # type: ignore[attr-defined]

from tests.phones.audio import RATE, TONE_PRESENT, Samples, tone_share

_LOOK_EVERY = 0.05


class _Client(SIP.SIPClient):
    """pyVoIP's SIP with what keeps it from working on Asterisk put right."""

    def gen_call_id(self) -> str:
        """Unique: theirs counts from 1 in every process, and the Via branch of INVITE is made from it."""
        return f"{secrets.token_hex(16)}@{self.myIP}:{self.myPort}"

    def gen_invite(self, number: str, session: str, media: Any, direction: Any, _branch: str, call_id: str) -> str:
        """A new Via branch for each INVITE: theirs is kept after the 401, so the second looks like a repetition."""
        return str(super().gen_invite(number, session, media, direction, self.gen_branch(), call_id))

    def gen_ack(self, request: SIP.SIPMessage) -> str:
        """The far end's own To tag: theirs is random, so the 200 is never acknowledged and hang-ups are not seen."""
        wrong, right = super().gen_ack(request).split("To: ", 1)
        _, after = right.split("\r\n", 1)
        to = request.headers["To"]
        return f"{wrong}To: {to['raw']};tag={to['tag']}\r\n{after}"

    def parse_message(self, message: SIP.SIPMessage) -> None:
        """Answer OPTIONS, which theirs ignores: Asterisk's `qualify` would take the phone for gone."""
        if message.type == SIP.SIPMessageType.MESSAGE and message.method == "OPTIONS":
            self.out.sendto(self.gen_ok(message).encode(), (self.server, self.port))
        else:
            super().parse_message(message)


class _Heard(RTP.RTPPacketManager):
    """What was heard, in the order it came: theirs puts packets where their timestamps say.

    When the switch joins the call with another the timestamps jump, and theirs fills up to 4 GB with zeros.
    """

    def write(self, offset: int, data: bytes) -> None:
        """Add `data` at the end; whoever reads goes on where they were."""
        with self.bufferLock:
            place = self.buffer.tell()
            self.buffer.seek(0, io.SEEK_END)
            self.buffer.write(data)
            self.buffer.seek(place)


# Theirs releases ports when a call is collected, for which it looks whether threads live: collected while another
# thread starts, it waits for itself for ever.
VoIPCall.__del__ = lambda _call: None  # type: ignore[method-assign]


class _Phone(VoIPPhone):
    """pyVoIP's phone on our client."""

    def __init__(self, sip_port: int, number: str, password: str, rung: Callable[[VoIPCall], None]) -> None:
        own, rtp = _free_port(), _free_port()
        who = ("127.0.0.1", sip_port, number, password)
        super().__init__(*who, "127.0.0.1", rung, own, rtp, rtp)
        self.sip = _Client(*who, self, "127.0.0.1", own, self.callback, self.fatal)

    def release_ports(self, call: VoIPCall | None = None) -> None:
        """Theirs raises when a port was released before."""
        with contextlib.suppress(ValueError):
            super().release_ports(call)


class PyvoipCall:
    """One call of the witness."""

    def __init__(self, call: VoIPCall) -> None:
        self._call = call

    @property
    def caller(self) -> str:
        """The number in the From header."""
        return str(self._call.request.headers["From"]["number"])

    @property
    def heard(self) -> Samples:
        """All that was heard, widened from pyVoIP's unsigned 8 bits."""
        received = self._call.RTPClients[0].pmin.buffer.getvalue() if self._call.RTPClients else b""
        return ((np.frombuffer(received, dtype=np.uint8).astype(np.int16) - 128) * 256).astype(np.int16)

    def says(self, samples: Samples) -> None:
        """Begin to say `samples`."""
        self._call.write_audio(((samples // 256) + 128).astype(np.uint8).tobytes())

    async def hears_tone(self, frequency: float, within: float = 5.0) -> None:
        """Wait until the last half second holds a tone of `frequency` hertz."""
        await _until(lambda: tone_share(self.heard[-RATE // 2 :], frequency) >= TONE_PRESENT, within)

    async def ended(self, within: float = 10.0) -> None:
        """Wait until the call is over."""
        await _until(lambda: self._call.state == CallState.ENDED, within)

    async def hang_up(self) -> None:
        """Send BYE."""
        await asyncio.to_thread(self._call.hangup)


class PyvoipPhone:
    """A registered phone; `phone` is pyVoIP's own, which runs in threads."""

    def __init__(self, phone: VoIPPhone, ringing: "asyncio.Queue[VoIPCall]") -> None:
        self._phone = phone
        self._ringing = ringing

    async def dial(self, number: str, within: float = 10.0) -> PyvoipCall:
        """Call `number`; TimeoutError when it does not answer (pyVoIP can't tell why)."""
        call = await asyncio.to_thread(self._phone.call, number)
        await _until(lambda: call.state == CallState.ANSWERED, within)
        return PyvoipCall(call)

    async def answers(self, within: float = 10.0) -> PyvoipCall:
        """Answer the next call."""
        async with asyncio.timeout(within):
            call = await self._ringing.get()
        await asyncio.to_thread(call.answer)
        return PyvoipCall(call)


async def _until(happened: Callable[[], bool], within: float) -> None:
    async with asyncio.timeout(within):
        while not happened():  # noqa: ASYNC110 (pyVoIP has no event to wait for)
            await asyncio.sleep(_LOOK_EVERY)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def pyvoip_phone(sip_port: int, number: str, password: str) -> AsyncIterator[PyvoipPhone]:
    """A pyVoIP phone, registered at 127.0.0.1:`sip_port` until the block ends."""
    if "OPTIONS" not in pyVoIP.SIPCompatibleMethods:
        pyVoIP.SIPCompatibleMethods.append("OPTIONS")
    RTP.RTPPacketManager = _Heard  # type: ignore[misc]
    ringing: asyncio.Queue[VoIPCall] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def rung(call: VoIPCall) -> None:
        loop.call_soon_threadsafe(ringing.put_nowait, call)

    phone = _Phone(sip_port, number, password, rung)
    await asyncio.to_thread(phone.start)
    try:
        yield PyvoipPhone(phone, ringing)
    finally:
        await asyncio.to_thread(phone.stop)
