"""The lab: callers and agents with real phones toward one switch, on 127.0.0.1."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine

from tests.phones.diary import Diary
from tests.phones.line import Line
from tests.phones.sip import Account, Leg, Stack

# baresip keeps about 0.2 s of audio for a slow reader; looking this often (seconds) loses none.
_LOOK_EVERY = 0.05


class Caller:
    """Someone who calls in."""

    def __init__(self, lab: "Lab", number: str, account: Account) -> None:
        self.number = number
        self._lab = lab
        self._account = account

    async def dial(self, number: str, within: float = 10.0) -> Line:
        """Call `number` and wait until it answers; CallFailedError when it does not."""
        line = await self.start_call(number)
        await line.answered(within)
        return line

    async def start_call(self, number: str) -> Line:
        """Call `number` without waiting for an answer."""
        return self._lab.connect(await self._account.dial(number), self.number)


class Agent(Caller):
    """Someone with a registered phone, who is called."""

    def __init__(self, lab: "Lab", number: str, account: Account) -> None:
        super().__init__(lab, number, account)
        self.calls: list[Line] = []
        self._ringing: asyncio.Queue[Line] = asyncio.Queue()
        account.on_incoming(self._rung)

    async def rings(self, within: float | None = 10.0) -> Line:
        """The next call that rings here still: `answer()` it, `hang_up()` to decline it, or let it ring."""
        async with asyncio.timeout(within):
            while (line := await self._ringing.get()).is_over:
                pass
        return line

    async def answers(self, within: float = 10.0) -> Line:
        """Answer the next call."""
        line = await self.rings(within)
        await line.answer()
        return line

    async def declines(self, within: float = 10.0) -> Line:
        """Decline the next call (486 Busy Here: baresip knows no other refusal; see messages.py for 603)."""
        line = await self.rings(within)
        await line.hang_up()
        return line

    async def ignores(self, within: float = 60.0) -> Line:
        """Let the next call ring until it is taken back; it rang from the line's `began_at` to its `ended_at`."""
        line = await self.rings(within)
        await line.ended(within)
        return line

    def auto_answers(self, after: float = 0.0, talk: float | None = None) -> None:
        """Answer every call from now on `after` seconds, and hang up `talk` seconds later (None: never)."""
        self._lab.spawn(self._answer_all(after, talk))

    async def unplug(self) -> None:
        """Take the phone off the network: unregister it."""
        await self._account.unregister()

    async def plug_in(self) -> None:
        """Register the phone again."""
        await self._account.register()

    def _rung(self, leg: Leg) -> None:
        line = self._lab.connect(leg, self.number)
        self.calls.append(line)
        self._ringing.put_nowait(line)

    async def _answer_all(self, after: float, talk: float | None) -> None:
        while True:
            self._lab.spawn(self._take(await self.rings(None), after, talk))

    async def _take(self, line: Line, after: float, talk: float | None) -> None:
        await asyncio.sleep(after)
        if line.is_over:
            return
        await line.answer()
        if talk is not None:
            await asyncio.sleep(talk)
            await line.hang_up()


class Lab:
    """All phones of one test. `diary` holds what they saw."""

    def __init__(self, sip_port: int) -> None:
        self.diary = Diary()
        self._stack = Stack(sip_port)
        self._lines: set[Line] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def caller(self, number: str, password: str = "", display_name: str = "") -> Caller:
        """A phone that calls without having registered.

        With an empty password it is a stranger: the switch knows it by address only, and `number` and `display_name`
        are what it claims in From. With a password it is the account `number`, and answers the switch's challenge.
        """
        return Caller(self, number, await self._stack.account(number, password, display_name))

    async def agent(self, number: str, password: str) -> Agent:
        """A registered phone."""
        account = await self._stack.account(number, password)
        agent = Agent(self, number, account)
        await account.register()
        self.diary.write(number, "registered")
        return agent

    def connect(self, leg: Leg, who: str) -> Line:
        """Make `leg` a line of ours: its audio is moved until it ends."""
        line = Line(leg, who, self.diary)
        self._lines.add(line)
        return line

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run `work` beside the test; it is cancelled when the lab closes, and an error of it is noted."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._worked)

    def _worked(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.diary.write("lab", f"failed: {error!r}")

    async def _move_audio(self) -> None:
        while True:
            for line in list(self._lines):
                line.move_audio()
                if line.is_over:
                    self._lines.discard(line)
            await asyncio.sleep(_LOOK_EVERY)

    async def open(self) -> None:
        """Start the SIP stack and the audio."""
        await self._stack.start()
        self.spawn(self._move_audio())

    async def close(self) -> None:
        """Hang up everything and stop."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*(line.hang_up() for line in self._lines if not line.is_over), return_exceptions=True)
        await self._stack.close()


@contextlib.asynccontextmanager
async def phones(sip_port: int) -> AsyncIterator[Lab]:
    """A lab toward the switch that listens on 127.0.0.1:`sip_port`; one at a time in a process."""
    lab = Lab(sip_port)
    await lab.open()
    try:
        yield lab
    finally:
        await lab.close()
