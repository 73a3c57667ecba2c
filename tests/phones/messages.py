"""A phone without a voice: it registers, takes SIP MESSAGE, and refuses calls with any status.

baresip's Python wheel has no MESSAGE and declines with 486 only; this user agent of our own (RFC 3261 over UDP, RFC
3428 for MESSAGE, RFC 2617 for digest) does just that, and answers the switch's OPTIONS, so `qualify` sees it.
"""

import asyncio
import contextlib
import hashlib
import re
import secrets
from collections.abc import AsyncIterator
from typing import NamedTuple

_REASONS = {200: "OK", 480: "Temporarily Unavailable", 486: "Busy Here", 501: "Not Implemented", 603: "Decline"}


class Message(NamedTuple):
    """A text and the address it came from (the From header)."""

    text: str
    sender: str


class Packet(NamedTuple):
    """A SIP request or response: its first line, its headers by lower-case name (joined by commas), its body."""

    start: str
    headers: dict[str, str]
    body: str

    @classmethod
    def parse(cls, data: bytes) -> "Packet":
        """Read a datagram."""
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value.strip()
        return cls(start, headers, body)


class MessagePhone(asyncio.DatagramProtocol):
    """See the module. `refuses_with` is the status that calls get, `invites` are what came for them."""

    def __init__(self, sip_port: int, number: str, password: str, refuses_with: int) -> None:
        self.messages: list[Message] = []
        self.calls_refused = 0
        self.invites: list[Packet] = []
        self.refuses_with = refuses_with
        self._switch = f"127.0.0.1:{sip_port}"
        self._number = number
        self._password = password
        self._arrived: asyncio.Queue[Message] = asyncio.Queue()
        self._answers: asyncio.Queue[Packet] = asyncio.Queue()
        self._dialog = secrets.token_hex(8)
        self._requests_sent = 0

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport
        self._address = "{}:{}".format(*transport.get_extra_info("sockname"))

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        packet = Packet.parse(data)
        if packet.start.startswith("SIP/2.0"):
            self._answers.put_nowait(packet)
            return
        method = packet.start.partition(" ")[0]
        if method == "ACK":
            return
        self._reply(packet, self._status(method, packet), addr)

    async def receives(self, within: float = 10.0) -> Message:
        """The next text to arrive, waiting at most `within` seconds."""
        async with asyncio.timeout(within):
            return await self._arrived.get()

    async def register(self, expires: int = 300) -> None:
        """Register for `expires` seconds (0: sign off); ConnectionError with the status when the switch refuses."""
        answer = await self._request_registration(expires, "")
        if " 401 " in answer.start:
            answer = await self._request_registration(expires, self._credentials(answer.headers["www-authenticate"]))
        if " 200 " not in answer.start:
            raise ConnectionError(f"{self._number} was not registered: {answer.start}")

    def _status(self, method: str, packet: Packet) -> int:
        match method:
            case "MESSAGE":
                message = Message(packet.body, packet.headers.get("from", ""))
                self.messages.append(message)
                self._arrived.put_nowait(message)
                return 200
            case "INVITE":
                self.calls_refused += 1
                self.invites.append(packet)
                return self.refuses_with
            case "OPTIONS":
                return 200
            case _:
                return 501

    def _reply(self, request: Packet, status: int, addr: tuple[str, int]) -> None:
        """Answer with the request's own Via, From, Call-ID and CSeq; To gets our tag (RFC 3261, 8.2.6)."""
        kept = "".join(f"{name}: {request.headers[name]}\r\n" for name in ("via", "from", "call-id", "cseq"))
        reply = (
            f"SIP/2.0 {status} {_REASONS[status]}\r\n{kept}To: {request.headers['to']};tag={self._dialog}\r\n"
            "Allow: MESSAGE, OPTIONS, INVITE, ACK\r\nContent-Length: 0\r\n\r\n"
        )
        self._transport.sendto(reply.encode(), addr)

    async def _request_registration(self, expires: int, credentials: str) -> Packet:
        self._requests_sent += 1
        address = f"<sip:{self._number}@{self._switch}>"
        request = (
            f"REGISTER sip:{self._switch} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self._address};branch=z9hG4bK{secrets.token_hex(8)};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: {address};tag={self._dialog}\r\nTo: {address}\r\n"
            f"Call-ID: {self._dialog}\r\nCSeq: {self._requests_sent} REGISTER\r\n"
            f"Contact: <sip:{self._number}@{self._address}>\r\nExpires: {expires}\r\n"
            f"{credentials}Content-Length: 0\r\n\r\n"
        )
        host, port = self._switch.split(":")
        self._transport.sendto(request.encode(), (host, int(port)))
        async with asyncio.timeout(5):
            return await self._answers.get()

    def _credentials(self, challenge: str) -> str:
        """The Authorization header for a digest challenge with MD5 and qop=auth (RFC 2617, 3.2.2)."""
        asked = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        uri, once = f"sip:{self._switch}", secrets.token_hex(8)
        secret = _md5(f"{self._number}:{asked['realm']}:{self._password}")
        response = _md5(f"{secret}:{asked['nonce']}:00000001:{once}:auth:{_md5(f'REGISTER:{uri}')}")
        return (
            f'Authorization: Digest username="{self._number}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", '
            f'uri="{uri}", response="{response}", algorithm=MD5, qop=auth, nc=00000001, cnonce="{once}", '
            f'opaque="{asked.get("opaque", "")}"\r\n'
        )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


@contextlib.asynccontextmanager
async def message_phone(
    sip_port: int, number: str, password: str, refuses_with: int = 486
) -> AsyncIterator[MessagePhone]:
    """A message phone, registered at 127.0.0.1:`sip_port` until the block ends."""
    phone = MessagePhone(sip_port, number, password, refuses_with)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: phone, local_addr=("127.0.0.1", 0))
    try:
        await phone.register()
        yield phone
        await phone.register(expires=0)
    finally:
        transport.close()
