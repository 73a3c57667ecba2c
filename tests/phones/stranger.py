"""A SIP speaker without manners: sends whatever it is given, for what no real phone can be made to say."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator

from tests.phones.messages import Packet

_MEDIA = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 9 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)


class Stranger(asyncio.DatagramProtocol):
    """Calls without a voice, from 127.0.0.1."""

    def __init__(self, sip_port: int) -> None:
        self._switch = ("127.0.0.1", sip_port)
        self._answers: dict[str, asyncio.Future[int]] = {}
        self._calls: list[tuple[str, Packet]] = []

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport
        self._address = "{}:{}".format(*transport.get_extra_info("sockname"))

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        packet = Packet.parse(data)
        if not packet.start.startswith("SIP/2.0 "):
            return
        status, answer = int(packet.start.split()[1]), self._answers.get(packet.headers.get("call-id", ""))
        if answer is None or answer.done() or status < 200:
            return
        answer.set_result(status)
        if status == 200 and "INVITE" in packet.headers["cseq"]:
            self._calls.append((packet.headers["contact"].strip("<>"), packet))
            self.send(self._in_call("ACK", 1, *self._calls[-1]))

    def send(self, data: bytes) -> None:
        """Send a datagram."""
        self._transport.sendto(data, self._switch)

    async def invites(self, sender: str, number: str = "4008", within: float = 5.0) -> int:
        """Call `number` with this From header (without tag); returns the SIP status, of 200 after the ACK."""
        return await self._asks("INVITE", number, sender, "application/sdp", _MEDIA, within)

    async def writes(self, text: str, number: str = "4008", within: float = 5.0) -> int:
        """Send a text (MESSAGE) to `number`; returns the SIP status."""
        return await self._asks("MESSAGE", number, "<sip:stranger@127.0.0.1>", "text/plain", text, within)

    def hang_up(self) -> None:
        """End every call."""
        for call in self._calls:
            self.send(self._in_call("BYE", 2, *call))
        self._calls.clear()

    async def _asks(self, method: str, number: str, sender: str, kind: str, body: str, within: float) -> int:
        mark, address = secrets.token_hex(8), f"sip:{number}@127.0.0.1:{self._switch[1]}"
        self._answers[mark] = asyncio.get_running_loop().create_future()
        self.send(
            f"{method} {address} SIP/2.0\r\nVia: SIP/2.0/UDP {self._address};branch=z9hG4bK{mark};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: {sender};tag={mark}\r\nTo: <{address}>\r\nCall-ID: {mark}\r\n"
            f"CSeq: 1 {method}\r\nContact: <sip:stranger@{self._address}>\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        async with asyncio.timeout(within):
            return await self._answers[mark]

    def _in_call(self, method: str, number: int, target: str, answer: Packet) -> bytes:
        kept = "".join(f"{name}: {answer.headers[name]}\r\n" for name in ("from", "to", "call-id"))
        via = f"Via: SIP/2.0/UDP {self._address};branch=z9hG4bK{secrets.token_hex(8)};rport\r\n"
        end = f"CSeq: {number} {method}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        return f"{method} {target} SIP/2.0\r\n{via}{kept}{end}".encode()


@contextlib.asynccontextmanager
async def stranger(sip_port: int) -> AsyncIterator[Stranger]:
    """One who knows the switch on 127.0.0.1:`sip_port`."""
    one = Stranger(sip_port)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: one, local_addr=("127.0.0.1", 0))
    try:
        yield one
        one.hang_up()
    finally:
        transport.close()
