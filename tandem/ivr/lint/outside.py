"""What a flow wants of the world outside: whether it can be asked for so, and whether a centre lets it."""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from tandem.ivr.filling import slots
from tandem.ivr.flow import Flow
from tandem.ivr.json_path import JsonPathError, parse
from tandem.ivr.node import BaseNode
from tandem.ivr.nodes.callback import Callback
from tandem.ivr.nodes.lookup import Lookup
from tandem.ivr.nodes.notify import Notify
from tandem.ivr.nodes.transfer import Transfer
from tandem.ivr.problems import Finding, Path, suggestion
from tandem.ivr.speech import SLOT
from tandem.ivr.values import kind_of
from tandem.said import said, said_by

SECRET = re.compile(r"\{secret:[A-Za-z0-9_]+\}")
SECRET_NAME = re.compile(r"authorization|cookie|password|passwd|secret|token|credential|key$", re.IGNORECASE)

_DESTINATION = re.compile(r"sips?:[^\s@]+@[^\s@]+|\+?[0-9][0-9 ()/-]*")
_HEADER = re.compile(r"[A-Za-z0-9-]+")


def find(flow: Flow) -> Iterator[Finding]:
    """What is wrong with lookups, notifications, transfers and callbacks, whatever the centre."""
    for name, node in flow.nodes.items():
        path = ("nodes", name)
        for place, value in node.fills().items():
            yield from _filled(value, (*path, *place.split(".", 1)))
        if isinstance(node, Lookup):
            yield from _lookup(node, path)
        yield from _destination(node, path)


def find_in_centre(flow: Flow, services: Collection[str], allowed: Callable[[str], bool]) -> Iterator[Finding]:
    """Services that are not among the centre's `services`, and destinations that are not `allowed` to be dialled."""
    for name, node in flow.nodes.items():
        path = ("nodes", name)
        if isinstance(node, Lookup | Notify) and node.service not in services:
            what = said("the centre has no service {service!r}", service=node.service)
            yield Finding((*path, "service"), what, suggestion(node.service, services))
        if isinstance(node, Transfer) and _DESTINATION.fullmatch(node.to) and not allowed(node.to):
            how = said("Add it to the dial plan, or send callers elsewhere")
            yield Finding((*path, "to"), said("the dial plan does not allow {to}", to=node.to), how)


def _filled(value: Any, path: Path) -> Iterator[Finding]:
    """A value in which variables may stand."""
    text = value if isinstance(value, str) else ""
    if SECRET.search(text) and path[2] != "headers":
        yield Finding(
            path, said("a secret by reference stands in headers only"), said("Ask the service to take it in a header")
        )
    elif any(c in SLOT.sub("", SECRET.sub("", text)) for c in "{}"):
        yield Finding(path, said("a brace that belongs to no variable"), said("Write {{variable}}, in small letters"))
    elif any(match[2] is not None for match in SLOT.finditer(text)):
        yield Finding(path, said("a format is for what is spoken"), said("Write {{variable}} alone"))
    elif path[2] in ("headers", "query", "body") and SECRET_NAME.search(path[-1]) and _in_clear(text):
        yield Finding(
            path, said("a secret stands here in clear"), said("Write {{secret:NAME}} in a header; the centre keeps it")
        )


def _in_clear(text: str) -> bool:
    return bool(text) and not SECRET.search(text) and not SLOT.search(text)


def _lookup(node: Lookup, path: Path) -> Iterator[Finding]:
    if not node.path.startswith("/") or "?" in node.path or "#" in node.path:
        how = said("Begin it with /, and put what comes after ? into query")
        yield Finding((*path, "path"), said("{path} is no path", path=node.path), how)
    for name in node.headers:
        if not _HEADER.fullmatch(name):
            yield Finding(
                (*path, "headers", name),
                said("{name!r} is no header", name=name),
                said("Write letters, digits and hyphens"),
            )
    if node.cache_seconds and node.method != "GET":
        how = said("Leave cache_seconds out, or ask by GET")
        yield Finding((*path, "cache_seconds"), said("an answer to {method} can't be kept", method=node.method), how)
    for variable, wanted in node.values.items():
        place = (*path, "values", variable)
        try:
            parse(wanted.path)
        except JsonPathError as error:
            yield Finding(
                (*place, "path"),
                said("not a path: {error}", error=said_by(error)),
                said("Write it like $.order.items[0].name"),
            )
        if wanted.default is not None and kind_of(wanted.default) != wanted.kind:
            what = said(
                "the default is a {kind}, not a {wanted}", kind=said(kind_of(wanted.default)), wanted=said(wanted.kind)
            )
            yield Finding((*place, "default"), what, said("Give it one of its kind"))


def _destination(node: BaseNode, path: Path) -> Iterator[Finding]:
    if isinstance(node, Transfer) and not slots(node.to) and not _DESTINATION.fullmatch(node.to):
        what = said("{to!r} is neither a number nor a SIP URI", to=node.to)
        yield Finding((*path, "to"), what, said("Write 4008001000, sip:name@host, or a variable in braces"))
    if isinstance(node, Callback) and not slots(node.number):
        what = said("{number!r} is nobody's number", number=node.number)
        yield Finding((*path, "number"), what, said("Write a variable in braces, such as {{caller.number}}"))
