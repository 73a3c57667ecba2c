"""The composition root: one controller, made of its parts and taken apart again."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Collection, Coroutine, Mapping, Sequence
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
from tandem.control.settings import Service
from tandem.control.view import Readers, view
from tandem.control.webhooks.webhook_settings import Webhook
from tandem.cti.accounts import Accounts
from tandem.cti.backend import Backend, Health
from tandem.cti.boards import Boards
from tandem.cti.customers import Customers
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
from tandem.cti.recordings_api import RecordingsApi
from tandem.cti.scan import Scan
from tandem.cti.settings_api import SettingsApi
from tandem.cti.standby import StandbyHealth, standby_app
from tandem.cti.tokens import Tokens
from tandem.cti.typists import Typists
from tandem.cti.users_api import UsersApi
from tandem.cti.watch import News, Watch
from tandem.cti.web_files import WebFiles
from tandem.cti.webhooks import Around as WebhooksAround
from tandem.cti.webhooks import Webhooks
from tandem.cti.webhooks_api import WebhooksApi
from tandem.ivr.flow import Flow
from tandem.ivr.speech import prompts
from tandem.service.catching_up import CatchUp, open_writer, when_back
from tandem.service.chat_totals import ChatTotals
from tandem.service.config import PROJECT, Config
from tandem.service.credentials import Credentials, load_credentials
from tandem.service.dispatch import Dispatch
from tandem.service.engine import Engine
from tandem.service.figures import callers, cell, chats, figures, people, process, webhooks
from tandem.service.flow_bench import Bench
from tandem.service.flow_cli import centre_check
from tandem.service.flow_files import sources_in
from tandem.service.flow_library import flows_in_force
from tandem.service.flow_shelf import Shelf
from tandem.service.history import HistoryError, why
from tandem.service.journals import kept_seconds, open_journal, read_journal
from tandem.service.link_adapters import link_adapters
from tandem.service.outlets import FLUSH_SECONDS, Outlet, Outlets, flush, settled
from tandem.service.outside import Outside
from tandem.service.prompt_shelf import PromptShelf
from tandem.service.secrets import read_secret
from tandem.service.settings_shelf import SettingsShelf
from tandem.service.setup import prompt_library, spool, switch_settings
from tandem.service.standby import Standby
from tandem.service.tasks import spawn
from tandem.store.behind import StillWaiting
from tandem.store.chat_archive import ChatArchive
from tandem.store.customers.book import Book
from tandem.store.database import AsyncEngine, open_database, open_readers
from tandem.store.flow_versions import FlowStore
from tandem.store.journal import Entry, Journal, JournalError, JournalReader
from tandem.store.outbox import NotificationOutbox, Outbox
from tandem.store.records import RecordWriter
from tandem.store.redis_journal import RedisJournal
from tandem.store.retention import Retention
from tandem.store.settings_versions import SettingsStore
from tandem.store.sound import Sounds
from tandem.store.users import UserStore
from tandem.store.webhook_outbox import WebhookOutbox
from tandem.telephony.asterisk.switch import Switch
from tandem.telephony.provision.install import find

log = structlog.get_logger()

PRUNE_EVERY = 3600.0


class Controller:
    """The running parts, and the wires between them."""

    def __init__(
        self, config: Config, credentials: Credentials, journal: Journal, writer: RecordWriter, database: AsyncEngine
    ) -> None:
        self.config = config
        self.engine = Engine(journal, self._carry_out, time.time)
        self.journal = journal
        self.writer = writer
        self.catch_up = CatchUp(journal, writer)
        install = find(config.asterisk_root, config.home)
        recordings = spool(config, install)
        archive = ChatArchive(database, config.home / "chat-files")
        self.retention = Retention(database, config.keep_days, recordings.remove, archive)
        self.prompts = prompt_library(config, install)
        reaching = switch_settings(config, credentials, recordings)
        self.switch = Switch(reaching, self.engine.emit, self.prompts.path, spawn, time.time, journal.is_usable)
        outbox, adapters = Outbox(database), link_adapters(config, self.switch.send_message, self._caller_phones)
        public_url = str(config.public_url or config.web_url).rstrip("/")
        tokens = Tokens(credentials.link_key)
        secrets, emit = partial(read_secret, config), self.engine.emit
        self.notifier = Notifier(outbox, adapters, emit, public_url, tokens.new, time.time)
        book = Book(database, recordings.remove, archive, self._told_of)
        self.finder = Finder(book.find, emit, time.monotonic)
        self.lookups = Lookups(self._services, secrets, emit, time.monotonic, random.random)
        self.notifications = Notifications(NotificationOutbox(database), self._services, secrets, emit, time.time)
        self.webhook_outbox = WebhookOutbox(database)
        hooks = WebhooksAround(self.webhook_outbox, self.webhooks_set, self._services, secrets, emit, time.time)
        self.webhooks = Webhooks(hooks)
        writer.webhooks_written = self.webhooks.wake
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
        users = UserStore(database)
        self.accounts = Accounts(users, time.time)
        self.users = UsersApi(users, time.time, self._agents)
        self.desktops = Desktops(self.backend, self.accounts)
        asterisk = f"http://127.0.0.1:{config.port('asterisk_http_port')}/ws"
        self.phones = Phones(self.backend, self.accounts, credentials.phones.get, asterisk, config.ice)
        self.dispatch = Dispatch(config.home, config.database, lambda: self.engine.plane.state, time.time)
        how_it_is = partial(process, writer, self.notifier, self.notifications, self.dispatch)
        self.boards = Boards(self.backend, self.accounts, how_it_is)
        people(self.backend.metrics, self.accounts, self.desktops, self.boards, self.phones, self.dispatch)
        callers(self.backend.metrics, self.finder)
        webhooks(self.backend.metrics, self.webhooks)
        self.recordings = RecordingsApi(Sounds(database), recordings.file, self.accounts.note)
        self.customers = Customers(book, self.backend, partial(settled, writer))
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
        by_command: dict[type[Command], Outlet] = {
            SendLink: self.notifier.send,
            LookUp: self.lookups.ask,
            FindCustomer: self.finder.ask,
            Notify: self.notifications.tell,
            TellDesktop: self.desktops.tell,
            RecordChatTalk: talks.take,
            RaiseAlarm: _warn,
            **dict.fromkeys(get_args(News), self.watch.tell),
        }
        self.outlets = Outlets(writer, self.switch.do, by_command)
        self.loop: asyncio.Task[None] | None = None
        self.keeping: asyncio.Task[None] | None = None
        """Each ends when this controller can't go on."""
        self._since = time.time()

    async def recover(self) -> None:
        """Make the state from the journal, and write the records that were missing, if they aren't left for later."""
        later = self.writer.behind.is_set()
        await self.engine.recover(self.journal.last_seq if later else self.writer.progress, self.outlets.catch_up)

    async def take_files(self) -> None:
        """Take what the admin wrote beside us."""
        await self.settings.take_file(self.config.centre)
        await self.shelf.take_files(sources_in(self.config.flows))

    async def tell_plane(self) -> None:
        """Of what came into force beside us in the moment before we served."""
        await self.settings.tell_plane()
        await self.shelf.tell_plane()

    def look_back(self, records: AsyncEngine) -> HistoryApi:
        """The handlers for who looks back at the records, and at the journal."""
        readers = self.backend.readers
        return HistoryApi(
            records, lambda: [StillWaiting(*one) for one in readers.waiting()], partial(_why, read_journal(self.config))
        )

    async def hand_over(self) -> None:
        """Decide nothing more, and let another controller be in charge."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_SECONDS):
                await self.engine.halt()
        if isinstance(self.journal, RedisJournal):
            await self.journal.lease.release()

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

    def _carry_out(self, entry: Entry, commands: list[Command]) -> None:
        self.outlets.carry_out(entry, commands)  # which are only made when all who do something are

    def _services(self) -> Mapping[str, Service]:
        return self.engine.plane.state.settings.services

    def _told_of(self, event: str) -> list[str]:
        return [name for name, hook in self.webhooks_set().items() if hook.wants(event, None)]

    def webhooks_set(self) -> Mapping[str, Webhook]:
        """The receivers of events, as they are set now."""
        return self.engine.plane.state.settings.webhooks

    def _caller_phones(self) -> Collection[str]:
        return self.engine.plane.state.settings.caller_phones

    def _agents(self) -> list[str]:
        return list(self.engine.plane.state.settings.acd.agents)

    def _health(self) -> Health:
        running = self.loop is not None and not self.loop.done()
        return Health(self.engine.plane.state.switch_up, running and self.journal.is_usable(), self._since)


@asynccontextmanager
async def controller(config: Config) -> AsyncIterator[Controller]:
    """A controller at work. Leaving ends it; no call is hung up. `loop` ends early when it can't go on."""
    async with AsyncExitStack() as stack:
        journal = await open_journal(config)
        stack.push_async_callback(journal.close)
        database = open_database(config.records)
        stack.push_async_callback(database.dispose)
        readers = open_readers(config.records)
        stack.push_async_callback(readers.dispose)
        writer = await open_writer(database, journal)
        credentials = load_credentials(config.home)
        running = Controller(config, credentials, journal, writer, database)
        _background(stack, writer.run(), "records")
        if isinstance(journal, RedisJournal):
            await _stand_by(stack, running, journal)
        else:
            await running.recover()
        _background(stack, running.catch_up.run(), "records from the journal")
        stack.push_async_callback(flush, writer)
        as_it_was = writer.behind.is_set() and journal.last_seq > 0
        running.engine.emit(events.Restarted())
        if not as_it_was:
            await running.take_files()
        running.loop = _background(stack, running.engine.run(), "engine")
        _background(stack, running.keep_house(), "house keeping")
        _background(stack, running.notifier.run(), "notifier")
        _background(stack, running.lookups.run(), "lookups")
        _background(stack, running.finder.run(), "finder")
        _background(stack, running.notifications.run(), "notifications")
        _background(stack, running.webhooks.run(), "webhooks")
        _background(stack, running.dispatch.run(), "dispatch")
        await _serve(stack, running, credentials, readers)
        await running.switch.start()
        stack.push_async_callback(running.switch.stop)
        if as_it_was:  # no caller waits for the database
            _background(stack, when_back(database, running.take_files), "records are back")
        else:
            await running.tell_plane()
        stack.push_async_callback(running.hand_over)  # before all else, so that another one can go on at once
        yield running


