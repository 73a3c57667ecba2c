"""One request to a service of the centre's settings: where it may go, and what may come back."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import aiohttp
import msgspec
from yarl import URL

from tandem.control.events import NOT_FOUND

LARGEST_ANSWER = 256 * 1024
KEEP_ALIVE = 2.0
"""Seconds a connection is kept for the next request; services close theirs later than that."""


class AskingError(Exception):
    """The request came to nothing. The text says why, for people; nothing of what was sent or answered is in it."""


class RefusedError(AskingError):
    """The service is well, and will not do it, another time neither."""


class TroubleError(AskingError):
    """The service is in trouble; another time it may answer."""


class Request(msgspec.Struct, frozen=True):
    """What is asked. `timeout` is seconds for all of it."""

    method: str
    url: URL
    headers: dict[str, str]
    body: bytes | None
    timeout: float


def open_session() -> aiohttp.ClientSession:
    """For requests to services."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE),
        cookie_jar=aiohttp.DummyCookieJar(),  # a cookie set for one caller must not go along with the next
        auto_decompress=False,  # a small answer could become a huge one
        headers={"Accept": "application/json", "Accept-Encoding": "identity"},
    )


def url_of(base: str, path: str, query: Mapping[str, str]) -> URL:
    """The address of `path` under `base`; AskingError when it would lead out of there."""
    if not path.startswith("/") or any(c in path for c in "?#\\") or ".." in unquote(path).split("/"):
        raise AskingError("its path leads elsewhere: it must begin with a slash and have no .., ? or #")
    return URL(base.rstrip("/") + path).with_query(query)


async def fetch(session: aiohttp.ClientSession, request: Request) -> bytes:
    """The body of a 2xx answer. RefusedError: it has nothing of the kind (NOT_FOUND), or answers 3xx or 4xx;
    TroubleError: time-out, no connection, 5xx, 429, or an answer that is too large.
    """
    try:
        async with session.request(
            request.method,
            request.url,
            headers=request.headers,
            data=request.body,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=request.timeout),
        ) as response:
            _check(response.status)
            return await _read(response.content)
    except TimeoutError:
        raise TroubleError(f"it did not answer in {request.timeout:g} s") from None
    except aiohttp.ClientConnectorError:
        raise TroubleError("it can't be reached") from None
    except aiohttp.ClientError as error:
        raise TroubleError(f"it broke off ({type(error).__name__})") from None
    except ValueError as error:
        raise RefusedError(f"it can't be asked so ({type(error).__name__})") from None


def parse(body: bytes) -> Any:
    """The answer's JSON; TroubleError when it is none: what does not speak JSON now is not itself."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise TroubleError("it did not answer JSON") from None


def _check(status: int) -> None:
    if status == 404:
        raise RefusedError(NOT_FOUND)
    if status >= 500 or status == 429:
        raise TroubleError(f"it answered {status}")
    if not 200 <= status < 300:
        raise RefusedError(f"it answered {status}")


async def _read(content: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise TroubleError(f"its answer is larger than {LARGEST_ANSWER // 1024} KiB")
    return bytes(body)
