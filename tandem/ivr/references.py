"""Which names a flow's nodes refer to: found by the types of their fields, so that no node can forget one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

if TYPE_CHECKING:
    from tandem.ivr.flow import Flow

NodeName = Annotated[str, "node"]
TextName = Annotated[str, "text"]
MessageName = Annotated[str, "message"]
"""A text that is read, not heard."""
LabelName = Annotated[str, "label"]
"""A text that stands on a page or in a chat, and is heard nowhere."""
FlowName = Annotated[str, "flow", msgspec.Meta(pattern="^[a-z][a-z0-9_]*$")]

KINDS = ("node", "text", "message", "label", "flow")


class Reference(NamedTuple):
    """`path` leads to the field from the flow's top; `kind` is one of KINDS."""

    path: tuple[str, ...]
    kind: str
    name: str


def references(flow: "Flow") -> Iterator[Reference]:
    """Every reference in a flow, but not in its sub-flows."""
    return _in_struct(msgspec.structs.replace(flow, flows={}), ())


def _in_struct(struct: msgspec.Struct, path: tuple[str, ...]) -> Iterator[Reference]:
    hints = get_type_hints(type(struct), include_extras=True)
    for field in msgspec.structs.fields(type(struct)):
        yield from _in(getattr(struct, field.name), hints[field.name], (*path, field.encode_name))


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
