"""A flow as the interpreter sees it: read from YAML, checked, immutable."""

from typing import Annotated

import msgspec

from tandem.ivr.everywhere import Keys
from tandem.ivr.nodes import Node
from tandem.ivr.references import NodeName, TextName
from tandem.ivr.values import Kind

Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class Flow(msgspec.Struct, frozen=True):
    """One published version of a flow. A call keeps the version it began with, sub-flows included.

    `version` is a hash of the source and of its sub-flows, in hex. The first of `languages` is the one a call begins
    in unless the caller is known to want another. `texts` maps a text's name to its wording in each language.
    `apology` is said when the flow can't go on; `rescue` is where it then goes instead, once, with the contact who had
    no part in it: to an apology and a queue, say. `keys` work at every question; their agent key leads to `agent`.
    `currency` (ISO 4217) is that of all its money, `zone` the time zone in which days and times of forms and callbacks
    are meant. `parameters` and `results` are what a flow takes and gives when another calls it. `flows` are all the
    sub-flows that it may come to, by name, as they were when it was read.
    """

    name: str
    version: str
    languages: tuple[str, ...]
    start: NodeName
    apology: TextName
    texts: dict[str, dict[str, str]]
    nodes: dict[str, Node]
    keys: Keys = Keys()
    agent: NodeName | None = None
    rescue: NodeName | None = None
    currency: Currency | None = None
    parameters: dict[str, Kind] = {}
    results: dict[str, Kind] = {}
    zone: str = ""
    flows: dict[str, "Flow"] = {}

    def named(self, name: str) -> "Flow":
        """One of the sub-flows, or a flow built in; this flow for its own name, and for any other."""
        return self.flows.get(name) or BUILT_IN.get(name, self)


BUILT_IN: dict[str, Flow] = {}
"""Flows that every flow has at hand, by names that no file can have; see standard.py, which puts them here."""
