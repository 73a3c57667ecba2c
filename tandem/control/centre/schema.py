"""The JSON schema of the settings as an admin writes them, for forms and for programs."""

from typing import Any

import msgspec

from tandem.acd.settings import ATTENTION, CHANNELS
from tandem.control.centre import checks
from tandem.control.centre.form import ENTRIES, Form, given

Schema = dict[str, Any]
LEVEL: Schema = {"type": "integer", "minimum": 1, "maximum": 5}
COST: Schema = {"type": "integer", "minimum": 1, "maximum": ATTENTION}
SILENCE: Schema = {"minimum": checks.SHORTEST_SILENCE, "maximum": checks.LONGEST_SILENCE}
CALL_AGAIN: Schema = {"minimum": 1, "maximum": checks.LONGEST_CALL_AGAIN}
ACCOUNT: Schema = {"type": "string"}
DAY = r"^\d{4}-\d\d-\d\d([T ].*)?$"

WRITTEN: dict[str, Schema] = {
    "QueueForm": {
        **{field: {"minimum": least, "maximum": most} for field, (least, most) in checks.REASONABLE.items()},
        "needs": {"anyOf": [{"type": "object", "additionalProperties": LEVEL}, {"type": "string"}]},
    },
    "Step": {
        "after": {"minimum": 0, "maximum": checks.DAY},
        "needs": {"anyOf": [{"type": "object", "additionalProperties": LEVEL}, {"type": "string"}, {"type": "null"}]},
    },
    "AgentForm": {
        "skills": {"additionalProperties": LEVEL},
        "costs": {"additionalProperties": COST},
        "device": {"anyOf": [ACCOUNT, {"type": "array", "items": ACCOUNT}], "default": ""},
        "certified_until": {"additionalProperties": {"type": "string", "pattern": DAY}},
    },
    "ChannelForm": {"cost": COST},
    "ChatsForm": {"remind_after": SILENCE, "close_after": SILENCE},
    "DialPlanForm": {
        "longest_talk": {"exclusiveMinimum": 0, "maximum": checks.MOST_TALK},
        **{field: {"pattern": f"^{checks.PATTERNS[field][0].pattern}$"} for field in ("trunk", "country", "caller_id")},
        **{
            field: {"items": {"type": "string", "pattern": f"^{checks.PATTERNS[field][0].pattern}$"}}
            for field in ("numbers", "uris")
        },
    },
    "PauseReasonForm": {"longest": {"minimum": 0}},
    "RemoteAgentsForm": {
        "confirm_key": {"pattern": "^[0-9*#]$"},
        **dict.fromkeys(("ring_seconds", "call_again", "longest_call_again"), CALL_AGAIN),
    },
    "ServiceForm": {"failures": {"minimum": 1}, "open_seconds": {"exclusiveMinimum": 0, "maximum": 3600}},
}
"""What is written otherwise than the plane has it, and the bounds that the checks know."""


def schema() -> Schema:
    """What may be written. The checks know more than it can say: they have the last word."""
    made = msgspec.json.schema(Form)
    kinds: dict[str, Schema] = made["$defs"]
    for kind, fields in WRITTEN.items():
        for field, known in fields.items():
            kinds[kind]["properties"][field] |= known
    for section, entry in ENTRIES.items():
        _without_what_is_given(kinds[entry.__name__], section)
    kinds["AgentForm"]["required"].remove("device")
    kinds["Form"]["properties"]["channels"]["default"] = msgspec.to_builtins(CHANNELS)
    return made


def _without_what_is_given(kind: Schema, section: str) -> None:
    """An entry's name stands before the colon, and is no field."""
    for name in given(section, ""):
        del kind["properties"][name]
        kind["required"].remove(name)
