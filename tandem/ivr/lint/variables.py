"""Whether every variable has a value, of the right kind, wherever it is used."""

from collections.abc import Iterator, Mapping

from tandem.expression import ExpressionError, parse
from tandem.ivr.evaluation import ANY, kind, variables_in
from tandem.ivr.filling import slots
from tandem.ivr.flow import Flow
from tandem.ivr.lint.subflows import Visit, visit
from tandem.ivr.node import BaseNode, Question
from tandem.ivr.nodes.call import Call
from tandem.ivr.nodes.end import End
from tandem.ivr.nodes.link import Link
from tandem.ivr.problems import Finding, Path, suggestion
from tandem.ivr.references import Reference, references
from tandem.ivr.speech import LINK, Slot, parts, variable_of
from tandem.ivr.values import KNOWN
from tandem.said import said, said_by

Known = Mapping[str, str]
"""The variables that have a value for certain, and their kinds."""


def find(flow: Flow) -> Iterator[Finding]:
    """Variables that may be used before they are set, or as what they are not."""
    found, refs = _Found(flow), list(references(flow))
    known = _spread(flow, refs)
    for ref in refs:
        if ref.kind in ("text", "message", "written"):
            yield from _text(flow, ref, known, found)
    for name, node in flow.nodes.items():
        if name in known:
            yield from _node(flow, node, ("nodes", name), known[name], found)


class _Found:
    """Tells of a variable that is not set: there is none of that name, or it is set elsewhere only."""

    def __init__(self, flow: Flow) -> None:
        fields = {field for node in flow.nodes.values() for field in node.__struct_fields__}
        every = (_given(flow, node, field) for node in flow.nodes.values() for field in fields)
        self.names = {name for given in every for name in given} | set(KNOWN) | set(flow.parameters)

    def missing(self, path: Path, name: str) -> Finding:
        if name in self.names:
            what, how = (
                said("variable {name} may not be set here", name=name),
                said("Set it on every way that leads here"),
            )
            return Finding(path, what, how)
        return Finding(path, said("there is no variable {name}", name=name), suggestion(name, self.names))


def _spread(flow: Flow, refs: list[Reference]) -> dict[str, Known]:
    """What is known at each node that can be reached, whichever way a caller came.

    Also where a caller comes back to long after (from a queue, when a page is over): no variable is ever unset.
    """
    ways = [ref for ref in refs if ref.kind == "node" and ref.path[0] == "nodes"]
    out: dict[str, list[Reference]] = {}
    for ref in ways:
        out.setdefault(ref.path[1], []).append(ref)
    known: dict[str, Known] = {flow.start: KNOWN | flow.parameters}
    ahead = [flow.start]
    while ahead:
        name = ahead.pop()
        node = flow.nodes[name]
        ends = [(ref.name, _given(flow, node, ref.path[2])) for ref in out.get(name, [])]
        ends += [(flow.agent, {})] if flow.agent and isinstance(node, Question | Link | Call) else []
        ends += [(flow.rescue, {})] if flow.rescue else []
        for target, given in ends:
            met = _met(known.get(target), {**known[name], **given})
            if met != known.get(target):
                known[target] = met
                ahead.append(target)
    return known


def _met(one: Known | None, other: Known) -> Known:
    """What is known where two ways meet."""
    if one is None:
        return other
    return {name: one[name] if one[name] == other[name] else ANY for name in one if name in other}


def _given(flow: Flow, node: BaseNode, field: str) -> dict[str, str]:
    if not isinstance(node, Call) and not (isinstance(node, Link) and field == "done"):
        return dict(node.sets(field))
    seen = visit(flow, node)
    return {here: seen.kind(there) if seen else ANY for here, there in node.results.items()}


def _text(flow: Flow, ref: Reference, known: dict[str, Known], found: _Found) -> Iterator[Finding]:
    here: Known = KNOWN | flow.parameters
    if ref.path[0] == "nodes":
        name = ref.path[1]
        if name not in known:
            return
        here = {**known[name], **_given(flow, flow.nodes[name], ref.path[2])}
    wordings = flow.texts[ref.name].values()
    slots = [part for text in wordings for part in parts(text) if isinstance(part, Slot)]
    for variable in dict.fromkeys(name for slot in slots for name in slot.variables()):
        if variable not in here and variable != LINK:
            yield found.missing(ref.path, variable)


def _node(flow: Flow, node: BaseNode, path: Path, known: Known, found: _Found) -> Iterator[Finding]:
    for place, source in node.uses().items():
        yield from _expression(source, (*path, *place.split(".")), known, found)
    for place, value in node.fills().items():
        for name in dict.fromkeys(slots(value) if isinstance(value, str) else ()):
            if name not in known:
                yield found.missing((*path, *place.split(".", 1)), name)
    if seen := visit(flow, node):
        yield from _parameters(seen, path, known, found)
    if isinstance(node, End):
        yield from _results(flow, path, known)


def _expression(source: str, path: Path, known: Known, found: _Found) -> Iterator[Finding]:
    try:
        term = parse(source)
        unknown = [name for name, _ in variables_in(term) if name not in known]
        yield from (found.missing(path, name) for name in dict.fromkeys(unknown))
        gives = kind(term, known)
    except ExpressionError as error:
        yield Finding(
            path,
            said("not a condition: {error}", error=said_by(error)),
            said("The description of branch tells what conditions are made of"),
        )
        return
    if gives not in ("truth", ANY):
        yield Finding(
            path,
            said("a condition is true or false, this is a {gives}", gives=said(gives)),
            said("Compare it to something"),
        )


def _parameters(seen: Visit, path: Path, known: Known, found: _Found) -> Iterator[Finding]:
    for name, value in seen.parameters.items():
        source, wanted = variable_of(value), seen.called.parameters.get(name)
        place = (*path, "parameters", name)
        if source and source not in known:
            yield found.missing(place, source)
        elif source and wanted and known[source] not in (wanted, ANY):
            yield Finding(
                place,
                said(
                    "flow {flow} wants a {wanted}, not a {kind}",
                    flow=seen.called.name,
                    wanted=said(wanted),
                    kind=said(known[source]),
                ),
                said("Give it one"),
            )


def _results(flow: Flow, path: Path, known: Known) -> Iterator[Finding]:
    for name, wanted in flow.results.items():
        if name not in known:
            yield Finding(
                path,
                said("the result {name} may not be set here", name=name),
                said("Set it on every way that leads here"),
            )
        elif known[name] not in (wanted, ANY):
            yield Finding(
                path,
                said(
                    "the result {name} is a {kind} here, not a {wanted}",
                    name=name,
                    kind=said(known[name]),
                    wanted=said(wanted),
                ),
                said("Set it to one"),
            )
