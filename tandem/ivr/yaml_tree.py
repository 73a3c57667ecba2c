"""YAML as plain data with line numbers. Harmless whatever is in it: nothing is constructed, nothing is expanded."""

import math
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tandem.ivr.problems import Finding, Path
from tandem.said import Said, said

LONGEST_SOURCE = 200_000
"""Characters. A flow of a thousand nodes is about that long."""

LARGEST_NUMBER = 2**53
TAG = "tag:yaml.org,2002:"


class Tree(msgspec.Struct):
    """`lines` says on which line (from 1) the value at a path begins; `findings` what is wrong with the YAML itself."""

    data: Any = None
    lines: dict[Path, int] = {}
    findings: list[Finding] = []

    def line(self, path: Path) -> int:
        """The line of `path`, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_tree(source: str, longest: int = LONGEST_SOURCE) -> Tree:
    """The source as dicts (keys as written), lists, text, numbers, booleans and None; at most `longest` characters."""
    tree = Tree()
    if len(source) > longest:
        tree.findings.append(Finding((), said("longer than {longest} characters", longest=longest), said("Split it")))
        return tree
    try:
        top = YAML(typ="safe", pure=True).compose(source)
        tree.data = _Builder(tree).build(top, ()) if top is not None else None
    except RecursionError:
        tree.findings.append(Finding((), said("nested too deeply"), said("A few levels are all that is needed")))
    except (YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        tree.lines[()] = mark.line + 1 if mark else 1
        what = getattr(error, "problem", None) or str(error).partition("\n")[0]
        tree.findings.append(
            Finding((), said("not YAML: {what}", what=what), said("Mend the YAML; the line is where reading stopped"))
        )
    return tree


class _Builder:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.seen: set[int] = set()

    def build(self, node: Node, path: Path) -> Any:
        self.tree.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self.seen:
            self._find(
                path,
                said("an alias (*name) stands here"),
                said("Write the value out; there are no anchors and aliases"),
            )
            return None
        self.seen.add(id(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*path, str(n))) for n, item in enumerate(node.value)]
        return _scalar(str(node.tag), str(node.value))

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self._find(
                    path,
                    said("a list or mapping stands where a name belongs"),
                    said("Write a plain name before the colon"),
                )
                continue
            place = (*path, key.value)
            if key.value in data:
                self._find(place, said("{name} stands here twice", name=key.value), said("Remove one of them"))
            self.tree.lines[place] = key.start_mark.line + 1
            data[key.value] = self.build(value, place)
        return data

    def _find(self, path: Path, what: Said, how_to_mend: Said) -> None:
        self.tree.findings.append(Finding(path, what, how_to_mend))


def _scalar(tag: str, text: str) -> Any:
    """A value that is not what its tag says is text."""
    try:
        match tag.removeprefix(TAG):
            case "int":
                number = int(text)
                return number if abs(number) < LARGEST_NUMBER else text
            case "float":
                return float(text) if math.isfinite(float(text)) else text
            case "bool":
                return text.lower() == "true"
            case "null":
                return None
    except ValueError:
        return text
    return text
