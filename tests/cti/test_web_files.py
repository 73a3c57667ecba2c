"""The desktops' pages: open to everybody, nothing from elsewhere, and clear words while they are not built."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.cti.guard import PAGES
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.cti.sites import Site

SCRIPT = "0;" * 1000


@pytest.fixture
async def site(outbox: Outbox, users: UserStore, tmp_path: Path) -> AsyncIterator[Site]:
    """A site whose pages are not built yet."""
    site = Site(outbox, users)
    site.built = tmp_path / "dist"
    async with site.running():
        yield site


def build(site: Site) -> None:
    (site.built / "assets").mkdir(parents=True)
    (site.built / "assets/desk-1a2b.js").write_text(SCRIPT)
    (site.built / "assets/icon-3c4d.svg").write_text("<svg/>")
    (site.built / "widget.js").write_text(SCRIPT)
    for page in PAGES.values():
        (site.built / page).write_text(f"<!doctype html><p>{page.removesuffix('.html')}")


async def test_before_the_build_the_page_says_what_to_run_and_after_it_is_there(site: Site) -> None:
    response, text = await site.ask("GET", "/desk", token=None)
    assert (response.status, "python3 bootstrap.py" in text) == (503, True)
    assert (await site.ask("GET", "/web/assets/desk-1a2b.js", token=None))[0].status == 404
    build(site)
    response, text = await site.ask("GET", "/desk", token=None)
    assert (response.status, text, response.headers["Cache-Control"]) == (200, "<!doctype html><p>desk", "no-store")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy and "connect-src 'self';" in policy
    assert "unsafe" not in policy and "http" not in policy


async def test_a_file_is_kept_for_ever_and_gzipped_for_whoever_takes_it(site: Site) -> None:
    build(site)
    response, text = await site.ask("GET", "/web/assets/desk-1a2b.js", token=None)
    assert (response.status, response.content_type, text) == (200, "text/javascript", SCRIPT)
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Content-Encoding"] == "gzip"
    plain = {"Accept-Encoding": "identity"}
    response, text = await site.ask("GET", "/web/assets/desk-1a2b.js", token=None, headers=plain)
    assert (text, "Content-Encoding" in response.headers) == (SCRIPT, False)
    response, _ = await site.ask("GET", "/web/assets/icon-3c4d.svg", token=None)
    assert response.content_type == "image/svg+xml"


async def test_the_widget_is_for_pages_of_any_site_and_asked_for_again(site: Site) -> None:
    assert (await site.ask("GET", "/widget.js", token=None))[0].status == 404
    build(site)
    elsewhere = {"Host": "care.example", "Origin": "https://shop.example"}
    response, text = await site.ask("GET", "/widget.js", token=None, headers=elsewhere)
    assert (response.status, response.content_type, text) == (200, "text/javascript", SCRIPT)
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Cache-Control"] == "public, max-age=300"
    response, _ = await site.ask("GET", "/web/assets/desk-1a2b.js", token=None)
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fdesk.html", "%2e%2e%2f%2e%2e%2fsecret"])
async def test_nothing_else_is_served(site: Site, name: str) -> None:
    build(site)
    (site.built.parent / "secret").write_text("secret")
    assert (await site.ask("GET", f"/web/assets/{name}", token=None))[0].status == 404


async def test_the_pages_are_for_our_own_names_only(site: Site) -> None:
    build(site)
    response, _ = await site.ask("GET", "/desk", token=None, headers={"Host": "evil.example"})
    assert response.status == 421


async def test_pause_reasons_are_for_whoever_signed_in(site: Site) -> None:
    assert await site.json("GET", "/pause-reasons") == (200, [])
    assert (await site.ask("GET", "/pause-reasons", token=None))[0].status == 401
