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
from tandem.said import said


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
                    what = said("flow {name} is not told in {language}", name=seen.called.name, language=language)
                    yield Finding((*path, seen.field), what, said("Add {language} to its languages", language=language))
        if isinstance(node, Link) and node.page and not (node.stuck or flow.agent):
            how = said("Add stuck: to the link, or agent: to the flow")
            yield Finding((*path, "page"), said("a caller who is stuck on the page has no way to an agent"), how)


def _parameters(seen: Visit, path: Path) -> Iterator[Finding]:
    flow, wants = seen.called.name, seen.called.parameters
    for name in wants:
        if name not in seen.parameters:
            what = said("flow {flow} wants the parameter {name}", flow=flow, name=name)
            yield Finding((*path, seen.field), what, said("Add {name}: to parameters", name=name))
    for name, value in seen.parameters.items():
        place = (*path, "parameters", name)
        if name not in wants:
            yield Finding(
                place, said("flow {flow} has no parameter {name}", flow=flow, name=name), suggestion(name, wants)
            )
        elif not variable_of(value) and kind_of(value) != wants[name]:
            yield Finding(
                place,
                said(
                    "flow {flow} wants a {wanted}, not a {kind}",
                    flow=flow,
                    wanted=said(wants[name]),
                    kind=said(kind_of(value)),
                ),
                said("Give it one"),
            )


def _results(seen: Visit, path: Path) -> Iterator[Finding]:
    for here, there in seen.results.items():
        if there not in seen.called.results:
            what = said("flow {name} has no result {there}", name=seen.called.name, there=there)
            yield Finding((*path, "results", here), what, suggestion(there, seen.called.results))
