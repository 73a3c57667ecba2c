"""The composition root: one controller, made of its parts and taken apart again."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any, get_args

import structlog

from tandem.acd.words import Language
from tandem.control import events
from tandem.control.commands import (
    Command,
    FindCustomer,
    LookUp,
    Notify,
    RaiseAlarm,
    RecordChatTalk,
    SendLink,
    TellDesktop,
)
from tandem.control.settings import Service, Settings
from tandem.control.view import Readers, view
from tandem.cti.accounts import Accounts
from tandem.cti.answers import Refused
from tandem.cti.backend import Backend, Health
from tandem.cti.boards import Boards
from tandem.cti.customers import Customers
from tandem.cti.delivery import Adapter, OutboxOnly
from tandem.cti.desktops import Desktops
from tandem.cti.dispatch_api import DispatchApi
from tandem.cti.finder import Finder
from tandem.cti.flow_editing_api import FlowEditingApi
from tandem.cti.flows_api import FlowsApi
from tandem.cti.history_api import HistoryApi, Told
from tandem.cti.http import make_app, serve
from tandem.cti.lookups import Lookups
from tandem.cti.notifications import Notifications
from tandem.cti.notifier import Notifier
from tandem.cti.oidc import Oidc
from tandem.cti.outside_api import OutsideApi
from tandem.cti.phones import Phones
from tandem.cti.prompts_api import PromptsApi
from tandem.cti.scan import Scan
from tandem.cti.settings_api import SettingsApi
from tandem.cti.sip_message import SipMessage
from tandem.cti.standby import StandbyHealth, standby_app
from tandem.cti.tokens import Tokens
from tandem.cti.typists import Typists
from tandem.cti.watch import News, Watch
from tandem.cti.web_files import WebFiles
from tandem.cti.webhook import Webhook
from tandem.ivr.flow import Flow
from tandem.ivr.speech import prompts
from tandem.service.chat_totals import ChatTotals
from tandem.service.config import PROJECT, Config
from tandem.service.credentials import Credentials, load_credentials
from tandem.service.dispatch import Dispatch
from tandem.service.engine import Engine
from tandem.service.figures import callers, cell, chats, figures, people, process
from tandem.service.flow_bench import Bench
from tandem.service.flow_cli import centre_check
from tandem.service.flow_files import sources_in
from tandem.service.flow_library import flows_in_force
from tandem.service.flow_shelf import Shelf
from tandem.service.history import HistoryError, why
from tandem.service.journals import kept_seconds, open_journal, read_journal
from tandem.service.outside import Outside
from tandem.service.prompt_shelf import PromptShelf
from tandem.service.secrets import read_secret
from tandem.service.settings_shelf import SettingsShelf, shelf_at_rest
from tandem.service.setup import prompt_library, spool
from tandem.service.standby import Standby
from tandem.service.tasks import spawn
from tandem.store.behind import StillWaiting
from tandem.store.chat_archive import ChatArchive
from tandem.store.customers.book import Book
from tandem.store.database import RECORDS as RECORDS
from tandem.store.database import AsyncEngine, open_database, upgrade
from tandem.store.flow_versions import FlowStore
from tandem.store.journal import Entry, Journal, JournalError, JournalReader
from tandem.store.outbox import NotificationOutbox, Outbox
from tandem.store.records import RECORD_TYPES, RecordWriter
from tandem.store.redis_journal import RedisJournal
from tandem.store.retention import Retention
from tandem.store.settings_versions import SettingsStore
from tandem.store.users import UserStore
from tandem.telephony.asterisk.ami_terms import AmiLogin
from tandem.telephony.asterisk.spool import Spool
from tandem.telephony.asterisk.switch import Switch, SwitchSettings
from tandem.telephony.provision.install import find

log = structlog.get_logger()

PRUNE_EVERY = 3600.0
TELL_PROGRESS = 500
"""Journal entries."""
FLUSH_SECONDS = 5.0
CATCH_UP = 5000
"""Batches of records that may wait while a restart catches up."""


class Controller:
    """The running parts, and the wires between them."""

    def __init__(
        self, config: Config, credentials: Credentials, journal: Journal, writer: RecordWriter, database: AsyncEngine
    ) -> None:
        self.config = config
        self.engine = Engine(journal, self._carry_out, time.time)
        self.journal = journal
        self.writer = writer
        self._database = database
        install = find(config.asterisk_root, config.home)
        recordings = spool(config, install)
        archive = ChatArchive(database, config.home / "chat-files")
        self.retention = Retention(database, config.keep_days, recordings.remove, archive)
        self.prompts = prompt_library(config, install)
        self.switch = self._make_switch(credentials, recordings)
        outbox, adapters = Outbox(database), self._adapters()
        public_url = str(config.public_url or config.web_url).rstrip("/")
        tokens = Tokens(credentials.link_key)
        secrets, emit = partial(read_secret, config), self.engine.emit
        self.notifier = Notifier(outbox, adapters, emit, public_url, tokens.new, time.time)
        book = Book(database, recordings.remove, archive)
        self.finder = Finder(book.find, emit, time.monotonic)
        self.lookups = Lookups(self._services, secrets, emit, time.monotonic, random.random)
        self.notifications = Notifications(NotificationOutbox(database), self._services, secrets, emit, time.time)
        self.watch = Watch()
        self.backend = Backend(
            emit=self.engine.emit,
            health=self._health,
            state=lambda: view(self.engine.plane, time.time()),
            agents=self._agents,
            metrics=figures(self.engine, writer, self.switch, self.notifier, self.lookups, self.notifications),
            outbox=outbox,
            tokens=tokens,
            readers=Readers(lambda: self.engine.plane, time.time),
            watch=self.watch,
            public_url=public_url,
            chat_origins=frozenset({public_url, *config.chat_origins}),
            clock=time.time,
            archive=archive,
            scan=Scan(config.file_scan),
            typists=Typists(time.monotonic),
        )
        self.accounts = Accounts(UserStore(database), time.time, self._agents)
        self.desktops = Desktops(self.backend, self.accounts)
        asterisk = f"http://127.0.0.1:{config.port('asterisk_http_port')}/ws"
        self.phones = Phones(self.backend, self.accounts, credentials.phones.get, asterisk)
        self.dispatch = Dispatch(config.home, lambda: self.engine.plane.state, time.time)
        how_it_is = partial(process, writer, self.notifier, self.notifications, self.dispatch)
        self.boards = Boards(self.backend, self.accounts, how_it_is)
        people(self.backend.metrics, self.accounts, self.desktops, self.boards, self.phones, self.dispatch)
        callers(self.backend.metrics, self.finder)
        self.customers = Customers(book, self.backend, self._settled)
        talks = ChatTotals()
        chats(self.backend.metrics, self.engine, talks, self.backend.scan)
        flows = FlowStore(database)

        def in_force() -> Awaitable[Sequence[Flow]]:
            return flows_in_force(flows, self.engine.plane.state)

        self.settings = SettingsShelf(
            SettingsStore(database), lambda: self.engine.plane.state, self.engine.emit, in_force, time.time
        )
        self.prompt_shelf = PromptShelf(self.prompts, in_force)
        self.outside = Outside(config, self._services, in_force, public_url)
        self.shelf = Shelf(
            flows,
            lambda: self.engine.plane.state,
            self._bring_in,
            lambda: centre_check(self.settings.settings),
            time.time,
        )
        self.bench = Bench(flows, lambda: self.engine.plane.state, lambda: self.settings.settings)
        self.outlets: dict[type[Command], Callable[[Any], object]] = {
            SendLink: self.notifier.send,
            LookUp: self.lookups.ask,
            FindCustomer: self.finder.ask,
            Notify: self.notifications.tell,
            TellDesktop: self.desktops.tell,
            RecordChatTalk: talks.take,
            RaiseAlarm: _warn,
            **dict.fromkeys(get_args(News), self.watch.tell),
        }
        """Who carries out what; all else that is not for the records is for the switch."""
        self.loop: asyncio.Task[None] | None = None
        self.keeping: asyncio.Task[None] | None = None
        """Each ends when this controller can't go on."""
        self._since = time.time()

    async def recover(self) -> None:
        """Make the state from the journal, and write the records that were missing."""
        await self.engine.recover(self.writer.progress, self._catch_up)

    async def take_charge(self) -> None:
        """Tell the plane that somebody else carried out before, and load what the admin set."""
        self.engine.emit(events.Restarted())
        await self.settings.take_file(self.config.centre)
        await self.shelf.take_files(sources_in(self.config.flows))

    async def hand_over(self) -> None:
        """Decide nothing more, and let another controller be in charge."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_SECONDS):
                await self.engine.halt()
        if isinstance(self.journal, RedisJournal):
            await self.journal.lease.release()

    def look_back(self) -> HistoryApi:
        """The handlers for who looks back at the records, and at the journal."""
        readers = self.backend.readers
        return HistoryApi(
            self._database,
            lambda: [StillWaiting(*one) for one in readers.waiting()],
            partial(_why, read_journal(self.config)),
        )

    async def keep_house(self) -> None:
        """Prune the journal and what is kept for some days only, for ever; what has no record yet stays."""
        while True:
            try:
                await self.journal.prune(time.time() - kept_seconds(self.config), self.writer.progress)
            except JournalError as error:
                log.warning("the journal is not pruned", reason=str(error))
            await self.retention.prune(time.time())
            await asyncio.sleep(PRUNE_EVERY)

    def _bring_in(self, event: events.Event) -> None:
        """What admins do with flows; the prompts of a flow that is new are made before callers come to them."""
        self.engine.emit(event)
        if isinstance(event, events.FlowPublished | events.CanaryStarted):
            spawn(self._render(event.flow), f"prompts of {event.flow.name}")

    async def _render(self, flow: Flow) -> None:
        for failed in await self.prompts.render_aside(await asyncio.to_thread(prompts, flow)):
            log.error("a prompt can't be made", flow=flow.name, prompt=failed)

    def _make_switch(self, credentials: Credentials, recordings: Spool) -> Switch:
        config = self.config
        login = AmiLogin("127.0.0.1", config.port("ami_port"), "tandem", credentials.ami)
        settings = SwitchSettings(
            login, agi_port=config.port("agi_port"), agi_key=credentials.agi_key, spool=recordings
        )
        return Switch(settings, self.engine.emit, self.prompts.path, spawn, time.time, self.journal.is_usable)

    def _adapters(self) -> list[Adapter]:
        config = self.config
        adapters: list[Adapter] = [SipMessage(self._can_message, self.switch.send_message)]
        if config.webhook_url and config.webhook_secret:
            adapters.append(Webhook(str(config.webhook_url), config.webhook_secret.get_secret_value(), time.time))
        if config.outbox_delivers:
            adapters.append(OutboxOnly())
        return adapters

    def _can_message(self, channel: str) -> bool:
        device, _, _ = channel.rpartition("-")
        return device.removeprefix("PJSIP/") in self.engine.plane.state.settings.caller_phones

    def _carry_out(self, entry: Entry, commands: list[Command]) -> None:
        for command in commands:
            if outlet := self.outlets.get(type(command)):
                outlet(command)
            elif not isinstance(command, RECORD_TYPES):
                self.switch.do(command)
        self._record(entry, commands)

    async def follow(self, entry: Entry, commands: list[Command]) -> None:
        """What another controller has carried out: its records may be to be written here, desks may ask for it."""
        self._record(entry, commands)
        for command in commands:
            if isinstance(command, TellDesktop):
                self.desktops.tell(command)

    async def _catch_up(self, entry: Entry, commands: list[Command]) -> None:
        await self.follow(entry, commands)
        if self.writer.lag > CATCH_UP:
            await self.writer.flush()

    async def _settled(self) -> None:
        """Return when what has happened is in the records; Refused when they are behind."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_SECONDS):
                await self.writer.flush()
        if self.writer.lag or self.writer.refused:
            raise Refused(503, "records_behind", "Records are still to be written. Try again; if it stays, restart.")

    def _services(self) -> Mapping[str, Service]:
        return self.engine.plane.state.settings.services

    def _agents(self) -> list[str]:
        return list(self.engine.plane.state.settings.acd.agents)

    def _record(self, entry: Entry, commands: list[Command]) -> None:
        """Also tells the writer, now and then, how far the journal is: a restart need not go back further."""
        records = [command for command in commands if isinstance(command, RECORD_TYPES)]
        if records or entry.seq % TELL_PROGRESS == 0:
            self.writer.feed(entry.seq, entry.at, records)

    def _health(self) -> Health:
        running = self.loop is not None and not self.loop.done()
        return Health(self.engine.plane.state.switch_up, running and self.journal.is_usable(), self._since)


