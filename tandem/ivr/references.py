"""Which names a flow's nodes refer to: found by the types of their fields, so that no node can forget one."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

if TYPE_CHECKING:
    from tandem.ivr.flow import Flow

REFERS_TO = "x-refers-to"


def _to(kind: str) -> msgspec.Meta:
    """Has the JSON Schema say what a name refers to, for editors."""
    return msgspec.Meta(extra_json_schema={REFERS_TO: kind})


NodeName = Annotated[str, "node", _to("node")]
TextName = Annotated[str, "text", _to("text")]
MessageName = Annotated[str, "message", _to("message")]
"""A text that is sent, with its link."""
WrittenName = Annotated[str, "written", _to("written")]
"""A text that is read on a page or in a chat, not heard."""
FlowName = Annotated[str, "flow", msgspec.Meta(pattern="^[a-z][a-z0-9_]*$"), _to("flow")]

KINDS = ("node", "text", "message", "written", "flow")


class Reference(NamedTuple):
    """`path` leads to the field from the flow's top; `kind` is one of KINDS."""

    path: tuple[str, ...]
    kind: str
    name: str


def references(flow: "Flow") -> Iterator[Reference]:
    """Every reference in a flow, but not in its sub-flows."""
    return _in_struct(msgspec.structs.replace(flow, flows={}), ())


def _in_struct(struct: msgspec.Struct, path: tuple[str, ...]) -> Iterator[Reference]:
    for name, encoded, hint in _fields(type(struct)):
        yield from _in(getattr(struct, name), hint, (*path, encoded))


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, str, Any], ...]:
    """Name, name in YAML and type of each field. Looked up once: it takes longer than all the rest of lint."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple((field.name, field.encode_name, hints[field.name]) for field in msgspec.structs.fields(kind))


def _in(value: Any, hint: Any, path: tuple[str, ...]) -> Iterator[Reference]:
    arguments = get_args(hint)
    if isinstance(value, msgspec.Struct):
        yield from _in_struct(value, path)
    elif get_origin(hint) is Annotated and arguments[1] in KINDS:
        yield Reference(path, arguments[1], value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _in(item, arguments[1], (*path, key))
    elif isinstance(value, tuple):
        for n, item in enumerate(value):
            yield from _in(item, arguments[0], (*path, str(n)))
    elif value is not None and type(None) in arguments:
        yield from _in(value, next(a for a in arguments if a is not type(None)), path)
