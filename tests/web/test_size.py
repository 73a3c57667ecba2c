"""How much a page makes a browser load."""

import gzip
import json
from typing import Any

import pytest

from tandem.cti.guard import PAGES
from tandem.service.config import PROJECT

DIST = PROJECT / "web/dist"
MOST_BYTES = 300 * 1024


@pytest.mark.parametrize("page", PAGES.values())
def test_no_page_has_more_than_300_kilobytes_of_script(page: str) -> None:
    assert DIST.exists(), "python3 bootstrap.py builds the pages"
    chunks: dict[str, Any] = json.loads((DIST / ".vite/manifest.json").read_text())
    wanted, scripts = [page], set[str]()
    while wanted:
        chunk = chunks[wanted.pop()]
        if chunk["file"] not in scripts:
            scripts.add(chunk["file"])
            wanted += [*chunk.get("imports", ()), *chunk.get("dynamicImports", ())]
    assert 0 < sum(len(gzip.compress((DIST / script).read_bytes())) for script in scripts) < MOST_BYTES


def test_the_chat_widget_has_not_more_than_30_kilobytes() -> None:
    assert 0 < len(gzip.compress((DIST / "widget.js").read_bytes())) < 30 * 1024


def test_the_lock_names_no_registry() -> None:
    assert '"resolved"' not in (PROJECT / "web/package-lock.json").read_text()
