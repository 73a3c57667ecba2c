"""Whether a centre has the queues that a flow sends callers to."""

from collections.abc import Collection, Iterator

from tandem.ivr.flow import Flow
from tandem.ivr.nodes.callback import Callback
from tandem.ivr.nodes.queue import Queue
from tandem.ivr.nodes.voicemail import Voicemail
from tandem.ivr.problems import Finding, suggestion


def find(flow: Flow, queues: Collection[str], served: Collection[str]) -> Iterator[Finding]:
    """Queues that are not among the centre's `queues`, or not among those `served` by some agent's skills."""
    for name, node in flow.nodes.items():
        path = ("nodes", name, "queue")
        if not isinstance(node, Queue | Callback | Voicemail):
            continue
        if node.queue not in queues:
            yield Finding(path, f"the centre has no queue {node.queue!r}", suggestion(node.queue, queues))
        elif node.queue not in served:
            how = "Give an agent the skills, or send callers elsewhere"
            yield Finding(path, f"no agent has the skills that queue {node.queue} needs", how)
