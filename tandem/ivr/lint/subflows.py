"""Whether a flow calls its sub-flows as they want to be called."""

from collections.abc import Iterator

from tandem.ivr.flow import Flow
from tandem.ivr.nodes.call import Call
from tandem.ivr.problems import Finding, Path, suggestion
from tandem.ivr.speech import variable_of
from tandem.ivr.values import kind_of


def find(flow: Flow) -> Iterator[Finding]:
    """What is wrong with the calls of a flow. (That the flows are there, the reader tells.)"""
    for name, node in flow.nodes.items():
        if isinstance(node, Call) and node.flow in flow.flows:
            path, called = ("nodes", name), flow.flows[node.flow]
            yield from _parameters(node, called, path)
            yield from _results(node, called, path)
            for language in flow.languages:
                if language not in called.languages:
                    what = f"flow {node.flow} is not told in {language}"
                    yield Finding((*path, "flow"), what, f"Add {language} to its languages")


def _parameters(node: Call, called: Flow, path: Path) -> Iterator[Finding]:
    for name in called.parameters:
        if name not in node.parameters:
            what = f"flow {node.flow} wants the parameter {name}"
            yield Finding((*path, "flow"), what, f"Add {name}: to parameters")
    for name, value in node.parameters.items():
        place = (*path, "parameters", name)
        wanted = called.parameters.get(name)
        if wanted is None:
            yield Finding(place, f"flow {node.flow} has no parameter {name}", suggestion(name, called.parameters))
        elif not variable_of(value) and kind_of(value) != wanted:
            yield Finding(place, f"flow {node.flow} wants a {wanted}, not a {kind_of(value)}", "Give it one")


def _results(node: Call, called: Flow, path: Path) -> Iterator[Finding]:
    for here, there in node.results.items():
        if there not in called.results:
            what = f"flow {node.flow} has no result {there}"
            yield Finding((*path, "results", here), what, suggestion(there, called.results))
