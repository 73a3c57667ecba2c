"""The switch as the plane sees it: commands in, events out, Asterisk behind it."""

import asyncio
import base64
import contextlib
import hmac
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import msgspec
import structlog

from tandem.control.commands import (
    Answer,
    ChangeMonitoring,
    Command,
    DialCustomer,
    GiveUp,
    HangUpCall,
    HangUpLeg,
    HangUpStray,
    HoldCall,
    Interrupt,
    JoinLeg,
    JoinRoom,
    KeepLine,
    Listen,
    Manner,
    MeasureVoicemail,
    MuteLeg,
    NailUp,
    PlayToAgent,
    RingAgent,
    RingColleague,
    RingSupervisor,
    SendDigits,
    TakeVoicemail,
    Transfer,
)
from tandem.control.events import (
    Bridged,
    CommandFailed,
    DialBegun,
    DialFailed,
    Event,
    LegFailed,
    LegRinging,
    MonitorBegan,
    MonitorEnded,
    SwitchFound,
    SwitchLost,
    VoicemailRecorded,
)
from tandem.telephony.asterisk.agi import AgiError, AgiGoneError, AgiServer, AgiSession
from tandem.telephony.asterisk.ami import Ami, Spawn
from tandem.telephony.asterisk.ami_terms import (
    AmiError,
    AmiLogin,
    AmiLostError,
    AmiRejectedError,
    AmiTimeoutError,
    AmiTimes,
)
from tandem.telephony.asterisk.conversation import (
    GIVEN_UP,
    INTERRUPT,
    Conversation,
    ConversationCounters,
    Order,
    PromptPath,
)
from tandem.telephony.asterisk.phrases import (
    Fields,
    Led,
    Way,
    call_back,
    call_entered,
    exact,
    hold,
    into_room,
    joinable,
    manner,
    nail_up,
    originate,
    play_to,
    ring_colleague,
    ring_supervisor,
    way_of,
)
from tandem.telephony.asterisk.spool import Spool
from tandem.telephony.asterisk.translate import WANTED, Book, reachable_devices, seen_channels, translate
from tandem.telephony.asterisk.wire import Message, printable

log = structlog.get_logger()
C = TypeVar("C", bound=Command)

MOST_TASKS = 5000
DIGIT_PAUSE = 0.1
"""Seconds between two keys that are sent."""
MESSAGE_FROM = "<sip:tandem@127.0.0.1>"
_NORMAL_CLEARING = 16


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