@asynccontextmanager
async def controller(config: Config) -> AsyncIterator[Controller]:
    """A controller at work. Leaving ends it; no call is hung up. `loop` ends early when it can't go on."""
    async with AsyncExitStack() as stack:
        journal = await open_journal(config)
        stack.push_async_callback(journal.close)
        database = open_database(config.home / RECORDS)
        stack.push_async_callback(database.dispose)
        await upgrade(database)
        writer = await RecordWriter.open(database)
        credentials = load_credentials(config.home)
        running = Controller(config, credentials, journal, writer, database)
        followed = isinstance(journal, RedisJournal) and await _stand_by(stack, running, journal)
        _background(stack, writer.run(), "records")
        stack.push_async_callback(_flush, writer)
        if not followed:
            await running.recover()
        await running.take_charge()
        running.loop = _background(stack, running.engine.run(), "engine")
        _background(stack, running.keep_house(), "house keeping")
        _background(stack, running.notifier.run(), "notifier")
        _background(stack, running.lookups.run(), "lookups")
        _background(stack, running.finder.run(), "finder")
        _background(stack, running.notifications.run(), "notifications")
        _background(stack, running.dispatch.run(), "dispatch")
        dispatch = DispatchApi(running.dispatch, running.engine.emit, time.time)
        operators = [*running.boards.routes(), *running.look_back().routes(), *dispatch.routes()]
        admins = [*FlowsApi(running.shelf).routes(), *FlowEditingApi(running.bench).routes()]
        admins += [*SettingsApi(running.settings).routes(), *PromptsApi(running.prompt_shelf).routes()]
        admins += OutsideApi(running.outside.told).routes()
        pages = WebFiles(PROJECT / "web/dist").routes()
        people = running.accounts, running.desktops
        oidc = Oidc(config.oidc, running.accounts, running.backend.public_url, time.time)
        stack.push_async_callback(oidc.close)
        more = [*operators, *admins, *running.customers.routes(), *pages, *running.phones.routes(), *oidc.routes()]
        app = make_app(running.backend, credentials.http_token, *people, config.hosts, more)
        app.on_shutdown.append(running.phones.close)
        runner = await serve(app, str(config.host), config.port("http_port"), config.tls())
        stack.push_async_callback(runner.cleanup)
        stack.push_async_callback(running.boards.close)
        await running.switch.start()
        stack.push_async_callback(running.switch.stop)
        await running.settings.tell_plane()  # of what came into force beside us in the moment before we served
        await running.shelf.tell_plane()
        stack.push_async_callback(running.hand_over)  # before all else, so that another one can go on at once
        yield running


