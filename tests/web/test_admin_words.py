"""Every field of the settings, and every choice, has words in both languages in the admin's rooms."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tandem.control.centre.form import SECTIONS
from tandem.control.centre.schema import schema
from tandem.service.config import PROJECT

ENTRIES = {"queues", "agents", "channels", "customers", "services", "webhooks"}
"""Sections that are rooms of their own."""


def choices(schema: Any) -> Iterator[str]:
    """Every value that can be chosen."""
    if isinstance(schema, dict):
        yield from schema.get("enum", ())
        for value in schema.values():
            yield from choices(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from choices(value)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_nothing_is_shown_by_its_name_in_the_file(language: str) -> None:
    text = (PROJECT / f"web/src/admin/words/{language}.ts").read_text()
    made = schema()
    fields = {name for kind in made["$defs"].values() for name in kind.get("properties", ())}
    assert fields - ENTRIES - set(re.findall(r'^  (\w+): \["', text, re.M)) == set()
    assert fields >= SECTIONS.keys()
    values = re.search(r"values(?:: Record<string, string> =|:) \{(.*?)\}", text, re.S)
    assert values
    assert set(choices(made)) - set(re.findall(r'^\s+(\w+): "', values[1], re.M)) == set()


def test_every_section_has_a_room() -> None:
    """Of those that are names with their settings, and of the rest."""
    rooms = "".join(file.read_text() for file in (PROJECT / "web/src/admin").rglob("*.tsx"))
    assert {name for name in SECTIONS if f'"{name}"' not in rooms} == set()
