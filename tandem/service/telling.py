"""How what admins decide reaches the plane."""

import asyncio
from collections.abc import Callable

from tandem.control.events import Event
from tandem.cti.answers import Refused


def tell(emit: Callable[[Event], None], event: Event) -> None:
    """Tell the plane; Refused when it is hopelessly behind."""
    try:
        emit(event)
    except asyncio.QueueFull:
        raise Refused(503, "busy", "It is kept, but comes into force at the controller's next start.") from None
