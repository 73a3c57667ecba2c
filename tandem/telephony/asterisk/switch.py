"""The switch as the plane sees it: commands in, events out, Asterisk behind it."""

import asyncio
import contextlib
import hmac
from collections.abc import Callable

import msgspec
import structlog

from tandem.control.commands import (
    Answer,
    Command,
    GiveUp,
    HangUpCall,
    HangUpLeg,
    HangUpStray,
    Interrupt,
    Listen,
    MeasureVoicemail,
    TakeVoicemail,
    Transfer,
)
from tandem.control.events import (
    Bridged,
    DialBegun,
    Event,
    LegRinging,
    MonitorBegan,
    SwitchFound,
    SwitchLost,
)
from tandem.telephony.asterisk.agi import AgiError, AgiGoneError, AgiServer, AgiSession
from tandem.telephony.asterisk.ami import Ami, Spawn
from tandem.telephony.asterisk.ami_terms import (
    AmiError,
    AmiLogin,
    AmiRejectedError,
    AmiTimes,
)
from tandem.telephony.asterisk.conversation import (
    GIVEN_UP,
    Conversation,
    ConversationCounters,
    Order,
    PromptPath,
)
from tandem.telephony.asterisk.deeds import Deeds, SwitchCounters
from tandem.telephony.asterisk.phrases import (
    call_entered,
)
from tandem.telephony.asterisk.spool import Spool
from tandem.telephony.asterisk.tasks import Tasks
from tandem.telephony.asterisk.translate import WANTED, Book, reachable_devices, seen_channels, translate
from tandem.telephony.asterisk.wire import Message, printable

log = structlog.get_logger()


class SwitchSettings(msgspec.Struct, frozen=True):
    """Where Asterisk is and where it finds us; `list_every` (seconds) is how often it is asked for all it has.

    `agi_key` is in the address that Asterisk is given: who enters without it is not our Asterisk. It should outlive
    the process, so that calls find a new one at once.
    """

    login: AmiLogin
    agi_host: str = "127.0.0.1"
    agi_port: int = 4573
    agi_key: str = ""
    list_every: float = 30.0
    spool: Spool = Spool()
    times: AmiTimes = AmiTimes()


