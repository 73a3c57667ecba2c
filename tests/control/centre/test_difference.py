"""Two settings compared, in an admin's words."""

from typing import Any

import pytest

from tandem.control.centre.difference import difference
from tandem.control.centre.reading import read_source

OLD = """
lines: {"4008": hotline}
queues:
  tv:
    needs: {tv: 3}
    plan:
      - {after: 10, team: blended}
      - {after: 20, needs: {tv: 1}}
agents:
  "1": {skills: {tv: 3}, team: blended, certified_until: {tv: 2026-12-31}}
services:
  shop: {url: https://shop.example, headers: {X-From: letter, Authorization: "{secret:one}"}}
dial_plan: {numbers: [138X., "2001"]}
chats: {remind_after: 60}
"""


def words(old: str, new: str, text: str = OLD) -> list[str]:
    """What is told when `old` gives way to `new`."""
    changed = text.replace(old, new)
    assert changed != text
    before, after = (read_source(each, "centre.yaml").content for each in (text, changed))
    assert difference(before, before) == difference(after, after) == []
    return [change.words for change in difference(before, after)]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("after: 20", "after: 30", ["queue tv: plan step 2: after 20 -> 30"]),
        ("hotline", "shop", ["line 4008: hotline -> shop"]),
        ("{tv: 3}\n", "{tv: 4}\n", ["queue tv: needs tv 3 -> 4"]),
        ("{tv: 3}\n", "'tv >= 4'\n", ["queue tv: needs tv 3 -> tv >= 4"]),
        ("{tv: 3}\n", "{tv: 3}\n    ring_seconds: 30\n", ["queue tv: ring_seconds 20 -> 30"]),
        ("{tv: 3}\n", "{tv: 3}\n    ring_seconds: 20.0\n", []),
        ("lines", "# a remark\nlines", []),
        ("{tv: 3}\n", "{tv: 3}\n    callback: {busy: {minutes: 9}}\n", ["queue tv: callback busy minutes 5 -> 9"]),
        (
            "      - {after: 20",
            "      - {after: 12, vendor: acme}\n      - {after: 20",
            ["queue tv: plan step 2: added: after 12, vendor acme"],
        ),
        ("      - {after: 10, team: blended}\n", "", ["queue tv: plan step 1: removed"]),
        ("tv: 2026-12-31", "tv: 2027-06-30", ["agent 1: certified_until tv 2026-12-31 -> 2027-06-30"]),
        ("skills: {tv: 3}", "skills: {tv: 3, phone: 2}", ["agent 1: skills phone none -> 2"]),
        ("team: blended, cert", "cert", ["agent 1: team blended -> none"]),
        ("team: blended, cert", "team: blended, device: ['1', 5], cert", ["agent 1: device 1 -> 1, 5"]),
        ("chats", "pause_reasons: {lunch: }\nchats", ["pause reason lunch: added"]),
        ('  "1": {', '  "2": {skills: {}}\n  "1": {', ["agent 2: added"]),
        ('[138X., "2001"]', "[138X.]", ["dial_plan: numbers 138X., 2001 -> 138X."]),
        ("chats: {remind_after: 60}", "", ["chats: remind_after 60 -> 180"]),
        (
            "secret:one",
            "secret:two",
            ["service shop: headers Authorization {secret:one} -> {secret:two}"],
        ),
        ("letter", "hunter2", ["service shop: headers X-From changed"]),
        ("lines", "order: service_objective\nlines", ["order: age -> service_objective"]),
    ],
)
def test_each_field_in_words(old: str, new: str, told: list[str]) -> None:
    assert words(old, new) == told


def test_a_queue_that_goes_and_one_that_comes() -> None:
    assert words("  tv:\n", "  hifi:\n") == ["queue tv: removed", "queue hifi: added"]


def test_no_secret_is_in_a_difference_whatever_is_wrong_with_it() -> None:
    before: dict[str, Any] = {"services": {"a": {"url": "https://me:hunter2@x"}}}
    after = {"services": {"b": {"url": "https://x", "headers": {"X": "hunter2"}}, "c": {"headers": {"Key": "hunter2"}}}}
    for old, new in ((before, after), (after, before), ({}, after), (before, {})):
        told = difference(old, new)
        assert len(told) > 0
        assert "hunter2" not in str(told)
