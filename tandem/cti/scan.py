"""Has each file looked at by a program of the admin's choice before a chat has it."""

import asyncio
from collections import Counter
from pathlib import Path

LONGEST = 60.0
"""Seconds that the program may take."""
CLEAN, INFECTED = 0, 1
"""How it ends, as clamdscan does; any other end is a failure."""


class ScanError(Exception):
    """The program could not be run, took too long or failed."""


class Scan:
    """`program` is called with `-` and reads the content from its standard input; without one all is clean."""

    def __init__(self, program: Path | None = None) -> None:
        self._program = program
        self.counts: Counter[str] = Counter()
        """Files that were looked at, by outcome: `clean`, `infected` or `failed`."""

    async def is_clean(self, content: bytes) -> bool:
        """Whether nothing bad is in it. ScanError: nobody knows."""
        if self._program is None:
            return True
        ended = await self._run(self._program, content)
        self.counts[{CLEAN: "clean", INFECTED: "infected"}.get(ended, "failed")] += 1
        if ended not in (CLEAN, INFECTED):
            raise ScanError(f"{self._program} ended with {ended}")
        return ended == CLEAN

    async def _run(self, program: Path, content: bytes) -> int:
        pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(program, "-", stdin=pipe, stdout=null, stderr=null)
        except OSError as error:
            self.counts["failed"] += 1
            raise ScanError(f"{program}: {error.strerror}") from error
        try:
            async with asyncio.timeout(LONGEST):
                await process.communicate(content)
        except TimeoutError:
            process.kill()
        return await process.wait()
