"""Records talks by MixMonitor, on the caller's channel.

The channel carries a mark of each recording that was begun on it, so that an order given twice begins nothing twice,
whoever gave it first. Asterisk 22 tells nothing of a recording by itself: what came of it is read from its file.
"""

import asyncio
from collections.abc import Callable

import structlog

from tandem.control.commands import Command, EndRecording, PauseRecording, StartRecording
from tandem.control.events import Event, RecordingMade
from tandem.telephony.asterisk.ami import Ami
from tandem.telephony.asterisk.ami_terms import AmiDownError, AmiError, AmiLostError, AmiRejectedError
from tandem.telephony.asterisk.phrases import exact, mark_of, record
from tandem.telephony.asterisk.spool import Made, Spool

log = structlog.get_logger()

GONE = "No such channel"
"""Asterisk's answer about a channel that has ended."""


class Recorder:
    """`failed` takes a command that can't be carried out, with its recording and the reason; `emit` takes the events,
    and may drop them.

    What a broken link keeps from being done is given again with the next one, and no failure.
    """

    def __init__(
        self, ami: Ami, spool: Spool, emit: Callable[[Event], None], failed: Callable[[Command, str, str], None]
    ) -> None:
        self._ami, self._spool, self._emit, self._failed = ami, spool, emit, failed
        self._turns: dict[str, asyncio.Lock] = {}

    async def carry_out(self, command: StartRecording | PauseRecording | EndRecording) -> None:
        """Do what is wanted, in the order in which it is wanted of one recording; never raises."""
        async with self._turns.setdefault(command.recording, asyncio.Lock()):
            await self._carry_out(command)
        if isinstance(command, EndRecording):
            self._turns.pop(command.recording, None)

    async def _carry_out(self, command: StartRecording | PauseRecording | EndRecording) -> None:
        try:
            match command:
                case StartRecording():
                    await self._start(command)
                case PauseRecording():
                    await self._pause(command)
                case EndRecording():
                    await self._end(command)
        except (AmiDownError, AmiLostError) as error:
            log.warning("no link; ordered again with the next", recording=command.recording, reason=str(error))
        except (AmiError, ValueError, OSError) as error:
            if str(error) != GONE:  # then the talk is over, and what was recorded is asked for
                self._failed(command, command.recording, str(error))

    async def _start(self, command: StartRecording) -> None:
        if await self._begun(command):
            return
        path = self._spool.path(command.recording)
        if not await asyncio.to_thread(self._spool.has_room):
            raise ValueError("too little room on the disk")
        await self._ami.act("MixMonitor", **record(command, path))

    async def _pause(self, command: PauseRecording) -> None:
        """Of the channel: it has one recording at a time."""
        state = int(command.paused)
        await self._ami.act("MixMonitorMute", Channel=exact(command.channel), Direction="both", State=state)

    async def _end(self, command: EndRecording) -> None:
        await self._stop(command)
        made = await self._made(command)
        self._emit(RecordingMade(command.recording, made.seconds, made.size, made.sha256))

    async def _made(self, command: EndRecording) -> Made:
        """A file without sound is removed: no record will name it."""
        try:
            made = await self._spool.made(command.recording)
            if not made.seconds:
                self._spool.remove(command.recording)
        except OSError as error:
            self._failed(command, command.recording, str(error))
            return Made()
        return made

    async def _stop(self, command: EndRecording) -> None:
        """One whose channel is gone has ended with it, and one that was stopped before is stopped."""
        try:
            if name := await self._begun(command):
                await self._ami.act("StopMixMonitor", Channel=exact(command.channel), MixMonitorID=name)
        except AmiRejectedError as error:
            log.debug("recording had ended", recording=command.recording, reason=str(error))

    async def _begun(self, command: StartRecording | EndRecording) -> str:
        """Asterisk's own name for a recording that was begun on a channel; empty: none was."""
        reply = await self._ami.act("Getvar", Channel=exact(command.channel), Variable=mark_of(command.recording))
        return reply.get("Value", "")
