"""Where nodes lead."""

from collections.abc import Callable, Iterator

import msgspec

from tandem.ivr.flow import Flow
from tandem.ivr.node import BaseNode
from tandem.ivr.nodes.call import Call
from tandem.ivr.nodes.end import End
from tandem.ivr.nodes.form import Form
from tandem.ivr.nodes.link import Link
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
    told: set[str] = set()
    for chat in (False, True):
        ways = _passing(flow, chat, {})
        for name in flow.nodes:
            around = {other for other in _reached(ways, *ways[name]) if name in _reached(ways, *ways[other])}
            if name in around and name not in told:
                told |= around
                names = ", ".join(n for n in flow.nodes if n in around)
                what = said("it goes round without a wait: {names}", names=names)
                how = said("Let one of them lead out, or wait for the caller on the way")
                yield Finding(("nodes", name), what, how)


def _passing(flow: Flow, chat: bool, known: dict[str, bool]) -> Ways:
    """Where nodes lead without a wait: in a chat, or on the telephone. `known` keeps what was found out of others."""
    waits = {name: _waits(flow, node, chat, known) for name, node in flow.nodes.items()}
    links = {name for name, node in flow.nodes.items() if isinstance(node, Link)}
    return _ways(flow, lambda ref: not waits[ref.path[1]] and (ref.path[1] not in links or ref.path[2] == "done"))


def _waits(flow: Flow, node: BaseNode, chat: bool, known: dict[str, bool]) -> bool:
    """Whether nobody comes past a node without a wait; past a call, if not through the flow it calls.

    In a chat a link's page is walked right there, as by a call, and a form is asked.
    """
    if chat and isinstance(node, Form):
        return True
    visited = node.flow if isinstance(node, Call) else node.page if chat and isinstance(node, Link) else None
    if visited is None or visited not in flow.flows:
        return node.waits()
    if visited not in known:
        known[visited] = _flow_waits(msgspec.structs.replace(flow.flows[visited], flows=flow.flows), chat, known)
    return known[visited]


def _flow_waits(flow: Flow, chat: bool, known: dict[str, bool]) -> bool:
    ends = map(flow.nodes.get, _reached(_passing(flow, chat, known), flow.start))
    return all(end.text for end in ends if isinstance(end, End))


def _silence(flow: Flow) -> Iterator[Finding]:
    """Whoever presses nothing must come to an end, or to an agent."""
    ways = _ways(flow, lambda ref: not flow.nodes[ref.path[1]].needs_key(ref.path[2]))
    for name, node in flow.nodes.items():
        if node.waits() and not any(isinstance(flow.nodes[other], End | Queue) for other in _reached(ways, name)):
            what = said("a caller who presses nothing never comes out of here")
            yield Finding(("nodes", name), what, said("Let silence lead to a queue or to an end"))
