"""A flow as the interpreter sees it: read from YAML, checked, immutable."""

import msgspec

from tandem.ivr.nodes import Node
from tandem.ivr.references import NodeName, TextName


class Flow(msgspec.Struct, frozen=True):
    """One published version of a flow. A call keeps the version it began with.

    `version` is a hash of the source, in hex. The first of `languages` is the one a call begins in unless the caller
    is known to want another. `texts` maps a text's name to its wording in each language. `apology` is said when the
    flow can't go on.
    """

    name: str
    version: str
    languages: tuple[str, ...]
    start: NodeName
    apology: TextName
    texts: dict[str, dict[str, str]]
    nodes: dict[str, Node]
