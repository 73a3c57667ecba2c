"""A flow as the interpreter sees it: read from YAML, checked, immutable."""

import msgspec


class Flow(msgspec.Struct, frozen=True):
    """One published version of a flow. A call keeps the version it began with."""

    name: str
    version: str
    languages: tuple[str, ...]
    start: str
