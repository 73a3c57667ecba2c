"""The quarter-hour dispatch beside the controller: a process of its own works it out, each quarter-hour and on demand.

The controller only tells it how the floor is and keeps what it answers. One that fails, or takes too long, is counted
and told; calls never wait for it.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import structlog

from tandem.acd.agent import is_staffed
from tandem.control.dispatch.loan import Loan, Proposal
from tandem.control.dispatch.outlook import Outlook, Situation
from tandem.control.settings import Settings
from tandem.control.state import PlaneState

log = structlog.get_logger()

WORKER = (sys.executable, "-m", "tandem", "sim", "dispatch", "--home")
QUARTER_SECONDS = 900.0
AFTER_QUARTER = 10.0
"""Seconds into a quarter-hour: the records of the last one are written by then."""
LONGEST = 240.0
"""Seconds after which it is given up."""
TOLD = 500
"""Characters of what it says of its failure."""


class DispatchError(Exception):
    """The worker gave nothing; the text says why."""


class Dispatch:
    """The newest outlook, and whether the next is being made. `failed`: why the last try failed, else empty."""

    def __init__(
        self,
        home: Path,
        database: str,
        state: Callable[[], PlaneState],
        clock: Callable[[], float],
        worker: tuple[str, ...] = WORKER,
        longest: float = LONGEST,
    ) -> None:
        self._command = (*worker, str(home), *(("--database", database) if database else ()))
        self._state = state
        self._clock = clock
        self._longest = longest
        self._asked = asyncio.Event()
        self.outlook: Outlook | None = None
        self._making = False
        self.failed = ""
        self.counts: Counter[str] = Counter()
        """How often one was `made`, or `failed`."""

    async def run(self) -> None:
        """Make an outlook each quarter-hour, and when asked, for ever."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._until_next()):
                    await self._asked.wait()
            await self.make()

    @property
    def working(self) -> bool:
        """Whether an outlook is being made, or is about to be."""
        return self._making or self._asked.is_set()

    def ask(self) -> None:
        """Have a new outlook made; while one is being made, that one will do."""
        if not self._making:
            self._asked.set()

    def proposal(self, number: int) -> Proposal | None:
        """One of the newest outlook."""
        proposals = self.outlook.proposals if self.outlook else ()
        return next((one for one in proposals if one.number == number), None)

    def loans(self) -> dict[str, Loan]:
        """Those that run and the newest that are over, by number."""
        return self._state().loans

    async def make(self) -> None:
        """Make an outlook now; a failure leaves the one before."""
        self._making = True
        self._asked.clear()
        try:
            self.outlook, self.failed = await self._worked_out(situation(self._state(), self._clock())), ""
            self.counts["made"] += 1
        except (DispatchError, OSError) as error:
            self.failed = str(error)
            self.counts["failed"] += 1
            log.error("the dispatch failed", reason=self.failed)
        finally:
            self._making = False

    def _until_next(self) -> float:
        return QUARTER_SECONDS - (self._clock() - AFTER_QUARTER) % QUARTER_SECONDS

    async def _worked_out(self, given: Situation) -> Outlook:
        pipe = asyncio.subprocess.PIPE
        worker = await asyncio.create_subprocess_exec(*self._command, stdin=pipe, stdout=pipe, stderr=pipe)
        try:
            async with asyncio.timeout(self._longest):
                answer, said = await worker.communicate(msgspec.json.encode(given))
        except TimeoutError:
            raise DispatchError(f"it took longer than {self._longest:g} s") from None
        finally:
            if worker.returncode is None:
                worker.kill()
                await worker.wait()
        if worker.returncode != 0:
            why = said.decode(errors="replace").strip()[-TOLD:]
            raise DispatchError(f"it ended with {worker.returncode}: {why}")
        try:
            return msgspec.json.decode(answer, type=Outlook)
        except msgspec.DecodeError as error:
            raise DispatchError(f"it answered what is no outlook: {error}") from error


def situation(state: PlaneState, now: float) -> Situation:
    """How the floor is."""
    settings = state.settings
    return Situation(
        now=now,
        time_zone=settings.time_zone,
        acd=settings.acd,
        at_work=tuple(name for name, agent in state.router.agents.items() if is_staffed(agent)),
        targets=targets(settings),
        loans=tuple(loan for loan in state.loans.values() if loan.ended is None),
    )


def targets(settings: Settings) -> dict[str, float]:
    """By queue, the service level below which the board warns, where it does."""
    board = settings.board
    levels = {queue: board.queues.get(queue, board.every_queue).service_level.warn for queue in settings.acd.queues}
    return {queue: level for queue, level in levels.items() if level is not None}