class SwitchCounters(msgspec.Struct):
    """What happened since the start of the process."""

    listings: int = 0
    listings_failed: int = 0
    orders_without_session: int = 0
    commands_failed: int = 0
    sessions_failed: int = 0
    leftover_sessions: int = 0
    strangers: int = 0
    hangups_lost: int = 0


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
        self._emit, self._prompt_path, self._spawn, self._clock = emit, prompt_path, spawn, clock
        self._in_charge = in_charge
        self._book = Book()
        self._withdrawn: set[str] = set()
        self._conversations: dict[str, Conversation] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._list_now = asyncio.Event()

    async def start(self) -> None:
        """Listen for calls and begin to connect. Raises OSError when the FastAGI port is taken."""
        port = await self.agi.start(self._settings.agi_host, self._settings.agi_port)
        self._entrance = f"agi://{self._settings.agi_host}:{port}/{self._settings.agi_key}"
        self.ami.start(self._spawn)
        self._begin(self._keep_listing(), "switch listing")

    async def stop(self) -> None:
        """End the link and every session; no call is hung up. No task is left."""
        await self.agi.stop()
        await self.ami.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def do(self, command: Command) -> None:
        """Carry out `command`; returns at once and never raises.

        What fails comes back: LegFailed for RingAgent, RingColleague, PlayToAgent and NailUp, DialFailed for
        DialCustomer, MonitorEnded for RingSupervisor, CommandFailed for the others. Answer, Listen, TakeVoicemail and
        Transfer for a call that has no session now are dropped and counted: the call enters again, or AMI tells its
        end.
        """
        match command:
            case Answer() | Listen() | TakeVoicemail() | Transfer():
                self._order(command)
            case Interrupt():
                self._interrupt(command)
            case HangUpCall() | GiveUp():
                self._act(self._let_go(command), command, command.call)
            case MeasureVoicemail():
                self._act(self._measure(command), command, command.voicemail)
            case _:
                self._do_by_ami(command)

    def _do_by_ami(self, command: Command) -> None:
        match command:
            case RingAgent():
                self._originate(command, command.leg, originate)
            case PlayToAgent(line=""):
                self._originate(command, command.leg, self._play_to)
            case NailUp():
                self._originate(command, command.line, nail_up)
            case DialCustomer():
                self._originate(command, command.call, call_back)
            case PlayToAgent():
                self._lead(command, self._settings.spool.path(command.voicemail))
            case RingColleague() | RingSupervisor():
                self._ring_inside(command)
            case JoinLeg() | KeepLine() | ChangeMonitoring():
                self._lead(command)
            case _:
                self._do_in_talk(command)

    def _do_in_talk(self, command: Command) -> None:
        match command:
            case HoldCall():
                self._act(self._hold(command), command, command.call)
            case JoinRoom():
                self._act(self._into_room(command), command, command.call)
            case MuteLeg():
                self._act(self._mute(command), command, command.leg)
            case SendDigits():
                self._act(self._send_digits(command), command, command.call)
            case _:
                self._end_channel(command)

    def _ring_inside(self, command: RingColleague | RingSupervisor) -> None:
        if isinstance(command, RingColleague):
            self._originate(command, command.leg, ring_colleague)
        else:
            self._originate(command, command.monitor, ring_supervisor)

    def _end_channel(self, command: Command) -> None:
        match command:
            case HangUpLeg():
                self._withdraw(command, command.leg)
            case HangUpStray():
                self._withdraw(command, command.channel)
            case _:
                self._failed(command, "", "not a command for the switch")

    async def send_message(self, device: str, text: str) -> None:
        """Send `text` to a phone ("PJSIP/2001") as a SIP MESSAGE. OSError: the switch did not take it."""
        body = base64.b64encode(text.encode()).decode()
        endpoint = device.partition("/")[2]
        try:
            await self.ami.act("MessageSend", To=f"pjsip:{endpoint}", From=MESSAGE_FROM, Base64Body=body)
        except (AmiError, ValueError) as error:
            raise OSError(str(error)) from error

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
            self._act(self._press(command), command, command.call)

    async def _press(self, command: Interrupt) -> None:
        try:
            await self.ami.act("PlayDTMF", Channel=exact(command.channel), Digit=INTERRUPT, Receive="true")
        except AmiRejectedError as error:
            if str(error) != "Channel not found":  # then it is gone, and its Hangup has been or will be told
                self._failed(command, command.call, str(error))
        except (AmiError, ValueError) as error:
            self._failed(command, command.call, str(error))

    async def _let_go(self, command: HangUpCall | GiveUp) -> None:
        if isinstance(command, GiveUp):
            await self._give_up(command)
        else:
            await self._hang_up_call(command)

    async def _hang_up_call(self, command: HangUpCall) -> None:
        """By the session, where it can hear us; no AGI command can be cut short, so else by AMI."""
        conversation = self._conversations.get(command.call)
        if not conversation or not await conversation.end():
            await self._hang_up(command, command.call)

    async def _give_up(self, command: GiveUp) -> None:
        """The dialplan's own apology, where the session can hear us; else the call enters again, and is told again."""
        if conversation := self._conversations.get(command.call):
            await conversation.end(GIVEN_UP)

    # --- commands by AMI ---

    def _act(self, work: Coroutine[Any, Any, None], command: Command, subject: str) -> None:
        if len(self._tasks) < MOST_TASKS:
            self._begin(work, type(command).__name__)
        else:
            work.close()
            self._failed(command, subject, "too much under way")

    async def _measure(self, command: MeasureVoicemail) -> None:
        seconds = await self._settings.spool.seconds(command.voicemail)
        self._emit(VoicemailRecorded(command.voicemail, seconds))

    def _play_to(self, command: PlayToAgent) -> Fields:
        return play_to(command, self._settings.spool.path(command.voicemail))

    def _originate(self, command: C, channel: str, fields: Callable[[C], Fields]) -> None:
        self._book.asked.add(channel)
        self._act(self._ask_for(command, channel, fields), command, channel)

    async def _ask_for(self, command: C, channel: str, fields: Callable[[C], Fields]) -> None:
        try:
            asked = fields(command)
            if isinstance(command, NailUp | RingAgent | RingColleague | PlayToAgent):
                asked["Variable"] = [*asked["Variable"], *manner(command, await self._prompts(command.manner))]
            await self.ami.act("Originate", **asked)
        except AmiLostError:
            log.warning("link broke while asking for a channel; the next listing tells", channel=channel)
        except (AmiError, ValueError) as error:
            if isinstance(error, AmiTimeoutError):
                self._withdrawn.add(channel)
            self._failed(command, channel, str(error))

    async def _prompts(self, how: Manner) -> list[str]:
        """The files of what is said to whoever picks up. What can't be had is passed over."""
        paths = []
        for utterance in how.say:
            try:
                paths.append(await self._prompt_path(utterance))
            except Exception as error:  # noqa: BLE001 (whatever it is, the phone rings)
                self.conversation_counters.prompts_missing += 1
                log.warning("prompt missing", text=utterance.text, error=repr(error))
        return paths

    def _lead(self, command: Led, message: str = "") -> None:
        self._act(self._redirect(command, way_of(command, message)), command, _subject(command))

    async def _redirect(self, command: Led, way: Way) -> None:
        with self._bearing(command, _subject(command)):
            await self._go(way)

    async def _go(self, way: Way) -> None:
        for name, value in way.variables.items():
            await self.ami.act("Setvar", Channel=exact(way.channel), Variable=name, Value=joinable(value))
        channel = exact(way.channel)
        await self.ami.act("Redirect", Channel=channel, Context=way.context, Exten=way.extension, Priority=1)

    async def _hold(self, command: HoldCall) -> None:
        """Both at once; where one of them is gone, the other's way is told by that end."""
        with self._bearing(command, command.call):
            await self.ami.act("Redirect", **hold(command))

    async def _into_room(self, command: JoinRoom) -> None:
        for way in into_room(command):
            await self._lead_into(command, way)

    async def _lead_into(self, command: JoinRoom, way: Way) -> None:
        with self._bearing(command, command.call):
            await self._go(way)

    async def _mute(self, command: MuteLeg) -> None:
        with self._bearing(command, command.leg):
            value = "on" if command.muted else "off"
            await self.ami.act("Setvar", Channel=exact(command.leg), Variable="MUTEAUDIO(in)", Value=value)

    async def _send_digits(self, command: SendDigits) -> None:
        """One after another, each with a pause: two that touch are heard as one."""
        with self._bearing(command, command.call):
            for digit in command.digits:
                await self.ami.act("PlayDTMF", Channel=exact(command.channel), Digit=digit)
                await asyncio.sleep(DIGIT_PAUSE)

    @contextlib.contextmanager
    def _bearing(self, command: Command, subject: str) -> Iterator[None]:
        """Tell of what fails; that a channel is gone is told by its end."""
        try:
            yield
        except AmiRejectedError as error:
            log.info("channel is gone", command=type(command).__name__, subject=subject, reason=str(error))
        except (AmiError, ValueError) as error:
            self._failed(command, subject, str(error))

    def _withdraw(self, command: HangUpLeg | HangUpStray, channel: str) -> None:
        """Asterisk makes a channel some moments after it was asked to: one not yet there is hung up when it comes."""
        if channel in self._book.asked:
            self._withdrawn.add(channel)
        self._act(self._hang_up(command, channel), command, channel)

    async def _hang_up(self, command: Command, channel: str) -> None:
        try:
            await self.ami.act("Hangup", Channel=exact(channel), Cause=_NORMAL_CLEARING)
        except AmiRejectedError as error:
            if str(error) != "No such channel":  # then it is gone, and its Hangup has been or will be told
                self._failed(command, channel, str(error))
        except (AmiError, ValueError) as error:
            self._failed(command, channel, str(error))

    def _failed(self, command: Command, subject: str, reason: str) -> None:
        self.counters.commands_failed += 1
        log.warning("command failed", command=type(command).__name__, subject=subject, reason=reason)
        if isinstance(command, RingAgent | RingColleague | PlayToAgent | NailUp):
            self._book.asked.discard(subject)
            self._emit_if_taken(LegFailed(subject, "failed"))
        elif isinstance(command, DialCustomer):
            self._book.asked.discard(subject)
            self._emit_if_taken(DialFailed(subject, "failed"))
        elif isinstance(command, RingSupervisor):
            self._book.asked.discard(subject)
            self._emit_if_taken(MonitorEnded(subject))
        else:
            self._emit_if_taken(CommandFailed(type(command).__name__, subject, reason))

    # --- calls that enter ---

    def _session_began(self, session: AgiSession) -> None:
        key = session.request.get("agi_network_script", "")
        if not hmac.compare_digest(key.encode(errors="replace"), self._settings.agi_key.encode()):
            self.counters.strangers += 1
            session.close()
            return
        task = self._begin(self._attend(session), "call")
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
            if isinstance(event, LegRinging) and event.leg in self._withdrawn:
                self._withdrawn.discard(event.leg)
                self.do(HangUpLeg(event.leg))
            if isinstance(event, DialBegun) and event.call in self._withdrawn:
                self._withdrawn.discard(event.call)
                self.do(HangUpStray(event.call))
            if isinstance(event, MonitorBegan) and event.monitor in self._withdrawn:
                self._withdrawn.discard(event.monitor)
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
        self._book = Book(calls=self._book.calls)
        self._withdrawn.clear()
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

    # --- odds and ends ---

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = self._spawn(work, name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _emit_if_taken(self, event: Event) -> None:
        """For what the next listing tells anyway."""
        with contextlib.suppress(asyncio.QueueFull):
            self._emit(event)


def _subject(command: Led) -> str:
    if isinstance(command, ChangeMonitoring):
        return command.monitor
    return command.line if isinstance(command, KeepLine) else command.leg
