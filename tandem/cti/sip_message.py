"""Sends links as a SIP MESSAGE to the phone that the call came from."""

from collections.abc import Awaitable, Callable

from tandem.cti.delivery import DeliveryError, Message


class SipMessage:
    """For callers whose own phone can take text.

    `can_message(channel)` tells whether that phone can; `message_send(device, text)` sends to a device as the switch
    names it ("PJSIP/alice") and raises DeliveryError, OSError or TimeoutError. Sent at most once: a phone shows a
    repeated message twice.
    """

    name = "sip_message"
    repeatable = False

    def __init__(self, can_message: Callable[[str], bool], message_send: Callable[[str, str], Awaitable[None]]) -> None:
        self._can_message = can_message
        self._message_send = message_send

    def reaches(self, message: Message) -> bool:
        """Callers on a phone that can take text."""
        return self._can_message(message.channel)

    async def deliver(self, message: Message) -> None:
        """Return when the switch has sent it."""
        device, _, _ = message.channel.rpartition("-")
        try:
            await self._message_send(device, message.text)
        except OSError as error:  # TimeoutError is one too
            raise DeliveryError(f"the switch did not take the message ({error})") from error
