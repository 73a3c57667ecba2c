"""Reads a flow from YAML and says all that is wrong with it at once."""

import re
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, get_args, get_type_hints

import msgspec

from tandem.ivr.flow import Flow
from tandem.ivr.lint import lint
from tandem.ivr.node import BaseNode
from tandem.ivr.nodes import Node
from tandem.ivr.problems import Finding, FlowErrors, Path, Problem, suggestion, unlike
from tandem.ivr.references import references
from tandem.ivr.yaml_tree import Tree, read_tree
from tandem.said import Said, said

NODE_TYPES: dict[str, type[BaseNode]] = {str(node.__struct_config__.tag): node for node in get_args(Node)}
VERSION_LENGTH = 16


Load = Callable[[str], str | None]
"""The source of the flow of a name; None when there is none."""

Check = Callable[[Flow], Iterable[Finding]]


def no_flow(_name: str) -> None:
    """The Load of a flow that stands alone."""


def nothing_more(_flow: Flow) -> Iterable[Finding]:
    """The Check that finds nothing."""
    return ()


def read_flow(source: str, file: str, load: Load = no_flow, check: Check = nothing_more) -> Flow:
    """The flow in `source` with the sub-flows it calls, which `load` finds; FlowErrors with every problem found.

    `file` is what the problems call it. `check` may find more wrong with it, such as queues that are not there.
    """
    return _read(source, file, _Others(load), check, ())


def _read(source: str, file: str, others: "_Others", check: Check, callers: tuple[str, ...]) -> Flow:
    tree = read_tree(source)
    flow = None if tree.findings else _Reading(tree, source, others, callers).flow()
    tree.findings += check(flow) if flow else ()
    if flow is None or tree.findings:
        raise FlowErrors([_problem(finding, tree, file) for finding in tree.findings])
    return flow


def _problem(finding: Finding, tree: Tree, file: str) -> Problem:
    inside, path = finding.path[:1] == ("nodes",), finding.path
    node, field = (path[1] if len(path) > 1 else "", path[2:]) if inside else ("", path)
    return Problem(file, tree.line(path), node, ".".join(field), finding.what, finding.how_to_mend)


