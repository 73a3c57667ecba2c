"""What a flow of the right shape can still have wrong."""

import re
from collections.abc import Iterator

from tandem.ivr.flow import Flow
from tandem.ivr.nodes.set import Set
from tandem.ivr.problems import Finding, suggestion
from tandem.ivr.references import references
from tandem.ivr.speech import FORMATS, LINK, SLOT, Slot, parts
from tandem.ivr.spoken import LANGUAGES

NAME = re.compile(r"[a-z][a-z0-9_]*")


def lint(flow: Flow, nodes: set[str]) -> Iterator[Finding]:
    """All that is wrong with `flow`. `nodes` are the names of all its nodes; some may be too broken to be in it."""
    yield from _names(flow)
    yield from _languages(flow)
    dangling = list(_dangling(flow, nodes))
    yield from dangling
    yield from _texts(flow)
    yield from _links(flow)
    if not dangling and nodes == set(flow.nodes):  # or much would seem unreachable that is not
        yield from _unreachable(flow)


def _names(flow: Flow) -> Iterator[Finding]:
    paths = [("name", flow.name), *(("nodes", n) for n in flow.nodes), *(("texts", t) for t in flow.texts)]
    for where, name in paths:
        if not NAME.fullmatch(name):
            path = (where,) if where == "name" else (where, name)
            yield Finding(path, f"{name!r} is not a name", "Use small letters, digits and _, beginning with a letter")


def _languages(flow: Flow) -> Iterator[Finding]:
    if not flow.languages:
        yield Finding(("languages",), "no language", suggestion("", LANGUAGES))
    for language in flow.languages:
        if language not in LANGUAGES:
            yield Finding(("languages",), f"can't speak {language}", suggestion(language, LANGUAGES))
    for name, node in flow.nodes.items():
        chosen = node.values.get("language") if isinstance(node, Set) else None
        if chosen is not None and chosen not in flow.languages:
            path = ("nodes", name, "values", "language")
            yield Finding(path, f"the flow has no language {chosen}", suggestion(str(chosen), flow.languages))


def _dangling(flow: Flow, nodes: set[str]) -> Iterator[Finding]:
    for path, kind, name in references(flow):
        known = nodes if kind == "node" else set(flow.texts)
        if name not in known:
            yield Finding(path, f"there is no {'node' if kind == 'node' else 'text'} {name!r}", suggestion(name, known))


def _texts(flow: Flow) -> Iterator[Finding]:
    for key, wordings in flow.texts.items():
        for language in flow.languages:
            if language not in wordings:
                yield Finding(("texts", key), f"not told in {language}", f"Add {language}: to it")
        for language, text in wordings.items():
            path = ("texts", key, language)
            if language not in flow.languages:
                yield Finding(path, f"the flow has no language {language}", suggestion(language, flow.languages))
            yield from (Finding(path, what, how) for what, how in _wording(text))


def _wording(text: str) -> Iterator[tuple[str, str]]:
    if not any(c.isalnum() for c in text):
        yield "it says nothing", "Write what is to be said, or remove the text"
    if any(c in SLOT.sub("", text) for c in "{}"):
        yield "a brace that belongs to no variable", "Write {variable} or {variable|format}, in small letters"
    for part in parts(text):
        if isinstance(part, Slot) and part.format and part.format not in FORMATS:
            yield f"there is no format {part.format}", suggestion(part.format, FORMATS)


def _links(flow: Flow) -> Iterator[Finding]:
    for ref in references(flow):
        for language, text in flow.texts.get(ref.name, {}).items() if ref.kind != "node" else ():
            has_link = any(isinstance(part, Slot) and part.variable == LINK for part in parts(text))
            if has_link != (ref.kind == "message"):
                what = "a link can't be heard" if has_link else f"text {ref.name} has no {{link}} in {language}"
                yield Finding(ref.path, what, "Put {link} into the texts of link nodes, and nowhere else")


def _unreachable(flow: Flow) -> Iterator[Finding]:
    leads: dict[str, list[str]] = {}
    for path, kind, name in references(flow):
        if kind == "node" and path[0] == "nodes":
            leads.setdefault(path[1], []).append(name)
    reached, ahead = set(), [flow.start]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += leads.get(name, [])
    for name in flow.nodes:
        if name not in reached:
            yield Finding(("nodes", name), "nothing leads here", "Let some node go to it, or remove it")
