"""What is said and asked in one AGI session."""

import asyncio
import string
from collections.abc import Awaitable, Callable

import msgspec
import structlog

from tandem.control.commands import Answer, Listen, TakeVoicemail, Transfer, Utterance
from tandem.control.events import CommandFailed, Event, Listened, VoicemailRecorded
from tandem.telephony.asterisk.agi import AgiError, AgiGoneError, AgiSession
from tandem.telephony.asterisk.phrases import dial
from tandem.telephony.asterisk.spool import Spool

log = structlog.get_logger()

PromptPath = Callable[[Utterance], Awaitable[str]]
Order = Answer | Listen | Transfer | TakeVoicemail

LONGEST_INBOX = 16
INTERRUPT = "D"
"""The key that stands for an interruption. No flow has it; a caller who presses it changes nothing."""
HANG_UP, GIVEN_UP = "1", "given up"
"""What TANDEM_DONE tells the dialplan."""
_KEYS = string.digits + "*#" + INTERRUPT


class ConversationCounters(msgspec.Struct):
    """What happened since the start of the process."""

    prompts_missing: int = 0
    orders_dropped: int = 0


class Conversation:
    """Carries out the plane's orders on one session, one after another.

    `prompt_path` gives the file of an utterance without its extension; `emit` gets the answers; recordings go to
    `spool`.
    """

    def __init__(
        self,
        session: AgiSession,
        call: str,
        prompt_path: PromptPath,
        emit: Callable[[Event], None],
        spool: Spool,
        counters: ConversationCounters,
    ) -> None:
        self.call = call
        self._busy = self._ended = self._interrupted = False
        self._session = session
        self._prompt_path = prompt_path
        self._emit = emit
        self._spool = spool
        self._counters = counters
        self._inbox: asyncio.Queue[Order] = asyncio.Queue(LONGEST_INBOX)
        self._music: str | None = None

    def put(self, order: Order) -> None:
        """Have `order` carried out after those before it; dropped and counted when too many wait, or after `end`."""
        if self._ended or self._inbox.full():
            self._counters.orders_dropped += 1
            return
        self._inbox.put_nowait(order)
        self._busy = True

    async def run(self) -> None:
        """Carry out orders until the session is over; AgiGoneError when Asterisk ended it."""
        while not self._session.closed:
            order = await self._inbox.get()
            match order:
                case Answer():
                    await self._session.command("ANSWER")
                case Listen():
                    key = await self._listen(order)
                    self._interrupted = False
                    self._emit(Listened(order.call, order.step, key))
                case TakeVoicemail():
                    await self._take_voicemail(order)
                case Transfer():
                    await self._send_outside(order)
            self._busy = not self._inbox.empty()

    def interrupt(self) -> bool:
        """End the Listen that is under way or waits; False when there is none. What plays must get INTERRUPT too."""
        self._interrupted = self._busy
        return self._busy

    async def end(self, done: str = HANG_UP) -> bool:
        """Let the dialplan hang up, or apologise (GIVEN_UP); False when that can't be said, with an order under way."""
        if self._busy:
            return False
        self._busy = self._ended = True
        try:
            await self._session.command("SET VARIABLE", "TANDEM_DONE", done)
        except AgiError:
            return False
        self._session.close()
        return True

    async def _take_voicemail(self, order: TakeVoicemail) -> None:
        """A recording that was begun before is over now: a controller that died did not end it."""
        if not self._spool.has(order.voicemail):
            await self._record(order)
        if self._spool.has(order.voicemail):
            self._emit(VoicemailRecorded(order.voicemail, await self._spool.seconds(order.voicemail)))
        else:
            await self._session.command("CHANNEL STATUS")  # a hang-up is no failure
            self._emit(CommandFailed("TakeVoicemail", order.call, "Asterisk can't write its recording"))

    async def _record(self, order: TakeVoicemail) -> None:
        await self._play_music(None)
        await self._session.command("STREAM FILE", self._spool.tone, "")
        milliseconds, silence = round(order.longest * 1000), max(1, round(order.silence))
        where = self._spool.path(order.voicemail)
        words = ("RECORD FILE", where, "wav", order.keys, milliseconds, f"s={silence}")
        await self._session.command(*words, answer_time=order.longest + 30.0)

    async def _send_outside(self, order: Transfer) -> None:
        """Let the dialplan dial; what is told last makes it, so that a half told order is none."""
        try:
            arguments = dial(order)
        except ValueError as error:
            self._emit(CommandFailed("Transfer", order.call, str(error)))
            return
        self._ended = True
        await self._session.command("SET VARIABLE", "TANDEM_TRANSFER", order.number)
        await self._session.command("SET VARIABLE", "TANDEM_DIAL", arguments)
        self._session.close()

    async def _listen(self, order: Listen) -> str | None:
        for utterance in order.say:
            if self._interrupted:
                return None
            if key := await self._say(utterance, order.keys):
                return key
        if order.wait > 0:
            return await self._wait(order)
        return None

    async def _say(self, utterance: Utterance, keys: str) -> str | None:
        """Say one utterance; return the key that cut it short. What can't be had is passed over."""
        await self._play_music(None)
        try:
            path = await self._prompt_path(utterance)
            reply = await self._session.command("STREAM FILE", path, keys + INTERRUPT)
            while _key(reply.result) == INTERRUPT and not self._interrupted:  # meant for what was said before
                reply = await self._session.command("STREAM FILE", path, keys + INTERRUPT)
        except AgiError:
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, the caller stays)
            self._prompt_missing(utterance, repr(error))
            return None
        if reply.result == "-1":
            # A missing file answers like a hang-up; the next command tells one from the other.
            await self._session.command("CHANNEL STATUS")
            self._prompt_missing(utterance, f"Asterisk can't play {path}")
        key = _key(reply.result)
        return key if key != INTERRUPT else None

    def _prompt_missing(self, utterance: Utterance, reason: str) -> None:
        self._counters.prompts_missing += 1
        log.error("prompt left out", call=self.call, text=utterance.text, reason=reason)

    async def _wait(self, order: Listen) -> str | None:
        """Wait for one of the keys; others are passed over without adding time."""
        await self._play_music(order.music)
        clock = asyncio.get_running_loop().time
        until = clock() + order.wait
        while not self._interrupted and (left := until - clock()) > 0:
            reply = await self._session.command("WAIT FOR DIGIT", round(left * 1000), answer_time=left + 30.0)
            if reply.result == "-1":
                raise AgiGoneError("hung up, or bridged away")
            key = _key(reply.result)
            if reply.result == "0" or (key and key in order.keys):
                return key
        return None

    async def _play_music(self, music: str | None) -> None:
        if music == self._music:
            return
        if music:
            await self._session.command("SET MUSIC", "ON", music)
        else:
            await self._session.command("SET MUSIC", "OFF")
        self._music = music


def _key(result: str) -> str | None:
    """The key that a command's result (an ASCII code, 0 for none) stands for."""
    key = chr(int(result)) if result.isdecimal() and int(result) < 128 else ""
    return key if key and key in _KEYS else None
