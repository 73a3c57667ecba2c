"""By which ways links reach callers here: the first that can is taken."""

import time
from collections.abc import Awaitable, Callable, Container

from tandem.cti.delivery import Adapter, OutboxOnly
from tandem.cti.sip_message import SipMessage
from tandem.cti.webhook import Webhook
from tandem.service.config import Config


def link_adapters(
    config: Config, send_message: Callable[[str, str], Awaitable[None]], phones: Callable[[], Container[str]]
) -> list[Adapter]:
    """A message to the phone itself, by `send_message`, where it is one of `phones` (SIP accounts that take text); the
    gateway; and for a demo the outbox alone."""

    def can_message(channel: str) -> bool:
        device, _, _ = channel.rpartition("-")
        return device.removeprefix("PJSIP/") in phones()

    adapters: list[Adapter] = [SipMessage(can_message, send_message)]
    if config.webhook_url and config.webhook_secret:
        adapters.append(Webhook(str(config.webhook_url), config.webhook_secret.get_secret_value(), time.time))
    if config.outbox_delivers:
        adapters.append(OutboxOnly())
    return adapters
