"""A call walks its flow."""

from collections.abc import Callable
from typing import Any

from tandem.control.context import Context
from tandem.control.publishing.versions import flow_of
from tandem.control.voice.call import Call
from tandem.control.voice.listening import hush
from tandem.ivr import commands as ivr
from tandem.ivr import events as ivr_events
from tandem.ivr import session as flow_session

FROM_FLOW: dict[type[ivr.Command], Callable[[Context, Call, Any, float], None]] = {}
"""What is done about a flow's wishes; each module puts its own there."""


def walk(context: Context, call: Call, event: ivr_events.Event, now: float) -> None:
    """Tell the call's session, and have done what it wants.

    What its caller hears ends when it moves on, also to where nothing is said.
    """
    heard, step = call.listen, call.session.steps
    for command in flow_session.handle(call.session, flow_of(context, call), event, now):
        FROM_FLOW[type(command)](context, call, command, now)
    if call.listen == heard and call.session.steps != step and not call.flow_ended:
        hush(context, call)
    context.show_pages(call)
