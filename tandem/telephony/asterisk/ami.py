"""A client of the Asterisk Manager Interface that stays connected.

Nothing is ever sent twice: an action whose link breaks fails with AmiLostError, and whether Asterisk carried it out is
for the caller's next listing to find out.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import Any, TypeVar

import structlog

from tandem.telephony.asterisk import wire
from tandem.telephony.asterisk.ami_link import Link
from tandem.telephony.asterisk.ami_terms import (
    AmiCounters,
    AmiDownError,
    AmiError,
    AmiLogin,
    AmiLoginRefusedError,
    AmiLostError,
    AmiRejectedError,
    AmiTimeoutError,
    AmiTimes,
)
from tandem.telephony.asterisk.wire import Message, Value

log = structlog.get_logger()
T = TypeVar("T")

Spawn = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]

LARGEST_BACKLOG = 1 << 20


class _Pending:
    """An action under way; `items` collects the entries when it answers with a list."""

    def __init__(self, finish: Callable[[list[Message]], Any] | None) -> None:
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.items: list[Message] = []
        self.finish = finish

    def resolve(self, result: Any) -> None:
        if not self.future.done():
            self.future.set_result(result)

    def fail(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)

    def complete(self) -> None:
        """The list has ended."""
        assert self.finish
        try:
            self.resolve(self.finish(self.items))
        except Exception as error:  # noqa: BLE001 (whoever asked gets it)
            self.fail(error)


class Ami:
    """Keeps one link to Asterisk; events come in order, on the loop, never concurrently.

    `wanted` names the events worth decoding; the others are passed over as bytes. `on_event` gets each wanted event,
    `on_up` is called when Asterisk is fully booted and actions are welcome, `on_down` once when such a link is gone.
    All three must return at once. An error in `on_event` is logged and counted; asyncio.QueueFull means that the
    taker is behind: the link is dropped, so that the next `on_up` starts from a fresh picture.
    """

    def __init__(
        self,
        login: AmiLogin,
        wanted: frozenset[str],
        on_event: Callable[[Message], None],
        on_up: Callable[[], None],
        on_down: Callable[[], None],
        times: AmiTimes = AmiTimes(),  # noqa: B008 (frozen)
    ) -> None:
        self.up = False
        self.counters = AmiCounters()
        self._login = login
        self._wanted = {name.encode() for name in wanted | {"FullyBooted"}}
        self._on_event, self._on_up, self._on_down = on_event, on_up, on_down
        self._times = times
        self._numbers = itertools.count(1)
        self._pending: dict[str, _Pending] = {}
        self._link: Link | None = None
        self._keeper: asyncio.Task[None] | None = None

    def start(self, spawn: Spawn) -> None:
        """Begin to connect, and go on for ever."""
        self._keeper = spawn(self._keep_connected(), "ami")

    async def close(self) -> None:
        """End the link and connect no more."""
        if self._keeper:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        self.up = False
        self._end_link()

    def drop(self) -> None:
        """Break the link; it is built anew."""
        if self._link:
            self._link.transport.abort()

    async def act(self, name: str, **fields: Value) -> Message:
        """Carry out an action; return Asterisk's answer. Raises ValueError before anything is written, or AmiError."""
        if not self.up:
            raise AmiDownError("no link to Asterisk")
        reply: Message = await self._send(name, fields, self._times.answer)
        return reply

    async def fetch(self, name: str, finish: Callable[[list[Message]], T]) -> T:
        """Carry out a list action; return what `finish` makes of the items.

        `finish` is called in the order of the stream: after every event that came before the list's end, before any
        that came behind it.
        """
        if not self.up:
            raise AmiDownError("no link to Asterisk")
        result: T = await self._send(name, {}, self._times.answer, finish)
        return result

    # --- the life of a link ---

    async def _keep_connected(self) -> None:
        delay = self._times.first_back_off
        while True:
            try:
                await self._live()
            except AmiLoginRefusedError as error:
                self.counters.logins_refused += 1
                log.error("Asterisk refused the login", login=repr(self._login), reason=str(error))
                delay = self._times.after_refusal
            except (OSError, TimeoutError, AmiError) as error:
                log.warning("link to Asterisk", login=repr(self._login), error=repr(error))
            if self._end_link():
                delay = self._times.first_back_off
            await asyncio.sleep(delay)
            delay = min(delay * 2, self._times.longest_back_off)

    async def _live(self) -> None:
        """Connect, log in and stay until the link breaks, which raises."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._times.connect):
            _, self._link = await loop.create_connection(
                lambda: Link(self._take, self.counters), self._login.host, self._login.port
            )
            self._link.ended.add_done_callback(lambda _: self._fail_pending())
            await asyncio.wait([self._link.greeted, self._link.ended], return_when=asyncio.FIRST_COMPLETED)
        await self._log_in()
        self.counters.links += 1
        while True:
            await asyncio.wait([self._link.ended], timeout=self._times.ping_every)
            if self._link.ended.done():
                raise AmiLostError("Asterisk closed the link")
            await self._send("Ping", {}, self._times.ping_answer)

    async def _log_in(self) -> None:
        who: dict[str, Value] = {"Username": self._login.user, "Secret": self._login.secret, "Events": "on"}
        try:
            await self._send("Login", who, self._times.answer)
        except AmiRejectedError as refusal:
            raise AmiLoginRefusedError(str(refusal)) from None

    def _end_link(self) -> bool:
        """Put away what is left of the link; True when it had been up."""
        if self._link:
            self._link.transport.abort()
        self._link = None
        self._fail_pending()
        was_up, self.up = self.up, False
        if was_up:
            self.counters.links_lost += 1
            self._on_down()
        return was_up

    def _fail_pending(self) -> None:
        pending, self._pending = self._pending, {}
        for one in pending.values():
            one.fail(AmiLostError("the link to Asterisk broke"))

    # --- what goes out ---

    async def _send(
        self,
        name: str,
        fields: Mapping[str, Value],
        timeout: float,  # noqa: ASYNC109 (the answer's, not the caller's)
        finish: Callable[[list[Message]], Any] | None = None,
    ) -> Any:
        if not self._link or self._link.transport.is_closing():
            raise AmiDownError("no link to Asterisk")
        number = str(next(self._numbers))
        line = wire.action({"Action": name, "ActionID": number, **fields})
        if self._link.transport.get_write_buffer_size() > LARGEST_BACKLOG:
            self.counters.overflows += 1
            self.drop()
            raise AmiDownError("Asterisk does not read")
        pending = self._pending[number] = _Pending(finish)
        self._link.transport.write(line)
        try:
            async with asyncio.timeout(timeout):
                return await pending.future
        except TimeoutError:
            self.counters.timeouts += 1
            raise AmiTimeoutError(f"no answer to {name}") from None
        finally:
            self._pending.pop(number, None)

    # --- what comes in ---

    def _take(self, block: bytes) -> None:
        first = block.partition(b"\r\n")[0]
        if not first.startswith(b"Event: "):
            self._take_reply(wire.message(block))
        elif first[7:] in self._wanted:
            self._take_event(wire.message(block))
        elif self._pending and b"\r\nActionID: " in block:
            self._take_item(wire.message(block))
        else:
            self.counters.events_skipped += 1

    def _take_reply(self, reply: Message) -> None:
        pending = self._pending.get(reply.get("ActionID", ""))
        if not pending:
            self.counters.unmatched_replies += 1
        elif reply.get("Response") == "Error":
            pending.fail(AmiRejectedError(wire.printable(reply.get("Message", ""))))
        elif not pending.finish:
            pending.resolve(reply)

    def _take_item(self, item: Message) -> None:
        """An entry of a list, or its end. Some lists are made of events that also come by themselves."""
        pending = self._pending.get(item.get("ActionID", ""))
        if not pending or not pending.finish:
            self.counters.events_skipped += 1
        elif item.get("EventList") == "Complete":
            pending.complete()
        elif item.get("EventList") == "Cancelled":
            pending.fail(AmiRejectedError("list cancelled"))
        else:
            pending.items.append(item)

    def _take_event(self, event: Message) -> None:
        pending = self._pending.get(event.get("ActionID", ""))
        if pending and pending.finish:
            self._take_item(event)
            return
        self.counters.events += 1
        if event["Event"] == "FullyBooted" and not self.up:
            self.up = True
            self._on_up()
        with self._isolated(event):
            self._on_event(event)

    @contextlib.contextmanager
    def _isolated(self, event: Message) -> Iterator[None]:
        try:
            yield
        except asyncio.QueueFull:
            self.counters.overflows += 1
            self.drop()
        except Exception:
            self.counters.handler_errors += 1
            log.exception("event handler", asterisk_event=event["Event"])
