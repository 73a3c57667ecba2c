"""Which versions of flows are kept: those that new calls get, and those that somebody still walks."""

from collections.abc import Iterable
from itertools import chain

from tandem.control.callback.callback import Callback
from tandem.control.context import Context
from tandem.control.page.page import Page, Reader
from tandem.control.voice.call import Call
from tandem.ivr.flow import Flow

Walker = Call | Page | Reader | Callback
"""Whoever walks a flow, in the version that they began with."""


def flow_of(context: Context, walker: Walker) -> Flow:
    """The flow that somebody walks."""
    return context.state.flows[flow_key(walker.flow, walker.version)]


def flow_key(name: str, version: str) -> str:
    """Where a flow version is kept in the state."""
    return f"{name}@{version}"


def forget_unused_version(context: Context, name: str, version: str) -> None:
    """Drop a flow version that new calls don't get, that nobody walks, and no callback will walk."""
    state = context.state
    if state.published.get(name) == version:  # nearly always; spares every call's end a look at all calls
        return
    if name in state.canaries and state.canaries[name].version == version:
        return
    resting = [callback for callback in state.callbacks.values() if callback.session]
    chats = (chat for chat in state.chats.values() if chat.state != "ended")
    walking: Iterable[Walker] = chain(state.calls.values(), state.pages.values(), state.guides.values(), chats, resting)
    if not any((walker.flow, walker.version) == (name, version) for walker in walking):
        state.flows.pop(flow_key(name, version), None)
