"""Reads a flow from YAML and says all that is wrong with it at once."""

import re
from hashlib import sha256
from typing import Any, get_args, get_type_hints

import msgspec

from tandem.ivr.flow import Flow
from tandem.ivr.lint import lint
from tandem.ivr.node import BaseNode
from tandem.ivr.nodes import Node
from tandem.ivr.problems import Finding, FlowErrors, Path, Problem, suggestion
from tandem.ivr.yaml_tree import Tree, read_tree

NODE_TYPES: dict[str, type[BaseNode]] = {str(node.__struct_config__.tag): node for node in get_args(Node)}
VERSION_LENGTH = 16


def read_flow(source: str, file: str) -> Flow:
    """The flow in `source`; FlowErrors with every problem found. `file` is what the problems call it."""
    tree = read_tree(source)
    flow = None if tree.findings else _Reading(tree, source).flow()
    if flow is None or tree.findings:
        raise FlowErrors([_problem(finding, tree, file) for finding in tree.findings])
    return flow


def _problem(finding: Finding, tree: Tree, file: str) -> Problem:
    inside, path = finding.path[:1] == ("nodes",), finding.path
    node, field = (path[1] if len(path) > 1 else "", path[2:]) if inside else ("", path)
    return Problem(file, tree.line(path), node, ".".join(field), finding.what, finding.how_to_mend)


class _Reading:
    def __init__(self, tree: Tree, source: str) -> None:
        self.tree = tree
        self.version = sha256(source.encode()).hexdigest()[:VERSION_LENGTH]

    def flow(self) -> Flow | None:
        """The flow, unless its outline is broken; what is wrong goes to the findings."""
        data = self._outline()
        texts = self._entries(data, "texts", dict[str, str])
        nodes = {name: node for name, raw in _mapping(data, "nodes").items() if (node := self._node(name, raw))}
        given = {name: self._value(data[name], hint, (name,)) for name, hint in OUTLINE.items() if name in data}
        if None in given.values() or len(given) < len(OUTLINE) or len(texts) < len(_mapping(data, "texts")):
            return None
        flow = Flow(version=self.version, **given | {"texts": texts, "nodes": nodes})
        self.tree.findings += lint(flow, set(data["nodes"]))
        return flow

    def _outline(self) -> dict[str, Any]:
        if not isinstance(self.tree.data, dict):
            self._find((), "this is no flow", f"Begin with {', '.join(f'{name}:' for name in OUTLINE)}")
            return {}
        self._fields(self.tree.data, set(OUTLINE), set(OUTLINE), ())
        return self.tree.data

    def _entries(self, data: dict[str, Any], name: str, hint: Any) -> dict[str, Any]:
        read = {key: self._value(raw, hint, (name, key)) for key, raw in _mapping(data, name).items()}
        return {key: value for key, value in read.items() if value is not None}

    def _node(self, name: str, raw: Any) -> BaseNode | None:
        path = ("nodes", name)
        if not isinstance(raw, dict):
            self._find(path, "this is no node", "Give it a type: and its fields")
            return None
        kind = str(raw.get("type"))
        if kind not in NODE_TYPES:
            what = f"there is no node type {kind!r}" if "type" in raw else "the node has no type"
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
                self._find((*path, field), f"there is no field {field}", suggestion(field, known))
        for field in sorted(required - set(raw)):
            self._find((*path, field), f"{field} is missing", f"Add {field}:")
        return required <= set(raw)

    def _value(self, raw: Any, hint: Any, path: Path) -> Any:
        """`raw` as `hint` wants it, or None, reported."""
        try:
            return msgspec.convert(raw, hint)
        except msgspec.ValidationError as error:
            what, _, place = str(error).partition(" - at `")
            inner = tuple(re.findall(r"\.([a-z_]+)", place))
            how = "Put it in quotes" if what.startswith("Expected `str") else "See the description of the node types"
            self._find((*path, *inner), what, how)
            return None

    def _find(self, path: Path, what: str, how_to_mend: str) -> None:
        self.tree.findings.append(Finding(path, what, how_to_mend))


OUTLINE: dict[str, Any] = get_type_hints(Flow) | {"texts": dict[str, Any], "nodes": dict[str, Any]}
del OUTLINE["version"]


def _mapping(data: dict[str, Any], name: str) -> dict[str, Any]:
    """What stands under `name`, or nothing."""
    found = data.get(name)
    return found if isinstance(found, dict) else {}
