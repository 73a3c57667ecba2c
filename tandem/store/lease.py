"""Who of a cell's controllers is in charge: a lease in Redis, with a fencing number that only grows.

The lease itself tells others when they may take it. What keeps a controller that lost it from writing is the number:
every script that writes checks that nobody has taken the lease since (`OWNED`).
"""

import asyncio
import time
from collections.abc import Callable

import msgspec
import structlog

from tandem.store.journal import JournalError
from tandem.store.redis_server import Place, RedisLostError, RedisServer

log = structlog.get_logger()

LEASE, OWNER, NUMBER = "lease", "owner", "fencing"
RENEWALS = 3
"""In the time of a lease: two may be lost."""
AGAIN_AFTER = 0.05
"""Seconds until Redis is asked again that gave no answer."""

TAKE = """
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return {0, held} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local number = redis.call('GET', KEYS[3]) or '0'
if redis.call('GET', KEYS[2]) ~= number .. ' ' .. ARGV[1] then
    number = redis.call('INCR', KEYS[3])
    redis.call('SET', KEYS[2], number .. ' ' .. ARGV[1])
end
return {tonumber(number), ARGV[1]}
"""
"""Asked twice, because the answer was lost, it gives the same number."""

OWNED = "local owner = redis.call('GET', KEYS[1])\nif owner ~= ARGV[1] then return {'fenced', owner or ''} end\n"
"""Begins every script that writes: KEYS[1] is OWNER, ARGV[1] who writes."""

RENEW = f"{OWNED}redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])\nreturn {{'kept'}}"
RELEASE = f"{OWNED}redis.call('DEL', KEYS[2])\nreturn {{'kept'}}"


class LeaseLostError(JournalError):
    """Another controller is in charge; the text names it. This one must end."""


class Term(msgspec.Struct):
    """How long a lease is known to be ours. No clock of its own: times are seconds of one that never stands still.

    `until` counts from the moment *before* Redis was asked, so it is over here before it is over there.
    """

    seconds: float
    until: float = float("-inf")

    def renewed(self, asked_at: float) -> None:
        """Redis has given it again, asked at `asked_at`."""
        self.until = max(self.until, asked_at + self.seconds)

    def is_proven(self, now: float) -> bool:
        """Whether nobody else can have it now."""
        return now < self.until

    def next_renewal(self, now: float) -> float:
        """Seconds until it is to be renewed."""
        return max(0.0, self.until - self.seconds * (1 - 1 / RENEWALS) - now)


class Lease:
    """This process's part in the lease. `holder` is what no other process is called by; its first word is shown."""

    def __init__(self, place: Place, holder: str, seconds: float, clock: Callable[[], float]) -> None:
        self.owner = ""
        """Fencing number and holder, as scripts check it; empty: this process is not in charge, or no more."""
        self.failures = 0
        """Times that Redis gave no answer to us."""
        self._place = place
        self._server = RedisServer(place, seconds / RENEWALS)
        self._holder = holder
        self._term = Term(seconds)
        self._clock = clock
        self._lost: LeaseLostError | None = None
        self._news = asyncio.Event()

    def is_proven(self) -> bool:
        """Whether it is certain that no other controller is in charge."""
        return self._lost is None and self._term.is_proven(self._clock())

    async def proven(self) -> None:
        """Return as soon as it is certain. LeaseLostError: another is in charge."""
        while not self.is_proven():
            if self._lost:
                raise self._lost
            self._news.clear()
            await self._news.wait()

    async def take(self) -> str:
        """Take it if it is free; returns who is in charge, which is empty when we are. RedisLostError."""
        asked_at = self._clock()
        keys = (LEASE, OWNER, NUMBER)
        number, holder = await self._server.run(TAKE, keys, (self._holder, self._milliseconds))
        if not number:
            return shown(holder)
        self.owner = f"{number} {self._holder}"
        self._term.renewed(asked_at)
        return ""

    async def keep(self) -> None:
        """Renew it until it is released. LeaseLostError: another is in charge."""
        while True:
            await asyncio.sleep(self._term.next_renewal(self._clock()))
            if not self.owner:
                return  # released: a renewal would keep the next one off
            try:
                await self._renew()
            except RedisLostError as error:
                self.failures += 1
                log.warning("the lease can't be renewed, trying again", error=str(error))
                await asyncio.sleep(AGAIN_AFTER)

    async def release(self) -> None:
        """Let another have it at once. If Redis can't be told, it ends by itself."""
        if self.owner and not self._lost:
            self._term.until = float("-inf")
            owner, self.owner = self.owner, ""
            try:
                await self._server.run(RELEASE, (OWNER, LEASE), (owner,))
            except RedisLostError as error:
                log.warning("the lease can't be released; it ends by itself", error=str(error))

    def lost(self, owner: bytes) -> LeaseLostError:
        """Note that another is in charge: `owner`, as Redis has it; nobody when Redis has lost it."""
        who = shown(owner.partition(b" ")[2]) or "nobody that Redis knows of"
        self._lost = LeaseLostError(f"This controller is no longer in charge of the {self._place.cell}: {who} is.")
        self._news.set()
        return self._lost

    async def close(self) -> None:
        """Let go of the connections."""
        await self._server.close()

    @property
    def _milliseconds(self) -> int:
        return round(self._term.seconds * 1000)

    async def _renew(self) -> None:
        asked_at = self._clock()
        values = (self.owner, self._holder, self._milliseconds)
        outcome, *more = await self._server.run(RENEW, (OWNER, LEASE), values)
        if outcome == b"fenced":
            raise self.lost(more[0])
        self._term.renewed(asked_at)
        self._news.set()


def shown(holder: bytes) -> str:
    """What people are told of a holder."""
    return holder.decode(errors="replace").partition(" ")[0]


def sleepless() -> float:
    """Seconds of a clock that goes on while this process is stopped and while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
