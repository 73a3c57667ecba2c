"""Whether a flow calls its sub-flows, and opens its pages, as they want it."""

from collections.abc import Iterator

import msgspec

from tandem.ivr.evaluation import ANY
from tandem.ivr.flow import Flow
from tandem.ivr.node import BaseNode
from tandem.ivr.nodes.call import Call
from tandem.ivr.nodes.link import Link
from tandem.ivr.problems import Finding, Path, suggestion
from tandem.ivr.speech import variable_of
from tandem.ivr.values import Value, kind_of


class Visit(msgspec.Struct, frozen=True):
    """A node's use of another flow: which one, the field that names it, what it is given, what is kept of it."""

    called: Flow
    field: str
    parameters: dict[str, Value]
    results: dict[str, str]

    def kind(self, result: str) -> str:
        """The kind of a result."""
        return self.called.results.get(result, ANY)


def visit(flow: Flow, node: BaseNode) -> Visit | None:
    """What a node uses another flow for, if it does and the flow is there."""
    if isinstance(node, Call) and node.flow in flow.flows:
        return Visit(flow.flows[node.flow], "flow", node.parameters, node.results)
    if isinstance(node, Link) and node.page in flow.flows:
        return Visit(flow.flows[node.page], "page", node.parameters, node.results)
    return None


def find(flow: Flow) -> Iterator[Finding]:
    """What is wrong with the visits of a flow to others. (That the flows are there, the reader tells.)"""
    for name, node in flow.nodes.items():
        path = ("nodes", name)
        if seen := visit(flow, node):
            yield from _parameters(seen, path)
            yield from _results(seen, path)
            for language in flow.languages:
                if language not in seen.called.languages:
                    what = f"flow {seen.called.name} is not told in {language}"
                    yield Finding((*path, seen.field), what, f"Add {language} to its languages")
        if isinstance(node, Link) and node.page and not (node.stuck or flow.agent):
            how = "Add stuck: to the link, or agent: to the flow"
            yield Finding((*path, "page"), "a caller who is stuck on the page has no way to an agent", how)


def _parameters(seen: Visit, path: Path) -> Iterator[Finding]:
    flow, wants = seen.called.name, seen.called.parameters
    for name in wants:
        if name not in seen.parameters:
            what = f"flow {flow} wants the parameter {name}"
            yield Finding((*path, seen.field), what, f"Add {name}: to parameters")
    for name, value in seen.parameters.items():
        place = (*path, "parameters", name)
        if name not in wants:
            yield Finding(place, f"flow {flow} has no parameter {name}", suggestion(name, wants))
        elif not variable_of(value) and kind_of(value) != wants[name]:
            yield Finding(place, f"flow {flow} wants a {wants[name]}, not a {kind_of(value)}", "Give it one")


def _results(seen: Visit, path: Path) -> Iterator[Finding]:
    for here, there in seen.results.items():
        if there not in seen.called.results:
            what = f"flow {seen.called.name} has no result {there}"
            yield Finding((*path, "results", here), what, suggestion(there, seen.called.results))
