"""The demo's shop: the example order service, on secrets that it shares with this controller alone."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

from examples.order_service.app import OrderService, running
from tandem.control.settings import Settings
from tandem.cti.secrets import SecretError
from tandem.service.config import Config, ConfigError
from tandem.service.secrets import read_secret, write_secret

STATE = "order-service.json"


@asynccontextmanager
async def shop(config: Config, centre: Settings) -> AsyncIterator[None]:
    """The order service where the centre file says that it is. ConfigError: somebody else is there."""
    token, secret = (_shared(config, name) for name in ("order_token", "order_notifications"))
    port = urlsplit(centre.services["orders"].url).port or 80
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(running(OrderService(config.home / STATE, token, secret), port))
        except OSError as error:
            what = f"port {port} for the order service is taken: change services in {config.centre}"
            raise ConfigError([what]) from error
        yield


def _shared(config: Config, name: str) -> str:
    try:
        return read_secret(config, name)
    except SecretError:
        write_secret(config, name, secrets.token_urlsafe(24))
        return read_secret(config, name)
