"""Which versions of flows are kept: those that new calls get, and those that somebody still walks."""

from tandem.control.context import Context


def flow_key(name: str, version: str) -> str:
    """Where a flow version is kept in the state."""
    return f"{name}@{version}"


def forget_unused_version(context: Context, name: str, version: str) -> None:
    """Drop a flow version that neither new calls get nor any call still walks."""
    state = context.state
    if state.published.get(name) == version:  # nearly always; spares every call's end a look at all calls
        return
    if name in state.canaries and state.canaries[name].version == version:
        return
    if not any((call.flow, call.version) == (name, version) for call in state.calls.values()):
        state.flows.pop(flow_key(name, version), None)
