"""A whole HTTP side on a loopback port, and what a test needs to look at it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control import events
from tandem.control.commands import Command, TellDesktop
from tandem.control.events import Event
from tandem.control.plane import Plane
from tandem.control.view import Readers
from tandem.cti.accounts import Accounts
from tandem.cti.backend import Backend, Health
from tandem.cti.board_protocol import Process
from tandem.cti.boards import Boards
from tandem.cti.desktops import Desktops
from tandem.cti.dispatch_api import DispatchApi
from tandem.cti.history_api import HistoryApi, Told
from tandem.cti.http import make_app, serve
from tandem.cti.metrics import Metrics
from tandem.cti.phones import Phones
from tandem.cti.recordings_api import RecordingsApi
from tandem.cti.scan import Scan
from tandem.cti.tokens import Tokens
from tandem.cti.typists import Typists
from tandem.cti.users_api import UsersApi
from tandem.cti.watch import News, Watch
from tandem.cti.web_files import WebFiles
from tandem.service.config import LOOPBACK
from tandem.service.dispatch import Dispatch
from tandem.store.behind import StillWaiting
from tandem.store.chat_archive import ChatArchive
from tandem.store.outbox import Outbox
from tandem.store.records import RECORD_TYPES
from tandem.store.sound import Sounds
from tandem.store.users import UserStore
from tandem.telephony.asterisk.spool import Spool

TOKEN = "operator token"
FOR_THE_PLANE = (
    events.LinkOpened, events.PageAnswered, events.PageRevoked,
    events.GuideBegan, events.GuideAnswered, events.GuideEnded,
    events.ChatBegan, events.ChatSaid, events.ChatLost, events.ChatResumed, events.ChatLeft,
    events.AgentAccepted, events.AgentDeclined, events.AgentSaid, events.AgentClosed,
    events.MailCame, events.MailWithdrawn, events.MailAccepted, events.MailDeclined, events.MailClosed,
)  # fmt: skip


class Site:
    """`told` are the events emitted; those of pages and guides go to a real `plane`, `recorded` is what it wants to be.
    `health`, `now`, `full`, `deaf` (the plane deals with nothing) and `chat_origins` can be set by the test; `asterisk`
    (where browser phones are led) and `more` routes before it runs."""

    def __init__(self, outbox: Outbox, users: UserStore, database: AsyncEngine | None = None) -> None:
        self.told: list[Event] = []
        self.plane = Plane()
        self.tokens, self.outbox = Tokens("a key"), outbox
        self.watch = Watch()
        self.deaf = False
        self.health = Health(switch_up=True, journal_ok=True, since=1000.0)
        self.now = 2000.0
        self.full = False
        self.built = Path("nowhere")
        self.all_for_the_plane = False
        self.more: list[web.RouteDef] = []
        self.metrics = Metrics()
        self.chat_origins = {"https://care.example"}
        self.recorded: list[Command] = []
        self.url = ""
        self.port = 0
        self.app: web.Application
        self._session: aiohttp.ClientSession
        self.accounts = Accounts(users, lambda: self.now)
        self.users = UsersApi(users, lambda: self.now, lambda: {"1001": None})
        database = outbox._engine
        self.archive = ChatArchive(database, Path(str(database.url.database)).with_name("chat-files"))
        self.scan = Scan()
        self.backend = Backend(
            emit=self._emit,
            health=lambda: self.health,
            state=lambda: self.state(),
            agents=lambda: {"1001": None},
            metrics=self.metrics,
            outbox=outbox,
            tokens=self.tokens,
            readers=Readers(lambda: self.plane, lambda: self.now),
            watch=self.watch,
            public_url="https://care.example",
            chat_origins=self.chat_origins,
            clock=lambda: self.now,
            archive=self.archive,
            scan=self.scan,
            typists=Typists(lambda: self.now),
        )
        self.desktops = Desktops(self.backend, self.accounts)
        self.asterisk = ""
        self.phones: Phones
        self.database = database
        self.spool = Path(str(database.url.database)).with_name("spool")
        self.process = Process()
        self.dispatch = Dispatch(Path("nowhere"), "", lambda: self.plane.state, lambda: self.now)
        self.boards = Boards(self.backend, self.accounts, lambda: self.process)

    def state(self) -> object:
        """What is told of the plane."""
        return {"calls": [{"call": "c1"}]}

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Site"]:
        self.phones = Phones(self.backend, self.accounts, {"1001-web": "phone secret"}.get, self.asterisk)
        more = [
            *WebFiles(self.built).routes(),
            *self.phones.routes(),
            *self.operators(),
            *self.users.routes(),
            *self.more,
        ]
        self.app = make_app(self.backend, TOKEN, self.accounts, self.desktops, LOOPBACK, more)
        runner = await serve(self.app, "127.0.0.1", 0)
        self.port = runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as self._session:
            yield self
        await self.boards.close()
        await runner.cleanup()

    def operators(self) -> list[web.RouteDef]:
        """The routes for those who watch and look back; they look back where the test gave records."""
        records: Any = self.database
        waiting = self.backend.readers.waiting
        history = HistoryApi(records, lambda: [StillWaiting(*one) for one in waiting()], self._why)
        dispatch = DispatchApi(self.dispatch, self.backend)
        recordings = RecordingsApi(Sounds(records), Spool(self.spool).file, self.accounts.note)
        return [*self.boards.routes(), *history.routes(), *dispatch.routes(), *recordings.routes()]

    def _why(self, call: str, language: str) -> list[Told]:
        if call == "c9":
            raise LookupError("The journal says nothing of it.")
        return [Told(1000.0, f"{call} in {language}")]

    async def ask(
        self, method: str, path: str, *, token: str | None = TOKEN, headers: Mapping[str, str] | None = None,
        body: bytes | Mapping[str, str] | None = None,
    ) -> tuple[aiohttp.ClientResponse, str]:  # fmt: skip
        """Send a request, a mapping as a browser sends a form; gives the response (redirects as such) and its text."""
        sent = dict(headers or {}) | ({"Authorization": f"Bearer {token}"} if token is not None else {})
        async with self._session.request(
            method, self.url + path, headers=sent, data=body, allow_redirects=False
        ) as response:
            return response, await response.text()

    async def json(self, method: str, path: str, **given: Any) -> tuple[int, Any]:
        """Send a request; gives the status and what the JSON says."""
        response, _ = await self.ask(method, path, **given)
        return response.status, await response.json()

    def _emit(self, event: Event) -> None:
        if self.full:
            raise asyncio.QueueFull
        self.told.append(event)
        if (self.all_for_the_plane or isinstance(event, FOR_THE_PLANE)) and not self.deaf:
            self.happens(event)

    def happens(self, event: Event) -> None:
        """Tell the plane; who looks at what has changed is woken."""
        for command in self.plane.handle(event, self.now):
            self.recorded += [command] if isinstance(command, RECORD_TYPES) else []
            if isinstance(command, News):
                asyncio.get_running_loop().call_soon(self.watch.tell, command)
            elif isinstance(command, TellDesktop):
                asyncio.get_running_loop().call_soon(self.desktops.tell, command)


async def until(seen: Callable[[], object]) -> None:
    """Let others go on until `seen` is true."""
    async with asyncio.timeout(20):
        for _ in iter(lambda: bool(seen()), True):
            await asyncio.sleep(0)
