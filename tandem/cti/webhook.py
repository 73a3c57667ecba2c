"""Hands links to an SMS gateway over HTTP: signed JSON."""

import hashlib
import hmac
from collections.abc import Callable

import aiohttp
import msgspec

from tandem.cti.delivery import DeliveryError, Message, TemporaryError


def signature(secret: str, body: bytes, at: int) -> str:
    """The header Tandem-Signature: the HMAC-SHA256 of "<at>.<body>"; `at` in epoch seconds lets old ones be refused."""
    digest = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Webhook:
    """POSTs each message to `url`. The gateway must drop an Idempotency-Key that it has had before."""

    name = "webhook"
    repeatable = True

    def __init__(self, url: str, secret: str, clock: Callable[[], float], timeout_seconds: float = 5.0) -> None:
        self._url = url
        self._secret = secret
        self._clock = clock
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)

    def reaches(self, message: Message) -> bool:
        """Everybody whose number is known."""
        return bool(message.address)

    async def deliver(self, message: Message) -> None:
        """Return when the gateway answered 2xx; TemporaryError for 5xx, a time-out or no connection."""
        try:
            status = await self._post(message)
        except TimeoutError:
            raise TemporaryError("the gateway did not answer in time") from None
        except aiohttp.ClientConnectionError:
            raise TemporaryError("the gateway can't be reached") from None
        except aiohttp.ClientError as error:
            raise DeliveryError(f"the gateway can't be used ({type(error).__name__})") from None
        if status >= 500:
            raise TemporaryError(f"the gateway answered {status}")
        if not 200 <= status < 300:
            raise DeliveryError(f"the gateway answered {status}")

    async def _post(self, message: Message) -> int:
        body = msgspec.json.encode(
            {name: getattr(message, name) for name in ("call", "link", "purpose", "language", "text", "url")}
            | {"to": message.address}
        )
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": f"{message.call}/{message.link}",
            "Tandem-Signature": signature(self._secret, body, int(self._clock())),
        }
        async with (
            aiohttp.ClientSession(timeout=self._timeout) as session,
            session.post(self._url, data=body, headers=headers, allow_redirects=False) as response,
        ):
            return response.status
