"""The agents' desktops: one WebSocket each, described in docs/cti.md.

The events of a desk are numbered by the plane, and so are the same over every restart. Here the newest are kept for who
was cut off. A desktop that takes nothing for a while, or falls too far behind, is cut: it comes back and goes on where
it was, and nobody waits for it.
"""

import asyncio
from collections import Counter, defaultdict

import msgspec
import structlog
from aiohttp import WSCloseCode, web

from tandem.control.commands import TellDesktop
from tandem.cti.all_verbs import VERBS
from tandem.cti.answers import Refused
from tandem.cti.backend import Backend
from tandem.cti.connections import Connection, EndedError, alongside, check_origin
from tandem.cti.contract import gives
from tandem.cti.customer_sight import sight_of
from tandem.cti.desktop_protocol import Beat, Do, Hello, Sent, Typing, decode, encode, news, number_in, snapshot
from tandem.cti.guard import People
from tandem.cti.identity import needs
from tandem.cti.proxied import client_of
from tandem.cti.stream import Log, Position, SnapshotNeeded
from tandem.cti.verbs import around_of, detail_of, file_in, verb_of
from tandem.store.chat_archive import ChatArchiveError
from tandem.store.users import UserStoreError

log = structlog.get_logger()

MOST_BYTES = 64 * 1024
"""Of one message; a longer one ends the connection."""
KEPT = 500
"""Events of one desk that a desktop may have missed."""
BEHIND = 200
"""Frames that may wait for one desktop."""
BEAT_EVERY, SILENT_AFTER = 5.0, 15.0
"""Seconds between our beats, and after which a desktop that says nothing is cut."""
HELLO_SECONDS = 10.0
CHECKED_EVERY = 60.0
"""Seconds between two looks whether who has the desktop may still have it."""


class Desktop(Connection):
    """One desktop. `number` is that of the last event that it was sent, in a snapshot or by itself.

    A snapshot may be ahead of what has been told: the plane has dealt with an event before its entry is kept, and only
    then is anybody told.
    """

    def __init__(self, request: web.Request) -> None:
        super().__init__(request, encode, MOST_BYTES, BEHIND)
        self.name = ""
        self.agent = ""
        self.number = 0
        self.works = False


class Kept(msgspec.Struct, frozen=True):
    """A frame of a desk, and the number of the contact that it tells of; empty: it has none."""

    frame: str
    number: str