async def _stand_by(stack: AsyncExitStack, running: Controller, journal: RedisJournal) -> None:
    """Follow until this controller is in charge of its cell; the lease is kept from then on."""
    config, engine = running.config, running.engine
    standby = Standby(journal, engine, running.outlets.follow)
    cell(running.backend.metrics, journal)
    app = standby_app(lambda: StandbyHealth("standby", standby.active, engine.seq), running.backend.metrics)
    runner = await serve(app, str(config.host), config.port("http_port"), config.tls())
    try:
        await standby.wait()
        running.keeping = _background(stack, journal.lease.keep(), "lease")
    finally:
        await runner.cleanup()
    if journal.last_seq:
        running.writer.leave_to_journal(journal.last_seq)


async def _serve(stack: AsyncExitStack, running: Controller, credentials: Credentials, readers: AsyncEngine) -> None:
    """Answer desktops, operators, admins and callers until the stack ends."""
    config = running.config
    dispatch = DispatchApi(running.dispatch, running.backend)
    operators = [*running.boards.routes(), *running.look_back(readers).routes(), *dispatch.routes()]
    operators += running.recordings.routes()
    admins = [*FlowsApi(running.shelf).routes(), *FlowEditingApi(running.bench).routes()]
    admins += [*SettingsApi(running.settings).routes(), *PromptsApi(running.prompt_shelf).routes()]
    admins += [*OutsideApi(running.outside.told).routes(), *running.users.routes()]
    admins += WebhooksApi(running.webhooks, running.webhook_outbox, running.webhooks_set, time.time).routes()
    pages = WebFiles(PROJECT / "web/dist").routes()
    people = running.accounts, running.desktops
    oidc = Oidc(config.oidc, running.accounts, running.backend.public_url, credentials.sign_in_key, time.time)
    stack.push_async_callback(oidc.close)
    more = [*operators, *admins, *running.customers.routes(), *pages, *running.phones.routes(), *oidc.routes()]
    app = make_app(running.backend, credentials.http_token, *people, config.hosts, more)
    app.on_shutdown.append(running.phones.close)
    runner = await serve(app, str(config.host), config.port("http_port"), config.tls())
    stack.push_async_callback(runner.cleanup)
    stack.push_async_callback(running.boards.close)


def _why(journal: JournalReader, call: str, language: Language) -> list[Told]:
    """The life of a contact in words, of which the journal of the last days knows."""
    try:
        return [Told(at, text) for at, text in why(journal, call, time.time(), language)]
    except HistoryError as error:
        raise LookupError(str(error)) from None


def _warn(alarm: RaiseAlarm) -> None:
    log.warning("alarm", kind=alarm.kind, subject=alarm.subject, detail=alarm.detail)


def _background(stack: AsyncExitStack, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    task = spawn(work, name)

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(end)
    return task
