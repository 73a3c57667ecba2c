"""Alerts and dashboard ask for figures that there are, and every alert is explained."""

import json
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy/prometheus/tandem.rules.yml"
DASHBOARD = ROOT / "deploy/grafana/tandem.json"
PAGE = ROOT / "docs/operations.md"
PARTS = ("ami", "agi", "switch", "conversation")
"""Those that count under a name of their own, see service/figures.py."""
_ENDINGS = re.compile(r"_(total|bucket|sum|count)$")


def rules() -> list[dict[str, str]]:
    return [rule for group in YAML(typ="safe").load(RULES)["groups"] for rule in group["rules"]]


def asked() -> list[str]:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return [rule["expr"] for rule in rules()] + [target["expr"] for panel in panels for target in panel["targets"]]


def shown() -> set[str]:
    source = (ROOT / "tandem/service/figures.py").read_text(encoding="utf-8")
    talks = {f"tandem_browser_talk_{name}" for name in ("score", "loss", "jitter", "round_trip")}
    return set(re.findall(r'"(tandem_\w+)"', source)) | talks | {f"tandem_{part}" for part in PARTS}


def test_every_figure_that_is_asked_for_is_shown() -> None:
    names = {_ENDINGS.sub("", name) for expression in asked() for name in re.findall(r"tandem_\w+", expression)}
    assert names
    assert names <= shown()


@pytest.mark.parametrize("label", ["kind", "outcome"])
def test_every_label_that_is_asked_for_is_given(label: str) -> None:
    values = {value for expression in asked() for value in re.findall(label + r'="([^"]+)"', expression)}
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tandem").rglob("*.py"))
    assert values
    assert {value for value in values if f'"{value}"' not in sources} == set()


def test_every_alert_is_explained() -> None:
    chapter = PAGE.read_text(encoding="utf-8").split("## When an alert rings", 1)[1]
    assert re.findall(r"^### (\w+)$", chapter, re.MULTILINE) == [rule["alert"] for rule in rules()]


def test_every_alert_says_what_happened_and_how_urgent_it_is() -> None:
    for rule in rules():
        assert rule["annotations"]["summary"]  # type: ignore[index]
        assert rule["labels"]["severity"] in ("page", "ticket")  # type: ignore[index]
