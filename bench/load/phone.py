"""A caller of a few lines whose packets are timed as they come; a jitter buffer would hide what is measured.

It sends no voice, and says only what Asterisk needs to hear: INVITE, ACK, BYE, and keys.
"""

import asyncio
import re
import time
from itertools import count
from typing import Self, cast

from bench.load.dtmf import TICKS, is_end, key_packets

_HOST = "127.0.0.1"
_SDP = "v=0\r\no=p 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n"
_SDP += "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
_TICKS_A_SECOND = TICKS * 50
_numbers = count(1)


class _Socket(asyncio.DatagramProtocol):
    """What has come in, with the time (monotonic) it came."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)
        self.port: int = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str | None, int]) -> None:  # noqa: ARG002
        self.came.put_nowait((time.monotonic(), data))

    @classmethod
    async def open(cls) -> Self:
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_datagram_endpoint(cls, local_addr=(_HOST, 0))
        return protocol


class Phone:
    """One call. Times are monotonic seconds."""

    def __init__(self, sip: _Socket, rtp: _Socket, sip_port: int, number: str) -> None:
        self._sip, self._rtp, self._sip_port = sip, rtp, sip_port
        self._id = f"{next(_numbers)}-{sip.port}"
        self._to = f"<sip:{number}@{_HOST}:{sip_port}>"
        self._target = f"sip:{number}@{_HOST}:{sip_port}"
        self._began = time.monotonic()
        self._far = (_HOST, 0)
        self._sequence = 1

    @classmethod
    async def dial(cls, sip_port: int, number: str) -> Self:
        """Call `number` at the switch on `sip_port`; ConnectionError when it is not answered at once."""
        phone = cls(await _Socket.open(), await _Socket.open(), sip_port, number)
        phone._say("INVITE", 1, _SDP.format(host=_HOST, port=phone._rtp.port))
        answer = await phone._answer()
        phone._to = _found(r"^To: (.*?)\r$", answer)
        phone._target = _found(r"^Contact: <(.*?)>", answer)
        phone._far = (_HOST, int(_found(r"^m=audio (\d+)", answer)))
        phone._say("ACK", 1)
        return phone

    async def press(self, key: str) -> float:
        """Press a key for 160 ms; returns when it was released."""
        down = time.monotonic()
        packets = list(key_packets(key, self._sequence, round((down - self._began) * _TICKS_A_SECOND)))
        self._sequence += len(packets)
        released = 0.0
        for after, packet in packets:
            await asyncio.sleep(down + after - time.monotonic())
            self._rtp.transport.sendto(packet, self._far)
            released = released or (time.monotonic() if is_end(packet) else 0.0)
        return released

    async def hears(self, within: float) -> float:
        """When the next packet of voice came. TimeoutError when none does `within` seconds."""
        async with asyncio.timeout(within):
            at, _ = await self._rtp.came.get()
        return at

    async def hang_up(self) -> None:
        """End the call."""
        self._say("BYE", 2)
        await self._answer()
        self._sip.transport.close()
        self._rtp.transport.close()

    async def _answer(self) -> str:
        """The final answer to what was said last."""
        async with asyncio.timeout(5):
            while True:
                _, data = await self._sip.came.get()
                answer = data.decode()
                if answer.startswith("SIP/2.0 2"):
                    return answer
                if not answer.startswith("SIP/2.0 1"):
                    raise ConnectionError(answer.partition("\r\n")[0])

    def _say(self, method: str, sequence: int, body: str = "") -> None:
        caller = f"sip:139{self._id.replace('-', '')}@{_HOST}:{self._sip.port}"
        lines = [
            f"{method} {self._target} SIP/2.0",
            f"Via: SIP/2.0/UDP {_HOST}:{self._sip.port};branch=z9hG4bK{self._id}{method}",
            f"From: <{caller}>;tag={self._id}",
            f"To: {self._to}",
            f"Call-ID: {self._id}",
            f"CSeq: {sequence} {method}",
            f"Contact: <{caller}>",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        message = "\r\n".join(lines) + "\r\n\r\n" + body
        self._sip.transport.sendto(message.encode(), (_HOST, self._sip_port))


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    if not found:
        raise ConnectionError(f"no {pattern} in {text}")
    return found[1]
