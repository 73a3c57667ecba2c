"""The agents' phones in their browsers: what they sign in with, and their way to Asterisk.

Asterisk's WebSocket is on loopback. A browser reaches it by us only: one origin, one certificate, and nobody but the
agent whose session it is. The voice itself goes straight between browser and Asterisk, or by a relay, where
one is configured.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated

import aiohttp
import msgspec
import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from tandem.control.events import PhoneConnected, PhoneDisconnected, TalkMeasured
from tandem.control.settings import browser_phone
from tandem.control.voice.measured import Measured, score_of
from tandem.cti.answers import Refused, answer
from tandem.cti.backend import Backend
from tandem.cti.contract import gives, takes
from tandem.cti.guard import People, is_our_page
from tandem.cti.ice import IceServers
from tandem.cti.identity import Identity, identity_of, needs
from tandem.cti.shapes import PhoneAccount
from tandem.cti.sip_frames import NotAllowedError, check
from tandem.store.users import UserStoreError

log = structlog.get_logger()

PROTOCOL = "sip"
DOMAIN = "tandem.invalid"
"""In the phones' addresses; nothing is looked up by it."""
MOST_BYTES = 64 * 1024
"""Of one message; a longer one ends the connection."""
CHECKED_EVERY = 15.0
"""Seconds between two looks whether who has the phone is still signed in."""
CONNECT_SECONDS = 5.0
BEAT_EVERY = 20.0
"""Seconds between two pings: no proxy on the way takes the phone for idle, and a browser that is gone is noticed."""
TAKEN_OVER = 4001
"""How a connection is closed when the same agent's phone is opened elsewhere: it is not to come back."""

Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse
Packets = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=60)]


