"""Which versions of flows are kept: those that new calls get, and those that somebody still walks."""

from tandem.control.context import Context


def flow_key(name: str, version: str) -> str:
    """Where a flow version is kept in the state."""
    return f"{name}@{version}"


def forget_unused_version(context: Context, name: str, version: str) -> None:
    """Drop a flow version that new calls don't get, that no call walks, and no callback will walk."""
    if context.state.published.get(name) == version:  # nearly always; spares every call's end a look at all calls
        return
    calls, callbacks = context.state.calls.values(), context.state.callbacks.values()
    walked = {(call.flow, call.version) for call in calls} | {(c.flow, c.version) for c in callbacks if c.session}
    if (name, version) not in walked:
        context.state.flows.pop(flow_key(name, version), None)
