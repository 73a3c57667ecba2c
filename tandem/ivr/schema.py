"""The JSON Schema of flow files, for editors that complete and check as one types."""

from typing import Any

import msgspec

from tandem.ivr.nodes import Node
from tandem.ivr.reader import OUTLINE, REQUIRED

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def flow_schema() -> dict[str, Any]:
    """The schema, made from the types that flows are read into."""
    hints = OUTLINE | {"texts": dict[str, dict[str, str]], "nodes": dict[str, Node]}
    schemas, definitions = msgspec.json.schema_components(hints.values(), ref_template="#/$defs/{name}")
    return {
        "$schema": DIALECT,
        "title": "A Tandem flow",
        "type": "object",
        "properties": dict(zip(hints, schemas, strict=True)),
        "required": [name for name in hints if name in REQUIRED],
        "additionalProperties": False,
        "$defs": definitions,
    }