class Switch:
    """Carries out the plane's commands on one Asterisk and tells what happens there.

    `emit` takes the events (asyncio.QueueFull from it makes the switch drop its link and begin afresh),
    `prompt_path` gives an utterance's file without extension, `clock` the epoch seconds, `spawn` starts tasks. The
    entrance is taken charge of only while `in_charge()`.
    """

    def __init__(
        self,
        settings: SwitchSettings,
        emit: Callable[[Event], None],
        prompt_path: PromptPath,
        spawn: Spawn,
        clock: Callable[[], float],
        in_charge: Callable[[], bool] = lambda: True,
    ) -> None:
        self.counters = SwitchCounters()
        self.conversation_counters = ConversationCounters()
        self.agi = AgiServer(self._session_began)
        self.ami = Ami(settings.login, WANTED, self._told, self._link_up, self._link_down, settings.times)
        self._settings = settings
        self._emit, self._prompt_path, self._clock, self._in_charge = emit, prompt_path, clock, in_charge
        self._spawn, self._tasks, self._book = spawn, Tasks(spawn), Book()
        heard = self.conversation_counters
        self._deeds = Deeds(self.ami, self._book, settings.spool, prompt_path, emit, self._tasks, self.counters, heard)
        self.send_message = self._deeds.send_message
        self._conversations: dict[str, Conversation] = {}
        self._list_now = asyncio.Event()

    async def start(self) -> None:
        """Listen for calls and begin to connect. Raises OSError when the FastAGI port is taken."""
        port = await self.agi.start(self._settings.agi_host, self._settings.agi_port)
        self._entrance = f"agi://{self._settings.agi_host}:{port}/{self._settings.agi_key}"
        self.ami.start(self._spawn)
        self._tasks.begin(self._keep_listing(), "switch listing")

    async def stop(self) -> None:
        """End the link and every session; no call is hung up. No task is left."""
        await self.agi.stop()
        await self.ami.close()
        await self._tasks.end()

    def do(self, command: Command) -> None:
        """Carry out `command`; returns at once and never raises.

        What fails comes back: LegFailed for RingAgent, RingColleague, PlayToAgent and NailUp, DialFailed for
        DialCustomer, MonitorEnded for RingSupervisor, RecordingFailed for StartRecording, CommandFailed for the others.
        Answer, Listen, TakeVoicemail and Transfer for a call that has no session now are dropped and counted: the call
        enters again, or AMI tells its end.
        """
        match command:
            case Answer() | Listen() | TakeVoicemail() | Transfer():
                self._order(command)
            case Interrupt():
                self._interrupt(command)
            case HangUpCall() | GiveUp():
                self._deeds.act(self._let_go(command), command, command.call)
            case MeasureVoicemail():
                self._deeds.act(self._deeds.measure(command), command, command.voicemail)
            case _:
                self._deeds.do(command)

    # --- commands to a caller ---

    def _order(self, command: Order) -> None:
        if conversation := self._conversations.get(command.call):
            conversation.put(command)
        else:
            self.counters.orders_without_session += 1

    def _interrupt(self, command: Interrupt) -> None:
        """No AGI command can be cut short but by a key, so one is pressed for the caller.

        Redirect would do it too, but would tear the caller from an agent whose Bridge() came first.
        """
        conversation = self._conversations.get(command.call)
        if conversation and conversation.interrupt():
            self._deeds.act(self._deeds.press(command), command, command.call)

    async def _let_go(self, command: HangUpCall | GiveUp) -> None:
        if isinstance(command, GiveUp):
            await self._give_up(command)
        else:
            await self._hang_up_call(command)

    async def _hang_up_call(self, command: HangUpCall) -> None:
        """By the session, where it can hear us; no AGI command can be cut short, so else by AMI."""
        conversation = self._conversations.get(command.call)
        if not conversation or not await conversation.end():
            await self._deeds.hang_up(command, command.call)

    async def _give_up(self, command: GiveUp) -> None:
        """The dialplan's own apology, where the session can hear us; else the call enters again, and is told again."""
        if conversation := self._conversations.get(command.call):
            await conversation.end(GIVEN_UP)

    # --- calls that enter ---

    def _session_began(self, session: AgiSession) -> None:
        key = session.request.get("agi_network_script", "")
        if not hmac.compare_digest(key.encode(errors="replace"), self._settings.agi_key.encode()):
            self.counters.strangers += 1
            session.close()
            return
        task = self._tasks.begin(self._attend(session), "call")
        session.on_gone = task.cancel

    async def _attend(self, session: AgiSession) -> None:
        call = printable(session.request.get("agi_uniqueid", ""))
        counters, spool = self.conversation_counters, self._settings.spool
        conversation = Conversation(session, call, self._prompt_path, self._emit, spool, counters)
        try:
            await self._enter(session, conversation)
            await conversation.run()
        except AgiGoneError:
            pass
        except (AgiError, ValueError, asyncio.QueueFull) as error:
            self.counters.sessions_failed += 1
            log.warning("AGI session given up; the call enters again", call=call, error=repr(error))
        finally:
            session.close()
            if self._conversations.get(call) is conversation:
                del self._conversations[call]

    async def _enter(self, session: AgiSession, conversation: Conversation) -> None:
        try:
            await session.command("CHANNEL STATUS")
        except AgiGoneError:
            self.counters.leftover_sessions += 1
            raise
        call = conversation.call
        self._book.calls.add(call)
        self._book.entered.add(call)
        self._conversations[call] = conversation
        self._emit(call_entered(call, session.request, session.arguments))

    # --- what Asterisk tells ---

    def _told(self, message: Message) -> None:
        for event in translate(self._book, message):
            if isinstance(event, LegRinging) and event.leg in self._book.withdrawn:
                self._book.withdrawn.discard(event.leg)
                self.do(HangUpLeg(event.leg))
            if isinstance(event, DialBegun) and event.call in self._book.withdrawn:
                self._book.withdrawn.discard(event.call)
                self.do(HangUpStray(event.call))
            if isinstance(event, MonitorBegan) and event.monitor in self._book.withdrawn:
                self._book.withdrawn.discard(event.monitor)
                self.do(HangUpStray(event.monitor))
            if isinstance(event, Bridged) and event.call in self._book.leaving:
                self._hang_up_again(event.call)
            self._emit(event)

    def _hang_up_again(self, call: str) -> None:
        """Bridge() took the channel just when its caller hung up, and Asterisk (22.10) lost the hang-up: without this
        the agent would talk to nobody, for ever.
        """
        self.counters.hangups_lost += 1
        self.do(HangUpStray(call))

    def _link_up(self) -> None:
        self._list_now.set()

    def _link_down(self) -> None:
        self._book.forget()
        self._emit_if_taken(SwitchLost())

    # --- listings ---

    async def _keep_listing(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._settings.list_every):
                    await self._list_now.wait()
            self._list_now.clear()
            if self.ami.up:
                await self._list()

    async def _list(self) -> None:
        """Take charge of the entrance and ask for all there is; what breaks off is begun again over a new link."""
        try:
            await self._ask_for_all()
            self.counters.listings += 1
        except AmiRejectedError as error:
            self.counters.listings_failed += 1
            log.error("Asterisk refuses to tell what it has; check the rights in manager.conf", reason=str(error))
        except (AmiError, asyncio.QueueFull) as error:
            self.counters.listings_failed += 1
            log.warning("listing failed, link dropped", error=repr(error))
            self.ami.drop()

    async def _ask_for_all(self) -> None:
        asked_at = self._clock()
        self._book.entered.clear()
        if self._in_charge():
            await self.ami.act("Setvar", Variable="TANDEM_AGI", Value=self._entrance)
        status = await self.ami.act("CoreStatus")
        boot = f"{status.get('CoreStartupDate', '')} {status.get('CoreStartupTime', '')}"
        await self.ami.fetch("DeviceStateList", self._take_devices)
        await self.ami.fetch("CoreShowChannels", lambda items: self._take_channels(boot, asked_at, items))

    def _take_devices(self, items: list[Message]) -> None:
        self._book.reachable = set(reachable_devices(items))

    def _take_channels(self, boot: str, asked_at: float, items: list[Message]) -> None:
        channels = seen_channels(self._book, items)
        self._emit(SwitchFound(boot, asked_at, channels, tuple(sorted(self._book.reachable))))

    def _emit_if_taken(self, event: Event) -> None:
        """For what the next listing tells anyway."""
        with contextlib.suppress(asyncio.QueueFull):
            self._emit(event)
