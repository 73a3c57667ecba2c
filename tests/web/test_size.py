"""How much a page makes a browser load."""

import gzip

from tandem.service.config import PROJECT

MOST_BYTES = 300 * 1024


def test_no_page_has_more_than_300_kilobytes_of_script() -> None:
    scripts = list((PROJECT / "web/dist/assets").glob("*.js"))
    assert scripts, "python3 bootstrap.py builds the pages"
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) < MOST_BYTES


def test_the_lock_names_no_registry() -> None:
    assert '"resolved"' not in (PROJECT / "web/package-lock.json").read_text()
