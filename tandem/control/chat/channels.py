"""Contacts that are offered on an agent's screen instead of their phone; each channel's module puts itself there."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from tandem.acd import commands as acd

if TYPE_CHECKING:
    from tandem.control.context import Context


class Channel(msgspec.Struct, frozen=True):
    """How a contact takes the router's word: it is offered, or its offer is withdrawn."""

    offer: Callable[["Context", acd.Offer, float], None]
    withdraw: Callable[["Context", acd.WithdrawOffer, float], None]


CHANNELS: dict[str, Channel] = {}


def channel_of(context: "Context", contact: str) -> Channel | None:
    """The channel of a contact that has no line."""
    if contact in context.state.chats:
        return CHANNELS["chat"]
    return CHANNELS["mail"] if contact in context.state.mails else None
