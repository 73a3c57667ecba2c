"""The schema of the settings says what the reading lets through."""

from typing import Any

import msgspec
import pytest

from tandem.control.centre.form import ENTRIES, SECTIONS, given
from tandem.control.centre.reading import read_content
from tandem.control.centre.schema import WRITTEN, schema

MADE = schema()
KINDS: dict[str, Any] = MADE["$defs"]


def test_it_has_every_section_and_no_field_that_stands_before_the_colon() -> None:
    assert list(KINDS["Form"]["properties"]) == list(SECTIONS)
    for section, entry in ENTRIES.items():
        fields = {field.encode_name for field in msgspec.structs.fields(entry)}
        named = given(section, "") if section != "channels" else {}
        assert KINDS[entry.__name__]["properties"].keys() == fields - named.keys()
        assert not set(KINDS[entry.__name__]["required"]) & named.keys()
    assert KINDS["Form"]["properties"]["channels"]["default"]["chat"]["cost"] == 33


def bounds() -> list[Any]:
    """Kind, field and a number just out of its bounds."""
    return [
        (kind, field, known[bound] + step)
        for kind, fields in WRITTEN.items()
        for field, known in fields.items()
        for bound, step in (("minimum", -1), ("maximum", 1), ("exclusiveMinimum", 0))
        if bound in known
    ]


PLACES = {
    "QueueForm": "queues",
    "ChannelForm": "channels",
    "PauseReasonForm": "pause_reasons",
    "ServiceForm": "services",
}
SECTION_OF = {"ChatsForm": "chats", "DialPlanForm": "dial_plan", "RemoteAgentsForm": "remote_agents"}


@pytest.mark.parametrize(("kind", "field", "value"), bounds())
def test_a_bound_of_the_schema_is_one_of_the_checks(kind: str, field: str, value: float) -> None:
    if kind in SECTION_OF:
        content: Any = {SECTION_OF[kind]: {field: value}}
        path = f"{SECTION_OF[kind]}.{field}"
    elif kind == "Step":
        content, path = {"queues": {"tv": {"plan": [{"team": "x", field: value}]}}}, f"queues.tv.plan[0].{field}"
    else:
        base = {"url": "http://shop.example"} if kind == "ServiceForm" else {}
        content, path = {PLACES[kind]: {"x": {**base, field: value}}}, f"{PLACES[kind]}.x.{field}"
    found = [finding.path for finding in read_content(content).errors]
    assert any(path.startswith(each) for each in found), found
