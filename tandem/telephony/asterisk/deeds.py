"""What the plane wants done in Asterisk, in actions of AMI."""

import asyncio
import base64
import contextlib
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import msgspec
import structlog

from tandem.control.commands import (
    ChangeMonitoring,
    Command,
    DialCustomer,
    EndRecording,
    HangUpLeg,
    HangUpStray,
    HoldCall,
    Interrupt,
    JoinLeg,
    JoinRoom,
    KeepLine,
    Manner,
    MeasureVoicemail,
    MuteLeg,
    NailUp,
    PauseRecording,
    PlayToAgent,
    RingAgent,
    RingColleague,
    RingSupervisor,
    SendDigits,
    StartRecording,
)
from tandem.control.events import (
    CommandFailed,
    DialFailed,
    Event,
    LegFailed,
    MonitorEnded,
    RecordingFailed,
    VoicemailRecorded,
)
from tandem.telephony.asterisk.ami import Ami
from tandem.telephony.asterisk.ami_terms import (
    AmiError,
    AmiLostError,
    AmiRejectedError,
    AmiTimeoutError,
)
from tandem.telephony.asterisk.conversation import (
    INTERRUPT,
    ConversationCounters,
    PromptPath,
)
from tandem.telephony.asterisk.phrases import (
    Fields,
    Led,
    Way,
    call_back,
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
from tandem.telephony.asterisk.recorder import Recorder
from tandem.telephony.asterisk.spool import Spool
from tandem.telephony.asterisk.tasks import Tasks
from tandem.telephony.asterisk.translate import Book

log = structlog.get_logger()
C = TypeVar("C", bound=Command)

MOST_TASKS = 5000
DIGIT_PAUSE = 0.1
"""Seconds between two keys that are sent."""
MESSAGE_FROM = "<sip:tandem@127.0.0.1>"
_NORMAL_CLEARING = 16


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


class Deeds:
    """Does commands by `ami`, each in a task of its own. What fails is told to `emit`, counted and logged.

    `book` knows what was asked for, `prompt_path` gives an utterance's file without extension.
    """

    def __init__(
        self,
        ami: Ami,
        book: Book,
        spool: Spool,
        prompt_path: PromptPath,
        emit: Callable[[Event], None],
        tasks: Tasks,
        counters: SwitchCounters,
        heard: ConversationCounters,
    ) -> None:
        self._ami, self._book, self._spool, self._prompt_path = ami, book, spool, prompt_path
        self._emit, self._tasks, self._counters, self._heard = emit, tasks, counters, heard
        self._recorder = Recorder(ami, spool, self._emit_if_taken, self._failed)

    def do(self, command: Command) -> None:
        """Do it; returns at once and never raises."""
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
                self._lead(command, self._spool.path(command.voicemail))
            case RingColleague() | RingSupervisor():
                self._ring_inside(command)
            case JoinLeg() | KeepLine() | ChangeMonitoring():
                self._lead(command)
            case _:
                self._do_in_talk(command)

    def _do_in_talk(self, command: Command) -> None:
        match command:
            case HoldCall():
                self.act(self._hold(command), command, command.call)
            case JoinRoom():
                self.act(self._into_room(command), command, command.call)
            case MuteLeg():
                self.act(self._mute(command), command, command.leg)
            case SendDigits():
                self.act(self._send_digits(command), command, command.call)
            case StartRecording() | PauseRecording() | EndRecording():
                self.act(self._recorder.carry_out(command), command, command.recording)
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
            await self._ami.act("MessageSend", To=f"pjsip:{endpoint}", From=MESSAGE_FROM, Base64Body=body)
        except (AmiError, ValueError) as error:
            raise OSError(str(error)) from error

    async def press(self, command: Interrupt) -> None:
        """Press the key that cuts short what a caller hears."""
        try:
            await self._ami.act("PlayDTMF", Channel=exact(command.channel), Digit=INTERRUPT, Receive="true")
        except AmiRejectedError as error:
            if str(error) != "Channel not found":  # then it is gone, and its Hangup has been or will be told
                self._failed(command, command.call, str(error))
        except (AmiError, ValueError) as error:
            self._failed(command, command.call, str(error))

    def act(self, work: Coroutine[Any, Any, None], command: Command, subject: str) -> None:
        """Have `work` done for a command, unless too much is under way."""
        if len(self._tasks) < MOST_TASKS:
            self._tasks.begin(work, type(command).__name__)
        else:
            work.close()
            self._failed(command, subject, "too much under way")

    async def measure(self, command: MeasureVoicemail) -> None:
        """Tell how long a message is."""
        seconds = await self._spool.seconds(command.voicemail)
        self._emit(VoicemailRecorded(command.voicemail, seconds))

    def _play_to(self, command: PlayToAgent) -> Fields:
        return play_to(command, self._spool.path(command.voicemail))

    def _originate(self, command: C, channel: str, fields: Callable[[C], Fields]) -> None:
        self._book.asked.add(channel)
        self.act(self._ask_for(command, channel, fields), command, channel)

    async def _ask_for(self, command: C, channel: str, fields: Callable[[C], Fields]) -> None:
        try:
            asked = fields(command)
            if isinstance(command, NailUp | RingAgent | RingColleague | PlayToAgent):
                asked["Variable"] = [*asked["Variable"], *manner(command, await self._prompts(command.manner))]
            await self._ami.act("Originate", **asked)
        except AmiLostError:
            log.warning("link broke while asking for a channel; the next listing tells", channel=channel)
        except (AmiError, ValueError) as error:
            if isinstance(error, AmiTimeoutError):
                self._book.withdrawn.add(channel)
            self._failed(command, channel, str(error))

    async def _prompts(self, how: Manner) -> list[str]:
        """The files of what is said to whoever picks up. What can't be had is passed over."""
        paths = []
        for utterance in how.say:
            try:
                paths.append(await self._prompt_path(utterance))
            except Exception as error:  # noqa: BLE001 (whatever it is, the phone rings)
                self._heard.prompts_missing += 1
                log.warning("prompt missing", text=utterance.text, error=repr(error))
        return paths

    def _lead(self, command: Led, message: str = "") -> None:
        self.act(self._redirect(command, way_of(command, message)), command, _subject(command))

    async def _redirect(self, command: Led, way: Way) -> None:
        with self._bearing(command, _subject(command)):
            await self._go(way)

    async def _go(self, way: Way) -> None:
        for name, value in way.variables.items():
            await self._ami.act("Setvar", Channel=exact(way.channel), Variable=name, Value=joinable(value))
        channel = exact(way.channel)
        await self._ami.act("Redirect", Channel=channel, Context=way.context, Exten=way.extension, Priority=1)

    async def _hold(self, command: HoldCall) -> None:
        """Both at once; where one of them is gone, the other's way is told by that end."""
        with self._bearing(command, command.call):
            await self._ami.act("Redirect", **hold(command))

    async def _into_room(self, command: JoinRoom) -> None:
        for way in into_room(command):
            await self._lead_into(command, way)

    async def _lead_into(self, command: JoinRoom, way: Way) -> None:
        with self._bearing(command, command.call):
            await self._go(way)

    async def _mute(self, command: MuteLeg) -> None:
        with self._bearing(command, command.leg):
            value = "on" if command.muted else "off"
            await self._ami.act("Setvar", Channel=exact(command.leg), Variable="MUTEAUDIO(in)", Value=value)

    async def _send_digits(self, command: SendDigits) -> None:
        """One after another, each with a pause: two that touch are heard as one."""
        with self._bearing(command, command.call):
            for digit in command.digits:
                await self._ami.act("PlayDTMF", Channel=exact(command.channel), Digit=digit)
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
            self._book.withdrawn.add(channel)
        self.act(self.hang_up(command, channel), command, channel)

    async def hang_up(self, command: Command, channel: str) -> None:
        """End a channel."""
        try:
            await self._ami.act("Hangup", Channel=exact(channel), Cause=_NORMAL_CLEARING)
        except AmiRejectedError as error:
            if str(error) != "No such channel":  # then it is gone, and its Hangup has been or will be told
                self._failed(command, channel, str(error))
        except (AmiError, ValueError) as error:
            self._failed(command, channel, str(error))

    def _failed(self, command: Command, subject: str, reason: str) -> None:
        self._counters.commands_failed += 1
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
        elif isinstance(command, StartRecording):
            self._emit_if_taken(RecordingFailed(subject, reason))
        else:
            self._emit_if_taken(CommandFailed(type(command).__name__, subject, reason))

    def _emit_if_taken(self, event: Event) -> None:
        """For what the next listing tells anyway."""
        with contextlib.suppress(asyncio.QueueFull):
            self._emit(event)


def _subject(command: Led) -> str:
    if isinstance(command, ChangeMonitoring):
        return command.monitor
    return command.line if isinstance(command, KeepLine) else command.leg
