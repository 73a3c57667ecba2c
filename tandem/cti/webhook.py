"""Signed POSTs of JSON, and the adapter that hands links to an SMS gateway by them."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from email.utils import parsedate_to_datetime

import aiohttp
import msgspec

from tandem.cti.delivery import DeliveryError, Message, TemporaryError

TIMEOUT = 5.0
TOO_MANY = 429


def signature(secret: str, body: bytes, at: int) -> str:
    """The header Tandem-Signature: the HMAC-SHA256 of "<at>.<body>"; `at` in epoch seconds lets old ones be refused."""
    digest = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Letter(msgspec.Struct, frozen=True):
    """What is posted: `body` is JSON, `key` lets the receiver drop what it has had, `whom` is who it is, in errors."""

    url: str
    key: str
    body: bytes
    secret: str
    headers: Mapping[str, str] = {}
    whom: str = "the service"


async def post(
    letter: Letter, at: int, timeout_seconds: float = TIMEOUT, session: aiohttp.ClientSession | None = None
) -> None:
    """Return when the receiver answered 2xx; TemporaryError for 429 and 5xx (with what Retry-After asks for), a
    time-out or no connection, else DeliveryError.

    `at` (epoch seconds) goes into the signature. With a `session` its connections are used, else one of its own.
    """
    whom = letter.whom
    try:
        async with nullcontext(session) if session else aiohttp.ClientSession() as used:
            status, retry_after = await _status(used, letter, at, timeout_seconds)
    except TimeoutError:
        raise TemporaryError(f"{whom} did not answer in time") from None
    except aiohttp.ClientConnectionError:
        raise TemporaryError(f"{whom} can't be reached") from None
    except (aiohttp.ClientError, ValueError) as error:
        raise DeliveryError(f"{whom} can't be used ({type(error).__name__})") from None
    if status == TOO_MANY or status >= 500:
        raise TemporaryError(f"{whom} answered {status}", _seconds(retry_after, at))
    if not 200 <= status < 300:
        raise DeliveryError(f"{whom} answered {status}")


def _seconds(retry_after: str, at: int) -> float:
    """What the header Retry-After asks for (RFC 9110, 10.2.3: seconds or a date), 0 where it says nothing."""
    if retry_after.isascii() and retry_after.isdecimal():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - at)
    except (ValueError, OverflowError):
        return 0.0


async def _status(session: aiohttp.ClientSession, letter: Letter, at: int, timeout_seconds: float) -> tuple[int, str]:
    """The answer's status and its Retry-After."""
    headers = dict(letter.headers) | {
        "Content-Type": "application/json",
        "Idempotency-Key": letter.key,
        "Tandem-Signature": signature(letter.secret, letter.body, at),
    }
    timeout = aiohttp.ClientTimeout(total=timeout_seconds)
    async with session.post(
        letter.url, data=letter.body, headers=headers, allow_redirects=False, timeout=timeout
    ) as response:
        return response.status, response.headers.get("Retry-After", "")


class Webhook:
    """POSTs each message to `url`. The gateway must drop an Idempotency-Key that it has had before."""

    name = "webhook"
    repeatable = True

    def __init__(self, url: str, secret: str, clock: Callable[[], float], timeout_seconds: float = TIMEOUT) -> None:
        self._url = url
        self._secret = secret
        self._clock = clock
        self._timeout = timeout_seconds

    def reaches(self, message: Message) -> bool:
        """Everybody whose number is known."""
        return bool(message.address)

    async def deliver(self, message: Message) -> None:
        """Return when the gateway has the message; DeliveryError or TemporaryError."""
        body = msgspec.json.encode(
            {name: getattr(message, name) for name in ("call", "link", "purpose", "language", "text", "url")}
            | {"to": message.address}
        )
        letter = Letter(self._url, f"{message.call}/{message.link}", body, self._secret, whom="the gateway")
        await post(letter, int(self._clock()), self._timeout)
