"""Whether forms, and the times that callers are asked for, can be what they are meant to be."""

from collections.abc import Iterator

from tandem.ivr.flow import Flow
from tandem.ivr.node import Question
from tandem.ivr.nodes.call import Call
from tandem.ivr.nodes.callback import Callback
from tandem.ivr.nodes.form import Form
from tandem.ivr.nodes.link import Link
from tandem.ivr.problems import Finding
from tandem.ivr.references import references
from tandem.said import said

ZONE_HOW = said("Add zone: to the flow, such as Asia/Shanghai")


def find(flow: Flow) -> Iterator[Finding]:
    """Days and times without a time zone, and forms that a caller has no page for."""
    if not flow.zone:
        yield from _no_zone(flow)
    unlinked = _without_link(flow)
    for name, node in flow.nodes.items():
        if isinstance(node, Form) and node.text and name in unlinked:
            how = said("Let a link without a page lead here, or leave out text if the form is not for the telephone")
            yield Finding(("nodes", name), said("a caller may come here without a link to fill it in on"), how)


def _no_zone(flow: Flow) -> Iterator[Finding]:
    for name, node in flow.nodes.items():
        fields = node.fields if isinstance(node, Form) else ()
        for n, field in enumerate(fields):
            if field.earliest is not None or field.latest is not None:
                yield Finding(("nodes", name, "fields", str(n)), said("today is no day without a time zone"), ZONE_HOW)
        if isinstance(node, Callback) and node.at:
            yield Finding(("nodes", name, "at"), said("this is no time without a time zone"), ZONE_HOW)


def _without_link(flow: Flow) -> set[str]:
    """The nodes that a caller may come to before a link that shows the call is there."""
    ways: dict[str, list[str]] = {}
    for ref in references(flow):
        if ref.kind == "node" and ref.path[0] == "nodes":
            link = flow.nodes[ref.path[1]]
            shown = isinstance(link, Link) and not link.page and ref.path[2] == "next"
            ways.setdefault(ref.path[1], []).extend([] if shown else [ref.name])
    reached, ahead = set[str](), [flow.start]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += ways.get(name, [])
            ahead += [flow.agent] if flow.agent and isinstance(flow.nodes[name], Question | Link | Call) else []
    return reached
