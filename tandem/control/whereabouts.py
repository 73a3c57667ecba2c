"""Where in a flow callers are."""

from collections import Counter
from itertools import chain

from tandem.control.publishing.versions import flow_key
from tandem.control.state import PlaneState
from tandem.ivr.flow import Flow
from tandem.ivr.nodes.call import Call
from tandem.ivr.session import Session


def callers_at(state: PlaneState, flow: str) -> dict[str, int]:
    """How many calls and chats are at each node of the flow `flow`; who walks a sub-flow is at the node that calls it.

    Counted anew each time, so that nothing can be miscounted.
    """
    calls, chats = state.calls.values(), state.chats.values()
    sessions = chain((call.session for call in calls), (chat.session for chat in chats))
    at = (_node(state, session, flow) for session in sessions if not session.ended)
    return dict(Counter(node for node in at if node))


def _node(state: PlaneState, session: Session, flow: str) -> str:
    """The node of `flow` that a session is at, or that called what it walks; empty when it is elsewhere."""
    if session.running == flow:
        return session.node
    called = session.running
    for frame in reversed(session.frames):
        if frame.flow == flow:
            walked = state.flows[flow_key(session.flow, session.version)]
            return _caller_of(called, frame.next, walked.named(flow))
        called = frame.flow
    return ""


def _caller_of(called: str, then: str, flow: Flow) -> str:
    """The node of `flow` that calls `called` and goes on at `then`."""
    calls = ((name, node) for name, node in flow.nodes.items() if isinstance(node, Call))
    return next((name for name, node in calls if (node.flow, node.next) == (called, then)), "")
