"""Redis, as the journal and the lease of a cell see it. The client's name stays behind this file."""

from collections.abc import Sequence
from typing import Any, NoReturn

import redis
import redis.asyncio
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from tandem.store.journal import JournalError

Value = str | bytes | int | float
READ_SECONDS = 10.0
"""How long a reader waits for an answer."""


class RedisLostError(Exception):
    """Redis gave no answer, or one that says that it can't do its work now. What was asked may have been done."""


class Place:
    """Where a cell's Redis is: `url` as redis://HOST:PORT/0, rediss:// or unix:///PATH, and the `cell`'s name."""

    def __init__(self, url: str, password: str, cell: str) -> None:
        self.cell = cell
        self._url = url
        self._password = password or None

    def key(self, name: str) -> str:
        """The key `name` of this cell. All of a cell's are in one slot of a Redis Cluster."""
        return f"{{tandem:{self.cell}}}:{name}"

    def __str__(self) -> str:
        return f"Redis at {self._url.rpartition('@')[2]} (cell {self.cell})"

    def options(self, timeout: float) -> dict[str, Any]:
        """What both clients are made with. They try nothing again by themselves: whoever asks knows if that may be."""
        once = Retry(NoBackoff(), 0)
        return {
            "url": self._url,
            "password": self._password,
            "socket_timeout": timeout,
            "socket_connect_timeout": timeout,
            "retry": once,
        }

    def unusable(self, error: object) -> JournalError:
        """What is told when there is no use in going on."""
        return JournalError(f"{self} can't be used ({error}). Check redis_url, redis_password and that it runs.")


class RedisServer:
    """One task's way to Redis; an answer is waited for `timeout` seconds, then RedisLostError."""

    def __init__(self, place: Place, timeout: float) -> None:
        self.place = place
        self._client = redis.asyncio.from_url(**place.options(timeout))
        self._scripts: dict[str, Any] = {}

    async def ask(self, *command: Value) -> Any:
        """What Redis answers to `command`."""
        try:
            return await self._client.execute_command(*command)  # type: ignore[no-untyped-call]
        except (RedisError, OSError) as error:
            _lost(error)

    async def run(self, script: str, keys: Sequence[str], values: Sequence[Value]) -> Any:
        """What a Lua `script` gives; Redis does it as a whole or not at all."""
        known = self._scripts.setdefault(script, self._client.register_script(script))
        try:
            return await known(keys=[self.place.key(key) for key in keys], args=values)
        except (RedisError, OSError) as error:
            _lost(error)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()


class RedisReader:
    """The same for who may block. JournalError: Redis can't be asked."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._client = redis.Redis.from_url(**place.options(READ_SECONDS))

    def ask(self, command: str, key: str, *values: Value) -> Any:
        """What Redis answers to a command about the cell's `key`."""
        try:
            return self._client.execute_command(command, self.place.key(key), *values)  # type: ignore[no-untyped-call]
        except (RedisError, OSError) as error:
            raise self.place.unusable(_told(error)) from error


def _lost(error: Exception) -> NoReturn:
    raise RedisLostError(_told(error)) from error


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__
