"""What is different between two versions of a flow: line by line, and node by node."""

from collections.abc import Mapping
from difflib import unified_diff
from typing import Any

import msgspec

from tandem.ivr.yaml_tree import read_tree


class Changes(msgspec.Struct, frozen=True):
    """Names, in the order of the alphabet."""

    added: list[str]
    removed: list[str]
    changed: list[str]


class Difference(msgspec.Struct, frozen=True):
    """`text` is a unified diff. `head` are the fields at the top, `flows` the sub-flows, whose sources changed."""

    text: str
    head: Changes
    nodes: Changes
    texts: Changes
    flows: Changes


def difference(
    old: str, new: str, old_flows: Mapping[str, str], new_flows: Mapping[str, str], labels: tuple[str, str]
) -> Difference:
    """From the source `old` to `new`; what is no YAML, such as a draft in the making, has no nodes."""
    lines = unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), *labels)
    before, after = _outline(old), _outline(new)
    return Difference(
        "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines),
        _changes(_head(before), _head(after)),
        _changes(_under(before, "nodes"), _under(after, "nodes")),
        _changes(_under(before, "texts"), _under(after, "texts")),
        _changes(old_flows, new_flows),
    )


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    added, removed = sorted(new.keys() - old.keys()), sorted(old.keys() - new.keys())
    return Changes(added, removed, sorted(name for name in old.keys() & new.keys() if old[name] != new[name]))


def _outline(source: str) -> dict[str, Any]:
    data = read_tree(source).data
    return data if isinstance(data, dict) else {}


def _head(outline: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in outline.items() if name not in ("nodes", "texts")}


def _under(outline: Mapping[str, Any], section: str) -> dict[str, Any]:
    found = outline.get(section)
    return found if isinstance(found, dict) else {}