async def _stand_by(stack: AsyncExitStack, running: Controller, journal: RedisJournal) -> bool:
    """Follow until this controller is in charge of its cell; the lease is kept from then on.

    False: more records are to be written than it could follow, so they are to be made from the journal again.
    """
    config, engine, writer = running.config, running.engine, running.writer
    standby = Standby(journal, engine, writer, running.follow)
    cell(running.backend.metrics, journal)
    app = standby_app(lambda: StandbyHealth("standby", standby.active, engine.seq), running.backend.metrics)
    runner = await serve(app, str(config.host), config.port("http_port"), config.tls())
    try:
        await standby.wait()
        running.keeping = _background(stack, journal.lease.keep(), "lease")
    finally:
        await runner.cleanup()
    return not (writer.refused and await writer.begin_again())


async def settings_in_force(config: Config) -> Settings:
    """What a controller that starts now will work by; CentreError when there is nothing."""
    config.home.mkdir(parents=True, exist_ok=True)
    database = open_database(config.home / RECORDS)
    try:
        await upgrade(database)
        shelf = shelf_at_rest(database)
        await shelf.take_file(config.centre)
        return shelf.settings
    finally:
        await database.dispose()


def _why(journal: JournalReader, call: str, language: Language) -> list[Told]:
    """The life of a contact in words, of which the journal of the last days knows."""
    try:
        return [Told(at, text) for at, text in why(journal, call, time.time(), language)]
    except HistoryError as error:
        raise LookupError(str(error)) from None


def _warn(alarm: RaiseAlarm) -> None:
    log.warning("alarm", kind=alarm.kind, subject=alarm.subject, detail=alarm.detail)


async def _flush(writer: RecordWriter) -> None:
    """What is not written in time is written from the journal at the next start."""
    with suppress(TimeoutError):
        async with asyncio.timeout(FLUSH_SECONDS):
            await writer.flush()


def _background(stack: AsyncExitStack, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    task = spawn(work, name)

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(end)
    return task
