"""Where nodes lead."""

from collections.abc import Callable, Iterator

import msgspec

from tandem.ivr.flow import Flow
from tandem.ivr.nodes.call import Call
from tandem.ivr.nodes.end import End
from tandem.ivr.nodes.queue import Queue
from tandem.ivr.problems import Finding, suggestion
from tandem.ivr.references import Reference, references
from tandem.said import said

Ways = dict[str, list[str]]
NOUNS = {"node": "node", "text": "text", "message": "text", "written": "text"}


def dangling(flow: Flow, nodes: set[str]) -> Iterator[Finding]:
    """References to nodes and texts that are not there. (Of flows, the reader tells.)"""
    for path, kind, name in references(flow):
        known = nodes if kind == "node" else set(flow.texts)
        if kind in NOUNS and name not in known:
            yield Finding(
                path, said("there is no {noun} {name!r}", noun=said(NOUNS[kind]), name=name), suggestion(name, known)
            )


def find(flow: Flow) -> Iterator[Finding]:
    """Nodes that nothing leads to, and nodes that nobody comes out of."""
    yield from _unreachable(flow)
    yield from _loops(flow)
    yield from _silence(flow)


def _ways(flow: Flow, wanted: Callable[[Reference], bool] = bool) -> Ways:
    ways: Ways = {name: [] for name in flow.nodes}
    for ref in references(flow):
        if ref.kind == "node" and ref.path[0] == "nodes" and wanted(ref):
            ways[ref.path[1]].append(ref.name)
    return ways


def _reached(ways: Ways, *starts: str) -> set[str]:
    reached: set[str] = set()
    ahead = list(starts)
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += ways.get(name, [])
    return reached


def _unreachable(flow: Flow) -> Iterator[Finding]:
    starts = (flow.start, flow.agent, flow.rescue)
    reached = _reached(_ways(flow), *filter(None, starts))
    for name in flow.nodes:
        if name not in reached:
            yield Finding(("nodes", name), said("nothing leads here"), said("Let some node go to it, or remove it"))


def _loops(flow: Flow) -> Iterator[Finding]:
    known: dict[str, bool] = {}
    passing = [name for name in flow.nodes if not _waits(flow, name, known)]
    ways = _ways(flow, lambda ref: ref.path[1] in passing and ref.name in passing)
    told: set[str] = set()
    for name in passing:
        around = {other for other in _reached(ways, *ways[name]) if name in _reached(ways, *ways[other])}
        if name in around and name not in told:
            told |= around
            what = said("it goes round without a wait: {names}", names=", ".join(n for n in flow.nodes if n in around))
            yield Finding(("nodes", name), what, said("Let one of them lead out, or wait for the caller on the way"))


def _waits(flow: Flow, name: str, known: dict[str, bool]) -> bool:
    """Whether nobody comes past a node without a wait; past a call, if not through the flow it calls.

    `known` keeps what was found out of sub-flows.
    """
    node = flow.nodes[name]
    if not isinstance(node, Call) or node.flow not in flow.flows:
        return node.waits()
    if node.flow not in known:
        known[node.flow] = _flow_waits(msgspec.structs.replace(flow.flows[node.flow], flows=flow.flows), known)
    return known[node.flow]


def _flow_waits(flow: Flow, known: dict[str, bool]) -> bool:
    passing = _ways(flow, lambda ref: not _waits(flow, ref.path[1], known))
    ends = (end for end in map(flow.nodes.get, _reached(passing, flow.start)) if isinstance(end, End))
    return all(end.text for end in ends)


def _silence(flow: Flow) -> Iterator[Finding]:
    """Whoever presses nothing must come to an end, or to an agent."""
    ways = _ways(flow, lambda ref: not flow.nodes[ref.path[1]].needs_key(ref.path[2]))
    for name, node in flow.nodes.items():
        if node.waits() and not any(isinstance(flow.nodes[other], End | Queue) for other in _reached(ways, name)):
            what = said("a caller who presses nothing never comes out of here")
            yield Finding(("nodes", name), what, said("Let silence lead to a queue or to an end"))
