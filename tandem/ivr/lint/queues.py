"""Whether a centre has the queues that a flow sends callers to."""

from collections.abc import Collection, Iterator, Mapping

from tandem.ivr.commands import LAST
from tandem.ivr.filling import slots
from tandem.ivr.flow import Flow
from tandem.ivr.nodes.callback import Callback
from tandem.ivr.nodes.queue import Queue
from tandem.ivr.nodes.voicemail import Voicemail
from tandem.ivr.other_ways import has_prepared
from tandem.ivr.problems import Finding, suggestion
from tandem.ivr.values import OtherWay
from tandem.said import Said, said


def find(flow: Flow, queues: Collection[str], served: Collection[str]) -> Iterator[Finding]:
    """Queues that are not among the centre's `queues`, or not among those `served` by some agent's skills."""
    for name, node in flow.nodes.items():
        path = ("nodes", name, "queue")
        if not isinstance(node, Queue | Callback | Voicemail):
            continue
        if node.queue not in queues:
            yield Finding(
                path, said("the centre has no queue {queue!r}", queue=node.queue), suggestion(node.queue, queues)
            )
        elif node.queue not in served:
            how = said("Give an agent the skills, or send callers elsewhere")
            yield Finding(path, said("no agent has the skills that queue {queue} needs", queue=node.queue), how)


def find_agents(flow: Flow, agents: Collection[str]) -> Iterator[Finding]:
    """Nodes that want an agent by name who is not among the centre's `agents`."""
    for name, node in flow.nodes.items():
        sticky = node.sticky if isinstance(node, Queue | Callback) else None
        if sticky and sticky.agent != LAST and not slots(sticky.agent) and sticky.agent not in agents:
            path = ("nodes", name, "sticky", "agent")
            yield Finding(
                path, said("the centre has no agent {agent!r}", agent=sticky.agent), suggestion(sticky.agent, agents)
            )


def find_offers(flow: Flow, hindered: Mapping[str, Mapping[OtherWay, Said]]) -> Iterator[Finding]:
    """Queue nodes without an offer for what the queue's plan offers, where the centre can't do that by itself either.

    `hindered`: by queue, the ways that its plan offers and the centre can't do, and why.
    """
    nodes = ((name, node) for name, node in flow.nodes.items() if isinstance(node, Queue))
    for name, node in nodes:
        for way, why in hindered.get(node.queue, {}).items():
            if not has_prepared(node.while_waiting.offers, way):
                path = ("nodes", name, "while_waiting", "offers")
                what = said(
                    "the plan of queue {queue} offers a {way}, for which this node has no offer, and {why}",
                    queue=node.queue,
                    way=said(way),
                    why=why,
                )
                yield Finding(
                    path, what, said("Add an offer with way: {way}, or see to it in the centre file", way=way)
                )
