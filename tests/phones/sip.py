"""SIP and RTP by baresip, behind three small typed classes: the stack, an account, a leg.

baresip allows one stack a process; any number of accounts and calls share it.
"""

import asyncio
import contextlib
from collections.abc import Callable
from urllib.parse import quote

import baresip


class CallFailedError(Exception):
    """The call was never answered; `status` is the SIP status, None where there was none."""

    def __init__(self, status: int | None, reason: str) -> None:
        super().__init__(f"{status or ''} {reason}".strip())
        self.status = status


class Leg:
    """One call as the phone's SIP stack sees it. `events` gets a word for each thing that happens."""

    def __init__(self, call: baresip.Call, domain: str) -> None:
        self._call = call
        self._domain = domain
        self.closed = asyncio.Event()
        self.events: list[Callable[[str], object]] = []
        call.on(self._happened)
        call.on_dtmf(lambda digit: self._tell(f"digit {digit.digit}"))

    @property
    def peer(self) -> str:
        """The far end's address as it was given to us."""
        return str(self._call.peer or "")

    async def established(self, within: float) -> None:
        """Wait at most `within` seconds for an answer; CallFailedError when there is none."""
        try:
            await self._call.wait_established(timeout=within)
        except baresip.CallFailed as error:
            raise CallFailedError(error.status, error.reason or str(error)) from error

    async def answer(self) -> None:
        """Accept an incoming call; CallFailedError when it is gone."""
        try:
            await self._call.answer()
        except baresip.StaleHandleError as error:
            raise CallFailedError(None, str(error)) from error

    async def end(self) -> None:
        """Hang up; an incoming call that was not answered is declined with 486. A call that is gone stays gone."""
        with contextlib.suppress(baresip.StaleHandleError):
            await self._call.hangup()

    async def press(self, keys: str) -> None:
        """Send DTMF (RFC 4733), 100 ms a key."""
        await self._call.send_dtmf(keys)

    async def hold(self, on: bool) -> None:
        """Put the far end on hold, or take it back, by a re-INVITE."""
        await (self._call.hold() if on else self._call.resume())

    async def transfer(self, number: str, within: float) -> None:
        """Ask the far end (REFER) to call `number` instead of us; returns when it reports success."""
        await self._call.transfer(f"sip:{number}@{self._domain}", timeout=within)

    def read(self) -> bytes:
        """What was heard since the last call: 16-bit samples. Call it at least every 0.1 s, or audio is lost."""
        try:
            return bytes(self._call.audio.read(1 << 16))
        except (baresip.AudioNotActive, baresip.AudioRestarted):
            return b""

    def write(self, samples: bytes) -> int:
        """Say `samples`; returns how many bytes were taken."""
        try:
            return int(self._call.audio.write(samples))
        except (baresip.AudioNotActive, baresip.AudioRestarted):
            return 0

    def _happened(self, event: baresip.StackEvent) -> None:
        match event.event:
            case baresip.Event.CALL_RINGING | baresip.Event.CALL_PROGRESS:
                self._tell("hears it ring")
            case baresip.Event.CALL_ESTABLISHED:
                self._tell("answered")
            case baresip.Event.CALL_HOLD:
                self._tell("put on hold")
            case baresip.Event.CALL_RESUME:
                self._tell("taken off hold")
            case baresip.Event.CALL_CLOSED:
                self.closed.set()
                self._tell(f"ended ({event.text or 'no reason given'})")

    def _tell(self, what: str) -> None:
        for listener in self.events:
            listener(what)


class Account:
    """One SIP identity."""

    def __init__(self, runtime: baresip.Runtime, agent: baresip.UserAgent, domain: str) -> None:
        self._runtime = runtime
        self._agent = agent
        self._domain = domain

    async def register(self) -> None:
        """Register at the switch; raises baresip's RegistrationError when it refuses."""
        await self._agent.register(timeout=5)

    async def unregister(self) -> None:
        """Sign off at the switch."""
        await self._agent.unregister(timeout=5)

    async def dial(self, number: str) -> Leg:
        """Send an INVITE for `number`; returns at once.

        A switch that answers within milliseconds may be quicker than baresip's `dial` returns on a busy loop; baresip
        then loses the answer. So what happens meanwhile is kept, and told to the call when it is there.
        """
        missed: list[baresip.StackEvent] = []
        self._runtime.subscribe(missed.append)
        try:
            call = await self._agent.dial(f"sip:{number}@{self._domain}")
        finally:
            self._runtime.unsubscribe(missed.append)
        for event in missed:
            asyncio.get_running_loop().call_soon(call._on_stack_event, event)
        return Leg(call, self._domain)

    def on_incoming(self, callback: Callable[[Leg], None]) -> None:
        """Call `callback` with each call that comes in; it rings (180) until it is answered or declined."""
        self._agent.on_incoming(lambda call: callback(Leg(call, self._domain)))


class Stack:
    """The SIP stack, on 127.0.0.1, toward the switch on `port`."""

    def __init__(self, port: int) -> None:
        self._domain = f"127.0.0.1:{port}"
        self._runtime = baresip.Runtime(native_log_level="error")

    async def start(self) -> None:
        """Start the SIP thread. Loopback must be named, or baresip passes it over; its default is 2 calls at most."""
        await self._runtime.start(baresip.Config(net_interface="127.0.0.1", max_concurrent_calls=None))

    async def close(self) -> None:
        """End every call and registration and stop the thread."""
        await self._runtime.close()

    async def account(self, number: str, password: str, display_name: str = "") -> Account:
        """An account of this user and password. The number may hold anything (it travels percent-encoded).

        ValueError for a display name with a quote, CR or LF: baresip can't put those in a From header.
        """
        if any(character in display_name for character in '"\r\n\0'):
            raise ValueError(f"baresip can't send the display name {display_name!r}")
        account = baresip.Account(user=quote(number, safe="+"), domain=self._domain, password=password)
        address = f'"{display_name}" {account.aor()}' if display_name else account.aor()
        agent = await baresip.UserAgent.create(self._runtime, address)
        return Account(self._runtime, agent, self._domain)