class Heard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the browser counted of a talk, see Measured; `leg` is the header X-Tandem-Leg of its INVITE."""

    leg: Annotated[str, msgspec.Meta(pattern=r"^tandem-leg-[\w.-]{1,200}$")]
    codec: Annotated[str, msgspec.Meta(pattern=r"^[\w.+-]{0,40}$")]
    received: Packets
    lost: Packets
    sent: Packets
    lost_there: Packets
    jitter: Seconds
    round_trip: Seconds

    def measured(self) -> Measured:
        """The same, as the plane has it."""
        counted = msgspec.structs.asdict(self)
        del counted["leg"]
        return Measured(**counted)


class EndedError(Exception):
    """The connection ends: `how` for the metrics, `close` for the WebSocket."""

    def __init__(self, how: str, close: int) -> None:
        super().__init__(how)
        self.how, self.close = how, close


class Phones:
    """All browser phones. `password` gives that of an account, None where Asterisk was not told of it; `asterisk` is
    the address of its WebSocket, `ice` the servers that help its voice through networks."""

    def __init__(
        self,
        backend: Backend,
        people: People,
        password: Callable[[str], str | None],
        asterisk: str,
        ice: IceServers | None = None,
    ) -> None:
        self._readers, self._origin, self._clock = backend.readers, backend.public_url, backend.clock
        self._ice = ice or IceServers()
        self._people = people
        self._emit = backend.emit
        self._password = password
        self._asterisk = asterisk
        self._open: dict[str, web.WebSocketResponse] = {}
        self.ended: Counter[str] = Counter()
        """How many connections ended, by how: `left`, `taken_over`, `signed_out`, `not_allowed`, `no_switch`."""
        self.observe: dict[str, Callable[[float], None]] = {}
        """Who takes the score, loss, jitter and round trip of a talk into the figures."""

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers."""
        return [
            web.get("/agents/{agent}/phone", self.show),
            web.post("/agents/{agent}/phone/talks", self.heard),
            web.get("/ws", self.connect, allow_head=False),
        ]

    @property
    def connected(self) -> int:
        """How many are open."""
        return len(self._open)

    @needs("agent")
    @gives(PhoneAccount)
    async def show(self, request: web.Request) -> web.Response:
        """What the agent's own browser registers with: nobody else is told, not even a supervisor."""
        who, agent = identity_of(request), request.match_info["agent"]
        if not who.session or who.agent != agent:
            raise Refused(403, "not_yours", "A phone is for the browser of its agent only.")
        account, password = self._account_of(who)
        uri = f"sip:{account}@{DOMAIN}"
        ice = self._ice.of(account, self._clock())
        return answer({"account": account, "uri": uri, "password": password, "path": "/ws", "ice": ice})

    @needs("agent")
    @takes(Heard)
    @gives(None, 204)
    async def heard(self, request: web.Request, heard: Heard) -> web.Response:
        """How a talk that is over was heard, for the records and the figures."""
        agent = request.match_info["agent"]
        device = browser_phone(agent)
        if not self._readers.browser_phone(agent):
            raise Refused(404, "no_browser_phone", "This agent has no phone in the browser.")
        measured = heard.measured()
        if measured.tells:
            figures = {**msgspec.structs.asdict(measured), "loss": measured.loss, "score": score_of(measured)}
            for name, observe in self.observe.items():
                observe(figures[name])
        self._tell(TalkMeasured(heard.leg, device, measured, agent))
        return web.Response(status=204)

    def _account_of(self, who: Identity) -> tuple[str, str]:
        account = self._readers.browser_phone(who.agent) if who.session else ""
        if not account:
            raise Refused(404, "no_browser_phone", "This agent has no phone in the browser.")
        password = self._password(account)
        if password is None:
            raise Refused(409, "not_provisioned", "Asterisk does not know this phone yet: start Tandem again.")
        return account, password

    @needs("agent")
    @gives(None, 101)
    async def connect(self, request: web.Request) -> web.StreamResponse:
        """A phone's SIP, until one side ends it."""
        if not is_our_page(request, self._origin):
            raise Refused(403, "unknown_origin", "Phones are not open to pages of this site.")
        if PROTOCOL not in request.headers.get("Sec-WebSocket-Protocol", ""):
            raise Refused(400, "bad_protocol", f"The subprotocol is {PROTOCOL}.")
        who = identity_of(request)
        account, _ = self._account_of(who)
        phone = web.WebSocketResponse(
            protocols=(PROTOCOL,), max_msg_size=MOST_BYTES, compress=False, heartbeat=BEAT_EVERY
        )
        await phone.prepare(request)
        other, self._open[who.agent] = self._open.get(who.agent), phone
        if other is not None:
            await _close(other, TAKEN_OVER)
        self._tell(PhoneConnected(who.agent))
        how = "left"
        try:
            await self._serve(phone, request, who, account)
        except EndedError as error:
            how = error.how
            await _close(phone, error.close)
        except ConnectionError:
            pass  # it may come back
        finally:
            if self._open.get(who.agent) is phone:
                del self._open[who.agent]
                self._tell(PhoneDisconnected(who.agent))
            else:
                how = "taken_over"
            self.ended[how] += 1
        return phone

    async def close(self, _app: web.Application) -> None:
        """End all connections: they come back to whoever goes on."""
        await asyncio.gather(*(_close(phone, WSCloseCode.GOING_AWAY) for phone in list(self._open.values())))

    def _tell(self, event: PhoneConnected | PhoneDisconnected | TalkMeasured) -> None:
        """Where the plane is too busy to hear of it, the switch tells it later: by its silence, by its own count."""
        try:
            self._emit(event)
        except asyncio.QueueFull:
            log.warning("the plane is too busy for a phone", agent=event.agent)

    async def _serve(self, phone: web.WebSocketResponse, request: web.Request, who: Identity, account: str) -> None:
        async with aiohttp.ClientSession() as http:
            switch = await self._reach(http)
            parts = (_pass_on(phone, switch, account), _pass_on(switch, phone, None), self._check(request, who))
            tasks = [asyncio.ensure_future(part) for part in parts]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await _close(switch, WSCloseCode.OK)

    async def _reach(self, http: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                return await http.ws_connect(self._asterisk, protocols=(PROTOCOL,), max_msg_size=MOST_BYTES)
        except (aiohttp.ClientError, OSError) as error:
            log.warning("asterisk takes no browser phone", error=str(error))
            raise EndedError("no_switch", WSCloseCode.TRY_AGAIN_LATER) from None

    async def _check(self, request: web.Request, who: Identity) -> None:
        """Ends the phone of somebody whose session is over, or who works as somebody else by now."""
        while True:
            await asyncio.sleep(CHECKED_EVERY)
            try:
                now = await self._people.identify(request)
            except UserStoreError as error:
                log.warning("a phone's session can't be checked", error=str(error))
                continue
            if now != who:
                raise EndedError("signed_out", WSCloseCode.POLICY_VIOLATION)


async def _pass_on(source: Socket, target: Socket, account: str | None) -> None:
    """Everything from `source` to `target`, until `source` ends; of a phone only what `account` may say. Who takes it
    slowly is sent to slowly."""
    async for message in source:
        if message.type is not WSMsgType.TEXT:
            raise EndedError("not_allowed", WSCloseCode.UNSUPPORTED_DATA)
        if account is not None:
            _check_frame(message.data, account)
        await target.send_str(message.data)
    if account is None:
        raise EndedError("no_switch", WSCloseCode.TRY_AGAIN_LATER)


def _check_frame(frame: str, account: str) -> None:
    try:
        check(frame, account)
    except NotAllowedError as error:
        log.warning("a browser phone said what it may not", account=account, reason=str(error))
        raise EndedError("not_allowed", WSCloseCode.POLICY_VIOLATION) from None


async def _close(socket: Socket, code: int) -> None:
    with suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(1.0):
            await socket.close(code=code)