class Desktops:
    """All desktops."""

    def __init__(self, backend: Backend, people: People) -> None:
        self._people = people
        self._readers = backend.readers
        self._emit = backend.emit
        self._clock = backend.clock
        self._origin = backend.public_url
        self._archive = backend.archive
        self._typists = backend.typists
        backend.typists.tell_agent = self.tell_typing
        self._logs: dict[str, Log[Kept]] = {}
        self._open: defaultdict[str, set[Desktop]] = defaultdict(set)
        self.ended: Counter[str] = Counter()
        """How many ended, by how: `left`, cut as `behind` or `silent`, or by the code that they were told."""

    def tell(self, told: TellDesktop) -> None:
        """Something is new on a desk: keep it, and send it to all who look at it."""
        log = self._logs.get(told.agent)
        if log is None:
            log = self._logs[told.agent] = Log(self._readers.stream(), KEPT, told.number - 1)
        frame = news(told)
        if told.number > log.position.number:  # else the log began with a desk that had it already
            log.add(Kept(frame, number_in(told)))
        for desktop in self._open.get(told.agent, ()):
            if told.number > desktop.number:
                desktop.number = told.number
                desktop.put(frame)

    def tell_typing(self, agent: str, chat: str) -> None:
        """The customer of a chat writes something: not numbered, and not kept for who was cut off."""
        for desktop in self._open.get(agent, ()):
            desktop.put(encode("typing", contact=chat))

    @property
    def connected(self) -> int:
        """How many desktops are open."""
        return sum(map(len, self._open.values()))

    @needs("agent")
    @gives(None, 101)
    async def connect(self, request: web.Request) -> web.StreamResponse:
        """A desktop, until one side ends it."""
        check_origin(request, self._origin, "Desktops")
        desktop = Desktop(request)
        await desktop.socket.prepare(request)
        try:
            await self._serve(desktop)
        except EndedError as error:
            await desktop.end(error.code, str(error), error.close)
        except ConnectionError:
            pass  # they may come back
        finally:
            self.ended[desktop.ended] += 1
            self._forget(desktop)
        return desktop.socket

    async def close(self, _app: web.Application) -> None:
        """End all connections: they come back to whoever goes on."""
        last = ("restart", "We are back in a moment.", WSCloseCode.GOING_AWAY)
        await asyncio.gather(*(desktop.end(*last) for desks in list(self._open.values()) for desktop in list(desks)))

    # --- one desktop -----------------------------------------------------------------------------------------------

    async def _serve(self, desktop: Desktop) -> None:
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                hello = await self._next(desktop)
        except TimeoutError:
            raise EndedError("no_hello", "The first message must be a hello.") from None
        if not isinstance(hello, Hello):
            raise EndedError("no_hello", "The first message must be a hello.")
        self._begin(desktop, hello)
        beating = desktop.beat(BEAT_EVERY, SILENT_AFTER, lambda: self._beat(desktop))
        async with alongside(desktop.send_all(), beating, desktop.check(self._people, CHECKED_EVERY)):
            while True:
                await self._take(desktop, await self._next(desktop))

    def _begin(self, desktop: Desktop, hello: Hello) -> None:
        """Let the desktop have its desk: what it missed, or the whole of it. No await: nothing comes in between."""
        agent = hello.agent or desktop.who.agent
        if not desktop.who.may_act_as(agent):
            raise EndedError("not_yours", "An agent has their own desk only.")
        desk = self._readers.agent_desk(agent)
        if desk is None:
            raise EndedError("unknown_agent", f"There is no agent {agent!r}.")
        other = next((one for one in self._open[agent] if one.works), None)
        if other and other.who.name == desktop.who.name and hello.desktop and other.name == hello.desktop:
            other.works = False  # its end has not come to us yet
            other.cut()
            other = None
        if hello.mode == "work" and other and not hello.take:
            raise EndedError("at_work", f"{other.who.name} works at this desk: take it over, or watch.")
        if hello.mode == "work" and other:
            other.works = False
            other.put(encode("taken_over", by=desktop.who.name))
        desktop.name, desktop.agent, desktop.works = hello.desktop, agent, hello.mode == "work"
        self._open[agent].add(desktop)
        log = self._logs.setdefault(agent, Log(self._readers.stream(), KEPT, desk.number))
        missed = log.since(hello.after) if hello.after else SnapshotNeeded("other_stream")
        if isinstance(missed, SnapshotNeeded):
            desktop.number = desk.number
            desktop.put(snapshot(self._readers.stream(), desk, desktop.works, self._clock()))
            return
        now, desktop.number = self._clock(), log.position.number
        desktop.put(encode("resumed", position=log.position, works=desktop.works, now=now, missed=len(missed)))
        for frame in self._seen(desktop, [one.content for one in missed], log):
            desktop.put(frame)

    def _seen(self, desktop: Desktop, missed: list[Kept], log: Log[Kept]) -> list[str]:
        """What was missed, as it may be seen now: contacts may have left the desk since."""
        sight = sight_of(desktop.who, self._readers)
        numbers = {kept.number for kept in log.kept} - {""}
        return [sight.in_text(kept.frame, numbers) for kept in missed]

    def _beat(self, desktop: Desktop) -> str:
        """That we are there, and where the desk is."""
        return encode("beat", position=Position(self._readers.stream(), desktop.number), now=self._clock())

    async def _take(self, desktop: Desktop, message: Sent) -> None:
        match message:
            case Do():
                refused = await self._refused(desktop, message)
                desktop.put(refused or encode("done", id=message.id))
                if not refused:
                    await self._note(desktop, message)
            case Hello():
                raise EndedError("second_hello", "One hello is enough.")
            case Typing():
                view = self._readers.chat(message.contact)
                if desktop.works and view and view.agent == desktop.agent:
                    self._typists.agent_writes(message.contact)
            case Beat():
                pass

    async def _note(self, desktop: Desktop, did: Do) -> None:
        """Into the audit log, as for REST: what is done for an agent by somebody else."""
        if desktop.who.role != "agent":
            try:
                name, address = desktop.who.name, client_of(desktop.request)
                what = f"{did.verb} at the desk of {desktop.agent}"
                await self._people.note(name, what, detail_of(did.given), address)
            except UserStoreError as error:
                log.error("a verb is not in the audit log", verb=did.verb, error=str(error))

    async def _refused(self, desktop: Desktop, message: Do) -> str:
        """Tell the plane of a verb; what comes of it follows as events. Empty, or the refusal."""
        try:
            if not desktop.works:
                raise Refused(409, "watching", "Another session works at this desk: take it over first.")
            file = await file_in(self._archive, message.given)
            around = around_of(self._readers, desktop.agent, desktop.who.by_for(desktop.agent), desktop.who, file)
            self._emit(verb_of(message.verb, message.given, VERBS).event(around))
        except Refused as error:
            return encode("refused", id=message.id, code=error.code, message=str(error))
        except (asyncio.QueueFull, ChatArchiveError):
            return encode("refused", id=message.id, code="busy", message="Too much is waiting. Try again.")
        return ""

    async def _next(self, desktop: Desktop) -> Sent:
        """The next message; ConnectionError when there is none any more."""
        try:
            return decode(await desktop.next())
        except ValueError as error:
            raise EndedError("bad_message", str(error)) from None

    def _forget(self, desktop: Desktop) -> None:
        if desktop.agent in self._open:
            self._open[desktop.agent].discard(desktop)
            if not self._open[desktop.agent]:
                del self._open[desktop.agent]