class _Others:
    """The flows that are called; each is read once, however many call it."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._read: dict[str, Flow | Finding] = {}

    def flow(self, path: Path, name: str, callers: tuple[str, ...]) -> Flow | Finding:
        """The flow `name` that `path` names, `callers` being on the way to it; or what is wrong with it."""
        if name in callers:
            round_trip = " -> ".join((*callers[callers.index(name) :], name))
            return Finding(
                path,
                said("the flow calls itself: {round_trip}", round_trip=round_trip),
                said("Let one of them end instead of calling"),
            )
        if name not in self._read:
            self._read[name] = self._first(name, callers)
        found = self._read[name]
        return msgspec.structs.replace(found, path=path) if isinstance(found, Finding) else found

    def _first(self, name: str, callers: tuple[str, ...]) -> Flow | Finding:
        source = self._load(name)
        if source is None:
            return Finding(
                (), said("there is no flow {name!r}", name=name), said("Write {name}.yaml beside this file", name=name)
            )
        try:
            flow = _read(source, f"{name}.yaml", self, nothing_more, callers)
        except FlowErrors as errors:
            return Finding(
                (),
                said("flow {name} is broken, at {problem}", name=name, problem=errors.problems[0].said()),
                said("Mend {name} first", name=name),
            )
        if flow.name != name:
            return Finding(
                (),
                said("{file}.yaml is the flow {name}", file=name, name=flow.name),
                said("Let file and flow have one name"),
            )
        return flow


class _Reading:
    def __init__(self, tree: Tree, source: str, others: _Others, callers: tuple[str, ...]) -> None:
        self.tree = tree
        self.source = source
        self.others = others
        self.callers = callers

    def flow(self) -> Flow | None:
        """The flow, unless its outline is broken; what is wrong goes to the findings."""
        data = self._outline()
        texts = self._entries(data, "texts", dict[str, str])
        nodes = {name: node for name, raw in _mapping(data, "nodes").items() if (node := self._node(name, raw))}
        found = len(self.tree.findings)
        given = {name: self._value(data[name], hint, (name,)) for name, hint in OUTLINE.items() if name in data}
        broken = len(self.tree.findings) > found or not set(given) >= REQUIRED
        if broken or len(texts) < len(_mapping(data, "texts")):
            return None
        flow = Flow(version="", **given | {"texts": texts, "nodes": nodes})
        flow = self._with_flows(flow)
        self.tree.findings += lint(flow, set(data["nodes"]))
        return flow

    def _with_flows(self, flow: Flow) -> Flow:
        """The flow with all that it may call, and with its version."""
        flows: dict[str, Flow] = {}
        versions = [self.source]
        for ref in references(flow):
            if ref.kind != "flow":
                continue
            called = self.others.flow(ref.path, ref.name, (*self.callers, flow.name))
            if isinstance(called, Finding):
                self.tree.findings.append(called)
            elif ref.name not in flows:
                flows |= called.flows | {ref.name: msgspec.structs.replace(called, flows={})}
                versions.append(called.version)
        version = sha256("\0".join(versions).encode()).hexdigest()[:VERSION_LENGTH]
        return msgspec.structs.replace(flow, version=version, flows=flows)

    def _outline(self) -> dict[str, Any]:
        if not isinstance(self.tree.data, dict):
            beginning = ", ".join(f"{name}:" for name in OUTLINE if name in REQUIRED)
            self._find((), said("this is no flow"), said("Begin with {beginning}", beginning=beginning))
            return {}
        self._fields(self.tree.data, set(OUTLINE), REQUIRED, ())
        return self.tree.data

    def _entries(self, data: dict[str, Any], name: str, hint: Any) -> dict[str, Any]:
        read = {key: self._value(raw, hint, (name, key)) for key, raw in _mapping(data, name).items()}
        return {key: value for key, value in read.items() if value is not None}

    def _node(self, name: str, raw: Any) -> BaseNode | None:
        path = ("nodes", name)
        if not isinstance(raw, dict):
            self._find(path, said("this is no node"), said("Give it a type: and its fields"))
            return None
        kind = str(raw.get("type"))
        if kind not in NODE_TYPES:
            what = said("there is no node type {kind!r}", kind=kind) if "type" in raw else said("the node has no type")
            self._find((*path, "type"), what, suggestion(kind, NODE_TYPES))
            return None
        return self._typed_node(NODE_TYPES[kind], raw, path)

    def _typed_node(self, node: type[BaseNode], raw: dict[str, Any], path: Path) -> BaseNode | None:
        fields = msgspec.structs.fields(node)
        known = {"type", *(field.encode_name for field in fields)}
        if not self._fields(raw, known, {field.encode_name for field in fields if field.required}, path):
            return None
        read: BaseNode | None = self._value({key: value for key, value in raw.items() if key in known}, node, path)
        return read

    def _fields(self, raw: dict[str, Any], known: set[str], required: set[str], path: Path) -> bool:
        """Report unknown and missing fields; true when none is missing."""
        for field in raw:
            if field not in known:
                self._find((*path, field), said("there is no field {field}", field=field), suggestion(field, known))
        for field in sorted(required - set(raw)):
            self._find((*path, field), said("{field} is missing", field=field), said("Add {field}:", field=field))
        return required <= set(raw)

    def _value(self, raw: Any, hint: Any, path: Path) -> Any:
        """`raw` as `hint` wants it, or None, reported."""
        try:
            return msgspec.convert(raw, hint)
        except msgspec.ValidationError as error:
            what, place = unlike(error)
            inner = tuple(name or number for name, number in re.findall(r"\.([a-z_]+)|\[([0-9]+)\]", place))
            how = (
                said("Put it in quotes")
                if str(what).startswith("Expected `str")
                else said("See the description of the node types")
            )
            self._find((*path, *inner), what, how)
            return None

    def _find(self, path: Path, what: Said, how_to_mend: Said) -> None:
        self.tree.findings.append(Finding(path, what, how_to_mend))


OUTLINE: dict[str, Any] = get_type_hints(Flow, include_extras=True) | {"texts": dict[str, Any], "nodes": dict[str, Any]}
del OUTLINE["version"], OUTLINE["flows"]
REQUIRED = {field.name for field in msgspec.structs.fields(Flow) if field.required} - {"version"}


def _mapping(data: dict[str, Any], name: str) -> dict[str, Any]:
    """What stands under `name`, or nothing."""
    found = data.get(name)
    return found if isinstance(found, dict) else {}
