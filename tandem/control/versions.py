"""Which versions of flows are kept: those that new calls get, and those that somebody still walks."""

from collections.abc import Iterable
from itertools import chain

from tandem.control.call import Call
from tandem.control.context import Context
from tandem.control.page import Page, Reader


def flow_key(name: str, version: str) -> str:
    """Where a flow version is kept in the state."""
    return f"{name}@{version}"


def forget_unused_version(context: Context, name: str, version: str) -> None:
    """Drop a flow version that neither new calls get nor anybody still walks."""
    state = context.state
    if state.published.get(name) == version:  # nearly always; spares every call's end a look at all calls
        return
    if name in state.canaries and state.canaries[name].version == version:
        return
    walking: Iterable[Call | Page | Reader] = chain(state.calls.values(), state.pages.values(), state.guides.values())
    if not any((walker.flow, walker.version) == (name, version) for walker in walking):
        state.flows.pop(flow_key(name, version), None)
